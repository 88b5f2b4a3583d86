package main

import (
	"crypto/sha256"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"prescore/engine"
	"prescore/plugin/sink"
)

// The bounds of handing over. The host's engine stands still while a flush waits, unless the output has workers.
const (
	flushWait = time.Second           // what a flush waits for its chunk to arrive
	busyWait  = 10 * time.Millisecond // the same while the sink hangs on an earlier one
	closeWait = 2 * time.Second       // what the last flushes get at exit: within the host's grace of 5 s
	maxKept   = 64 << 20              // bytes of chunks kept for their retry; over it new ones stay with the host, unscored
	maxParts  = 1024                  // chunks kept; as many wait in line
	firstTry  = time.Second           // from a failure to the first try of one's own, doubled up to lastTry
	lastTry   = 30 * time.Second
)

// parcel is a chunk on its way. The host's RETRY brings the same bytes again; they are found by their hash, so that what was scored is
// only sent again.
type parcel struct {
	key    [sha256.Size]byte
	tag    string
	chunk  []byte // as it came, until scored; then as it goes out
	scored bool
	queued bool          // in line, or being sent
	held   bool          // a flush is waiting for it
	done   chan struct{} // closed when it is no longer queued; made anew when it is queued again
	err    error         // of the last try
	out    bool          // it arrived
}

// flusher takes chunks to one sink. One goroutine scores and sends; flushes wait for it, for a limited time.
type flusher struct {
	score func(tag string, chunk []byte) []byte
	tag   func(tag string) string
	sink  sink.Sink
	line  chan *parcel
	stop  chan struct{}
	ended chan struct{}

	mu    sync.Mutex
	kept  map[[sha256.Size]byte]*parcel
	order []*parcel // of kept, oldest first
	bytes int
	since time.Time // when the parcel being sent was begun; zero: none
	msgs  []note
}

type note struct {
	level int
	text  string
}

func newFlusher(s sink.Sink, tag func(string) string, score func(string, []byte) []byte) *flusher {
	f := &flusher{score: score, tag: tag, sink: s, line: make(chan *parcel, maxParts), stop: make(chan struct{}), ended: make(chan struct{}),
		kept: map[[sha256.Size]byte]*parcel{}}
	go f.run()
	return f
}

// flush hands a chunk over, waits a little, and says whether it arrived; if not, the host is to come again. The chunk is copied.
func (f *flusher) flush(tag string, chunk []byte) (arrived bool) {
	h := sha256.New()
	h.Write([]byte(tag))
	h.Write([]byte{0})
	h.Write(chunk)
	var key [sha256.Size]byte
	h.Sum(key[:0])

	f.mu.Lock()
	p := f.kept[key]
	switch {
	case p != nil && p.held: // the same bytes at the same time are another chunk, not a retry
		key[0] ^= 0xff
		p = f.kept[key]
		if p != nil && p.held {
			f.mu.Unlock()
			return false
		}
	case p != nil && p.out:
		f.forget(p)
		f.mu.Unlock()
		return true
	}
	if p == nil {
		if len(f.kept) >= maxParts {
			f.forgetArrived()
		}
		if f.bytes+len(chunk) > maxKept && f.bytes > 0 || len(f.kept) >= maxParts {
			f.note(engine.Warn, "the sink is behind: a chunk stays with the agent, unscored, until there is room")
			f.mu.Unlock()
			return false
		}
		p = &parcel{key: key, tag: tag, chunk: append([]byte(nil), chunk...)}
		f.kept[key] = p
		f.order = append(f.order, p)
		f.bytes += len(p.chunk)
	}
	p.held = true
	f.queue(p)
	done, wait := p.done, flushWait
	if !f.since.IsZero() && time.Since(f.since) > flushWait {
		wait = busyWait
	}
	f.mu.Unlock()

	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	p.held = false
	if !p.out {
		return false
	}
	f.forget(p)
	return true
}

// queue puts p in line; f.mu is held. The line is as long as there can be parcels.
func (f *flusher) queue(p *parcel) {
	if p.queued {
		return
	}
	p.queued, p.done = true, make(chan struct{})
	f.line <- p
}

