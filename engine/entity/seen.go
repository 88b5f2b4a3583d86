package entity

import (
	"math/bits"
	"sync"

	"prescore/engine/event"
)

// Shape of the table of seen ids.
const (
	seenWays    = 8  // ids that share one set: an id is forgotten early only where eight newer ones fall on its set
	seenStripes = 32 // locks, more than threads
	seenFresh   = 8  // ids that a stripe keeps beside its lock until they go to the table together
)

// seenID is what is kept of an id.
type seenID struct {
	hash     uint64 // 0 where nothing is here
	at       uint32 // arrival, seconds
	marks    uint16
	risk     float32
	baseline float32
}

// The marks of a seenID: severity, level and route in four bits each, and whether the record was scored.
const seenScored = 1 << 15

// seenTable remembers the hashes of ids, set-associative, so that a replay costs one look and no allocation. A record is taken for a
// replay by all 64 bits of a keyed hash: among 65,536 ids that happens by chance once in 10^14 records.
//
// Almost every id is new, and the table is larger than a processor's caches: so that is told by seven bits of each id alone, a word a
// set, and what is new goes to the table a few at a time, so that the waiting for its memory is shared.
type seenTable struct {
	key     secret
	hints   []uint64 // see hint
	ids     [][seenWays]seenID
	stripes [seenStripes]seenStripe
}

// seenStripe guards every seenStripes-th set.
type seenStripe struct {
	mu        sync.Mutex
	n         int // of fresh
	fresh     [seenFresh]freshID
	recent    []uint32 // places scored since they were last taken to be stored
	cut       bool     // recent overflowed: all of the stripe is to be stored
	replays   uint64
	forgotten uint64
	_         [64]byte // stripes next to each other must not share a cache line
}

// freshID is an id on its way to its place, the number of its set and way.
type freshID struct {
	seenID
	place uint32
}

func (t *seenTable) init(ids int) {
	t.key = newSecret()
	if ids > 0 {
		n := pow2((ids + seenWays - 1) / seenWays)
		t.hints, t.ids = make([]uint64, n), make([][seenWays]seenID, n)
	}
}

// set gives the set of a hash and its stripe.
func (t *seenTable) set(h uint64) (int, *seenStripe) {
	i := int(h>>24) & (len(t.ids) - 1)
	return i, &t.stripes[i%seenStripes]
}

// A hint has a byte a way: seven bits of the hash that has the place, and the upper bit in the way whose id goes next, which is the one
// that came first. The upper bits are none at first: that is way 0.
const (
	hintOnes = 0x0101010101010101
	hintNext = 0x80 * hintOnes
)

func hintOf(h uint64) uint64 { return h >> 57 }

// hinted gives the ways that may hold a hash, as the upper bits of their bytes.
func hinted(hint, h uint64) uint64 {
	differ := hint&^hintNext ^ hintOf(h)*hintOnes
	return ^(differ + 0x7f*hintOnes) & hintNext // no byte carries into the next: all are below 128
}

// nextWay gives the way whose id goes next.
func nextWay(hint uint64) int { return bits.TrailingZeros64(hint&hintNext) >> 3 % seenWays }

// hint writes a hash's hint for a way.
func (t *seenTable) hint(i, w int, h uint64) {
	t.hints[i] = t.hints[i]&^(0x7f<<(8*w)) | hintOf(h)<<(8*w)
}

// claim gives the way of its set to a hash that is new, in place of the oldest one's.
func (t *seenTable) claim(i int, h uint64) int {
	w := nextWay(t.hints[i])
	t.hint(i, w, h)
	t.hints[i] = t.hints[i]&^hintNext | 0x80<<(8*((w+1)%seenWays))
	return w
}

// find gives a hash's id and its place, nil where it is not there. The stripe is locked; the id is valid until it is unlocked.
func (t *seenTable) find(i int, s *seenStripe, h uint64) (*seenID, uint32) {
	ways := hinted(t.hints[i], h)
	if ways == 0 {
		return nil, 0
	}
	for n := s.n - 1; n >= 0; n-- {
		if f := &s.fresh[n]; f.hash == h {
			return &f.seenID, f.place
		}
	}
	for ; ways != 0; ways &= ways - 1 {
		w := bits.TrailingZeros64(ways) >> 3
		if id := &t.ids[i][w]; id.hash == h {
			return id, uint32(i*seenWays + w)
		}
	}
	return nil, 0
}

