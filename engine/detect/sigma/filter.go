package sigma

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Filter narrows other rules: its condition must hold as well (so that "not selection" takes away what selection finds).
type Filter struct {
	Meta
	Rules []string // ids or names; empty: every rule of the log source
	Cond  *Expr
}

// filter reads a filter document.
func (r *reader) filter(d document) *Filter {
	m, err := r.meta(d)
	if err != nil {
		r.fail(d, &m, err)
		return nil
	}
	sec := get(d.root, "filter")
	if sec.Kind != yaml.MappingNode {
		r.fail(d, &m, at(sec, "filter must be a map"))
		return nil
	}
	f := &Filter{Meta: m}
	rules := get(sec, "rules")
	if rules == nil {
		r.fail(d, &m, at(sec, "filter names no rules"))
		return nil
	}
	if f.Rules = texts(rules); len(f.Rules) == 1 && f.Rules[0] == "any" {
		f.Rules = nil
	} else if len(f.Rules) == 0 {
		r.fail(d, &m, at(rules, "filter names no rules"))
		return nil
	}
	names, err := r.searches(d, &m, sec, "condition", "rules")
	if err == nil {
		f.Cond, err = condition(sec, names)
	}
	if err != nil {
		r.fail(d, &m, err)
		return nil
	}
	r.advise(d, &m, false)
	r.unused(d, &m, sec, names, f.Cond)
	return f
}

// Wants reports whether the filter is for a rule: the rule is named and its log source is within the filter's.
func (f *Filter) Wants(r *Rule) bool {
	if !f.Source.Covers(r.Source) {
		return false
	}
	return f.Rules == nil || slices.Contains(f.Rules, r.ID) && r.ID != "" || slices.Contains(f.Rules, r.Name) && r.Name != ""
}

// apply narrows a rule.
func (f *Filter) apply(r *Rule) {
	r.Cond = &Expr{Op: OpAnd, Kids: []*Expr{r.Cond, f.Cond}}
	r.Filters = append(r.Filters, f.Ident())
}
