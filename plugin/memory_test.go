package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// The limit follows what lives, in both directions.
func TestMemoryFollows(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	if !boundMemory() {
		t.Skip("GOMEMLIMIT is set")
	}
	reach := func(what string, ok func(int64) bool) {
		t.Helper()
		for range 200 {
			runtime.GC()
			if ok(debug.SetMemoryLimit(-1)) {
				return
			}
			time.Sleep(5 * time.Millisecond) // finalizers run on a goroutine of their own
		}
		t.Errorf("%s: the limit is %d MiB", what, debug.SetMemoryLimit(-1)>>20)
	}
	reach("little lives", func(l int64) bool { return l == memoryFloor })
	keep := make([]byte, 200<<20)
	for i := range keep {
		keep[i] = 1
	}
	reach("200 MiB live", func(l int64) bool { return l > 250<<20 && l < 300<<20 })
	runtime.KeepAlive(keep)
	keep = nil
	reach("little lives again", func(l int64) bool { return l == memoryFloor })
}
