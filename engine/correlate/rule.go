package correlate

import "prescore/engine/event"

// Type is what a rule looks for in a window.
type Type uint8

// The types, named as Sigma does. Temporal and TemporalOrdered serve native rules too, which call the second "sequence".
const (
	EventCount Type = iota
	ValueCount
	ValueSum
	ValueAvg
	ValuePercentile
	ValueMedian
	Temporal
	TemporalOrdered
)

var typeNames = [...]string{"event_count", "value_count", "value_sum", "value_avg", "value_percentile", "value_median", "temporal", "temporal_ordered"}

// String gives the type's name in Sigma's words.
func (t Type) String() string { return typeNames[t] }

// TypeNamed gives the type of a name.
func TypeNamed(s string) (Type, bool) {
	for i, n := range typeNames {
		if n == s {
			return Type(i), true
		}
	}
	if s == "sequence" {
		return TemporalOrdered, true
	}
	return 0, false
}

// steps reports whether the type looks for different parts rather than measures one.
func (t Type) steps() bool { return t >= Temporal }

// Window is how a window moves.
type Window uint8

// The windows. Tumbling ones start at multiples of the timespan since 1970; a session ends after a gap, or at the timespan.
const (
	Sliding Window = iota
	Tumbling
	Session
)

var windowNames = [...]string{"sliding", "tumbling", "session"}

// WindowNamed gives the window of a name; "" is sliding.
func WindowNamed(s string) (Window, bool) {
	for i, n := range windowNames {
		if n == s {
			return Window(i), true
		}
	}
	return Sliding, s == ""
}

// Op is a comparison.
type Op uint8

// The comparisons.
const (
	GTE Op = iota
	GT
	LTE
	LT
	EQ
	NEQ
)

var opNames = [...]string{"gte", "gt", "lte", "lt", "eq", "neq"}

// OpNamed gives the comparison of a name.
func OpNamed(s string) (Op, bool) {
	for i, n := range opNames {
		if n == s {
			return Op(i), true
		}
	}
	return 0, false
}

// Cond compares what a rule measured with a number. All of a rule's must hold.
type Cond struct {
	Op    Op
	Value float64
}

func (c Cond) holds(v float64) bool {
	switch c.Op {
	case GTE:
		return v >= c.Value
	case GT:
		return v > c.Value
	case LTE:
		return v <= c.Value
	case LT:
		return v < c.Value
	case EQ:
		return v == c.Value
	}
	return v != c.Value
}

// Rule is a correlation, Sigma's or native, before it is compiled.
type Rule struct {
	ID, Name, Title string
	Origin          string // where it was read, for errors
	Level           event.Level
	Risk            float64 // 0 to 100; 0: by level, as score says
	Delta           float64 // added to the baseline of each record it holds for
	Techniques      []string
	Tactics         []string
	Type            Type
	Steps           []Step
	GroupBy         []string
	Span            int64 // timespan, nanoseconds
	Window          Window
	Gap             int64    // of a session, nanoseconds
	Fields          []string // what value types measure; several are one joined value
	Network         int      // value_count of addresses: compare this many leading bits only, 0 all
	Percentile      float64  // 0 to 100
	Conds           []Cond
	Expr            string   // Sigma 2.2: a condition over names of steps ("a and not b")
	Differ          []string // sequence: these fields must differ from one step to the next
	MinSources      int      // how many different sources must contribute
	Generate        bool     // Sigma: what it refers to stands for itself as well
	Native          bool     // fields mean entities and the vocabulary first
	NoIncident      bool     // findings and deltas only
}

// Step is one part of a rule: what an event must be to take part.
type Step struct {
	Name   string
	Absent bool              // a sequence holds where this does not occur in its place
	Within int64             // sequence: at most this long after the step before, nanoseconds; 0 only the rule's timespan
	Alias  map[string]string // group-by name -> this step's field
	Any    []Match           // one of these
}

// Match is a condition on one event; everything that is set must hold.
type Match struct {
	Ref        string   // id or name of a rule, a detection's or a correlation's
	Techniques []string // one of these or of their sub-techniques
	Tactics    []string
	Classes    []event.Class
	Activities []string
	Sources    []string
	Levels     event.Level // a finding of at least this level
	Where      []Where
	State      *State
}

// Where is a condition on a field.
type Where struct {
	Field    string
	Equals   []string // one of these, without regard to case
	Prefix   []string
	Suffix   []string
	Contains []string
	Over     *float64 // at least
	Under    *float64 // at most
	Exists   *bool
	Not      bool
}

// State is a condition on the state of an entity.
type State struct {
	Kind        event.EntityKind
	RiskOver    float64           // accumulated risk of at least this
	Tiers       []string          // one of these identity tiers
	Roles       []string          // one of these asset roles
	Criticality event.Criticality // at least this
	NewFor      int64             // first seen no longer ago than this, nanoseconds
}
