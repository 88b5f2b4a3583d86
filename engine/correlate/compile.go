package correlate

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"prescore/engine/entity"
)

// rule is a compiled Rule.
type rule struct {
	Rule
	index    int
	kind     entity.Kind
	steps    []step
	group    []getter // by GroupBy, for steps without an alias of it
	grouped  uint32   // kinds of entity among them
	fields   []getter
	differ   []getter
	expr     expr
	absent   uint32  // steps that must not occur
	positive uint32  // the others
	opens    uint32  // steps that open a window; the others leave a note where there is none
	last     int     // of a sequence: the last step that must occur
	trailing bool    // of a sequence: absence is awaited after the last step
	whole    bool    // of a sequence: its steps have no further conditions, so that all paths through a window count, not just the one found
	parts    float64 // how many steps must occur
	rising   bool    // more can only make it hold: late records may then fire windows of the past
	cap      int     // entries of a window
	incident bool
	silent   bool // it only feeds other rules
	print    uint64
	usedBy   []int32 // alternatives of rules that refer to this one
}

// step is a compiled Step.
type step struct {
	Step
	group []getter // by GroupBy
}

// alt is one way to be a step of a rule.
type alt struct {
	rule  *rule
	step  int
	asks  asks    // what else than Ref and conditions on fields is to be tested
	need  uint64  // conditions on fields, as bits of Room.shared
	where []where // those that have no bit there
	match Match
}

// compile makes the rules of the room; an error names the rule.
func (r *Room) compile(rules []Rule, in In) error {
	if len(rules) > maxRules {
		return fmt.Errorf("more than %d correlation rules", maxRules)
	}
	byRef := map[string]*rule{}
	for i := range rules {
		cr := &rule{Rule: rules[i], index: i}
		for _, name := range []string{cr.ID, cr.Name} {
			if name == "" {
				continue
			}
			if other, there := byRef[name]; there && other != cr {
				return cr.refuse("its id or name is %s's too", other.label())
			}
			byRef[name] = cr
		}
		if cr.ID == "" {
			if cr.ID = cr.Name; cr.ID == "" {
				cr.ID = cr.Title
			}
		}
		r.rules = append(r.rules, cr)
	}
	if err := r.order(byRef); err != nil {
		return err
	}
	kept := r.rules[:0]
	for _, cr := range r.rules {
		err := r.compileRule(cr)
		if err == nil {
			err = r.index(cr, byRef, in)
		}
		if err != nil && cr.Native {
			return err
		}
		if err != nil { // one of thousands of Sigma's must not keep the others from running
			r.warnings = append(r.warnings, err.Error()+": left out")
			for _, name := range []string{cr.ID, cr.Name} {
				if byRef[name] == cr {
					byRef[name] = nil
				}
			}
			continue
		}
		kept = append(kept, cr)
	}
	r.rules = kept
	risks := levels(in.LevelRisk, levelRisk)
	for i, cr := range r.rules {
		cr.index = i
		cr.incident = !cr.NoIncident && !r.cfg.IncidentsOff && (len(cr.usedBy) == 0 || r.generates(cr))
		kind, err := r.st.AddKind("rule:"+cr.ID, cr.print, r.cfg.MaxGroups)
		if err != nil {
			return cr.refuse("another rule has its id")
		}
		cr.kind = kind
		cr.silent = len(cr.usedBy) > 0 && !r.generates(cr)
		if cr.Risk == 0 {
			cr.Risk = risks[cr.Level]
		}
		for len(r.byKind) <= int(kind) {
			r.byKind = append(r.byKind, nil)
		}
		r.byKind[kind] = cr
	}
	return nil
}

// generates reports whether a rule that others refer to stands for itself as well.
func (r *Room) generates(cr *rule) bool {
	for _, a := range cr.usedBy {
		if r.alts[a].rule.Generate || r.alts[a].rule.Native {
			return true
		}
	}
	return false
}

