package project

import "testing"

// liveIn says of every span and every leaf what looking at each leaf says.
func TestLiveIn(t *testing.T) {
	for leaf := uint16(0); leaf < leafWords*64; leaf += 7 {
		var p Plan
		setBit(&p.live, leaf)
		for lo := uint16(0); lo < leafWords*64; lo += 3 {
			for hi := lo + 1; hi <= leafWords*64; hi += 5 {
				if got, want := p.liveIn(span{lo, hi}), lo <= leaf && leaf < hi; got != want {
					t.Fatalf("leaf %d, span %d to %d: got %v", leaf, lo, hi, got)
				}
			}
		}
	}
}
