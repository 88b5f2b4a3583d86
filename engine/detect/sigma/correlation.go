package sigma

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// CorrelationType is what a correlation looks at.
type CorrelationType uint8

// The types of the specification, and `temporal` and `temporal_ordered` with a boolean condition over the rules.
const (
	EventCount      CorrelationType = iota // events of the rules
	ValueCount                             // distinct values of Fields
	Temporal                               // rules seen, in any order
	TemporalOrdered                        // rules seen, in the order of Rules
	ValueSum
	ValueAvg
	ValuePercentile
	ValueMedian
)

var correlationTypes = [...]string{"event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg",
	"value_percentile", "value_median"}

// String gives the type as rules write it.
func (t CorrelationType) String() string { return correlationTypes[t] }

// Window says how the time of a correlation is cut.
type Window uint8

// The windows.
const (
	Sliding  Window = iota // the last Timespan, at every event
	Tumbling               // fixed slices of Timespan
	Session                // from the first event until nothing came for Gap, Timespan at most
)

var windowNames = [...]string{"sliding", "tumbling", "session"}

// String gives the window as rules write it.
func (w Window) String() string { return windowNames[w] }

// Criterion is one comparison of a correlation's condition; all of them must hold.
type Criterion struct {
	Op    CriterionOp
	Value float64
}

// CriterionOp is the comparison of a Criterion.
type CriterionOp uint8

// The comparisons.
const (
	CritGt CriterionOp = iota
	CritGte
	CritLt
	CritLte
	CritEq
	CritNeq
)

var criterionNames = [...]string{"gt", "gte", "lt", "lte", "eq", "neq"}

// String gives the comparison as rules write it.
func (o CriterionOp) String() string { return criterionNames[o] }

// Holds applies the criterion to what was counted.
func (c Criterion) Holds(have float64) bool {
	switch c.Op {
	case CritGt:
		return have > c.Value
	case CritGte:
		return have >= c.Value
	case CritLt:
		return have < c.Value
	case CritLte:
		return have <= c.Value
	case CritNeq:
		return have != c.Value
	}
	return have == c.Value
}

// Correlation is a parsed correlation rule. Its own Meta has id, name, title, level, tags and risk_score as a detection rule has.
//
// Refs are resolved: each is the Ident() of a rule of the set, the string that a Finding carries as Finding.Rule, or the Ident()
// of another correlation (chains; Set.Correlations is ordered so that a correlation comes after all it refers to, and loops are
// refused).
type Correlation struct {
	Meta
	Type CorrelationType
	Refs []string // resolved, in the order of the rule
	// Names are Refs as the rule writes them (id or name), one for one: what aliases and a boolean condition speak of.
	Names    []string
	GroupBy  []string                     // fields, or aliases; several are one composite group
	Aliases  map[string]map[string]string // alias -> resolved Ref -> field in the events of that rule
	Timespan time.Duration
	Window   Window
	Gap      time.Duration // of Session
	// Criteria are over what Type counts. Temporal types without any mean all of Refs.
	Criteria   []Criterion
	Fields     []string // condition.field, of the value_ types; several are one composite value (value_count)
	Percentile float64  // of value_percentile, 0 to 100; 50 where not given
	Bool       *BoolExpr
	Generate   bool // the rules it refers to are wanted as findings of their own as well
}

// BoolExpr is a boolean condition of a temporal correlation over the rules that were seen in the window.
type BoolExpr struct {
	Op   Op // OpLeaf, OpAnd, OpOr or OpNot
	Kids []*BoolExpr
	Ref  int // of OpLeaf: index into Refs
}

// Holds evaluates the condition; seen tells by index of Refs.
func (b *BoolExpr) Holds(seen func(ref int) bool) bool {
	switch b.Op {
	case OpAnd:
		for _, k := range b.Kids {
			if !k.Holds(seen) {
				return false
			}
		}
		return true
	case OpOr:
		for _, k := range b.Kids {
			if k.Holds(seen) {
				return true
			}
		}
		return false
	case OpNot:
		return !b.Kids[0].Holds(seen)
	}
	return seen(b.Ref)
}

// correlation reads a correlation document; Refs are resolved later, by the Set.
func (r *reader) correlation(d document) *Correlation {
	m, err := r.meta(d)
	c := &Correlation{Meta: m, Percentile: 50}
	if err == nil {
		err = c.read(get(d.root, "correlation"))
	}
	if n := get(d.root, "generate"); err == nil && n != nil {
		c.Generate = n.Value == "true"
	}
	if err != nil {
		r.fail(d, &m, err)
		return nil
	}
	r.advise(d, &m, false)
	return c
}

