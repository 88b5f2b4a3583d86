package project

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestFloatText: the short way writes what strconv does, for decimals of few digits, their neighbours and any other number.
func TestFloatText(t *testing.T) {
	f := func(x float64) {
		t.Helper()
		if got, want := string(appendFloatText(nil, x)), strconv.FormatFloat(x, 'g', -1, 64); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for n := range 1_100_000 {
		x := float64(n) / 1e3
		f(x)
		if n%97 == 0 {
			f(math.Nextafter(x, 0))
			f(math.Nextafter(x, 1e9))
			f(-x)
			f(x / 10)
			f(x + 0.0005)
		}
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100_000 {
		f(math.Float64frombits(rng.Uint64()))
		f(rng.Float64() * 1e3)
	}
}

func TestTacticNamed(t *testing.T) {
	f := func(s, short string) {
		t.Helper()
		got := ""
		if k := tacticNamed(s); k != nil {
			got = k.short
		}
		if got != short {
			t.Errorf("%q: got %q, want %q", s, got, short)
		}
	}
	for _, k := range tactics {
		f(k.short, k.short)
		f(k.name, k.short)
	}
	f("TA0005", "defense-evasion") // "stealth" took its id over
	f("TA0112", "defense-impairment")
	for _, s := range []string{"", "T", "nowhere", "execution ", "Execution and more words than any", "TA9999"} {
		f(s, "")
	}
}
