package normalise

import (
	"fmt"
	"sort"

	"prescore/engine/event"
)

// candidate is one way to recognise a source: all conditions hold.
type candidate struct {
	source *source
	rank   int
	conds  []*cond
}

// group is the candidates that one marker field opens.
type group struct {
	exact map[string][]*candidate // by the marker's value
	words lexicon[[]*candidate]   // the same, for records
	other []*candidate            // by its presence, or by a pattern
}

// recogniser finds the mapping of a record: each of its fields that marks sources opens those, and the highest rank that holds wins.
type recogniser struct {
	marks   []uint16 // by NameID: place in groups plus one
	groups  []group
	formats map[string][]*candidate // sources known by ev.Format alone
}

func (q *recogniser) add(names *event.Names, c *candidate) error {
	// The marker is the condition that opens the fewest records: an exact value, else a pattern, else presence.
	best, bestScore := -1, 0
	for i := range c.conds {
		k := c.conds[i]
		if k.absent || !k.format && k.get.id == 0 {
			continue
		}
		score := 1
		if k.words != nil {
			score = 2
		} else if exactOnly(k.globs) {
			score = 3
		} else if !k.format && !(len(k.globs) == 1 && k.globs[0].text == "") {
			score = 2
		}
		if k.format {
			score = 0
			if exactOnly(k.globs) && best < 0 {
				best = i
			}
			continue
		}
		if len(k.get.ops) > 0 && score == 3 {
			score = 2 // the value is only known after its transforms
		}
		if score > bestScore {
			best, bestScore = i, score
		}
	}
	if best < 0 {
		return fmt.Errorf("no condition names a field that must be there")
	}
	m := c.conds[best]
	if m.format {
		for _, g := range m.globs {
			q.formats[g.text] = append(q.formats[g.text], c)
		}
		return nil
	}
	for len(q.marks) < names.Len() {
		q.marks = append(q.marks, 0)
	}
	at := q.marks[m.get.id]
	if at == 0 {
		q.groups = append(q.groups, group{exact: map[string][]*candidate{}})
		at = uint16(len(q.groups))
		q.marks[m.get.id] = at
	}
	if bestScore == 3 || m.any && len(m.get.ops) == 0 { // the marker has been looked at when the candidate is
		c.conds = append(c.conds[:best:best], c.conds[best+1:]...)
	}
	sort.SliceStable(c.conds, func(i, j int) bool { return c.conds[i].cost() < c.conds[j].cost() })
	g := &q.groups[at-1]
	if bestScore == 3 {
		for _, x := range m.globs {
			g.exact[x.text] = append(g.exact[x.text], c)
		}
	} else {
		g.other = append(g.other, c)
	}
	return nil
}

func exactOnly(list []glob) bool {
	for _, g := range list {
		if g.head || g.tail || g.not {
			return false
		}
	}
	return true
}

// ready puts the highest ranks first, so that what cannot win is not tried.
func (q *recogniser) ready() {
	byRank := func(l []*candidate) {
		sort.SliceStable(l, func(i, j int) bool { return l[i].rank > l[j].rank })
	}
	for i := range q.groups {
		byRank(q.groups[i].other)
		for _, l := range q.groups[i].exact {
			byRank(l)
		}
		q.groups[i].words = lexiconOf(q.groups[i].exact)
	}
	for _, l := range q.formats {
		byRank(l)
	}
}

// opened gives the candidates that a value of the marker opens.
func (g *group) opened(v *event.Value, mem *event.Arena) []*candidate {
	s := v.S
	if v.K != event.String {
		s = v.Text(mem)
	}
	if !g.words.may(s) {
		return nil
	}
	l, _ := g.words.find(s, wordHash(s))
	return l
}

// find gives the source of a record, nil where none is recognised. Markers that name an exact value come first: they are cheap, and
// what they find spares most of the others.
func (q *recogniser) find(r *Room, ev *event.Event) *source {
	var best *candidate
	lo, hi := len(ev.Fields), 0 // the fields whose presence or pattern marks a source lie in these bounds
	for i := range ev.Fields {
		f := &ev.Fields[i]
		if int(f.ID) >= len(q.marks) || q.marks[f.ID] == 0 || f.Value.K <= event.Null {
			continue
		}
		g := &q.groups[q.marks[f.ID]-1]
		if len(g.exact) > 0 {
			best = r.better(ev, best, g.opened(&f.Value, &ev.Arena))
		}
		if len(g.other) > 0 {
			lo, hi = min(lo, i), i+1
		}
	}
	if ev.Format != "" && len(q.formats) > 0 {
		best = r.better(ev, best, q.formats[ev.Format])
	}
	for i := lo; i < hi; i++ {
		f := &ev.Fields[i]
		if int(f.ID) >= len(q.marks) || q.marks[f.ID] == 0 {
			continue
		}
		g := &q.groups[q.marks[f.ID]-1]
		if len(g.other) == 0 || best != nil && g.other[0].rank <= best.rank || nothing(f.Value) {
			continue
		}
		if first := ev.First(f.ID); first != f && f.Layer == first.Layer {
			continue // a further element of an array
		}
		best = r.better(ev, best, g.other)
	}
	if best == nil {
		return nil
	}
	return best.source
}

func (r *Room) better(ev *event.Event, best *candidate, list []*candidate) *candidate {
	for _, c := range list {
		if best != nil && c.rank <= best.rank {
			return best
		}
		if c.holds(r, ev) {
			return c
		}
	}
	return best
}

func (c *candidate) holds(r *Room, ev *event.Event) bool {
	for _, k := range c.conds {
		if !r.holds(ev, k) {
			return false
		}
	}
	return true
}
