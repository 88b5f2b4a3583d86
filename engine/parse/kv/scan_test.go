package kv

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestScan: what looks at eight bytes in one step finds what looking at each byte does.
func TestScan(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	quotes := 0
	for range 100_000 {
		b := make([]byte, rng.IntN(100))
		for i := range b {
			b[i] = byte('a' + rng.IntN(26))
			if n := rng.IntN(150); n < 8 {
				b[i] = "\"\\' \t\x00\xa2\xdc"[n]
			}
		}
		s, i := string(b), rng.IntN(len(b)+1)
		want := i
		for want < len(s) && s[want] > ' ' {
			want++
		}
		if got := blank(s, i); got != want {
			t.Fatalf("%q from %d: a blank at %d, want %d", s, i, got, want)
		}
		end, esc := i, false
		for ; end < len(s) && s[end] != '"'; end++ {
			if s[end] == '\\' {
				esc = true
				end++
			}
		}
		if end >= len(s) {
			end = -1
		} else {
			quotes++
		}
		if got, is := closing(s, i, '"'); got != end || end >= 0 && is != esc {
			t.Fatalf("%q from %d closes at %d, %v, want %d, %v", s, i, got, is, end, esc)
		}
	}
	if quotes < 10_000 {
		t.Errorf("only %d texts had a quote", quotes)
	}
}

// TestBlankAtTheEnd: a text of any length without a blank ends where it ends.
func TestBlankAtTheEnd(t *testing.T) {
	for n := range 40 {
		if s := strings.Repeat("x", n); blank(s, 0) != n {
			t.Errorf("%d bytes end at %d", n, blank(s, 0))
		}
	}
}
