package decode

import (
	"math/rand/v2"
	"testing"

	"prescore/engine/wire"
)

// TestUsualHead: what hosts write is read by the short way, and as the plain way reads it; what the short way does not know it leaves.
func TestUsualHead(t *testing.T) {
	body := []byte("\x81\xa1a\x01 and what comes after it")
	rng := rand.New(rand.NewPCG(1, 2))
	for _, head := range []string{"\x92\x92", "\xdd\x00\x00\x00\x02\xdd\x00\x00\x00\x02"} {
		for _, meta := range []string{"\x80", "\xdf\x00\x00\x00\x00"} {
			for _, ns := range []int64{0, 1, 1715351520e9 + 7, -1e9, -2e9, 1 << 62} {
				b := append(append(wire.AppendEventTime([]byte(head), ns), meta...), body...)
				if n, ok := usualHead(b, new(Record)); !ok || n != len(head)+10+len(meta) {
					t.Errorf("%x: %d, %v", b, n, ok)
				}
				for range 500 {
					c := append([]byte(nil), b[:len(b)-rng.IntN(len(b))]...)
					c[rng.IntN(len(c))] ^= 1 << rng.IntN(8)
					var short, plain Record
					n, ok := usualHead(c, &short)
					if !ok {
						continue
					}
					if m, ok := plainHead(c, &plain); !ok || m != n || short.Kind != plain.Kind || short.Time != plain.Time {
						t.Fatalf("%x: %d, %+v, want %d, %+v", c, n, short, m, plain)
					}
				}
			}
		}
	}
}
