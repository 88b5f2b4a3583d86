package normalise

import (
	"slices"

	"prescore/engine/event"
)

// sight is what is left of recognising records of one shape: the candidates that its names do not rule out.
type sight struct {
	exact   []marked     // fields whose value may open candidates
	formats []*candidate // opened by the format
	other   []marked     // fields whose presence or pattern may open candidates
	order   []glimpse    // the candidates of other, those of the highest rank first
}

type marked struct {
	field int
	group *group
	list  []*candidate // of other: those of the group that are left
	pure  int          // so many of the first of list hang on nothing but this field's text
	memo  *memo[candidate]
}

// glimpse is a candidate and the field that opens it.
type glimpse struct {
	*candidate
	mark int32 // in sight.other
	sole int32 // the field that is to say something, where that is the only condition; else -1
	memo bool  // the field's memo has the answer
}

// maxMemos bounds the fields of a shape whose memos are asked: one word notes which have been.
const maxMemos = 64

// sightOf gives the sight of records of an event's shape. It looks at no value.
func (q *recogniser) sightOf(r *Room, ev *event.Event) (s sight) {
	for i := range ev.Fields {
		f := &ev.Fields[i]
		if int(f.ID) >= len(q.marks) || q.marks[f.ID] == 0 || f.Value.K <= event.Null {
			continue
		}
		g := &q.groups[q.marks[f.ID]-1]
		for _, list := range g.exact {
			if !r.none(ev, list) {
				s.exact = append(s.exact, marked{field: i, group: g})
				break
			}
		}
		if first := ev.First(f.ID); first != f && f.Layer == first.Layer {
			continue
		}
		m := marked{field: i, list: r.left(ev, g.other)}
		if len(m.list) == 0 {
			continue
		}
		if f.Value.K == event.String && ev.First(f.ID) == f && ev.Next(f) == nil && len(s.other) < maxMemos {
			m.remember(f.ID)
		}
		s.other = append(s.other, m)
	}
	s.sort(ev)
	if ev.Format != "" {
		s.formats = r.left(ev, q.formats[ev.Format])
	}
	return s
}

// sort puts the candidates of all fields in one order. Of equal rank is the one whose field comes first, as recogniser.find has it.
func (s *sight) sort(ev *event.Event) {
	n := 0
	for i := range s.other {
		n += len(s.other[i].list)
	}
	s.order = make([]glimpse, 0, n)
	for i := range s.other {
		m := &s.other[i]
		for k, c := range m.list {
			s.order = append(s.order, glimpse{c, int32(i), c.sole(ev), m.memo != nil && k < m.pure})
		}
	}
	slices.SortStableFunc(s.order, func(a, b glimpse) int { return b.rank - a.rank })
}

// sole gives the field whose presence is the candidate's only condition, -1 where it has another one or more.
func (c *candidate) sole(ev *event.Event) int32 {
	if len(c.conds) != 1 {
		return -1
	}
	k := c.conds[0]
	if k.format || !k.any || k.absent || len(k.get.ops) > 0 || k.get.id == 0 {
		return -1
	}
	return int32(fieldIndex(ev, ev.First(k.get.id)))
}

// remember gives a memo to a field whose text alone decides candidates.
func (m *marked) remember(id event.NameID) {
	patterns := 0
	for _, c := range m.list {
		for _, k := range c.conds {
			if k.get.id != id || slices.ContainsFunc(k.get.ops, func(o op) bool { return o.code == opPair }) {
				return
			}
			patterns += len(k.globs) + len(k.words)
		}
		m.pure++
		if m.memo == nil && patterns >= memoWorth {
			m.memo = newMemo[candidate](sightWords)
		}
	}
}

