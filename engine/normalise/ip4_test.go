package normalise

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

var addresses4 = []string{"10.0.2.10", "10.0.2.100", "192.168.100.200", "255.255.255.255", "256.1.1.100", "1.256.1.100", "1.1.256.100", "1.1.100.256", "01.1.1.100",
	"1.01.1.100", "1.100.1.00", "100.1.1.09", "1.1.1.1", "11.1.1.1", "10.0.2.10.", ".10.0.2.10", "10..2.100", "10.0.2.1000", "10.0.2.1a", "10.0.2/10", "10:0.2.100", "10.0.2.\xb110",
	"10.0.210", "100020010", "1.1.1.1.1", "...10.0.1", "10.0.2.10 ", "10.0.2.1234567890", "........", "12345678.1.1.1"}

func likeParse4(t *testing.T, s string) {
	t.Helper()
	if _, canonical, ok := parse4(s); len(s) >= minCanonical4 && canonical4(s) != (ok && canonical) || len(s) < minCanonical4 && canonical4(s) {
		t.Fatalf("%q: %v, parse4 says %v %v", s, canonical4(s), canonical, ok)
	}
}

// FuzzCanonical4 holds the quick way to the plain one.
func FuzzCanonical4(f *testing.F) {
	for _, s := range addresses4 {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { likeParse4(t, s) })
}

// TestCanonical4 is the same over addresses with one byte wrong or none.
func TestCanonical4(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 200_000 {
		b := fmt.Appendf(nil, "%d.%d.%d.%d", rng.IntN(300), rng.IntN(300), rng.IntN(30), rng.IntN(300))
		if rng.IntN(2) == 0 {
			b[rng.IntN(len(b))] = "./:09a \xae\xb0"[rng.IntN(9)]
		}
		likeParse4(t, string(b))
	}
}

func BenchmarkCanonical4(b *testing.B) {
	rng := rand.New(rand.NewPCG(4, 5))
	list := make([]string, 1024)
	for i := range list {
		list[i] = fmt.Sprintf("10.0.%d.%d", rng.IntN(256), 100+rng.IntN(156))
		if i%2 == 0 {
			list[i] = fmt.Sprintf("10.10.%d.%d", rng.IntN(20), rng.IntN(256))
		}
	}
	b.Run("quick", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if s := list[i%len(list)]; canonical4(s) == (len(s) < minCanonical4) {
				b.Fatal("not canonical")
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, canonical, _ := parse4(list[i%len(list)]); !canonical {
				b.Fatal("not canonical")
			}
		}
	})
}
