package engine

import (
	"cmp"
	"slices"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// tickEvery is how often records settle what is due without a record of its own: absences, incidents gone quiet. A second is the
// resolution of timespans in rules.
const tickEvery = time.Second

// emit appends incidents as records of their own.
func (w *worker) emit(dst []byte, list []event.Incident, n *Counts) []byte {
	for i := range list {
		dst = append(wire.AppendEventTime(append(dst, 0x92, 0x92), w.arrival), 0x80)
		dst = w.rooms.encode.AppendIncident(dst, &list[i])
		if list[i].State == event.IncidentOpen {
			w.rooms.store.Soon()
		}
	}
	n[CountIncidents] += uint64(len(list))
	return dst
}

// due gives what is due by now, at most once a second over all threads.
func (e *Engine) due(w *worker) []event.Incident {
	now := w.clock()
	last := e.ticked.Load()
	if now-last < int64(tickEvery) || !e.ticked.CompareAndSwap(last, now) {
		return nil
	}
	return w.dueBy(now)
}

// dueBy gives what is due by now, in one order whatever shard it comes from: by time, then id.
func (w *worker) dueBy(now int64) []event.Incident {
	list := w.rooms.correlate.Tick(now)
	slices.SortFunc(list, func(a, b event.Incident) int {
		return cmp.Or(cmp.Compare(a.Updated, b.Updated), cmp.Compare(a.ID, b.ID), cmp.Compare(a.State, b.State))
	})
	return list
}

// clock is the time that windows run by: the wall's, or in a replay the latest event's.
func (w *worker) clock() int64 {
	if w.rooms.replay {
		return w.latest
	}
	return w.arrival
}

// tick takes a chunk of the tick tag: each of its records is replaced by what is due. It gives the chunk without them.
func (e *Engine) tick(w *worker, dst, chunk []byte, n *Counts) []byte {
	for len(chunk) > 0 {
		w.evs[0].Reset()
		rec, err := decode.Next(w.evs[0], chunk)
		if err != nil {
			n[CountCut]++
			return append(dst, chunk...)
		}
		if rec.Kind == decode.Log {
			n[CountTicks]++
			dst = w.emit(dst, w.dueBy(w.arrival), n)
		} else {
			n.passed(rec.Kind)
			dst = append(dst, chunk[:rec.Size]...)
		}
		chunk = chunk[rec.Size:]
	}
	return dst
}
