package encode

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"prescore/engine/wire"
)

// TestNamed: the short way gives what pair does, for every first byte of key and value, whole and cut short.
func TestNamed(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for key := range 256 {
		for value := range 256 {
			b := []byte{byte(key)}
			for range key & 0x1f {
				b = append(b, 'k')
			}
			b = append(b, byte(value))
			for range 40 {
				b = append(b, byte(rng.IntN(8)))
			}
			for n := 0; n <= len(b); n += 1 + rng.IntN(3) {
				name, text, size := named(b[:n])
				k, want := pair(b[:n])
				if size != want || size > 0 && (text != (k.Type == wire.Str) || text && !bytes.Equal(name, k.Body)) {
					t.Fatalf("%x: got %q, %v, %d, want %q, %d", b[:n], name, text, size, k.Body, want)
				}
			}
		}
	}
}
