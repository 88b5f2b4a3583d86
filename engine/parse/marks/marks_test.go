package marks

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
)

// TestMarks compares with looking at each byte, from every byte of texts with many marked bytes and with few, which
// begin and end anywhere in memory, in steps of all sizes.
func TestMarks(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	bytes := []byte("\x00\x01\x1f\"\\\"\\\" !#[]&<&<%';=\x7f\x80\x82\x9f\xa0\xa2\xdc\xffaZ")
	var m Marks
	for turn := range 4_000 {
		kind := Kind(turn % 2)
		marked := func(c byte) bool { return c < ' ' || c == '"' || c == '\\' }
		if kind == XML {
			marked = func(c byte) bool { return c == '<' || c == '&' }
		}
		memory := make([]byte, rng.IntN(1<<rng.IntN(15))+1)
		rare := rng.IntN(300)
		for i := range memory {
			if memory[i] = 'a'; rng.IntN(rare+1) == 0 {
				memory[i] = bytes[rng.IntN(len(bytes))]
			}
		}
		s := event.View(memory)[rng.IntN(len(memory)):]
		m.Begin(kind)
		step := 1 << rng.IntN(10)
		for i := 0; i <= len(s); i += 1 + rng.IntN(step) {
			want := i
			for want < len(s) && !marked(s[want]) {
				want++
			}
			got := m.Far(s, i)
			if near := m.Near(i); near != 0 && min(i+bits.TrailingZeros64(near), len(s)) != got {
				t.Fatalf("%d bytes, from %d: near is %x, far is %d", len(s), i, near, got)
			}
			if got != want {
				t.Fatalf("%d bytes, from %d: %d, want %d", len(s), i, got, want)
			}
			if rng.IntN(3) > 0 {
				i = want
			}
		}
	}
}
