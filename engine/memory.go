package engine

import (
	"runtime/debug"
	"sync"
)

// compilePercent is the collector's target while a configuration is compiled: thousands of rules leave several times their size in
// garbage, and an agent's container is as large as the peak. It costs a tenth of the compiling.
const compilePercent = 25

// lean counts the compilations under way; the first lowers the collector's target, the last restores it.
var lean struct {
	mu     sync.Mutex
	users  int
	before int
}

// leanly runs compile with a small heap and then gives what it left over back to the system.
func leanly(compile func()) {
	lean.mu.Lock()
	if lean.users++; lean.users == 1 {
		lean.before = debug.SetGCPercent(compilePercent)
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
