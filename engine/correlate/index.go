package correlate

import (
	"fmt"
	"slices"
	"strings"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// fingerprint is of everything that gives a rule's state its meaning: changed, its state starts anew.
func fingerprint(c *Rule) uint64 {
	return entity.StableHash(fmt.Sprintf("%d|%q|%q|%d|%d|%d|%q|%d|%v|%v|%q|%q|%v", c.Type, c.GroupBy, stepsText(c), c.Span, c.Window, c.Gap,
		c.Fields, c.Network, c.Percentile, c.Conds, c.Expr, c.Differ, c.MinSources))
}

func stepsText(c *Rule) []string {
	var out []string
	for _, s := range c.Steps {
		alias := make([]string, 0, len(s.Alias))
		for k, v := range s.Alias {
			alias = append(alias, k+"="+v)
		}
		slices.Sort(alias)
		t := fmt.Sprintf("%v %v %q", s.Absent, s.Within, alias)
		for _, m := range s.Any {
			t += fmt.Sprintf(" %q %q %q %v %q %q %v", m.Ref, m.Techniques, m.Tactics, m.Classes, m.Activities, m.Sources, m.Levels)
			for _, w := range m.Where {
				t += fmt.Sprintf(" %q %q %q %q %q %v", w.Field, w.Equals, w.Prefix, w.Suffix, w.Contains, w.Not)
				for _, f := range []*float64{w.Over, w.Under} {
					if f != nil {
						t += fmt.Sprintf(" %v", *f)
					}
				}
			}
			if m.State != nil {
				t += fmt.Sprintf(" %+v", *m.State)
			}
		}
		out = append(out, t)
	}
	return out
}

// index enters each alternative of the rule's steps where an event will find it; nothing is entered where one is refused.
func (r *Room) index(c *rule, byRef map[string]*rule, in In) error {
	var alts []alt
	for i := range c.steps {
		s := &c.steps[i]
		if len(s.Any) == 0 {
			return c.refuse("step %q matches nothing", s.Name)
		}
		for _, m := range s.Any {
			a, err := r.alternative(c, i, m, byRef, in)
			if err != nil {
				return err
			}
			alts = append(alts, a)
		}
	}
	for _, a := range alts {
		r.enter(a, byRef)
	}
	return nil
}

// alternative checks and compiles one way to be a step. The match's Ref becomes what a finding carries.
func (r *Room) alternative(c *rule, i int, m Match, byRef map[string]*rule, in In) (alt, error) {
	name := c.steps[i].Name
	m.Techniques = slices.Clone(m.Techniques)
	for n, t := range m.Techniques {
		m.Techniques[n] = strings.ToUpper(t)
	}
	a := alt{rule: c, step: i}
	for _, w := range m.Where {
		cw, why := newWhere(r.names, w)
		if why != "" {
			return a, c.refuse("step %q: where %q: %s", name, w.Field, why)
		}
		a.where = append(a.where, cw)
	}
	if s := m.State; s != nil {
		low := *s
		low.Tiers, low.Roles = lowerAll(s.Tiers), lowerAll(s.Roles)
		m.State = &low
	}
	if ref := m.Ref; ref != "" && byRef[ref] == nil {
		_, left := byRef[ref] // a correlation that was left out
		ok := false
		if in.Base != nil {
			m.Ref, ok = in.Base(ref)
		}
		if left || !ok {
			return a, c.refuse("refers to %q, which is no rule", ref)
		}
	}
	if m.Ref == "" && len(m.Techniques)+len(m.Tactics)+len(m.Classes)+len(m.Sources)+len(a.where) == 0 && m.Levels == 0 && m.State == nil {
		return a, c.refuse("step %q matches everything", name)
	}
	a.match = m
	return a, nil
}

func lowerAll(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, strings.ToLower(s))
	}
	return out
}

// enter enters an alternative under the rarest thing it asks for.
func (r *Room) enter(a alt, byRef map[string]*rule) {
	n, m := int32(len(r.alts)), &a.match
	a.asks = asksOf(m)
	if len(m.Activities) > 0 {
		a.where = append(a.where, where{activities: m.Activities})
	}
	every := a.possible() // before share takes conditions from it
	r.share(&a)
	if m.State != nil && m.State.NewFor > 0 {
		r.touch |= 1 << m.State.Kind
	}
	if m.State != nil && m.State.RiskOver > 0 {
		r.risky |= 1 << m.State.Kind
	}
	switch {
	case m.Ref != "" && byRef[m.Ref] != nil:
		byRef[m.Ref].usedBy = append(byRef[m.Ref].usedBy, n)
	case m.Ref != "":
		r.byFinding[m.Ref] = append(r.byFinding[m.Ref], n)
	case len(m.Techniques) > 0:
		a.asks &^= asksTechnique // who is found there has it
		for _, t := range m.Techniques {
			r.byTechnique[t] = append(r.byTechnique[t], n)
		}
	case len(m.Tactics) > 0:
		a.asks &^= asksTactic
		for _, t := range m.Tactics {
			r.byTactic[t] = append(r.byTactic[t], n)
		}
	case len(m.Classes) > 0:
		a.asks &^= asksClass
		for _, cl := range m.Classes { // they are of the vocabulary (event.ClassNamed)
			r.byClass[cl.Slot()] = append(r.byClass[cl.Slot()], n)
		}
	case len(m.Sources) > 0:
		a.asks &^= asksSource
		for _, s := range m.Sources {
			r.bySource[s] = sourced{s, append(r.bySource[s].alts, n)}
		}
	default:
		for i := range r.every {
			if every[i] {
				r.every[i] = append(r.every[i], n)
			}
		}
	}
	r.alts = append(r.alts, a)
}

// hasTechnique reports whether the event has one of list or a sub-technique of it.
func hasTechnique(list []string, ev *event.Event) bool {
	for _, want := range list {
		for _, t := range ev.Techniques {
			if technique(t, want) {
				return true
			}
		}
	}
	return false
}

// technique reports whether id is want or a sub-technique of it. Both are spelt as ATT&CK does, in upper case.
func technique(id, want string) bool {
	return len(id) >= len(want) && id[:len(want)] == want && (len(id) == len(want) || id[len(want)] == '.')
}
