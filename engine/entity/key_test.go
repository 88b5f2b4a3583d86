package entity

import (
	"math/rand"
	"testing"

	"prescore/engine/event"
)

// TestLower holds lower against a plain loop over all bytes there are.
func TestLower(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	var a event.Arena
	for range 200_000 {
		b := make([]byte, rng.Intn(30))
		for i := range b {
			if b[i] = byte("az09.-_"[rng.Intn(7)]); rng.Intn(12) == 0 {
				b[i] = byte(rng.Intn(256))
			}
		}
		want := string(b)
		for i, c := range []byte(want) {
			if c >= 'A' && c <= 'Z' {
				want = want[:i] + string([]byte{c + 'a' - 'A'}) + want[i+1:]
			}
		}
		a.Reset()
		if got := lower(string(b), &a); got != want {
			t.Fatalf("%q gave %q, not %q", b, got, want)
		}
	}
}
