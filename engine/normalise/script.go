package normalise

import (
	"math/bits"
	"slices"
	"sync/atomic"

	"prescore/engine/event"
)

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
