package engine

import (
	"fmt"
	"io/fs"
	"math"
	"strings"

	"prescore/conf"
	"prescore/engine/correlate"
	"prescore/engine/detect"
	"prescore/engine/detect/sigma"
)

// Correlations gives the correlations that Sigma's reader found in the form the correlate room takes. Rooms do not know each other:
// here the one's words become the other's.
func Correlations(list []*sigma.Correlation) []correlate.Rule {
	out := make([]correlate.Rule, 0, len(list))
	for _, c := range list {
		r := correlate.Rule{
			ID: c.Ident(), Title: c.Title, Level: c.Level, Techniques: c.Techniques(), Tactics: c.Tactics(), Type: sigmaTypes[c.Type],
			GroupBy: c.GroupBy, Span: int64(c.Timespan), Window: sigmaWindows[c.Window], Gap: int64(c.Gap), Fields: c.Fields,
			Percentile: c.Percentile, Generate: c.Generate,
		}
		if c.File != "" {
			r.Origin = fmt.Sprintf("%s:%d", c.File, c.Line)
		}
		if !math.IsNaN(c.Risk) {
			r.Risk = c.Risk
		}
		for _, cr := range c.Criteria {
			r.Conds = append(r.Conds, correlate.Cond{Op: sigmaOps[cr.Op], Value: cr.Value})
		}
		for i, ref := range c.Refs {
			s := correlate.Step{Name: c.Names[i], Any: []correlate.Match{{Ref: ref}}}
			for alias, by := range c.Aliases {
				if f, ok := by[ref]; ok {
					if s.Alias == nil {
						s.Alias = map[string]string{}
					}
					s.Alias[alias] = f
				}
			}
			r.Steps = append(r.Steps, s)
		}
		if c.Bool != nil {
			var b strings.Builder
			condition(&b, c.Bool)
			r.Expr = b.String()
		}
		out = append(out, r)
	}
	return out
}

var (
	sigmaTypes = map[sigma.CorrelationType]correlate.Type{
		sigma.EventCount: correlate.EventCount, sigma.ValueCount: correlate.ValueCount, sigma.Temporal: correlate.Temporal,
		sigma.TemporalOrdered: correlate.TemporalOrdered, sigma.ValueSum: correlate.ValueSum, sigma.ValueAvg: correlate.ValueAvg,
		sigma.ValuePercentile: correlate.ValuePercentile, sigma.ValueMedian: correlate.ValueMedian,
	}
	sigmaWindows = map[sigma.Window]correlate.Window{
		sigma.Sliding: correlate.Sliding, sigma.Tumbling: correlate.Tumbling, sigma.Session: correlate.Session,
	}
	sigmaOps = map[sigma.CriterionOp]correlate.Op{
		sigma.CritGt: correlate.GT, sigma.CritGte: correlate.GTE, sigma.CritLt: correlate.LT, sigma.CritLte: correlate.LTE,
		sigma.CritEq: correlate.EQ, sigma.CritNeq: correlate.NEQ,
	}
)

// baseRules gives what resolves a reference to a detection, by id or name, to the id its findings carry.
func baseRules(d *detect.Room) func(ref string) (string, bool) {
	ids := map[string]string{}
	for _, r := range d.Rules() {
		for _, name := range []string{r.ID, r.Name, r.Ident()} {
			if _, taken := ids[name]; name != "" && !taken {
				ids[name] = r.Ident()
			}
		}
	}
	return func(ref string) (string, bool) {
		id, ok := ids[ref]
		return id, ok
	}
}

// condition writes a condition over steps by number: the names of rules may hold anything. The reader bounds its depth.
func condition(b *strings.Builder, e *sigma.BoolExpr) {
	word := ""
	switch e.Op {
	case sigma.OpAnd:
		word = " and "
	case sigma.OpOr:
		word = " or "
	case sigma.OpNot:
		b.WriteString("not ")
	default:
		fmt.Fprintf(b, "#%d", e.Ref)
		return
	}
	b.WriteByte('(')
	for i, k := range e.Kids {
		if i > 0 {
			b.WriteString(word)
		}
		condition(b, k)
	}
	b.WriteByte(')')
}

// shippedCorrelations gives the native rules that are built in.
func shippedCorrelations() ([]correlate.File, error) {
	var out []correlate.File
	dir := conf.Correlations()
	names, err := fs.Glob(dir, "*.toml")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		text, err := fs.ReadFile(dir, n)
		if err != nil {
			return nil, err
		}
		out = append(out, correlate.File{Name: "conf/correlations/" + n, Text: text})
	}
	return out, nil
}
