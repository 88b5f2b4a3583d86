package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTrip: whatever came before, rows have the lanes that they have, each once, in their order, and the words of these.
func TestTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	m := &Matcher{lanes: make([]lane, 12)}
	for range 40 {
		var lanes []uint16
		for range rng.IntN(4) {
			lanes = append(lanes, uint16(rng.IntN(len(m.lanes))))
		}
		m.byRow = append(m.byRow, lanes)
	}
	r := run{m: m}
	var routes [4 * trips][]uint16
	for i := range routes {
		for range rng.IntN(5) {
			routes[i] = append(routes[i], uint16(rng.IntN(len(m.byRow))))
		}
	}
	known := 0
	for range 20_000 {
		r.rowBuf = append(r.rowBuf[:0], routes[rng.IntN(len(routes))]...)
		var want []uint16
		for _, row := range r.rowBuf {
			for _, l := range m.byRow[row] {
				if !slices.Contains(want, l) {
					want = append(want, l)
				}
			}
		}
		got := r.trip()
		if !slices.Equal(got.lanes, want) || got.words != nil && !slices.Equal(got.words.of, want) {
			t.Fatalf("rows %d have lanes %d with words of %d, want %d", r.rowBuf, got.lanes, got.words.of, want)
		}
		if got.words != nil {
			known++
		}
		if r.trip() != got {
			t.Fatal("the same rows have another place")
		}
	}
	if known == 0 {
		t.Error("no lanes have words")
	}
}
