package engine

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
)

// Engine scores chunks. Any number of threads may use it.
type Engine struct {
	opts   Options
	gate   sync.RWMutex // held for reading by every chunk, for writing while rooms and their state are swapped
	rooms  atomic.Pointer[rooms]
	swap   sync.Mutex   // held while rooms are swapped, or their store is closed
	ticked atomic.Int64 // when what is due was last settled, nanoseconds
	free   pool
	stats  stats

	collected atomic.Int64 // when the rooms' counters were read last, nanoseconds
	collector collector

	msgs  messages
	watch watcher
}

// Options say what to open.
type Options struct {
	Config  string                      // path of the TOML file; "" for the built-in defaults alone
	Set     string                      // overrides, "key=value; key=value"
	Lookup  func(string) (string, bool) // environment; nil for the process's own
	Version string                      // of the object, for the log
	Replay  bool                        // old records: an event arrives when it happened, not now
}

// Validate refuses what Open would refuse, and changes nothing. It is safe beside a running engine. What it compiled is kept for a
// moment, for the Open that follows.
func Validate(o Options) error { return prepare(o) }

// Open reads the configuration and makes an engine. Errors name file, line, column and reason.
func Open(o Options) (*Engine, error) {
	r, err := compile(o)
	if err != nil {
		return nil, err
	}
	e := &Engine{opts: o}
	e.adopt(r)
	e.watch.start(e)
	return e, nil
}

// adopt makes r the rooms of every chunk that comes from now on. State comes from the rooms before, and where there are none from the
// store's file.
func (e *Engine) adopt(r *rooms) {
	e.swap.Lock()
	defer e.swap.Unlock()
	r.msgs = &e.msgs
	old := e.rooms.Load()
	if old == nil {
		r.store.Load()
	} else {
		old.store.Close() // the file has one writer
	}
	e.gate.Lock()
	if old != nil {
		r.state.Adopt(old.state)
	}
	e.rooms.Store(r)
	e.gate.Unlock()
	r.store.Start()
	for _, w := range r.warnings {
		e.msgs.add(Warn, w)
	}
}

// Close ends what runs beside the record path and writes state to its file. Chunks may still be filtered afterwards.
func (e *Engine) Close() {
	e.watch.stop()
	e.swap.Lock()
	defer e.swap.Unlock()
	e.rooms.Load().store.Close()
}

// Filter scores every record of a chunk of the host and appends the new chunk to dst; modified is false where nothing was a record
// and the host may keep what it has. It never panics and never loses a record: what cannot be read is passed on as it came.
func (e *Engine) Filter(dst, chunk []byte, tag string, now time.Time) (out []byte, n Counts, modified bool) {
	e.gate.RLock()
	defer e.gate.RUnlock()
	w := e.free.get(e.rooms.Load())
	defer e.free.put(w)
	w.tag, w.arrival = tag, now.UnixNano()
	start := len(dst)
	if t := w.rooms.cfg.Engine.TickTag; t != "" && tag == t && len(chunk) > 0 {
		dst = e.tick(w, dst, chunk, &n)
		n[CountBytes] = uint64(len(chunk))
		e.stats.add(&n)
		return dst, n, n[CountTicks] > 0
	}
	for off := 0; off < len(chunk); {
		size, scored := 0, false
		dst, size, scored = e.batch(w, dst, chunk[off:], &n)
		modified = modified || scored
		off += size
	}
	n[CountBytes] = uint64(len(chunk))
	e.collect(w, &n)
	e.stats.add(&n)
	if !modified {
		return dst[:start], n, false
	}
	return dst, n, true
}

// Inspect takes one record through the rooms as Filter does and calls see after each with the room's name and the event, which is valid
// during the call. It gives the new body. For people's commands: it allocates, and it counts nothing.
func (e *Engine) Inspect(record []byte, tag string, now time.Time, see func(room string, ev *event.Event)) ([]byte, error) {
	e.gate.RLock()
	defer e.gate.RUnlock()
	w := newWorker(e.rooms.Load())
	ev := w.evs[0]
	ev.Tag, ev.Arrival = tag, now.UnixNano()
	rec, err := decode.Next(ev, record)
	if err != nil {
		return nil, err
	}
	if rec.Kind != decode.Log {
		return nil, errors.New("not a record, or one that is scored already")
	}
	see("decode", ev)
	w.apply(see)
	return w.rooms.encode.Append(nil, ev), nil
}

// String names the engine by its configuration, for the log.
func (o Options) String() string {
	if o.Config == "" {
		return "built-in defaults"
	}
	return fmt.Sprintf("%q", o.Config)
}
