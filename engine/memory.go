package engine

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Thousands of rules leave several times their size in garbage while they are compiled, and an agent's container is as large as the
// peak. A collection costs as much as there is that lives, so the fewest are those of a heap that goes up to one size, whatever lives.
const (
	compileHeap    = 48 << 20 // no collection below: none at all without rules, and with all of SigmaHQ, of which 44 MiB live, a sixth of them
	compilePercent = 25       // and what else the heap may have over what lives
	leastHeap      = 4 << 20  // what the runtime takes a target's percents of where less lives
)

// compileTarget gives the collector's target, in percent, where so many bytes live.
func compileTarget(live uint64) int {
	if live >= compileHeap {
		return compilePercent
	}
	return max(compilePercent, int((compileHeap-live)*100/max(live, leastHeap)))
}

// lean counts the compilations under way; the first sets the collector's target, the last restores it.
var lean struct {
	mu     sync.Mutex
	users  int
	before int
}

// leanly runs compile with a small heap and then gives what it left over back to the system.
func leanly(compile func()) {
	lean.mu.Lock()
	if lean.users++; lean.users == 1 {
		lean.before = debug.SetGCPercent(compileTarget(lived()))
		aim()
	}
	lean.mu.Unlock()
	defer func() {
		lean.mu.Lock()
		defer lean.mu.Unlock()
		if lean.users--; lean.users == 0 {
			debug.SetGCPercent(lean.before)
			debug.FreeOSMemory()
		}
	}()
	compile()
}

// lived gives how many bytes the last collection found alive.
func lived() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// aim sets the target anew after the next collection, and after each that follows while something compiles.
func aim() {
	type collected struct{ _ [16]byte }
	runtime.SetFinalizer(new(collected), func(*collected) {
		lean.mu.Lock()
		defer lean.mu.Unlock()
		if lean.users > 0 {
			debug.SetGCPercent(compileTarget(lived()))
			aim()
		}
	})
}
