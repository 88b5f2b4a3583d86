package normalise

import (
	"strings"
	"sync/atomic"

	"prescore/engine/event"
)

// Bounds of the shapes that are remembered.
const (
	maxShapeFields = 96   // fields of a record; those of more are rare, and gain little by it
	shapeSlots     = 1024 // shapes of all sources: a source has one to some dozens. A full table keeps what it has
	shapeWays      = 4    // slots that a shape may stand in
	maxScripts     = 8    // sources that records of one shape turn out to be of
	recentShapes   = 16   // shapes that a thread has at hand
)

// shape is a kind of record: the names of its fields, their layers and what they hold at large, in their order, and the format they
// were read from. What depends on these alone is decided once a shape; what depends on values is decided for every record. It holds no
// value of any record.
type shape struct {
	of      *shapes // whose it is
	sig     []uint32
	format  string
	sight   sight
	scripts atomic.Pointer[[]*script]
}

// What a field holds at large.
const (
	holdsNothing = iota // null
	holdsEmpty          // an array or object without members
	holdsText
	holdsOther // a number, a truth, a time, bytes: never nothing
)

var holding = [16]uint8{event.None: holdsNothing, event.Null: holdsNothing, event.Bool: holdsOther, event.Int: holdsOther, event.Uint: holdsOther,
	event.Float: holdsOther, event.Number: holdsOther, event.String: holdsText, event.Bytes: holdsOther, event.Time: holdsOther,
	event.EmptyArray: holdsEmpty, event.EmptyObject: holdsEmpty, event.Opaque: holdsOther}

// shapes remembers shapes for all threads. A slot is filled once and never changed, and only by a shape that is met twice with no other
// of its slot between: records of random names fill it slowly, cost little more than without it, and at worst leave others without it.
type shapes struct {
	slots  [shapeSlots]atomic.Pointer[shape]
	wanted [shapeSlots]atomic.Uint64 // the shape of that slot that was missed last
	mask   uint64
	full   atomic.Uint64 // records whose shape found no slot
}

func newShapes() *shapes { return &shapes{mask: shapeSlots - 1} }

// trait gives what a field adds to a record's shape. Of a name that nobody asked for only its place counts.
func trait(f *event.Field) uint32 {
	if f.ID == 0 {
		return 0
	}
	return uint32(f.ID)<<16 | uint32(f.Layer)<<8 | uint32(holding[f.Value.K&15])
}

// signature gives the hash of a record's shape: each trait times a number of its place, so that no step waits for the one before.
func signature(ev *event.Event) uint64 {
	h, place := uint64(len(ev.Fields)), uint64(0x9e3779b97f4a7c15)
	for i := range ev.Fields {
		h += uint64(trait(&ev.Fields[i])) * place
		place += 0x6a09e667f3bcc908 // even: the number stays odd
	}
	return h ^ h>>32
}

// of gives the shape of a record, nil where it is not remembered: that of the record before where this one is like it.
func (t *shapes) of(r *Room, ev *event.Event) *shape {
	if t == nil {
		return nil
	}
	s, ok := ev.Kept().(*shape)
	if !ok || s.of != t || s.format != ev.Format {
		if s = t.recent(ev).find(r, ev); s == nil {
			return nil
		}
	}
	ev.Keep(s)
	return s
}

// recent is the shapes, the minute and the names that a thread has met last. Records of one source come in a few shapes, by turns: to
// compare one with each of these is less than to hash it and to fetch what the table has of it.
type recent struct {
	of     *shapes
	sizes  [recentShapes]uint8 // the numbers of their fields: most are told apart by these
	shapes [recentShapes]*shape
	next   int // to be given up
	minute minute
	stems  stems
}

// recent gives what the thread of an event has met last.
func (t *shapes) recent(ev *event.Event) *recent {
	m, ok := ev.Scratch(event.ScratchNormalise).(*recent)
	if !ok || m.of != t {
		m = &recent{of: t}
		ev.SetScratch(event.ScratchNormalise, m)
	}
	return m
}

// find is shapes.find with a memory.
func (m *recent) find(r *Room, ev *event.Event) *shape {
	for i, n := range m.sizes {
		if int(n) == len(ev.Fields) && m.shapes[i] != nil && m.shapes[i].is(ev) {
			return m.shapes[i]
		}
	}
	s := m.of.find(r, ev)
	if s != nil {
		m.sizes[m.next], m.shapes[m.next] = uint8(len(s.sig)), s
		m.next = (m.next + 1) % recentShapes
	}
	return s
}

// find looks a record's shape up, or learns it.
func (t *shapes) find(r *Room, ev *event.Event) *shape {
	if len(ev.Fields) > maxShapeFields {
		return nil
	}
	h := signature(ev)
	for w := range uint64(shapeWays) {
		s := t.slots[(h+w)&t.mask].Load()
		if s == nil {
			return t.learn(r, ev, h)
		}
		if s.is(ev) {
			return s
		}
	}
	t.full.Add(1)
	return nil
}

func (s *shape) is(ev *event.Event) bool {
	if len(s.sig) != len(ev.Fields) || s.format != ev.Format {
		return false
	}
	for i := len(s.sig) - 1; i >= 0; i-- { // shapes of one source begin alike
		if trait(&ev.Fields[i]) != s.sig[i] {
			return false
		}
	}
	return true
}

// learn remembers a shape that is met a second time.
func (t *shapes) learn(r *Room, ev *event.Event, h uint64) *shape {
	if t.wanted[h&t.mask].Swap(h) != h {
		return nil
	}
	s := &shape{of: t, sig: make([]uint32, len(ev.Fields)), format: strings.Clone(ev.Format), sight: r.recognise.sightOf(r, ev)}
	for i := range ev.Fields {
		s.sig[i] = trait(&ev.Fields[i])
	}
	for w := range uint64(shapeWays) {
		if t.slots[(h+w)&t.mask].CompareAndSwap(nil, s) {
			return s
		}
	}
	return nil
}

// script gives what a source does with records of the shape, nil where that is not remembered.
func (s *shape) script(r *Room, ev *event.Event, src *source) *script {
	list := s.scripts.Load()
	if list != nil {
		for _, c := range *list {
			if c.source == src {
				return c
			}
		}
		if len(*list) >= maxScripts {
			return nil
		}
	}
	c := r.scriptOf(ev, src)
	next := []*script{c}
	if list != nil {
		next = append(next, *list...)
	}
	s.scripts.CompareAndSwap(list, &next)
	return c
}

// ShapesFull gives how many records had a shape that found no place in the table: a counter for metrics.
func (r *Room) ShapesFull() uint64 { return r.shapes.full.Load() }
