package entity

import "sync"

// Named bounds of the replacement policy.
const (
	protectedShare = 0.8 // of a shard's entries may be protected: the rest stays open to newcomers
	chances        = 8   // how many entities of weight are passed over before one goes: bounds the work of one eviction
	historyS       = 60  // an entity seen again after this many seconds has history and is protected
	staleS         = 600 // a protected entity untouched for this many seconds longer makes way for one of equal weight
	floodS         = 60  // where even the oldest newcomer is younger than this many seconds, newcomers are flooding the shard
	floodLook      = 8   // newcomers after which it is looked again whether they are a flood
	front          = 16  // an entity in the first part in so many of its segment is not moved: it would gain nothing worth the work
)

// shard is a share of the entities under one lock. An entity has a place, which is what the segments order; who takes the place of one
// that was evicted takes its memory as well.
type shard struct {
	// What every visit reads comes first: three lines of the processor's cache.
	mu       sync.Mutex
	nowS     uint32 // newest arrival, seconds
	moves    uint32 // entities that came to the front of a segment so far
	cap      int
	index    index
	ghosts   ghosts
	places   places
	bytes    int64
	maxBytes int64
	n        counts

	st        *Store
	probation segment
	protected segment
	guarded   int     // entries that may be protected
	queues    []queue // by kind
	door      door
	timers    timers
	notes     notes
	spares    [][]any // by slot: emptied states
	dirty     []*Entity
	gone      []string // stored keys of entities to delete from the store
	goneCut   bool     // gone overflowed: the store has to be written anew
	flood     struct { // what flooded found
		at, left uint32
		is       bool
	}
	_ [64]byte // shards next to each other must not share a cache line
}

// counts are a shard's counters, under its lock.
type counts struct {
	hits, created, refused, evicted, evictedProtected, evictedQuota, evictedBytes, expired, truncated, goneCut uint64
}

func (sh *shard) init(st *Store, entries int, bytes int64) error {
	sh.st, sh.cap, sh.maxBytes = st, entries, bytes
	sh.guarded = int(protectedShare * float64(entries))
	if err := sh.probation.init(entries); err != nil {
		return err
	}
	if err := sh.protected.init(entries); err != nil {
		return err
	}
	sh.ghosts.init(entries)
	sh.door.init(entries)
	return nil
}

// segment gives where e is listed.
func (sh *shard) segment(e *Entity) *segment {
	if e.flags&flagProtected != 0 {
		return &sh.protected
	}
	return &sh.probation
}

// oldest gives the entity that came to the front of a segment longest ago, nil where nobody is in it.
func (sh *shard) oldest(s *segment) *Entity {
	if place, ok := s.oldest(); ok {
		return sh.places.at(place)
	}
	return nil
}

// all gives the entities of both segments, the oldest of each first.
func (sh *shard) all() []*Entity {
	list := make([]*Entity, 0, sh.len())
	add := func(place uint32) { list = append(list, sh.places.at(place)) }
	sh.probation.each(add)
	sh.protected.each(add)
	return list
}

// find gives the entity, nil where it is not there. Nothing is touched.
func (sh *shard) find(h uint64, k Kind, key string) *Entity {
	place, at, ok := sh.index.next(h, int(uint32(h)))
	for ; ok; place, at, ok = sh.index.next(h, at) {
		if e := sh.places.at(place); e.hash == h && e.kind == k && e.key == key {
			return e
		}
	}
	return nil
}

// touch moves e to the front of its segment, unless it is near.
func (sh *shard) touch(e *Entity) {
	if int(sh.moves-e.moved) > sh.cap/front {
		sh.toFront(e)
	}
}

func (sh *shard) toFront(e *Entity) {
	s := sh.segment(e)
	s.remove(e)
	s.add(e)
	sh.moves++
	e.moved = sh.moves
}

// list enters e in the segment its flags say, at the front.
func (sh *shard) list(e *Entity) {
	sh.segment(e).add(e)
	e.flags |= flagListed
	sh.moves++
	e.moved = sh.moves
}

func (sh *shard) unlist(e *Entity) {
	sh.segment(e).remove(e)
	e.flags &^= flagListed
}

