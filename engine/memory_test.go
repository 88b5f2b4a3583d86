package engine

import (
	"runtime/debug"
	"testing"
)

// TestCompileTarget: the heap goes up to compileHeap, or a quarter over what lives, and never to more.
func TestCompileTarget(t *testing.T) {
	for live := uint64(0); live < 4*compileHeap; live += 1 << 20 {
		percent := uint64(compileTarget(live))
		goal := max(live+live*percent/100, leastHeap*percent/100)
		if most := max(compileHeap, live+live*compilePercent/100); goal > most+leastHeap || goal < most-compileHeap/10 {
			t.Errorf("%d MiB live: up to %d MiB, want %d", live>>20, goal>>20, most>>20)
		}
	}
}

// TestLeanly: what compiles at once restores the collector's target when the last has done, whatever collections came between.
func TestLeanly(t *testing.T) {
	before := debug.SetGCPercent(123)
	defer debug.SetGCPercent(before)
	leanly(func() {
		leanly(func() { debug.FreeOSMemory() })
		if now := debug.SetGCPercent(77); now == 123 {
			t.Error("the target is what it was before")
		}
	})
	debug.FreeOSMemory() // whose finalizer finds nobody that compiles
	if now := debug.SetGCPercent(123); now != 123 {
		t.Errorf("the target is %d afterwards", now)
	}
}
