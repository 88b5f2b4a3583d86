package attack

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// TestRecentIsTheMap: a name has what the map says of it, however often and by whichever thread it was asked about before, and where
// names that never come again have taken all places.
func TestRecentIsTheMap(t *testing.T) {
	r, _ := open(t, Defaults())
	var known []string
	for name := range r.mapped.process {
		known = append(known, name)
	}
	for _, flood := range []bool{false, true} {
		var asked recent
		var all sync.WaitGroup
		for thread := range 4 {
			all.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(thread), 3))
				found := 0
				for n := range 20_000 {
					b := []byte(known[rng.IntN(len(known))])
					switch {
					case flood && n < 5_000, rng.IntN(4) == 0:
						b[rng.IntN(len(b))] = byte('a' + rng.IntN(26))
					case rng.IntN(2) == 0:
						b = []byte(strings.ToUpper(string(b)))
					}
					name := string(b)
					got, want := asked.of(r.mapped.process, name), r.mapped.process[foldText(name)]
					if len(got) != len(want) || len(got) > 0 && &got[0] != &want[0] {
						t.Errorf("%q has %d entries, want %d", name, len(got), len(want))
						return
					}
					found += len(got)
				}
				if found == 0 {
					t.Error("no name is in the map")
				}
			})
		}
		all.Wait()
	}
}
