package engine

import (
	"sync"
	"time"

	"prescore/engine/entity"
)

// roomCounts are the counters that rooms keep themselves, most of them of a bound that was met: what they count, and by which constant
// or option it is bounded, is said where they are kept.
var roomCounts = [...]string{
	"rules_refused", "findings_cut", "values_cut", "regex_cut", "fields_cut", "values_forgotten", "events_unplanned",
	"headers_refused", "shapes_full", "fields_new", "views_unplanned",
	"entities_created", "entities_refused", "entities_evicted", "entities_evicted_protected", "entities_evicted_quota", "entities_evicted_bytes",
	"entities_truncated", "notes_forgotten", "time_clamped", "replayed", "seen_forgotten", "identity_conflicts", "entities_gone_cut",
	"entities_restore_failed", "entities_restore_dropped",
	"correlation_fired", "incidents_opened", "incidents_closed", "incidents_cut", "correlation_coarsened", "correlation_searches_cut",
	"correlation_steps_cut", "correlation_entities_cut", "correlation_late_cut", "correlation_late", "correlation_refused",
	"store_writes", "store_early_writes", "store_failures", "store_files_set_aside", "store_values_damaged", "store_batches_deleted",
}

// collectEvery is how often the rooms' counters are read: they lock the state's shards, and no scrape is more frequent.
const collectEvery = 10 * time.Second

// collector turns the rooms' counters, which only grow, into what was added since they were read last.
type collector struct {
	mu   sync.Mutex
	last [len(roomCounts)]uint64
}

// counters gives the rooms' counters by name, gauges among them.
func (r *rooms) counters() []entity.Counter {
	d := r.detect.Counts()
	list := append(r.state.Counters(), r.correlate.Counters()...)
	return append(append(list, r.store.Counters()...),
		entity.Counter{Name: "rules_refused", Value: uint64(len(r.detect.Problems()))},
		entity.Counter{Name: "findings_cut", Value: d.FindingsCut},
		entity.Counter{Name: "values_cut", Value: d.ValuesCut},
		entity.Counter{Name: "regex_cut", Value: d.RegexCut},
		entity.Counter{Name: "fields_cut", Value: d.FieldsCut},
		entity.Counter{Name: "values_forgotten", Value: d.Forgotten},
		entity.Counter{Name: "events_unplanned", Value: d.Unplanned},
		entity.Counter{Name: "headers_refused", Value: r.parse.HeadersRefused()},
		entity.Counter{Name: "shapes_full", Value: r.normalise.ShapesFull()},
		entity.Counter{Name: "fields_new", Value: r.normalise.FieldsNew()},
		entity.Counter{Name: "views_unplanned", Value: r.encode.Unplanned()})
}

// collect adds to n what the rooms counted since it did so last, at most every collectEvery over all threads.
func (e *Engine) collect(w *worker, n *Counts) {
	last := e.collected.Load()
	if w.arrival-last < int64(collectEvery) && last != 0 || !e.collected.CompareAndSwap(last, w.arrival) {
		return
	}
	e.collector.add(w.rooms.counters(), n)
}

// add puts into n by how much each counter is above what it was. One that is below began anew, with the rooms of a new configuration.
func (c *collector) add(now []entity.Counter, n *Counts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range now {
		for i, name := range roomCounts {
			if name != x.Name {
				continue
			}
			if x.Value < c.last[i] {
				c.last[i] = 0
			}
			n[countRooms+Count(i)] += x.Value - c.last[i]
			c.last[i] = x.Value
		}
	}
}