// idHash is of the id with what makes it unique: a record number repeats from host to host, a source's id from source to source. host is
// in the form of its kind.
func (st *Store) idHash(ev *event.Event, host string) uint64 {
	k := &st.seen.key
	return k.hash(k.hash(k.hash(uint64(len(ev.Source)), ev.ID), ev.Source), host) | 1
}

// tells reports whether the record brought an id by which it is known again.
func (st *Store) tells(ev *event.Event) bool {
	return ev.IDGiven && ev.ID != "" && len(st.seen.ids) > 0
}

// Expect says that Seen will be asked of ev: what that reads lies far from the processor, which fetches it meanwhile. To be called
// where the event's id, source and entities are known, as early as that is; nothing hangs on it but time.
func (st *Store) Expect(ev *event.Event) {
	if !st.tells(ev) {
		return
	}
	ev.IDHash = st.idHash(ev, normal(formName, ev.Entities[event.Host], &ev.Arena))
	i, s := st.seen.set(ev.IDHash)
	Prefetch(&st.seen.hints[i])
	Prefetch(s)
}

// Seen reports whether a record of this id went by within seen_for, and notes it. Only an id that the record brought counts
// (ev.IDGiven): two records of equal bytes may be two events. A replayed record gets the score it got: ev.Replayed, Severity, Risk,
// Level and Route are set, and Baseline where it was higher; score lets it fall below what the record earns by itself in nothing,
// because an id can be forged.
func (st *Store) Seen(ev *event.Event) bool {
	if !st.tells(ev) {
		return false
	}
	if ev.IDHash == 0 { // not expected
		ev.IDHash = st.idHash(ev, ev.Entities[event.Host])
	}
	t, h, nowS := &st.seen, ev.IDHash, seconds(ev.Arrival)
	i, s := t.set(h)
	s.mu.Lock()
	if id, _ := t.find(i, s, h); id != nil {
		if !st.forgets(id.at, nowS) {
			s.replays++
			id.replay(ev)
			s.mu.Unlock()
			return true
		}
		*id = seenID{at: id.at} // it comes anew, and its place goes in its turn
	}
	if s.n == seenFresh {
		st.settleSeen(s)
	}
	s.fresh[s.n] = freshID{seenID{hash: h, at: nowS}, uint32(i*seenWays + t.claim(i, h))}
	if s.n++; s.n == seenFresh {
		t.expect(s)
	}
	s.mu.Unlock()
	return false
}

// expect says that the stripe's fresh ids go to their places with the next one that comes to it, some dozens of records from now.
func (t *seenTable) expect(s *seenStripe) {
	for n := range s.fresh {
		p := s.fresh[n].place
		Prefetch(&t.ids[p/seenWays][p%seenWays])
	}
}

// replay gives the event the score that the id's first record got, once that has one.
func (id *seenID) replay(ev *event.Event) {
	ev.Replayed = true
	if id.marks&seenScored != 0 {
		ev.Severity, ev.Level, ev.Route = int(id.marks&15), event.Level(id.marks>>4&15), event.Route(id.marks>>8&15)
		ev.Risk, ev.Baseline = float64(id.risk), max(ev.Baseline, float64(id.baseline))
	}
}

// settleSeen takes the stripe's fresh ids to their places. One after the other: of two of one place the newer stays. The stripe is locked.
func (st *Store) settleSeen(s *seenStripe) {
	for n := range s.n {
		f := &s.fresh[n]
		id := &st.seen.ids[f.place/seenWays][f.place%seenWays]
		if id.at != 0 && !st.forgets(id.at, f.at) {
			s.forgotten++
		}
		*id = f.seenID
	}
	s.n = 0
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
	if id, place := t.find(i, s, ev.IDHash); id != nil {
		id.marks = seenScored | uint16(ev.Severity&15) | uint16(ev.Level&15)<<4 | uint16(ev.Route&15)<<8
		id.risk, id.baseline = float32(ev.Risk), float32(ev.Baseline)
		if st.seenStored.Load() {
			s.note(place, len(t.ids)*seenWays/seenStripes)
		}
	}
	s.mu.Unlock()
}

// note says that a place is to be stored, as long as fewer than most are.
func (s *seenStripe) note(place uint32, most int) {
	if len(s.recent) < max(most, seenWays) {
		s.recent = append(s.recent, place)
	} else {
		s.cut = true
	}
}