func (c *rule) label() string {
	name := c.ID
	if name == "" {
		name = c.Name
	}
	if name == "" {
		name = c.Title
	}
	return fmt.Sprintf("correlation %q", name)
}

func (c *rule) refuse(format string, args ...any) error {
	at := ""
	if c.Origin != "" {
		at = c.Origin + ": "
	}
	return fmt.Errorf("%s%s: %s", at, c.label(), fmt.Sprintf(format, args...))
}

// order sorts the rules so that each comes after those it refers to; a circle is refused by name.
func (r *Room) order(byRef map[string]*rule) error {
	const (
		unseen = iota
		open
		done
	)
	state := make(map[*rule]int, len(r.rules))
	sorted := make([]*rule, 0, len(r.rules))
	var path []string
	var visit func(c *rule) error
	visit = func(c *rule) error { // as deep as the chain of rules is long: at most maxRules
		switch state[c] {
		case done:
			return nil
		case open:
			at := slices.Index(path, c.ID)
			return c.refuse("refers to itself: %s", strings.Join(append(path[at:], c.ID), " -> "))
		}
		state[c] = open
		path = append(path, c.ID)
		for _, s := range c.Steps {
			for _, m := range s.Any {
				if o := byRef[m.Ref]; m.Ref != "" && o != nil {
					if err := visit(o); err != nil {
						return err
					}
				}
			}
		}
		path = path[:len(path)-1]
		state[c] = done
		sorted = append(sorted, c)
		return nil
	}
	for _, c := range r.rules {
		if err := visit(c); err != nil {
			return err
		}
	}
	r.rules = sorted
	return nil
}

// compileRule checks what a rule says and resolves its fields.
func (r *Room) compileRule(c *rule) error {
	switch {
	case c.Title == "":
		return c.refuse("has no title")
	case len(c.Steps) == 0:
		return c.refuse("refers to no rule")
	case len(c.Steps) > maxSteps:
		return c.refuse("has more than %d steps", maxSteps)
	case c.Span <= 0:
		return c.refuse("has no timespan")
	case c.Span > int64(r.cfg.MaxSpan):
		return c.refuse("its timespan is longer than correlate.max_span")
	case len(c.GroupBy) > maxGroupBy:
		return c.refuse("groups by more than %d fields", maxGroupBy)
	case len(c.Fields) > maxGroupBy:
		return c.refuse("measures more than %d fields", maxGroupBy)
	case c.Window == Session && c.Gap <= 0:
		return c.refuse("its session window needs a gap")
	case c.Type.steps() && c.Window == Tumbling && c.Type == TemporalOrdered:
		return c.refuse("a sequence has no tumbling window")
	case c.Type >= ValueCount && c.Type <= ValueMedian && len(c.Fields) == 0:
		return c.refuse("%s needs a field", c.Type)
	case c.Type >= ValueSum && c.Type <= ValueMedian && len(c.Fields) != 1:
		return c.refuse("%s measures one field", c.Type)
	case !c.Type.steps() && len(c.Conds) == 0:
		return c.refuse("%s needs a condition", c.Type)
	case !(c.Percentile >= 0 && c.Percentile <= 100):
		return c.refuse("percentile must be between 0 and 100")
	case !(math.Abs(c.Delta) <= 9):
		return c.refuse("delta must be between -9 and 9")
	case !(c.Risk >= 0 && c.Risk <= 100):
		return c.refuse("risk must be between 0 and 100")
	case c.Network < 0 || c.Network > 128:
		return c.refuse("network must be between 0 and 128 bits")
	case len(c.Differ) > 0 && c.Type != TemporalOrdered:
		return c.refuse("differ belongs to a sequence; use value_count for other types")
	}
	for _, cd := range c.Conds {
		if math.IsNaN(cd.Value) || math.IsInf(cd.Value, 0) {
			return c.refuse("its condition is not a number")
		}
	}
	var err error
	if c.group, err = r.getters(c, c.GroupBy); err != nil {
		return err
	}
	for i := range c.group {
		if c.group[i].entity {
			c.grouped |= 1 << c.group[i].kind
		}
	}
	if c.fields, err = r.getters(c, c.Fields); err != nil {
		return err
	}
	if c.differ, err = r.getters(c, c.Differ); err != nil {
		return err
	}
	for _, s := range c.Steps {
		cs := step{Step: s}
		names := slices.Clone(c.GroupBy)
		for i, g := range names {
			if a, ok := s.Alias[g]; ok {
				names[i] = a
			}
		}
		if cs.group, err = r.getters(c, names); err != nil {
			return err
		}
		c.steps = append(c.steps, cs)
	}
	if err := c.compileSteps(); err != nil {
		return err
	}
	c.cap = r.cfg.MaxWindow
	c.rising = true
	for _, cd := range c.Conds {
		if cd.Op != GTE && cd.Op != GT {
			c.rising = false
		}
		if !c.Type.steps() && c.Type <= ValueCount {
			c.cap = max(c.cap, int(min(math.Abs(cd.Value)*1.25+16, maxEntries)))
			if cd.Value > maxEntries && c.Type == ValueCount {
				return c.refuse("counts more than %d distinct values", maxEntries)
			}
		}
	}
	if c.Type != EventCount && c.Type != ValueCount && !c.Type.steps() {
		c.rising = false
	}
	if c.Type.steps() {
		c.cap = maxStepKept * len(c.steps)
	}
	c.opens = c.opening()
	c.print = fingerprint(&c.Rule)
	return nil
}

