package redact

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// TestKnownNamesChangeNothing: a name that was asked about before, by whichever thread, is what it is the first time, also where names
// that never come again have taken all places.
func TestKnownNamesChangeNothing(t *testing.T) {
	words := []string{"user", "password", "Identity", "sessionContext", ".", "_", "-", "token", "type", "api", "Key", "x", "elevated", "credentials", "é", "CommandLine"}
	for _, flood := range []bool{false, true} {
		r, plain := standard(t), standard(t)
		var all sync.WaitGroup
		for thread := range 4 {
			all.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(thread), 2))
				secrets := 0
				for n := range 20_000 {
					var b strings.Builder
					for range 1 + rng.IntN(4) {
						b.WriteString(words[rng.IntN(len(words))])
					}
					if flood && n < 5_000 {
						for range 20 {
							b.WriteByte(byte('a' + rng.IntN(26)))
						}
					}
					name := b.String()
					want := plain.KeyIsSecret(name)
					if got := r.nameIsSecret(name); got != want {
						t.Errorf("%q: %v, want %v", name, got, want)
						return
					}
					if want {
						secrets++
					}
				}
				if secrets < 1000 {
					t.Errorf("only %d names are secrets'", secrets)
				}
			})
		}
		all.Wait()
	}
}
