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

// TestDotted holds dotted against a look at each byte, over every byte at every place.
func TestDotted(t *testing.T) {
	rng := rand.New(rand.NewSource(8))
	for n := range 18 {
		for at := range n + 1 {
			for c := range 256 {
				b := make([]byte, n)
				for i := range b {
					b[i] = ".0123456789"[rng.Intn(11)]
				}
				want := true
				if at < n {
					b[at] = byte(c)
					want = c == '.' || c >= '0' && c <= '9'
				}
				if got := dotted(string(b)); got != want {
					t.Fatalf("%q gave %v", b, got)
				}
			}
		}
	}
}
