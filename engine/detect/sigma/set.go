package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// Options is what reading rules depends on.
type Options struct {
	Placeholders map[string][]string // values of %name%, for the modifier expand
	Want         Selection
	Advise       bool // collect Advice
}

// Selection says which rules are wanted; an empty list asks nothing. Tags are compared without case and may end in "*".
type Selection struct {
	Status, Product, Tags, IDs, NotIDs []string
	MinLevel                           uint8 // of event.Level
}

// Set is what a number of files hold.
type Set struct {
	Rules        []*Rule        // in order of files and documents
	Correlations []*Correlation // each after all that it refers to
	Filters      []*Filter
	Problems     []Problem // why documents were left out, and filters that fit nothing
	Advice       []Problem // what is odd about those that were not
	Skipped      int       // rules that Options.Want left out
	Copies       int       // rules that were read before, word for word

	opts Options
}

// NewSet makes an empty set: Add files, then Close.
func NewSet(o Options) *Set { return &Set{opts: o} }

// Add reads the documents of one file. The text is not kept.
func (s *Set) Add(file string, text []byte) {
	report := func(p Problem) {
		if p.Fatal {
			s.Problems = append(s.Problems, p)
		} else if s.opts.Advise {
			s.Advice = append(s.Advice, p)
		}
	}
	r := &reader{placeholders: s.opts.Placeholders, report: report, lint: s.opts.Advise}
	for _, d := range documents(file, text, report) {
		switch {
		case get(d.root, "correlation") != nil:
			if c := r.correlation(d); c != nil {
				s.Correlations = append(s.Correlations, c)
			}
		case get(d.root, "filter") != nil:
			if f := r.filter(d); f != nil {
				s.Filters = append(s.Filters, f)
			}
		default:
			if ru := r.rule(d); ru != nil {
				s.Rules = append(s.Rules, ru)
			}
		}
	}
}

// Close applies selection and filters and resolves correlations. A rule with the id of an earlier one is left out.
func (s *Set) Close() {
	needed := map[string]bool{}
	for _, c := range s.Correlations {
		for _, n := range c.Names {
			needed[n] = true
		}
	}
	ids := map[string]string{}
	first := map[string]*Rule{}
	kept := s.Rules[:0]
	for _, r := range s.Rules {
		if o := first[r.Ident()]; o != nil && o.sum == r.sum {
			s.Copies++
			continue
		} else if o != nil {
			s.refuse(&r.Meta, "it has the id of the rule in %s:%d", o.File, o.Line)
			continue
		}
		first[r.Ident()] = r
		if !s.opts.Want.wants(r) && !needed[r.ID] && !needed[r.Name] {
			s.Skipped++
			continue
		}
		kept = append(kept, r)
		note(ids, &r.Meta)
	}
	s.Rules = kept
	for _, c := range s.Correlations {
		note(ids, &c.Meta)
	}
	for _, f := range s.Filters {
		hit := false
		for _, r := range s.Rules {
			if f.Wants(r) {
				f.apply(r)
				hit = true
			}
		}
		if !hit {
			s.Problems = append(s.Problems, Problem{File: f.File, Line: f.Line, Rule: f.Ident(), Text: "filter fits no rule that is loaded"})
		}
	}
	s.order(ids)
}

func note(ids map[string]string, m *Meta) {
	for _, n := range []string{m.ID, m.Name} {
		if _, taken := ids[n]; n != "" && !taken {
			ids[n] = m.Ident()
		}
	}
}

func (s *Set) refuse(m *Meta, format string, args ...any) {
	s.Problems = append(s.Problems, Problem{File: m.File, Line: m.Line, Rule: m.Ident(), Text: fmt.Sprintf(format, args...), Fatal: true})
}

// order resolves the correlations and puts each behind what it refers to; one that refers to itself, to nothing, or to one that
// was refused is refused too.
func (s *Set) order(ids map[string]string) {
	left := map[string]*Correlation{}
	var open []*Correlation
	for _, c := range s.Correlations {
		if err := c.resolve(ids); err != nil {
			s.refuse(&c.Meta, "%v", err)
		} else if left[c.Ident()] != nil {
			s.refuse(&c.Meta, "it has the id of the correlation in %s:%d", left[c.Ident()].File, left[c.Ident()].Line)
		} else {
			left[c.Ident()] = c
			open = append(open, c)
		}
	}
	have := map[string]bool{}
	for _, r := range s.Rules {
		have[r.Ident()] = true
	}
	var done []*Correlation
	for again := true; again; {
		again = false
		open = slices.DeleteFunc(open, func(c *Correlation) bool {
			for _, ref := range c.Refs {
				if !have[ref] {
					return false
				}
			}
			have[c.Ident()] = true
			done = append(done, c)
			again = true
			return true
		})
	}
	for _, c := range open {
		s.refuse(&c.Meta, "correlation refers to itself, over others, or to a correlation that was refused")
	}
	s.Correlations = done
	s.silence()
}

// silence marks the rules that are only parts of a correlation: documents of the same file, unless it says generate.
func (s *Set) silence() {
	type part struct{ file, id string }
	silent := map[part]bool{}
	for _, c := range s.Correlations {
		for _, ref := range c.Refs {
			p := part{c.File, ref}
			if c.Generate {
				silent[p] = false
			} else if _, said := silent[p]; !said {
				silent[p] = true
			}
		}
	}
	for _, r := range s.Rules {
		r.Silent = silent[part{r.File, r.Ident()}]
	}
}

// wants reports whether a rule is selected.
func (w *Selection) wants(r *Rule) bool {
	switch {
	case len(w.IDs) > 0 && !slices.Contains(w.IDs, r.Ident()):
		return false
	case slices.Contains(w.NotIDs, r.Ident()):
		return false
	case len(w.Status) > 0 && !slices.Contains(w.Status, r.Status):
		return false
	case len(w.Product) > 0 && r.Source.Product != "" && !slices.Contains(w.Product, r.Source.Product):
		return false
	case uint8(r.Level) < w.MinLevel:
		return false
	}
	if len(w.Tags) == 0 {
		return true
	}
	for _, t := range r.Tags {
		for _, p := range w.Tags {
			if glob(strings.ToLower(p), strings.ToLower(t)) {
				return true
			}
		}
	}
	return false
}
