package normalise

import (
	"fmt"
	"sort"
	"strings"

	"prescore/engine/event"
)

// table is rows chosen by the value of a field.
type table struct {
	get     []step
	fold    bool
	when    [][]cond // one of the lists must hold; empty: always
	exact   map[string]*row
	words   lexicon[*row] // exact, for records
	globs   []globRow
	search  *automaton // finds those of globs that begin with a star
	absent  *row
	present *row
	memo    *memo[row] // what globs gave before; nil where matching is as cheap
	near    *near      // rows of a few words; nil where there are neither words nor patterns
	bit     uint64     // in what plan.mark gives; 0: to be run for every record
}

type globRow struct {
	glob
	row    *row
	sought bool // the automaton finds it
}

// table compiles one [[on]]. It is late, after the fields, where it looks at canonical keys.
func (c *compiler) table(o onTable, n *names, tables map[string]map[string]event.Value) (late bool, t table, err error) {
	list, err := texts(o.Field)
	if err != nil {
		return false, t, fmt.Errorf("field %w", err)
	}
	t = table{fold: o.Fold, exact: map[string]*row{}}
	for _, f := range list {
		st, err := n.expr(0, f, tables)
		if err != nil {
			return false, t, err
		}
		t.get = append(t.get, st...)
		late = late || strings.HasPrefix(f, "=")
	}
	if len(o.When) > 0 {
		if t.when, err = n.conds(o.When, tables); err != nil {
			return false, t, fmt.Errorf("when: %w", err)
		}
		for k := range o.When {
			late = late || strings.HasPrefix(k, "=")
		}
	}
	if len(o.Is) == 0 {
		return false, t, fmt.Errorf("is has no rows")
	}
	for keys, body := range o.Is {
		r, err := c.row(body, n, tables)
		if err != nil {
			return false, t, fmt.Errorf("%q: %w", keys, err)
		}
		for _, k := range strings.Split(keys, ",") {
			k = strings.TrimSpace(k)
			g := glob{text: k}
			g.trim()
			switch {
			case k == "*":
				t.present = r
			case k == "!":
				t.absent = r
			case g.head || g.tail || len(g.parts) > 0:
				t.globs = append(t.globs, globRow{glob: g, row: r})
			default:
				if t.exact[k] != nil {
					return false, t, fmt.Errorf("%q stands twice", k)
				}
				t.exact[k] = r
			}
		}
	}
	// The longest text is the most exact; of equal ones the one without a leading star.
	sort.Slice(t.globs, func(i, j int) bool {
		a, b := &t.globs[i], &t.globs[j]
		if x, y := a.weight(), b.weight(); x != y {
			return x > y
		}
		if a.head != b.head {
			return b.head
		}
		return a.text < b.text
	})
	t.seek(c.automata)
	t.words = lexiconOf(t.exact)
	return late, t, nil
}

// seek builds the search for patterns with a star before them, where there are enough of them.
func (t *table) seek(have map[string]*automaton) {
	literals := make([]string, len(t.globs))
	n := 0
	for i := range t.globs {
		if g := &t.globs[i]; g.head {
			if l := g.longest(); l != "" {
				literals[i] = l
				n++
			}
		}
	}
	if n < minAutomaton {
		return
	}
	key := fmt.Sprintf("%q", literals)
	known := false
	if t.search, known = have[key]; !known {
		t.search = newAutomaton(literals)
		have[key] = t.search
	}
	if t.search != nil {
		for i := range t.globs {
			t.globs[i].sought = literals[i] != ""
		}
	}
}

// glob gives the row of the first pattern that matches, nil where none does.
func (t *table) glob(s string) *row {
	limit := len(t.globs)
	for i := range t.globs {
		if t.globs[i].sought {
			continue
		}
		if t.globs[i].match(s) {
			limit = i
			break
		}
	}
	if t.search != nil {
		limit = t.search.first(s, t.globs, limit)
	}
	if limit == len(t.globs) {
		return nil
	}
	return t.globs[limit].row
}
