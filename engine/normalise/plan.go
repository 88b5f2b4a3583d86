package normalise

import (
	"math/bits"

	"prescore/engine/event"
)

// maxPlanned bounds the steps of one source that a plan covers: its set lies on the stack. The largest built-in source has some 500;
// one of more runs every step, slower and no different.
const maxPlanned = 1024

type stepSet [maxPlanned / 64]uint64

// plan says which of a source's steps can do anything for a record: those of the names it has, and those that ask for no name. A
// source knows hundreds of aliases and a record has some twenty fields, so most steps need not be looked at.
type plan struct {
	at    []uint16   // by NameID: one more than the index in lists
	lists [][]uint16 // steps of one name
	rest  stepSet    // steps that ask for no name
	words int        // of a stepSet that are in use
}

// newPlan plans the steps of a source; nil where they are too many.
func newPlan(steps []step, names int) *plan {
	if len(steps) > maxPlanned {
		return nil
	}
	p := &plan{at: make([]uint16, names), words: (len(steps) + 63) / 64}
	for i, s := range steps {
		if s.id == 0 {
			p.rest[i/64] |= 1 << (i % 64)
			continue
		}
		if p.at[s.id] == 0 {
			p.lists = append(p.lists, nil)
			p.at[s.id] = uint16(len(p.lists))
		}
		l := &p.lists[p.at[s.id]-1]
		*l = append(*l, uint16(i))
	}
	return p
}

// prepare makes what a source needs to be fast, when all names are interned.
func (s *source) prepare(names int) {
	s.plan = newPlan(s.fields, names)
	for _, list := range [][]table{s.early, s.late} {
		for i := range list {
			if len(list[i].globs) >= memoWorth {
				list[i].memo = new(memo)
			}
		}
	}
}

// fields runs the steps of a source in their order.
func (r *Room) fields(ev *event.Event, s *source) {
	p := s.plan
	if p == nil {
		for i := range s.fields {
			r.put(ev, &s.fields[i])
		}
		return
	}
	var set stepSet
	copy(set[:p.words], p.rest[:p.words])
	for i := range ev.Fields {
		id := int(ev.Fields[i].ID)
		if id >= len(p.at) || p.at[id] == 0 {
			continue
		}
		for _, n := range p.lists[p.at[id]-1] {
			set[n/64] |= 1 << (n % 64)
		}
	}
	for w := range p.words {
		for b := set[w]; b != 0; b &= b - 1 {
			r.put(ev, &s.fields[w*64+bits.TrailingZeros64(b)])
		}
	}
}
