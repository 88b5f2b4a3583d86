package normalise

import (
	"math/bits"
	"slices"
	"sync/atomic"

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
	pure  int          // so many of the first of list hang on nothing but this field's text
	memo  *memo[candidate]
}

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
		if f.Value.K == event.String && ev.First(f.ID) == f && ev.Next(f) == nil {
			m.remember(f.ID)
		}
		s.other = append(s.other, m)
	}
	if ev.Format != "" {
		s.formats = r.left(ev, q.formats[ev.Format])
	}
	return s
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
		best = m.better(r, ev, best)
	}
	if best == nil {
		return nil
	}
	return best.source
}

// better is Room.better for the candidates of a field.
func (m *marked) better(r *Room, ev *event.Event, best *candidate) *candidate {
	if m.memo == nil {
		return r.better(ev, best, m.list)
	}
	text := ev.Fields[m.field].Value.S
	c, slot, ok := m.memo.find(text)
	if !ok {
		c = r.better(ev, nil, m.list[:m.pure])
		keepIn(slot, text, c)
	}
	if c != nil && (best == nil || c.rank > best.rank) {
		best = c
	}
	return r.better(ev, best, m.list[m.pure:])
}

// script is what a source does with records of one shape: the steps and tables that its names do not rule out, each with the field it
// reads.
type script struct {
	source   *source
	rows     atomic.Pointer[[]rowMoves] // of rows that records of the shape have chosen
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
	if s.plan == nil {
		c.moves = moves(ev, s.fields, nil)
	}
	asking := 0
	for _, b := range set {
		asking += bits.OnesCount64(b)
	}
	c.moves = slices.Grow(c.moves, asking)
	for w := range set {
		for b := set[w]; b != 0; b &= b - 1 {
			n := w*64 + bits.TrailingZeros64(b)
			c.moves = moves(ev, s.fields[n:n+1], c.moves)
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

// moves gives steps as moves, without those that do nothing for any record of the shape.
func moves(ev *event.Event, steps []step, out []move) []move {
	for i := range steps {
		s := &steps[i]
		m := move{key: s.key, typ: s.typ, id: s.id, step: s, field: -1}
		if s.id != 0 {
			f := value(ev, s.id)
			if f == nil || len(s.ops) == 0 && holding[f.Value.K&15] <= holdsEmpty {
				continue
			}
			m.field = int32(fieldIndex(ev, f))
		}
		switch s.typ {
		case event.TypeString, event.TypePath, event.TypeURL:
			m.text = len(s.ops) == 0
		}
		out = append(out, m)
	}
	return out
}

// maxRows bounds the rows of one script whose moves are remembered; the others' steps are run as they are.
const maxRows = 16

type rowMoves struct {
	row   *row
	moves []move
}

// row gives the moves of a row, false where they are not remembered.
func (c *script) row(ev *event.Event, w *row) ([]move, bool) {
	list := c.rows.Load()
	var old []rowMoves
	if list != nil {
		old = *list
	}
	for i := range old {
		if old[i].row == w {
			return old[i].moves, true
		}
	}
	if len(old) >= maxRows {
		return nil, false
	}
	m := moves(ev, w.steps, make([]move, 0, len(w.steps)))
	next := append(old[:len(old):len(old)], rowMoves{w, m})
	c.rows.CompareAndSwap(list, &next)
	return m, true
}

// run is Room.plainly for a record of the shape.
func (c *script) run(r *Room, ev *event.Event, st *state) {
	for _, m := range c.messages {
		m.apply(r, ev, st)
	}
	for _, t := range c.early {
		r.table(ev, t, st)
	}
	r.moves(ev, c.moves)
	for _, t := range c.late {
		r.table(ev, t, st)
	}
	for _, s := range c.named {
		if r.name(ev, s) {
			break
		}
	}
}

// moves runs steps: what is set stays.
func (r *Room) moves(ev *event.Event, list []move) {
	for i := range list {
		if m := &list[i]; !ev.Has(m.key) {
			r.move(ev, m)
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