// left gives the candidates that hold for some records of the event's shape, with those of their conditions that not all of its
// records fulfil.
func (r *Room) left(ev *event.Event, list []*candidate) (out []*candidate) {
	n := 0
	for _, c := range list {
		n += len(c.conds)
	}
	conds := make([]*cond, 0, n) // of all of them, so that a shape is a few pieces of memory
next:
	for _, c := range list {
		from := len(conds)
		for _, k := range c.conds {
			switch r.decided(ev, k) {
			case never:
				conds = conds[:from]
				continue next
			case sometimes:
				conds = append(conds, k)
			}
		}
		if len(conds)-from < len(c.conds) {
			c = &candidate{source: c.source, rank: c.rank, conds: conds[from:len(conds):len(conds)]}
		} else {
			conds = conds[:from]
		}
		if out == nil {
			out = make([]*candidate, 0, len(list))
		}
		out = append(out, c)
	}
	return out
}

// none reports whether no candidate holds for any record of the event's shape.
func (r *Room) none(ev *event.Event, list []*candidate) bool {
next:
	for _, c := range list {
		for _, k := range c.conds {
			if r.decided(ev, k) == never {
				continue next
			}
		}
		return false
	}
	return true
}

// What a shape decides of a condition.
const (
	sometimes = iota
	never
	always
)

// decided says what the event's shape decides of a condition.
func (r *Room) decided(ev *event.Event, k *cond) int {
	if k.format {
		if r.holds(ev, k) {
			return always
		}
		return never
	}
	if k.get.id == 0 {
		return sometimes
	}
	f := value(ev, k.get.id)
	switch {
	case f == nil && k.absent:
		return always
	case f == nil:
		return never
	case len(k.get.ops) > 0:
	case k.absent && holding[f.Value.K&15] == holdsOther:
		return never
	case k.absent && holding[f.Value.K&15] <= holdsEmpty:
		return always
	case k.any && !k.absent && holding[ev.First(k.get.id).Value.K&15] == holdsOther:
		return always
	}
	return sometimes
}

// find is recogniser.find for a record of the shape.
func (s *sight) find(r *Room, ev *event.Event) *source {
	var best *candidate
	for i := range s.exact {
		m := &s.exact[i]
		best = r.better(ev, best, m.group.opened(&ev.Fields[m.field].Value, &ev.Arena))
	}
	if best = s.first(r, ev, r.better(ev, best, s.formats)); best == nil {
		return nil
	}
	return best.source
}

// first gives the first candidate in order that holds and has a higher rank than best, or best. What a memo says may have a lower rank
// than others that are still to come.
func (s *sight) first(r *Room, ev *event.Event, best *candidate) *candidate {
	at, asked := int32(-1), uint64(0) // the field that opened best, and those whose memos have been asked
	for i := range s.order {
		o := &s.order[i]
		if best != nil && o.rank <= best.rank {
			if o.rank < best.rank {
				return best
			}
			if o.mark >= at {
				continue
			}
		}
		m := &s.other[o.mark]
		f := &ev.Fields[m.field]
		if o.memo && len(f.Value.S) <= maxMemoLen {
			if asked>>(o.mark&63)&1 != 0 {
				continue
			}
			asked |= 1 << (o.mark & 63)
			if c := m.recall(r, ev); c != nil && (best == nil || c.rank > best.rank || c.rank == best.rank && o.mark < at) {
				best, at = c, o.mark
			}
			continue
		}
		if !says(&f.Value) {
			continue
		}
		if int(o.sole) < 0 || int(o.sole) >= len(ev.Fields) {
			if o.holds(r, ev) {
				return o.candidate
			}
		} else if says(&ev.Fields[o.sole].Value) {
			return o.candidate
		}
	}
	return best
}

// says reports whether a value stands for more than none.
func says(v *event.Value) bool { return v.K == event.String && something(v.S) || !nothing(*v) }

// recall gives the candidate of the highest rank among those that hang on the field's text alone.
func (m *marked) recall(r *Room, ev *event.Event) *candidate {
	v := &ev.Fields[m.field].Value
	if nothing(*v) {
		return nil
	}
	c, slot, ok := m.memo.find(v.S, wordHash(v.S))
	if !ok {
		c = r.better(ev, nil, m.list[:m.pure])
		keepIn(slot, v.S, c)
	}
	return c
}