func (r *Room) getters(c *rule, names []string) ([]getter, error) {
	out := make([]getter, 0, len(names))
	for _, n := range names {
		g, ok := newGetter(r.names, n, c.Native)
		if !ok || n == "" {
			return nil, c.refuse("field %q is empty or does not fit the table of names", n)
		}
		out = append(out, g)
	}
	return out, nil
}

// compileSteps reads what must and must not occur.
func (c *rule) compileSteps() error {
	all := uint32(1)<<len(c.steps) - 1
	for i, s := range c.steps {
		if s.Absent {
			c.absent |= 1 << i
		}
		if s.Within < 0 {
			return c.refuse("step %q: within must not be negative", s.Name)
		}
	}
	if c.Expr != "" {
		if !c.Type.steps() {
			return c.refuse("%s takes numbers as its condition, not %q", c.Type, c.Expr)
		}
		x, err := parseExpr(c.Expr, func(name string) (int, bool) {
			if n, ok := strings.CutPrefix(name, "#"); ok { // by number, as the engine writes what Sigma's reader parsed
				i, err := strconv.Atoi(n)
				return i, err == nil && i >= 0 && i < len(c.steps)
			}
			for i, s := range c.steps {
				if s.Name == name || len(s.Any) == 1 && s.Any[0].Ref == name {
					return i, true
				}
			}
			return 0, false
		})
		if err != nil {
			return c.refuse("%s", err)
		}
		if c.Type == TemporalOrdered && slices.Contains(x, opOr) {
			return c.refuse("the condition of a sequence takes and, and not: %q", c.Expr)
		}
		c.expr = x
		c.absent |= x.negated(len(c.steps))
	}
	if !c.Type.steps() {
		if c.absent != 0 {
			return c.refuse("%s has no absent step", c.Type)
		}
		return nil
	}
	c.positive = all &^ c.absent
	if c.positive == 0 {
		return c.refuse("nothing starts it: every step is one that must not occur")
	}
	for i := range c.steps {
		if c.positive>>i&1 == 1 {
			c.last = i
		}
	}
	c.trailing = c.Type == TemporalOrdered && c.absent>>(c.last+1) != 0
	c.whole = len(c.differ) == 0 && c.absent == 0 && !slices.ContainsFunc(c.steps, func(s step) bool { return s.Within > 0 })
	c.parts = float64(bits.OnesCount32(c.positive))
	if c.Type == Temporal && len(c.Conds) == 0 && c.expr == nil {
		c.Conds = []Cond{{GTE, c.parts}}
	}
	return nil
}
