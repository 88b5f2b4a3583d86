package event

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTexts: what the memory has was put, under that key or another of the same place, by the same owner, and is not what it was made
// from but a copy; what was put last in a place is there, unless it is too short or too long.
func TestTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	ev := New(NewNames())
	var owners [2]int
	put := map[string]bool{}
	owner, had := 0, 0
	for range 50000 {
		if rng.IntN(5000) == 0 {
			owner = 1 - owner
			put = map[string]bool{}
		}
		m := ev.Texts(&owners[owner])
		b := []byte(strings.Repeat(string(rune('a'+rng.IntN(3))), rng.IntN(maxText+3)))
		k, s := Key(1+rng.IntN(5)), View(b)
		if m.Has(k, s) {
			if had++; !put[s] {
				t.Fatalf("%q was never put", s)
			}
		}
		if rng.IntN(2) == 0 {
			m.Put(k, s)
			put[strings.Clone(s)] = true
			if fits := len(s) >= minText && len(s) <= maxText; m.Has(k, s) != fits {
				t.Fatalf("%q: it is there: %v", s, !fits)
			}
		}
		clear(b)
		ev.Reset()
	}
	if had < 1000 {
		t.Errorf("%d texts came again", had)
	}
}