func (c *Correlation) read(sec *yaml.Node) error {
	if sec.Kind != yaml.MappingNode {
		return at(sec, "correlation must be a map")
	}
	var cond *yaml.Node
	typed := false
	for i := 0; i+1 < len(sec.Content); i += 2 {
		k, v := sec.Content[i], deref(sec.Content[i+1])
		var err error
		switch k.Value {
		case "type":
			typed, err = true, c.setType(v)
		case "rules":
			c.Names = texts(v)
		case "group-by", "group_by":
			c.GroupBy = texts(v)
		case "timespan", "timeframe":
			c.Timespan, err = timespan(v)
		case "gap":
			c.Gap, err = timespan(v)
		case "window":
			err = at(v, "unknown window %q: write sliding, tumbling or session", v.Value)
			for w, name := range windowNames {
				if name == v.Value {
					c.Window, err = Window(w), nil
				}
			}
		case "aliases":
			err = c.setAliases(v)
		case "condition":
			cond = v
		case "generate":
			c.Generate = v.Value == "true"
		default:
			err = at(k, "unknown key %q in correlation", k.Value)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !typed:
		return at(sec, "correlation without a type")
	case len(c.Names) == 0:
		return at(sec, "correlation names no rules")
	case c.Timespan <= 0:
		return at(sec, "correlation without a timespan")
	case c.Window == Session && c.Gap <= 0:
		return at(sec, "a session window needs a gap")
	}
	return c.setCondition(sec, cond)
}

func (c *Correlation) setType(v *yaml.Node) error {
	for t, name := range correlationTypes {
		if name == v.Value {
			c.Type = CorrelationType(t)
			return nil
		}
	}
	return at(v, "unknown correlation type %q: write %s", v.Value, strings.Join(correlationTypes[:], ", "))
}

// timespan reads "90s", "15m", "1h", "30d" (also w, M and y, as converters take them).
func timespan(v *yaml.Node) (time.Duration, error) {
	s := v.Value
	if len(s) > 1 {
		n, err := strconv.ParseInt(s[:len(s)-1], 10, 32)
		unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour,
			'w': 7 * 24 * time.Hour, 'M': 30 * 24 * time.Hour, 'y': 365 * 24 * time.Hour}[s[len(s)-1]]
		if err == nil && n > 0 && unit > 0 && n <= math.MaxInt64/int64(unit) {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, at(v, "%q is not a time: write a number and s, m, h or d", s)
}

func (c *Correlation) setAliases(v *yaml.Node) error {
	if v.Kind != yaml.MappingNode {
		return at(v, "aliases must be a map")
	}
	c.Aliases = map[string]map[string]string{}
	for i := 0; i+1 < len(v.Content); i += 2 {
		m := deref(v.Content[i+1])
		if m.Kind != yaml.MappingNode {
			return at(m, "alias %q: it must map rule names to fields", v.Content[i].Value)
		}
		by := map[string]string{}
		for j := 0; j+1 < len(m.Content); j += 2 {
			by[m.Content[j].Value] = deref(m.Content[j+1]).Value
		}
		c.Aliases[v.Content[i].Value] = by
	}
	return nil
}

func (c *Correlation) setCondition(sec, n *yaml.Node) error {
	temporal := c.Type == Temporal || c.Type == TemporalOrdered
	switch {
	case n == nil && temporal:
		return nil
	case n == nil:
		return at(sec, "correlation of type %s needs a condition", c.Type)
	case n.Kind == yaml.ScalarNode && temporal:
		return c.setBool(n)
	case n.Kind != yaml.MappingNode:
		return at(n, "condition must be a map of comparisons")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], deref(n.Content[i+1])
		if k.Value == "field" {
			c.Fields = texts(v)
			continue
		}
		f, err := strconv.ParseFloat(v.Value, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return at(v, "%s: %q is not a number", k.Value, v.Value)
		}
		if k.Value == "percentile" {
			if f < 0 || f > 100 {
				return at(v, "percentile must be between 0 and 100, not %q", v.Value)
			}
			c.Percentile = f
			continue
		}
		op := -1
		for o, name := range criterionNames {
			if name == k.Value {
				op = o
			}
		}
		if op < 0 {
			return at(k, "unknown comparison %q: write %s", k.Value, strings.Join(criterionNames[:], ", "))
		}
		c.Criteria = append(c.Criteria, Criterion{CriterionOp(op), f})
	}
	if len(c.Criteria) == 0 && !temporal {
		return at(n, "condition compares with nothing")
	}
	if value := c.Type != EventCount && !temporal; value && len(c.Fields) == 0 {
		return at(n, "correlation of type %s needs a field in its condition", c.Type)
	}
	return nil
}

// setBool reads a condition such as "rule_a and not rule_b" over Names.
func (c *Correlation) setBool(n *yaml.Node) error {
	names := make(map[string]*Expr, len(c.Names))
	index := make(map[*Item]int, len(c.Names))
	for i, name := range c.Names {
		it := &Item{}
		index[it] = i
		names[name] = &Expr{Item: it}
	}
	e, err := parseCondition(n.Value, names)
	if err != nil {
		return at(n, "%v", err)
	}
	var conv func(e *Expr) (*BoolExpr, error)
	conv = func(e *Expr) (*BoolExpr, error) {
		if e.Op == OpAtLeast {
			return nil, at(n, "condition %q: a number of rules is written as gte", n.Value)
		}
		b := &BoolExpr{Op: e.Op}
		if e.Op == OpLeaf {
			b.Ref = index[e.Item]
		}
		for _, k := range e.Kids {
			kb, err := conv(k)
			if err != nil {
				return nil, err
			}
			b.Kids = append(b.Kids, kb)
		}
		return b, nil
	}
	c.Bool, err = conv(e)
	return err
}

// resolve replaces names by identities. ids maps id and name of every rule and correlation of the set to its Ident().
func (c *Correlation) resolve(ids map[string]string) error {
	for _, n := range c.Names {
		id, ok := ids[n]
		if !ok {
			return fmt.Errorf("correlation refers to rule %q, which is not loaded", n)
		}
		c.Refs = append(c.Refs, id)
	}
	for alias, by := range c.Aliases {
		out := make(map[string]string, len(by))
		for name, field := range by {
			id, ok := ids[name]
			if !ok {
				return fmt.Errorf("alias %q speaks of rule %q, which is not loaded", alias, name)
			}
			out[id] = field
		}
		c.Aliases[alias] = out
	}
	return nil
}
