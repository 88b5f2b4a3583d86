package correlate

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestSourcesCounted: what is counted as entries come and go is what looking through the window finds, for few and many sources.
func TestSourcesCounted(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var s sources
		var window []uint16
		kinds, want := 1+rng.IntN(9), 2+rng.IntN(5)
		for range 200 {
			if len(window) > 0 && rng.IntN(2) == 0 {
				s.count(window[0], -1)
				window = window[1:]
			} else {
				src := uint16(rng.IntN(kinds))
				s.count(src, 1)
				window = append(window, src)
			}
			different := map[uint16]bool{}
			for _, w := range window {
				if w != 0 {
					different[w] = true
				}
			}
			yes, known := s.atLeast(want)
			if known && yes != (len(different) >= want) || yes && !known {
				t.Fatalf("%v of %v: %v, %v", want, window, yes, known)
			}
			if !known && len(different) <= trackedSources && kinds <= trackedSources+1 {
				t.Fatalf("%v is not known of %v", want, window)
			}
		}
	}
	if n := unsafe.Sizeof(numbers{}); n > numbersBytes || n+16 < numbersBytes { // the allocator rounds up by less than that
		t.Errorf("a window's numbers are %d bytes, numbersBytes says %d", n, numbersBytes)
	}
}