// admit makes a new entity, or nil where the doorkeeper wants to see it again first. It is listed when its cursor closes, which knows
// its weight; until then the place may still be listed where its predecessor was.
func (sh *shard) admit(h uint64, k Kind, key string, nowS uint32, lost bool) *Entity {
	if sh.full() && sh.flooded(nowS) && !sh.door.knows(h) {
		sh.n.refused++
		return nil
	}
	var e *Entity
	if ki := sh.st.kinds[k]; ki.max > 0 && ki.n.Load() >= ki.max {
		if e = sh.oldestOfKind(k); e != nil {
			sh.n.evictedQuota++
		}
	}
	if e == nil && sh.len() >= sh.cap {
		if e = sh.stale(k, nowS); e == nil {
			e = sh.victim(nil)
		}
	}
	if e != nil {
		sh.remove(e, true)
	} else {
		e = sh.places.take()
	}
	e.key, e.hash, e.kind, e.first, e.last, e.weight = cloneKey(key), h, k, nowS, nowS, 0
	e.size = entityBytes + uint32(len(key))
	e.flags = e.flags&(flagListed|flagProtected|flagDirty) | flagNew
	if lost {
		e.flags |= flagTruncated
		sh.n.truncated++
	}
	sh.enter(e)
	sh.n.created++
	return e
}

// enter makes e one of the shard's.
func (sh *shard) enter(e *Entity) {
	sh.index.put(e.hash, e.place)
	sh.bytes += int64(e.size)
	ki := sh.st.kinds[e.kind]
	ki.n.Add(1)
	if ki.max > 0 {
		q := &sh.queues[e.kind]
		q.push(ticket{e.place, e.gen}, sh.places.holds)
		q.live++
	}
}

func (sh *shard) len() int   { return sh.index.n }
func (sh *shard) full() bool { return sh.len() >= sh.cap || sh.bytes >= sh.maxBytes }

// flooded reports whether newcomers turn probation over faster than an entity could show that it matters. It looks once a second, and
// after every few newcomers: who is oldest lies far from the processor.
func (sh *shard) flooded(nowS uint32) bool {
	if sh.flood.at != nowS || sh.flood.left == 0 {
		e := sh.oldest(&sh.probation)
		sh.flood.at, sh.flood.left, sh.flood.is = nowS, floodLook, e != nil && nowS < e.first+floodS
	}
	sh.flood.left--
	return sh.flood.is
}

func (sh *shard) grow(e *Entity, n int) {
	sh.bytes += int64(n)
	e.size = uint32(int64(e.size) + int64(n))
}

// settle lists e where it belongs, protected where it has earned that, and evicts while a bound is passed.
func (sh *shard) settle(e *Entity) {
	if e.flags&flagNew != 0 {
		sh.settleNew(e)
	} else if e.flags&(flagProtected|flagGone) == 0 && (e.weight > 0 || e.last >= e.first+historyS) && sh.makeWay(e) {
		sh.move(e, flagProtected)
	}
	for sh.len() > sh.cap || sh.bytes > sh.maxBytes && sh.len() > 1 {
		if sh.len() <= sh.cap {
			sh.n.evictedBytes++
		}
		o := sh.victim(e)
		if o == nil {
			return
		}
		sh.drop(o, true)
	}
}

// stale gives the oldest protected entity where one of kind k, whose last newcomer was protected at once, would make it give way: then
// each segment gives up its own, and the newcomer needs no more than its predecessor's place.
func (sh *shard) stale(k Kind, nowS uint32) *Entity {
	if !sh.queues[k].guarded || sh.protected.len() < sh.guarded {
		return nil
	}
	o := sh.oldest(&sh.protected)
	if o == nil || o.weight > 1 || nowS < o.last+staleS {
		return nil
	}
	sh.n.evictedProtected++
	return o
}

// settleNew lists an entity for the first time. Where its predecessor was in the segment it belongs in it only comes to the front.
func (sh *shard) settleNew(e *Entity) {
	e.flags &^= flagNew
	to := uint8(0)
	if e.weight > 0 && (e.flags&flagProtected != 0 || sh.makeWay(e)) {
		to = flagProtected
	}
	sh.queues[e.kind].guarded = to != 0
	if e.flags&flagListed != 0 && e.flags&flagProtected == to {
		sh.toFront(e)
		return
	}
	sh.move(e, to)
}

