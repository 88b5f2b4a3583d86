package normalise

import (
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"

	"prescore/engine/event"
)

// script is what a source does with records of one shape: the steps and tables that its names do not rule out, each with the field it
// reads.
type script struct {
	source   *source
	rows     atomic.Pointer[[]rowMoves] // of rows that records of the shape have chosen
	messages []*messages
	early    []look
	moves    []move
	sweep    sweep
	late     []look
	named    []*step
	reach    *reach
}

// move is a step and the field it reads, -1 where it reads none.
type move struct {
	key   event.Key
	how   how
	typ   event.Type
	id    event.NameID
	field int32
	step  *step
}

// how says which short way to a move's value there is for what most records have. Where a value is anything else, coerce has the word.
type how uint8

const (
	howCoerced how = iota
	howAsIs        // a constant, or text: nothing to be changed
	howTime
	howAddress
	howName // of a host or domain
	howUser
	howFloat
	howInt
	howPort
	howHash
	numHows
)

var howOf = [1 << 8]how{event.TypeString: howAsIs, event.TypePath: howAsIs, event.TypeURL: howAsIs, event.TypeTime: howTime, event.TypeIP: howAddress,
	event.TypeDomain: howName, event.TypeUser: howUser, event.TypeFloat: howFloat, event.TypeInt: howInt, event.TypePort: howPort,
	event.TypeHash: howHash}

// scriptOf gives a source's script for records of an event's shape. It looks at no value.
func (r *Room) scriptOf(ev *event.Event, s *source) *script {
	c := &script{source: s}
	for i := range s.messages {
		if readable(ev, s.messages[i].get) {
			c.messages = append(c.messages, &s.messages[i])
		}
	}
	var set stepSet
	asked := s.plan.mark(ev, &set)
	c.early, c.late = r.looks(ev, s.early, asked), r.looks(ev, s.late, asked)
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
	c.sweep = sweepOf(c.moves)
	c.reach = c.reachOf()
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
		if slices.ContainsFunc(out, func(o move) bool { return o.settles(&m) }) {
			continue
		}
		if h := howOf[s.typ]; len(s.ops) == 0 && (s.id != 0 || s.from == 0 && h == howAsIs && s.konst.K == event.String && !nothing(s.konst)) {
			m.how = h
		}
		out = append(out, m)
	}
	return out
}

// settles reports whether a later move has nothing to say: the key has a constant then, or the same field has been asked for it, of
// whose values of that type none is a problem.
func (m *move) settles(later *move) bool {
	if m.key != later.key || len(m.step.ops) > 0 {
		return false
	}
	if m.field < 0 {
		return m.how == howAsIs
	}
	h := howOf[m.typ]
	return m.field == later.field && len(later.step.ops) == 0 && (h == howAsIs || h == howName || h == howUser)
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
	for i := range c.early {
		r.look(ev, &c.early[i], st)
	}
	c.sweep.run(r, ev, c.moves, st)
	for i := range c.late {
		r.look(ev, &c.late[i], st)
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
		m := &list[i]
		if ev.Has(m.key) {
			continue
		}
		if uint(m.field) >= uint(len(ev.Fields)) {
			if m.how == howAsIs {
				ev.Set(m.key, m.step.konst)
			} else {
				r.put(ev, m.step)
			}
			continue
		}
		v := &ev.Fields[m.field].Value
		switch v.K {
		case event.String:
			if something(v.S) && r.quick(ev, m.key, m.how, v.S) {
				continue
			}
		case event.Int:
			if m.how == howInt || m.how == howPort && v.N <= maxPort {
				ev.Set(m.key, event.Value{N: v.N, K: event.Int})
				continue
			}
			if m.how == howFloat {
				ev.Set(m.key, event.FloatOf(float64(int64(v.N))))
				continue
			}
		case event.Float:
			if m.how == howFloat && finite(v.N) {
				ev.Set(m.key, event.Value{N: v.N, K: event.Float})
				continue
			}
		}
		r.move(ev, m, v)
	}
}

// finite reports whether the bits of a float64 are a number: an exponent of all ones is none.
func finite(bits uint64) bool { return bits<<1 < 0x7ff<<53 }

// quick sets a key to what coerce would make of a text that says something, false where that takes more than a look.
func (r *Room) quick(ev *event.Event, key event.Key, how how, s string) bool {
	switch how {
	case howAsIs:
	case howTime:
		ns, ok := ofRFC3339(s, r.clock.loc == nil)
		if !ok && isDigit(s[0]) && len(s) <= maxTimeText {
			ns, ok, _ = ofDigits(s)
		}
		if ok {
			ev.Set(key, event.TimeOf(ns))
		}
		return ok
	case howAddress:
		if !canonical4(s) {
			return false
		}
	case howName:
		if s[len(s)-1] == '.' || capital(s) != len(s) {
			return false
		}
	case howUser:
		if strings.IndexByte(s, '\\') >= 0 {
			return false
		}
	case howHash:
		if !isHex(s) {
			return false
		}
		s = lower(s, &ev.Arena)
	case howInt, howPort:
		n, ok := event.Str(s).Int64()
		if !ok || how == howPort && uint64(n) > maxPort {
			return false
		}
		ev.Set(key, event.IntOf(n))
		return true
	default:
		return false
	}
	ev.Set(key, event.Str(s))
	return true
}

// move runs a step whose key is not set, v being its field's value.
func (r *Room) move(ev *event.Event, m *move, v *event.Value) {
	x := *v
	for i := range m.step.ops {
		if x = m.step.ops[i].apply(ev, m.id, x); x.K == event.None {
			return
		}
	}
	if x.K == event.String && len(m.step.ops) > 0 && something(x.S) && r.quick(ev, m.key, howOf[m.typ], x.S) {
		return
	}
	if x.K > event.Null {
		r.set(ev, m.key, m.typ, x, m.id)
	}
}
