package match

import (
	"math/rand"
	"strings"
	"testing"
)

// TestPairs holds that a set rules out no literal that the text has, and most that it has not.
func TestPairs(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789 -\\/.:\"'\xc3\xa9"
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[rnd.Intn(len(letters))]
		}
		return string(b)
	}
	absent, passed := 0, 0
	for range 2000 {
		text := random(rnd.Intn(300))
		var p pairs
		p.add(text)
		for range 10 {
			if len(text) > 0 {
				i := rnd.Intn(len(text))
				lit := text[i:min(len(text), i+rnd.Intn(20))]
				if need := needPairs(lit); !p.mayHold(&need) {
					t.Fatalf("%q is in %q and ruled out", lit, text)
				}
			}
			lit := random(3 + rnd.Intn(10))
			if need := needPairs(lit); !strings.Contains(text, lit) {
				absent++
				if p.mayHold(&need) {
					passed++
				}
			}
		}
	}
	if passed*20 > absent {
		t.Errorf("%d of %d absent literals pass: at most one in 20", passed, absent)
	}
}

// TestSameFold holds the comparison by words against one by bytes.
func TestSameFold(t *testing.T) {
	rnd := rand.New(rand.NewSource(2))
	const letters = "aAzZ@[`{0~\xc3\x80"
	slow := func(text, lit string) bool {
		b := []byte(text)
		for i, c := range b {
			if 'A' <= c && c <= 'Z' {
				b[i] = c + 'a' - 'A'
			}
		}
		return string(b) == lit
	}
	for range 200_000 {
		n := rnd.Intn(20)
		a, b := make([]byte, n), make([]byte, n)
		for i := range a {
			a[i] = letters[rnd.Intn(len(letters))]
			b[i] = a[i]
			if 'A' <= b[i] && b[i] <= 'Z' {
				b[i] += 'a' - 'A'
			}
		}
		if n > 0 && rnd.Intn(2) == 0 {
			b[rnd.Intn(n)] = letters[rnd.Intn(len(letters))]
		}
		if got := sameFold(string(a), string(b)); got != slow(string(a), string(b)) {
			t.Fatalf("%q, %q: %v", a, b, got)
		}
	}
}
