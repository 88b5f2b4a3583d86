package entity

import (
	"sync"
	"sync/atomic"

	"prescore/engine/event"
)

// seenWays is how many ids share one set of the table: an id is forgotten early only where nine newer ones fall on its set.
const seenWays = 8

// seenID is one id and the score its record got.
type seenID struct {
	hash     uint64
	at       uint32 // arrival, seconds
	severity uint8
	level    uint8
	route    uint8
	scored   bool
	risk     float32
	baseline float32
}

// seenTable remembers the ids of records, set-associative, so that a replay costs one look and no allocation.
type seenTable struct {
	sets      [][seenWays]seenID
	locks     [64]sync.Mutex
	forgotten atomic.Uint64
}

func (t *seenTable) init(ids int) {
	if ids > 0 {
		t.sets = make([][seenWays]seenID, pow2((ids+seenWays-1)/seenWays))
	}
}

// idHash is of the id with what makes it unique: a record number repeats from host to host, a source's id from source to source.
func (st *Store) idHash(ev *event.Event) uint64 {
	h := StableHash(ev.ID)
	h = h*0x9e3779b97f4a7c15 ^ StableHash(ev.Source)
	h = h*0x9e3779b97f4a7c15 ^ StableHash(ev.Entities[event.Host])
	h ^= h >> 31
	return h | 1
}

// Seen reports whether a record of this id went by within seen_for, and notes it. Only an id that the record brought counts
// (ev.IDGiven): two records of equal bytes may be two events. A replayed record gets the score it got: ev.Replayed, Severity, Risk,
// Level and Route are set, and Baseline where it was higher; score lets it fall below what the record earns by itself in nothing,
// because an id can be forged.
func (st *Store) Seen(ev *event.Event) bool {
	if len(st.seen.sets) == 0 || !ev.IDGiven || ev.ID == "" {
		return false
	}
	h := st.idHash(ev)
	nowS := seconds(ev.Arrival)
	i := h >> 8 & uint64(len(st.seen.sets)-1)
	l := &st.seen.locks[i%64]
	l.Lock()
	defer l.Unlock()
	set := &st.seen.sets[i]
	oldest := 0
	for w := range set {
		if s := &set[w]; s.hash == h {
			if !st.forgets(s, nowS) {
				st.replays.Add(1)
				ev.Replayed = true
				if s.scored {
					ev.Severity, ev.Level, ev.Route = int(s.severity), event.Level(s.level), event.Route(s.route)
					ev.Risk, ev.Baseline = float64(s.risk), max(ev.Baseline, float64(s.baseline))
				}
				return true
			}
			*s = seenID{hash: h, at: nowS}
			return false
		}
		if set[w].at < set[oldest].at {
			oldest = w
		}
	}
	if o := &set[oldest]; o.hash != 0 && !st.forgets(o, nowS) {
		st.seen.forgotten.Add(1)
	}
	set[oldest] = seenID{hash: h, at: nowS}
	return false
}

func (st *Store) forgets(s *seenID, nowS uint32) bool {
	return nowS > s.at && int64(nowS-s.at) > int64(st.cfg.SeenFor)/1e9
}

// Scored notes the score that a record got, for its replays. The engine calls it when the record is done.
func (st *Store) Scored(ev *event.Event) {
	if len(st.seen.sets) == 0 || !ev.IDGiven || ev.ID == "" || ev.Replayed {
		return
	}
	h := st.idHash(ev)
	i := h >> 8 & uint64(len(st.seen.sets)-1)
	l := &st.seen.locks[i%64]
	l.Lock()
	defer l.Unlock()
	set := &st.seen.sets[i]
	for w := range set {
		if s := &set[w]; s.hash == h {
			s.scored, s.severity, s.level, s.route = true, uint8(ev.Severity), uint8(ev.Level), uint8(ev.Route)
			s.risk, s.baseline = float32(ev.Risk), float32(ev.Baseline)
			return
		}
	}
}