// move lists e in the segment that to says: flagProtected or 0.
func (sh *shard) move(e *Entity, to uint8) {
	if e.flags&flagListed != 0 {
		sh.unlist(e)
	}
	e.flags = e.flags&^flagProtected | to
	sh.list(e)
}

// oldestProtected gives the protected entity to go next: the least recently touched, those of weight passed over a few times,
// which halves their weight.
func (sh *shard) oldestProtected() *Entity {
	for range chances {
		e := sh.oldest(&sh.protected)
		if e == nil || e.weight <= 1 {
			return e
		}
		e.weight /= 2
		sh.toFront(e)
	}
	return sh.oldest(&sh.protected)
}

// makeWay demotes a protected entity for e where that segment is full; false where all in it matter as much as e, for to swap
// equals at each visit would be work for nothing.
func (sh *shard) makeWay(e *Entity) bool {
	if sh.protected.len() < sh.guarded {
		return true
	}
	if o := sh.oldest(&sh.protected); o != nil && o.weight >= e.weight && e.last < o.last+staleS {
		return false
	}
	if o := sh.oldestProtected(); o != nil {
		o.weight = 0
		sh.move(o, 0)
	}
	return true
}

// victim gives the entity to go next, rather one of probation and not keep, which has just come.
func (sh *shard) victim(keep *Entity) *Entity {
	if e := sh.oldest(&sh.probation); e != nil && e != keep {
		return e
	}
	e := sh.oldestProtected()
	if e != nil {
		sh.n.evictedProtected++
	}
	return e
}

// oldestOfKind gives the entity that makes room within a kind's own bound: the oldest of the kind in this shard, those of weight after
// a second chance. Where the shard has none the bound is passed by one; so the bound holds to within the number of shards.
func (sh *shard) oldestOfKind(k Kind) *Entity {
	q := &sh.queues[k]
	for tries := 0; q.len() > 0; {
		t := q.pop()
		e := sh.places.at(t.place)
		if e.gen != t.gen {
			continue // it went before
		}
		if e.weight > 1 && tries < chances {
			tries++
			e.weight /= 2
			q.push(t, sh.places.holds)
			continue
		}
		return e
	}
	return nil
}

// drop takes e out of everything and gives its memory back.
func (sh *shard) drop(e *Entity, lost bool) {
	sh.remove(e, lost)
	if e.flags&flagListed != 0 {
		sh.unlist(e)
	}
	e.key = ""
	e.flags = e.flags&flagDirty | flagGone
	sh.places.free = append(sh.places.free, e.place)
}

// remove takes e out of everything but its place. lost says that its state was still wanted: it leaves a ghost and is counted.
func (sh *shard) remove(e *Entity, lost bool) {
	sh.index.remove(e.hash, e.place)
	sh.bytes -= int64(e.size)
	ki := sh.st.kinds[e.kind]
	ki.n.Add(-1)
	if ki.max > 0 {
		sh.queues[e.kind].live--
	}
	if lost {
		sh.n.evicted++
		if sh.live(e) {
			sh.ghosts.add(e.hash)
		} else {
			sh.n.expired++
		}
		e.each(func(id uint8, v any) {
			if f := sh.st.slots[id-1].evicted; f != nil {
				f(e, v)
			}
		})
	}
	if sh.st.stored.Load() && e.slotID != 0 {
		if len(sh.gone) < maxGone {
			sh.gone = append(sh.gone, sh.st.storedKey(e))
		} else if !sh.goneCut {
			sh.goneCut = true
			sh.n.goneCut++
		}
	}
	sh.strip(e)
	e.gen++
}

// live reports whether any of the entity's state still mattered at the newest arrival.
func (sh *shard) live(e *Entity) bool {
	live := e.slotID == 0
	e.each(func(id uint8, v any) {
		f := sh.st.slots[id-1].expires
		live = live || f == nil || f(e, v) >= int64(sh.nowS)*1e9
	})
	return live
}
