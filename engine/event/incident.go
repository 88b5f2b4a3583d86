package event

// IncidentState says what an incident record reports.
type IncidentState uint8

// The states of an incident record.
const (
	IncidentOpen IncidentState = iota
	IncidentUpdate
	IncidentClose
)

var incidentStates = [...]string{"open", "update", "close"}

// String gives the state's name as it stands on the record.
func (s IncidentState) String() string { return incidentStates[s] }

// Incident is a correlation that held, or an entity's accumulated risk that crossed its threshold, as a record of its own. It owns
// its memory: nothing in it is a view. There is one open incident per rule and group.
type Incident struct {
	ID          string // 16 hexadecimal digits of a hash of rule, group and first event: the same after a restart
	State       IncidentState
	Rule        string
	Title       string
	Level       Level
	Risk        float64        // 0 to 100, of the rule
	Delta       float64        // what the rule adds to the baseline of each contributing record
	Baseline    float64        // the highest baseline of its records with the delta, 1 to 10
	Group       []GroupValue   // what its records have in common
	Opened      int64          // event time of its first record, nanoseconds since 1970 UTC
	Updated     int64          // event time of its newest
	Closed      int64          // when it was closed, 0 while it is open
	Count       int            // records that contributed, those beyond the timeline included
	Value       float64        // what the rule counted, summed or measured at last
	Timeline    []Contribution // in order of time, bounded
	Entities    []EntityRef
	Techniques  []string // in the order in which they were seen
	Tactics     []string
	Sources     []string
	Reason      string // of a close: "quiet", "expired", "evicted", "cancelled"
	Approximate bool   // a window was coarsened at its bound: its numbers are not exact
	Truncated   bool   // state was lost within the window: its numbers may be too low
}

// GroupValue is one field of an incident's group.
type GroupValue struct{ Field, Value string }

// EntityRef names an entity: the kind's name and its key.
type EntityRef struct{ Kind, Key string }

// Contribution is one record of an incident's timeline.
type Contribution struct {
	ID        string
	Time      int64 // event time, nanoseconds since 1970 UTC
	Source    string
	Step      string // which part of the rule it was
	Technique string
	Baseline  float64 // as it came
	Raised    float64 // with the incident's delta, clamped to 10
}
