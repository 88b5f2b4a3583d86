package normalise

import (
	"sync/atomic"

	"prescore/engine/event"
)

// Bounds of how a source's fields are watched.
const (
	driftLearn  = 512 // records of a source that say what is usual
	driftEvery  = 16  // afterwards one record in so many is looked at: fields of a new version come with every record
	driftWords  = 256 // words of 64 bits of the filter of seen names, 16,384 bits: a thousand names collide in 6% of cases
	driftFields = 512 // fields of one record looked at
	driftRaise  = 8   // unknown fields a source shows before it is said: single rare fields are not a new version
	codeSchema  = "schema_drift"
)

// drift watches the set of fields (name and kind) of one source. What a source never showed while it was learnt is counted, and said
// once. Atomics alone: threads may lose a count to one another, never a record.
type drift struct {
	seen   atomic.Uint64 // records
	news   atomic.Uint64 // fields that were new after learning
	raised atomic.Bool
	filter [driftWords]atomic.Uint64
}

// see looks at the fields of a record, where it is one of those that are looked at. Of most the name is one that the thread has met at
// that place before: stems has its hash.
func (d *drift) see(ev *event.Event, stems *stems) {
	n := d.seen.Add(1)
	learning := n <= driftLearn
	if !learning && n%driftEvery != 0 {
		return
	}
	for i := range ev.Fields[:min(len(ev.Fields), driftFields)] {
		f := &ev.Fields[i]
		h := kindHash(stems.of(f, i), f.Value.K)
		w, bit := &d.filter[h>>6%driftWords], uint64(1)<<(h&63)
		old := w.Load()
		if old&bit != 0 {
			continue
		}
		w.Store(old | bit)
		if learning {
			continue
		}
		if d.news.Add(1) >= driftRaise && d.raised.CompareAndSwap(false, true) {
			ev.Problem(room, codeSchema, f.Name)
		}
	}
}

// stems remembers the hashes of the names that a thread has met last, by their places in records.
type stems [maxShapeFields]struct {
	ref  event.NameRef // of the name; 0: none yet
	hash uint32
}

// of gives the hash of the name of field i; nil remembers nothing.
func (s *stems) of(f *event.Field, i int) uint32 {
	r := f.Ref()
	if s == nil || r == 0 || i >= len(s) {
		return nameHash(f.Name)
	}
	if s[i].ref != r {
		s[i].ref, s[i].hash = r, nameHash(f.Name)
	}
	return s[i].hash
}

// nameHash is FNV-1a of a name.
func nameHash(name string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(name); i++ {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// kindHash goes on from a name's hash with whether the value is text, a number, a truth or a structure.
func kindHash(h uint32, k event.Kind) uint32 {
	kind := byte(0)
	switch k {
	case event.Null, event.None:
		kind = 0
	case event.Bool:
		kind = 1
	case event.Int, event.Uint, event.Float, event.Number:
		kind = 2
	case event.String, event.Bytes, event.Time:
		kind = 3
	default:
		kind = 4
	}
	h = (h ^ uint32(kind)) * 16777619
	return h ^ h>>15
}

// Drift gives, by mapping, how many fields were new after a source had been learnt.
func (r *Room) Drift() map[string]uint64 {
	out := map[string]uint64{}
	for _, s := range r.sources {
		if s.drift != nil {
			out[s.name] += s.drift.news.Load()
		}
	}
	return out
}

// FieldsNew gives the same of all mappings together: a counter for metrics.
func (r *Room) FieldsNew() (n uint64) {
	for _, s := range r.sources {
		if s.drift != nil {
			n += s.drift.news.Load()
		}
	}
	return n
}
