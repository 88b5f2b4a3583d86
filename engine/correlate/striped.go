package correlate

import "sync/atomic"

// stripes is how many cells a striped counter has: more than threads that an agent has.
const stripes = 16

// striped is a counter that several threads add to without sharing a cache line.
type striped [stripes]struct {
	atomic.Uint64
	_ [56]byte
}

func (s *striped) total() (n uint64) {
	for i := range s {
		n += s[i].Load()
	}
	return n
}
