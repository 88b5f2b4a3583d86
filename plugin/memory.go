package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// The Go heap beside the host's own is bounded softly, and the bound follows what lives: state is many small entries, most of which
// stay, and the collector's usual twice of it would be an agent's whole budget. GOMEMLIMIT and GOGC in the environment win.
const (
	memoryFloor = 72 << 20 // no collection before this on account of the limit: rules of one's own and state of some thousand entities
	memorySlack = 24 << 20 // beside what lives and a quarter of it: stacks, the collector's own, and what a burst allocates
	memoryStep  = 4 << 20  // changes below this are not worth stopping the world for
)

// limit is the soft limit for so many bytes that live.
func limit(live uint64) int64 { return max(memoryFloor, int64(live+live/4)+memorySlack) }

var limited atomic.Int64

// boundMemory begins to hold the heap; it says whether it does.
func boundMemory() bool {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 || os.Getenv("GOGC") != "" {
		return false
	}
	follow()
	return true
}

// follow sets the limit by what lived at the last collection, and again after the next one.
func follow() {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if want := limit(sample[0].Value.Uint64()); max(want, limited.Load())-min(want, limited.Load()) >= memoryStep {
		limited.Store(want)
		debug.SetMemoryLimit(want)
	}
	type collected struct{ _ [16]byte }
	runtime.SetFinalizer(new(collected), func(*collected) { follow() })
}
