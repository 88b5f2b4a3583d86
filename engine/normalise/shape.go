package normalise

import (
	"sync/atomic"

	"prescore/engine/event"
)

// Bounds of the shapes that are remembered.
const (
	maxShapeFields = 96   // fields of a record; those of more are rare, and gain little by it
	shapeSlots     = 1024 // shapes of all sources: a source has one to some dozens. A full table keeps what it has
	shapeWays      = 4    // slots that a shape may stand in
	maxScripts     = 8    // sources that records of one shape turn out to be of
)

// shape is a kind of record: the names of its fields, their layers and what they hold at large, in their order, and the format they
// were read from. What depends on these alone is decided once a shape; what depends on values is decided for every record. It holds no
// value of any record.
type shape struct {
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

// signature gives what makes a record's shape, and its hash.
func signature(ev *event.Event, sig *[maxShapeFields]uint32) uint64 {
	h := uint64(len(ev.Fields))
	for i := range ev.Fields {
		f := &ev.Fields[i]
		s := uint32(0) // of a name that nobody asked for only its place counts
		if f.ID != 0 {
			s = uint32(f.ID)<<16 | uint32(f.Layer)<<8 | uint32(holding[f.Value.K&15])
		}
		sig[i%maxShapeFields] = s
		h = (h ^ uint64(s)) * 0x9e3779b97f4a7c15
	}
	return h ^ h>>32
}

// of gives the shape of a record, nil where it is not remembered.
func (t *shapes) of(r *Room, ev *event.Event) *shape {
	if t == nil || len(ev.Fields) > maxShapeFields {
		return nil
	}
	var sig [maxShapeFields]uint32
	h := signature(ev, &sig)
	for w := range uint64(shapeWays) {
		s := t.slots[(h+w)&t.mask].Load()
		if s == nil {
			return t.learn(r, ev, h, sig[:len(ev.Fields)])
		}
		if s.is(sig[:len(ev.Fields)], ev.Format) {
			return s
		}
	}
	t.full.Add(1)
	return nil
}

func (s *shape) is(sig []uint32, format string) bool {
	if len(s.sig) != len(sig) || s.format != format {
		return false
	}
	for i, x := range s.sig {
		if sig[i] != x {
			return false
		}
	}
	return true
}

// learn remembers a shape that is met a second time.
func (t *shapes) learn(r *Room, ev *event.Event, h uint64, sig []uint32) *shape {
	if t.wanted[h&t.mask].Swap(h) != h {
		return nil
	}
	s := &shape{sig: append([]uint32(nil), sig...), format: string(append([]byte(nil), ev.Format...)), sight: r.recognise.sightOf(r, ev)}
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
