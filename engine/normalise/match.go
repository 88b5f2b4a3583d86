package normalise

import (
	"fmt"

	"prescore/engine/event"
)

// candidate is one way to recognise a source: all conditions hold.
type candidate struct {
	source *source
	rank   int
	conds  []cond
}

// group is the candidates that one marker field opens.
type group struct {
	exact map[string][]*candidate // by the marker's value
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
		k := &c.conds[i]
		if k.absent || !k.format && k.get.id == 0 {
			continue
		}
		score := 1
		if exactOnly(k.globs) {
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
	m := &c.conds[best]
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

// find gives the source of a record, nil where none is recognised.
func (q *recogniser) find(r *Room, ev *event.Event) *source {
	var best *candidate
	for i := range ev.Fields {
		id := ev.Fields[i].ID
		if id == 0 || int(id) >= len(q.marks) {
			continue
		}
		at := q.marks[id]
		if at == 0 {
			continue
		}
		g := &q.groups[at-1]
		if len(g.exact) > 0 {
			if v := ev.Fields[i].Value; v.K > event.Null {
				best = r.better(ev, best, g.exact[v.Text(&ev.Arena)])
			}
		}
		best = r.better(ev, best, g.other)
	}
	if ev.Format != "" && len(q.formats) > 0 {
		best = r.better(ev, best, q.formats[ev.Format])
	}
	if best == nil {
		return nil
	}
	return best.source
}

func (r *Room) better(ev *event.Event, best *candidate, list []*candidate) *candidate {
	for _, c := range list {
		if (best == nil || c.rank > best.rank) && r.allHold(ev, c.conds) {
			best = c
		}
	}
	return best
}
