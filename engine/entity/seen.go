package entity

import (
	"sync"

	"prescore/engine/event"
)

// Shape of the table of seen ids.
const (
	seenWays    = 8  // ids that share one set: an id is forgotten early only where eight newer ones fall on its set
	seenStripes = 64 // locks, far more than threads
)

// seenHead is what a look reads of an id: a set of them is one line of the processor's cache.
type seenHead struct {
	tag uint32 // upper half of the hash
	at  uint32 // arrival, seconds
}

// seenBody is the rest: read where the tag fits, which by chance is one record in half a billion.
type seenBody struct {
	low      uint64 // lower 48 bits of the hash, then the marks: 0 where nothing is here
	risk     float32
	baseline float32
}

// The marks of a seenBody: severity, level and route in four bits each, and whether the record was scored.
const (
	seenMarks  = 16
	seenScored = 1 << 15
)

// seenTable remembers the hashes of ids, set-associative, so that a replay costs one look and no allocation. A record is taken for a
// replay by all 64 bits of a keyed hash: among 65,536 ids that happens by chance once in 10^14 records.
type seenTable struct {
	key     secret
	heads   [][seenWays]seenHead
	bodies  [][seenWays]seenBody
	stripes [seenStripes]seenStripe
}

// seenStripe guards every seenStripes-th set.
type seenStripe struct {
	mu        sync.Mutex
	recent    []uint32 // places scored since they were last taken to be stored
	cut       bool     // recent overflowed: all of the stripe is to be stored
	replays   uint64
	forgotten uint64
	_         [64]byte // stripes next to each other must not share a cache line
}

func (t *seenTable) init(ids int) {
	t.key = newSecret()
	if ids > 0 {
		n := pow2((ids + seenWays - 1) / seenWays)
		t.heads, t.bodies = make([][seenWays]seenHead, n), make([][seenWays]seenBody, n)
	}
}

// set gives the set of a hash and its stripe.
func (t *seenTable) set(h uint64) (int, *seenStripe) {
	i := int(h>>24) & (len(t.heads) - 1)
	return i, &t.stripes[i%seenStripes]
}

// find gives the way of a hash in its set, -1 where it is not there.
func (t *seenTable) find(i int, h uint64) int {
	heads := &t.heads[i]
	for w := range heads {
		if heads[w].tag == uint32(h>>32) && t.bodies[i][w].low>>seenMarks == h<<seenMarks>>seenMarks {
			return w
		}
	}
	return -1
}

// oldest gives the way whose id goes next. Of one second any may be, beginning with one that h says: a burst must not take its own
// newest place over and over.
func (t *seenTable) oldest(i int, h uint64) int {
	heads, from := &t.heads[i], int(h>>21)
	o := from % seenWays
	for n := range heads {
		if w := (from + n) % seenWays; heads[w].at < heads[o].at {
			o = w
		}
	}
	return o
}

// idHash is of the id with what makes it unique: a record number repeats from host to host, a source's id from source to source.
func (st *Store) idHash(ev *event.Event) uint64 {
	k := st.seen.key
	return k.hash(k.hash(k.hash(uint64(len(ev.Source)), ev.ID), ev.Source), ev.Entities[event.Host]) | 1
}

// Seen reports whether a record of this id went by within seen_for, and notes it. Only an id that the record brought counts
// (ev.IDGiven): two records of equal bytes may be two events. A replayed record gets the score it got: ev.Replayed, Severity, Risk,
// Level and Route are set, and Baseline where it was higher; score lets it fall below what the record earns by itself in nothing,
// because an id can be forged.
func (st *Store) Seen(ev *event.Event) bool {
	t := &st.seen
	if !ev.IDGiven || ev.ID == "" || len(t.heads) == 0 {
		return false
	}
	ev.IDHash = st.idHash(ev)
	nowS := seconds(ev.Arrival)
	i, s := t.set(ev.IDHash)
	s.mu.Lock()
	defer s.mu.Unlock()
	w := t.find(i, ev.IDHash)
	if w >= 0 && !st.forgets(t.heads[i][w].at, nowS) {
		s.replays++
		ev.Replayed = true
		if b := &t.bodies[i][w]; b.low&seenScored != 0 {
			ev.Severity, ev.Level, ev.Route = int(b.low&15), event.Level(b.low>>4&15), event.Route(b.low>>8&15)
			ev.Risk, ev.Baseline = float64(b.risk), max(ev.Baseline, float64(b.baseline))
		}
		return true
	}
	if w < 0 {
		if w = t.oldest(i, ev.IDHash); t.heads[i][w].at != 0 && !st.forgets(t.heads[i][w].at, nowS) {
			s.forgotten++
		}
	}
	t.heads[i][w] = seenHead{uint32(ev.IDHash >> 32), nowS}
	t.bodies[i][w] = seenBody{low: ev.IDHash << seenMarks}
	return false
}

// forgets reports whether an id that came at that second is none any more.
func (st *Store) forgets(at, nowS uint32) bool {
	return nowS > at && int64(nowS-at) > int64(st.cfg.SeenFor)/1e9
}

// Scored notes the score that a record got, for its replays. The engine calls it when the record is done: from then on the id is stored
// too, and what the record did to windows is stored no later.
func (st *Store) Scored(ev *event.Event) {
	if ev.IDHash == 0 || ev.Replayed {
		return
	}
	t := &st.seen
	i, s := t.set(ev.IDHash)
	s.mu.Lock()
	defer s.mu.Unlock()
	w := t.find(i, ev.IDHash)
	if w < 0 {
		return
	}
	b := &t.bodies[i][w]
	b.low = ev.IDHash<<seenMarks | seenScored | uint64(ev.Severity&15) | uint64(ev.Level&15)<<4 | uint64(ev.Route&15)<<8
	b.risk, b.baseline = float32(ev.Risk), float32(ev.Baseline)
	if st.seenStored.Load() {
		s.note(uint32(i*seenWays+w), len(t.heads)*seenWays/seenStripes)
	}
}

// note says that a place is to be stored, as long as fewer than most are.
func (s *seenStripe) note(place uint32, most int) {
	if len(s.recent) < max(most, seenWays) {
		s.recent = append(s.recent, place)
	} else {
		s.cut = true
	}
}
