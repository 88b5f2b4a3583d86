package event

// Level is a rule's or an event's level, in Sigma's words.
type Level uint8

// The levels, ascending; LevelNone is absent.
const (
	LevelNone Level = iota
	Informational
	Low
	Medium
	High
	Critical
)

var levelNames = [...]string{"", "informational", "low", "medium", "high", "critical"}

// String gives the level's name, "" for LevelNone.
func (l Level) String() string { return levelNames[l] }

// LevelNamed gives the level of a name, false where there is none. "info" is how many write "informational".
func LevelNamed(s string) (Level, bool) {
	if s == "info" {
		return Informational, true
	}
	for i, n := range levelNames {
		if n == s && i > 0 {
			return Level(i), true
		}
	}
	return LevelNone, false
}

// Route is what becomes of a scored record.
type Route uint8

// The routes. Suppressed records still go out unless the configuration drops them.
const (
	Pass Route = iota
	Alert
	Suppressed
	Quarantine
)

// NumRoutes is the number of routes.
const NumRoutes = 4

var routeNames = [NumRoutes]string{"pass", "alert", "suppressed", "quarantine"}

// String gives the route's name as it stands on the record.
func (r Route) String() string { return routeNames[r] }

// Criticality is an asset's: what enrichment knows or the record says.
type Criticality uint8

// The criticalities; CriticalityNone is unknown and weighs 1.
const (
	CriticalityNone Criticality = iota
	AssetLow
	AssetMedium
	AssetHigh
	AssetCritical
)

var criticalityNames = [...]string{"", "low", "medium", "high", "critical"}

// String gives the criticality's name, "" for CriticalityNone.
func (c Criticality) String() string { return criticalityNames[c] }

// CriticalityNamed gives the criticality of a lower-case name, false where there is none.
func CriticalityNamed(s string) (Criticality, bool) {
	if i := criticalityOf[min(len(s), len(criticalityOf)-1)]; i != CriticalityNone && criticalityNames[i] == s {
		return i, true
	}
	return CriticalityNone, false
}

// criticalityOf tells the names apart by their lengths, no two of which are equal.
var criticalityOf = [10]Criticality{len("low"): AssetLow, len("medium"): AssetMedium, len("high"): AssetHigh, len("critical"): AssetCritical}

// EntityKind is a kind of thing that events are about and that state is kept for.
type EntityKind uint8

// The built-in kinds, in the order of the record contract.
const (
	Principal EntityKind = iota
	Host
	Address
	FileHash
	ProcessEntity
	DomainName
	CloudAccount
)

// NumEntityKinds is the number of built-in kinds.
const NumEntityKinds = 7

var entityNames = [NumEntityKinds]string{"principal", "host", "ip", "hash", "process", "domain", "cloud_account"}

// String gives the kind's key in the record's entities.
func (k EntityKind) String() string { return entityNames[k] }

// Problem is something that was wrong with a record, said on the record: which room, which code (a constant of that room), and the
// field, where it was one.
type Problem struct{ Room, Code, Field string }

// Match is one field that made a rule match. Value is a view of at most MaxMatchValue bytes, redacted by the one who writes it,
// who need not look where it is known to be Clean: to hold nothing secret.
type Match struct {
	Field, Value string
	Clean        bool
}

// MaxMatchValue bounds the value of a Match in bytes: findings are for people to read.
const MaxMatchValue = 256

// Finding is one rule that matched. Strings of the rule live as long as the rule set; Matches as long as the event.
type Finding struct {
	Rule       string // the rule's id
	Title      string
	Level      Level
	Risk       float64 // 0 to 100, before intel; unclamped
	Delta      float64 // what it adds to the baseline before the severity formula
	Techniques []string
	Tactics    []string
	Matches    []Match

	Value      float64 // what a correlation counted, summed or measured
	Correlated bool    // made by a correlation of several records
	Silent     bool    // only feeds correlations (Sigma's generate: false): it is told, but adds neither risk nor level
}

// IntelHit is an entity of the event that an intelligence table names.
type IntelHit struct {
	Indicator string  // the key as the table has it
	Field     string  // the canonical field that held it
	Source    string  // name of the table
	Score     float64 // added to the risk
}

// Factors are the numbers that made the severity, as multiplied.
type Factors struct {
	Baseline   float64 // after findings and deltas, clamped
	Asset      float64
	Attack     float64
	Identity   float64
	Confidence float64
	Raw        float64 // their product
}
