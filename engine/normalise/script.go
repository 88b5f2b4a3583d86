package normalise

import (
	"math/bits"

	"prescore/engine/event"
)

// sight is what is left of recognising records of one shape: the candidates that its names do not rule out.
type sight struct {
	exact   []marked     // fields whose value may open candidates
	formats []*candidate // opened by the format
	other   []marked     // fields whose presence or pattern may open candidates
}

type marked struct {
	field int
	group *group
	list  []*candidate // of other: those of the group that are left
}

// sightOf gives the sight of records of an event's shape. It looks at no value.
func (q *recogniser) sightOf(r *Room, ev *event.Event) (s sight) {
	left := func(list []*candidate) (out []*candidate) {
		for _, c := range list {
			if !r.ruledOut(ev, c) {
				out = append(out, c)
			}
		}
		return out
	}
	for i := range ev.Fields {
		f := &ev.Fields[i]
		if int(f.ID) >= len(q.marks) || q.marks[f.ID] == 0 || f.Value.K <= event.Null {
			continue
		}
		g := &q.groups[q.marks[f.ID]-1]
		for _, list := range g.exact {
			if len(left(list)) > 0 {
				s.exact = append(s.exact, marked{field: i, group: g})
				break
			}
		}
		if first := ev.First(f.ID); first != f && f.Layer == first.Layer {
			continue
		}
		if list := left(g.other); len(list) > 0 {
			s.other = append(s.other, marked{field: i, group: g, list: list})
		}
	}
	if ev.Format != "" {
		s.formats = left(q.formats[ev.Format])
	}
	return s
}

// ruledOut reports whether a candidate holds for no record of the event's shape.
func (r *Room) ruledOut(ev *event.Event, c *candidate) bool {
	for i := range c.conds {
		k := &c.conds[i]
		if k.format {
			if !r.holds(ev, k) {
				return true
			}
			continue
		}
		if k.get.id == 0 {
			continue
		}
		f := value(ev, k.get.id)
		switch {
		case f == nil:
			if !k.absent {
				return true
			}
		case k.absent && len(k.get.ops) == 0 && holding[f.Value.K&15] == holdsOther:
			return true
		}
	}
	return false
}

// find is recogniser.find for a record of the shape.
func (s *sight) find(r *Room, ev *event.Event) *source {
	var best *candidate
	for i := range s.exact {
		m := &s.exact[i]
		if l := m.group.exact[ev.Fields[m.field].Value.Text(&ev.Arena)]; len(l) > 0 {
			best = r.better(ev, best, l)
		}
	}
	best = r.better(ev, best, s.formats)
	for i := range s.other {
		m := &s.other[i]
		if best != nil && m.list[0].rank <= best.rank || nothing(ev.Fields[m.field].Value) {
			continue
		}
		best = r.better(ev, best, m.list)
	}
	if best == nil {
		return nil
	}
	return best.source
}

// script is what a source does with records of one shape: the steps and tables that its names do not rule out, each with the field it
// reads.
type script struct {
	source   *source
	messages []*messages
	early    []*table
	moves    []move
	late     []*table
	named    []*step
}

// move is a step and the field it reads, -1 where it reads none.
type move struct {
	key   event.Key
	typ   event.Type
	id    event.NameID
	text  bool // text is taken as it is
	field int32
	step  *step
}

// scriptOf gives a source's script for records of an event's shape. It looks at no value.
func scriptOf(ev *event.Event, s *source) *script {
	c := &script{source: s}
	for i := range s.messages {
		if readable(ev, s.messages[i].get) {
			c.messages = append(c.messages, &s.messages[i])
		}
	}
	var set stepSet
	asked := s.plan.mark(ev, &set)
	tables := func(list []table) (out []*table) {
		for i := range list {
			if t := &list[i]; t.bit == 0 || t.bit&asked != 0 {
				out = append(out, t)
			}
		}
		return out
	}
	c.early, c.late = tables(s.early), tables(s.late)
	for i := range s.fields {
		if s.plan == nil {
			c.add(ev, &s.fields[i])
		}
	}
	for w := range set {
		for b := set[w]; b != 0; b &= b - 1 {
			c.add(ev, &s.fields[w*64+bits.TrailingZeros64(b)])
		}
	}
	for i := range s.named {
		if readable(ev, s.named[i:i+1]) {
			c.named = append(c.named, &s.named[i])
		}
	}
	return c
}

// readable reports whether one of the steps may have a value.
func readable(ev *event.Event, list []step) bool {
	for i := range list {
		if list[i].id == 0 || ev.First(list[i].id) != nil {
			return true
		}
	}
	return false
}

// add adds a step, unless it does nothing for any record of the shape.
func (c *script) add(ev *event.Event, s *step) {
	m := move{key: s.key, typ: s.typ, id: s.id, step: s, field: -1}
	if s.id != 0 {
		f := value(ev, s.id)
		if f == nil || len(s.ops) == 0 && holding[f.Value.K&15] <= holdsEmpty {
			return
		}
		m.field = int32(fieldIndex(ev, f))
	}
	switch s.typ {
	case event.TypeString, event.TypePath, event.TypeURL:
		m.text = len(s.ops) == 0
	}
	c.moves = append(c.moves, m)
}

// run is Room.plainly for a record of the shape.
func (c *script) run(r *Room, ev *event.Event, st *state) {
	for _, m := range c.messages {
		m.apply(r, ev, st)
	}
	for _, t := range c.early {
		r.table(ev, t, st)
	}
	for i := range c.moves {
		if m := &c.moves[i]; !ev.Has(m.key) {
			r.move(ev, m)
		}
	}
	for _, t := range c.late {
		r.table(ev, t, st)
	}
	for _, s := range c.named {
		if r.name(ev, s) {
			break
		}
	}
}

// move runs a step whose key is not set.
func (r *Room) move(ev *event.Event, m *move) {
	if m.field < 0 || int(m.field) >= len(ev.Fields) {
		r.put(ev, m.step)
		return
	}
	f := &ev.Fields[m.field]
	if m.text && f.Value.K == event.String && len(f.Value.S) > maxNothing { // as coerce would have it
		ev.Set(m.key, f.Value)
		return
	}
	v := f.Value
	for i := range m.step.ops {
		if v = m.step.ops[i].apply(ev, m.id, v); v.K == event.None {
			return
		}
	}
	if v.K > event.Null {
		r.set(ev, m.key, m.typ, v, m.id)
	}
}
