package match

import "slices"

// trip is the lanes of some rows of the router, and what wordsOf gives for them.
type trip struct {
	rows, lanes []uint16
	words       *words
}

// trips is how many of them a Scratch remembers, a power of two: a source has one or a few.
const trips = 32

// trip gives the lanes of rowBuf.
func (r *run) trip() *trip {
	h := uint32(len(r.rowBuf))
	for _, row := range r.rowBuf {
		h = (h ^ uint32(row)) * 0x9e3779b1
	}
	t := &r.trips[h>>16%trips]
	if t.lanes != nil && slices.Equal(t.rows, r.rowBuf) {
		return t
	}
	t.rows, t.lanes = append(t.rows[:0], r.rowBuf...), append(t.lanes[:0], 0)[:0]
	for _, row := range r.rowBuf {
		for _, l := range r.m.byRow[row] {
			if !slices.Contains(t.lanes, l) {
				t.lanes = append(t.lanes, l)
			}
		}
	}
	if t.words = nil; len(t.lanes) > 0 {
		t.words = r.m.wordsOf(t.lanes)
	}
	return t
}