// forget drops a parcel; f.mu is held.
func (f *flusher) forget(p *parcel) {
	if f.kept[p.key] != p {
		return
	}
	delete(f.kept, p.key)
	f.bytes -= len(p.chunk)
	for i, q := range f.order {
		if q == p {
			f.order = append(f.order[:i], f.order[i+1:]...)
			break
		}
	}
}

// forgetArrived drops the oldest parcel that arrived and whose retry never came; f.mu is held.
func (f *flusher) forgetArrived() {
	for _, p := range f.order {
		if p.out && !p.held {
			f.forget(p)
			return
		}
	}
}

// run sends what is in line, and by itself, with growing pauses, what failed: the host may have given up on it, or wait for longer than
// the sink is away.
func (f *flusher) run() {
	defer close(f.ended)
	pause := firstTry
	t := time.NewTimer(pause)
	defer t.Stop()
	for {
		var p *parcel
		select {
		case <-f.stop:
			return
		case p = <-f.line:
		case <-t.C:
			if p = f.oldest(); p == nil {
				continue
			}
		}
		if f.deliver(p) {
			pause = firstTry
			t.Reset(0) // what else failed can go now
		} else {
			t.Reset(pause)
			pause = min(2*pause, lastTry)
		}
	}
}

// oldest gives the oldest parcel that failed and is not in line, marked as being sent; nil where there is none.
func (f *flusher) oldest() *parcel {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.order {
		if !p.queued && !p.out {
			p.queued, p.done = true, make(chan struct{})
			return p
		}
	}
	return nil
}

// deliver scores p where that is still to be done, sends it, and says whether it arrived.
func (f *flusher) deliver(p *parcel) bool {
	f.mu.Lock()
	f.since = time.Now()
	f.mu.Unlock()
	err := f.try(p)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && (p.err == nil || p.err.Error() != err.Error()) {
		f.note(engine.Warn, fmt.Sprintf("%v: the scored chunk of %d bytes is kept and sent again", err, len(p.chunk)))
	}
	f.since = time.Time{}
	p.err, p.out, p.queued = err, err == nil, false
	close(p.done)
	if p.out {
		f.bytes -= len(p.chunk)
		p.chunk = nil // only that it arrived is still of interest, for the retry that may come
	}
	return p.out
}

func (f *flusher) try(p *parcel) (err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := debug.Stack()
			err = fmt.Errorf("panic: %v\n%s", r, stack[:min(len(stack), maxStackText)])
		}
	}()
	if !p.scored {
		out := f.score(p.tag, p.chunk)
		f.mu.Lock()
		f.bytes += len(out) - len(p.chunk)
		p.chunk, p.scored = out, true
		f.mu.Unlock()
	}
	return f.sink.Send(f.tag(p.tag), p.chunk)
}

// maxNotes bounds the messages that wait for the next flush.
const maxNotes = 64

// note keeps a message for the host's log; f.mu is held. The same text twice in a row is one message.
func (f *flusher) note(level int, text string) {
	if n := len(f.msgs); n >= maxNotes || n > 0 && f.msgs[n-1].text == text {
		return
	}
	f.msgs = append(f.msgs, note{level, text})
}

// messages hands over what there is to say.
func (f *flusher) messages(do func(level int, text string)) {
	f.mu.Lock()
	list := f.msgs
	f.msgs = nil
	f.mu.Unlock()
	for _, n := range list {
		do(n.level, n.text)
	}
}

// settle waits a little for what is in line, and gives the chunks that have not arrived.
func (f *flusher) settle() int {
	end := time.Now().Add(closeWait)
	for {
		waiting, left := 0, 0
		f.mu.Lock()
		for _, p := range f.order {
			if !p.out {
				left++
			}
			if p.queued {
				waiting++
			}
		}
		f.mu.Unlock()
		if waiting == 0 || time.Now().After(end) {
			return left
		}
		time.Sleep(busyWait)
	}
}

// close ends the goroutine. A sink that hangs is left to itself.
func (f *flusher) close() {
	close(f.stop)
	select {
	case <-f.ended:
		_ = f.sink.Close()
	case <-time.After(closeWait):
	}
}
