package engine

import (
	"errors"
	"sync"

	"prescore/engine/decode"
	"prescore/engine/event"
)

// batchRecords is how many records go through the rooms together: a room takes all of them before the next room begins. What a record
// passes on its way is more code than a processor keeps at hand, and so it is fetched once for all of them; more records would put
// the records themselves out of its caches. Where one record depends on the one before, from correlate to score, each goes by itself.
const batchRecords = 8

// worker is what one thread needs for one chunk.
type worker struct {
	rooms *rooms
	identifier
	tag     string
	arrival int64
	latest  int64 // arrival of the latest event so far

	// The batch: n records, each with an event.
	evs    [batchRecords]*event.Event
	recs   [batchRecords]decode.Record
	due    [batchRecords][]event.Incident // what was due when it was scored
	failed [batchRecords]bool             // a room panicked on it
	broken bool                           // one of them is
	n      int
	room   int // of the way, and the record in it that is next
	at     int
}

func newWorker(r *rooms) *worker {
	w := &worker{rooms: r}
	w.renew()
	return w
}

func (w *worker) renew() {
	w.evs[0] = event.New(w.rooms.names)
	for i := range w.evs[1:] {
		w.evs[1+i] = w.evs[0].Sibling()
	}
	w.failed, w.broken = [batchRecords]bool{}, false
}

// batch takes the next few objects of a chunk: records are scored, anything else copied. It gives the bytes taken and whether there
// were records.
func (e *Engine) batch(w *worker, dst, chunk []byte, n *Counts) (out []byte, size int, scored bool) {
	size, other, err := e.read(w, chunk, n)
	for w.room <= stateful {
		e.forward(w, n)
	}
	for i := range w.n {
		dst = e.write(w, i, dst, n)
		dst = w.emit(dst, w.due[i], n)
	}
	switch rest := chunk[size:]; {
	case err != nil:
		n[CountCut]++
		dst, size = append(dst, rest...), len(chunk)
	case other.Size > 0:
		n.passed(other.Kind)
		dst, size = append(dst, rest[:other.Size]...), size+other.Size
	}
	return dst, size, w.n > 0
}

// read decodes records until the batch is full or there is something else, which it gives, or an error. size is of the records alone.
func (e *Engine) read(w *worker, chunk []byte, n *Counts) (size int, other decode.Record, err error) {
	if w.broken {
		w.renew()
	}
	w.n, w.room, w.at, w.summed = 0, 0, 0, false
	defer func() {
		if p := recover(); p != nil {
			e.panicked(w, w.n, p, n)
			err = errPanic
		}
	}()
	for w.n < batchRecords && size < len(chunk) {
		ev := w.evs[w.n]
		ev.Reset()
		ev.Tag, ev.Arrival = w.tag, w.arrival
		rec, err := decode.Next(ev, chunk[size:])
		if err != nil || rec.Kind != decode.Log {
			return size, rec, err
		}
		w.recs[w.n], w.due[w.n] = rec, nil
		w.n++
		size += rec.Size
	}
	return size, other, nil
}

// forward takes the batch through the rooms, from where it stands. A panic ends it: it is then to be called again.
func (e *Engine) forward(w *worker, n *Counts) {
	defer func() {
		if p := recover(); p != nil {
			e.panicked(w, w.at, p, n)
			w.at++
		}
	}()
	for ; w.room < stateful; w.room, w.at = w.room+1, 0 {
		for apply := way[w.room].apply; w.at < w.n; w.at++ {
			if !w.failed[w.at] {
				apply(w, w.evs[w.at])
			}
		}
	}
	for ; w.at < w.n; w.at++ {
		if !w.failed[w.at] {
			e.settle(w, w.at)
		}
	}
	w.room++
}

// settle takes record i through the rooms that depend on the records before.
func (e *Engine) settle(w *worker, i int) {
	ev := w.evs[i]
	for r := stateful; r < len(way); r++ {
		way[r].apply(w, ev)
	}
	w.latest = max(w.latest, ev.Arrival)
	w.due[i] = e.due(w)
}

// write appends record i with the incidents that it caused.
func (e *Engine) write(w *worker, i int, dst []byte, n *Counts) (out []byte) {
	if w.failed[i] {
		return e.unscored(w, i, dst, n)
	}
	start := len(dst)
	defer func() {
		if p := recover(); p != nil {
			e.panicked(w, i, p, n)
			out = e.unscored(w, i, dst[:start], n)
		}
	}()
	ev := w.evs[i]
	dst = append(dst, w.recs[i].Head...)
	dst = w.rooms.encode.Append(dst, ev)
	dst = w.emit(dst, ev.Incidents, n)
	n.event(ev)
	return dst
}

var errPanic = errors.New("the reader panicked")

// panicked puts aside record i, on which a room panicked: that is its problem alone. Its event may be in any state, and with the batch
// goes all that its siblings remember together.
func (e *Engine) panicked(w *worker, i int, p any, n *Counts) {
	e.msgs.panicked(p)
	n[CountPanics]++
	w.failed[i], w.broken = true, true
	w.evs[i] = event.New(w.rooms.names)
}

// unscored emits record i, on which a room panicked: as it came, with the problem "panic" as its only mark.
func (e *Engine) unscored(w *worker, i int, dst []byte, n *Counts) []byte {
	ev, rec := w.evs[i], &w.recs[i]
	ev.Tag, ev.Arrival, ev.Raw, ev.HostTime = w.tag, w.arrival, rec.Body, rec.Time
	w.hash(w.sums[:1], w.evs[i:i+1])
	identify(ev, w.sums[0])
	ev.Problem("engine", "panic", "")
	dst = w.rooms.encode.Append(append(dst, rec.Head...), ev)
	n.event(ev)
	return dst
}

// maxIdle bounds the workers kept between chunks: hosts have a handful of threads, and a batch of events is some 300 KiB.
const maxIdle = 16

// pool keeps idle workers. A list under a lock rather than sync.Pool: a collection must not make the next record allocate.
type pool struct {
	mu   sync.Mutex
	idle []*worker
}

func (p *pool) get(r *rooms) *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.idle); n > 0; n = len(p.idle) {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if w.rooms == r {
			return w
		}
	}
	return newWorker(r)
}

func (p *pool) put(w *worker) {
	p.mu.Lock()
	if len(p.idle) < maxIdle {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
}
