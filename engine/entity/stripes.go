package entity

import (
	"sync/atomic"
	"unsafe"

	"prescore/engine/event"
)

// stripes is how many sets of counters there are: more than threads that an agent has.
const stripes = 16

// counters are what records count without the lock of a shard. Each thread has an event of its own, and by it counters that it shares with
// few others or none: one line of the processor's cache for all would cost two threads more than the work they count.
type counters struct {
	clamped, resolved, conflicts atomic.Uint64
	_                            [40]byte
}

type striped [stripes]counters

func (s *striped) of(ev *event.Event) *counters {
	return &s[uint64(uintptr(unsafe.Pointer(ev)))*0x9e3779b97f4a7c15>>60]
}

// total adds one of the counters up.
func (s *striped) total(of func(*counters) *atomic.Uint64) (n uint64) {
	for i := range s {
		n += of(&s[i]).Load()
	}
	return n
}
