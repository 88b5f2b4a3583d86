package entity

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Named bounds of the replacement policy.
const (
	protectedShare = 0.8 // of a shard's entries may be protected: the rest stays open to newcomers
	chances        = 8   // how many entities of weight are passed over before one goes: bounds the work of one eviction
	maxProbes      = 4   // keys of one 64-bit hash: two are already one in a billion
	historyS       = 60  // an entity seen again after this many seconds has history and is protected
	staleS         = 600 // a protected entity untouched for this many seconds longer makes way for one of equal weight
	floodS         = 60  // where even the oldest newcomer is younger than this many seconds, newcomers are flooding the shard
)

// shard is a share of the entities under one lock.
type shard struct {
	mu        sync.Mutex
	st        *Store
	probation *simplelru.LRU[uint64, *Entity]
	protected *simplelru.LRU[uint64, *Entity]
	cap       int
	maxBytes  int64
	bytes     int64
	queues    []queue // by kind, for the kinds that have a bound of their own
	ghosts    ghosts
	door      door
	timers    timers
	dirty     []*Entity
	gone      []string // stored keys of entities to delete from the store
	goneCut   bool     // gone overflowed: the store has to be written anew
	n         counts
	nowS      uint32   // newest arrival, seconds
	_         [64]byte // shards next to each other must not share a cache line
}

// counts are a shard's counters, under its lock.
type counts struct {
	created, refused, evicted, evictedProtected, evictedQuota, evictedBytes, expired, truncated, hits uint64
}

func (sh *shard) init(st *Store, entries int, bytes int64) error {
	sh.st, sh.cap, sh.maxBytes = st, entries, bytes
	var err error
	// One more than can be there: eviction is settle's, which knows weight, not simplelru's.
	if sh.probation, err = simplelru.NewLRU[uint64, *Entity](entries+1, nil); err != nil {
		return err
	}
	sh.protected, err = simplelru.NewLRU[uint64, *Entity](entries+1, nil)
	sh.ghosts.init(entries)
	sh.door.init(entries)
	return err
}

// find gives the entity, moved to the front of its segment where touch is set.
func (sh *shard) find(h uint64, k Kind, key string, touch bool) *Entity {
	for range maxProbes {
		var e *Entity
		var ok bool
		if touch {
			if e, ok = sh.protected.Get(h); !ok {
				e, ok = sh.probation.Get(h)
			}
		} else if e, ok = sh.protected.Peek(h); !ok {
			e, ok = sh.probation.Peek(h)
		}
		if !ok {
			return nil
		}
		if e.kind == k && e.key == key {
			return e
		}
		h = reprobe(h)
	}
	return nil
}

func reprobe(h uint64) uint64 { return h*0x9e3779b97f4a7c15 + 1 }

// admit makes a new entity, or nil where the doorkeeper wants to see it again first.
func (sh *shard) admit(h uint64, k Kind, key string, nowS uint32) *Entity {
	if sh.full() && sh.flooded(nowS) && !sh.door.knows(h) {
		sh.n.refused++
		return nil
	}
	ki := sh.st.kinds[k]
	if ki.max > 0 && ki.n.Load() >= ki.max {
		sh.evictOfKind(k)
	}
	free := h
	for range maxProbes {
		if !sh.protected.Contains(free) && !sh.probation.Contains(free) {
			break
		}
		free = reprobe(free)
	}
	e := &Entity{key: cloneKey(key), hash: free, kind: k, first: nowS, last: nowS}
	e.size = entityBytes + uint32(len(key))
	if sh.ghosts.has(h) {
		e.flags |= flagTruncated
		sh.n.truncated++
	}
	if old, ok := sh.probation.Peek(free); ok { // all probes taken: the last gives way
		sh.remove(old, true)
	}
	sh.insert(e)
	sh.n.created++
	return e
}

// insert enters an entity in the segment its flags say.
func (sh *shard) insert(e *Entity) {
	if e.flags&flagProtected != 0 {
		sh.protected.Add(e.hash, e)
	} else {
		sh.probation.Add(e.hash, e)
	}
	sh.bytes += int64(e.size)
	ki := sh.st.kinds[e.kind]
	ki.n.Add(1)
	if ki.max > 0 {
		sh.queues[e.kind].push(e.hash)
	}
}

func (sh *shard) len() int   { return sh.probation.Len() + sh.protected.Len() }
func (sh *shard) full() bool { return sh.len() >= sh.cap || sh.bytes >= sh.maxBytes }

// flooded reports whether newcomers turn probation over faster than an entity could show that it matters.
func (sh *shard) flooded(nowS uint32) bool {
	_, e, ok := sh.probation.GetOldest()
	return ok && nowS < e.first+floodS
}

func (sh *shard) grow(e *Entity, n int) {
	sh.bytes += int64(n)
	e.size = uint32(int64(e.size) + int64(n))
}

// settle promotes e where it has earned it and evicts while a bound is passed.
func (sh *shard) settle(e *Entity) {
	if e.flags&(flagProtected|flagGone) == 0 && (e.weight > 0 || e.last >= e.first+historyS) && sh.makeWay(e) {
		sh.probation.Remove(e.hash)
		e.flags |= flagProtected
		sh.protected.Add(e.hash, e)
	}
	for sh.len() > sh.cap || sh.bytes > sh.maxBytes && sh.len() > 1 {
		if sh.len() <= sh.cap {
			sh.n.evictedBytes++
		}
		sh.evict()
	}
}

// oldestProtected gives the protected entity to go next: the least recently touched, those of weight passed over a few times,
// which halves their weight.
func (sh *shard) oldestProtected() *Entity {
	for range chances {
		h, e, ok := sh.protected.GetOldest()
		if !ok {
			return nil
		}
		if e.weight <= 1 {
			return e
		}
		e.weight /= 2
		sh.protected.Get(h)
	}
	_, e, _ := sh.protected.GetOldest()
	return e
}

// makeWay demotes a protected entity for e where that segment is full; false where all in it matter as much as e, for to swap
// equals at each visit would be work for nothing.
func (sh *shard) makeWay(e *Entity) bool {
	if sh.protected.Len() < int(protectedShare*float64(sh.cap)) {
		return true
	}
	if _, o, ok := sh.protected.GetOldest(); ok && o.weight >= e.weight && e.last < o.last+staleS {
		return false
	}
	if o := sh.oldestProtected(); o != nil {
		sh.protected.Remove(o.hash)
		o.flags &^= flagProtected
		o.weight = 0
		sh.probation.Add(o.hash, o)
	}
	return true
}

func (sh *shard) evict() {
	if _, e, ok := sh.probation.GetOldest(); ok && (sh.probation.Len() > 1 || sh.protected.Len() == 0) {
		sh.remove(e, true)
	} else if e := sh.oldestProtected(); e != nil {
		sh.n.evictedProtected++
		sh.remove(e, true)
	}
}

// remove takes e out of everything. lost says that its state was still wanted: it leaves a ghost and is counted.
func (sh *shard) remove(e *Entity, lost bool) {
	if !sh.probation.Remove(e.hash) {
		sh.protected.Remove(e.hash)
	}
	e.flags |= flagGone
	sh.bytes -= int64(e.size)
	sh.st.kinds[e.kind].n.Add(-1)
	if lost {
		sh.n.evicted++
		if sh.live(e) {
			sh.ghosts.add(sh.st.hash(e.kind, e.key))
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
		} else {
			sh.goneCut = true
		}
	}
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

// evictOfKind makes room within a kind's own bound: the oldest of the kind in this shard goes, those of weight after a second
// chance. Where the shard has none the bound is passed by one; so the bound holds to within the number of shards.
func (sh *shard) evictOfKind(k Kind) {
	q := &sh.queues[k]
	for tries := 0; q.len() > 0; {
		h := q.pop()
		e, ok := sh.probation.Peek(h)
		if !ok {
			e, ok = sh.protected.Peek(h)
		}
		if !ok || e.kind != k {
			continue // it went before
		}
		if e.weight > 1 && tries < chances {
			tries++
			e.weight /= 2
			q.push(h)
			continue
		}
		sh.n.evictedQuota++
		sh.remove(e, true)
		return
	}
}

// queue is first in, first out, over one slice.
type queue struct {
	s    []uint64
	head int
}

func (q *queue) len() int { return len(q.s) - q.head }

func (q *queue) push(h uint64) {
	if q.head > 64 && q.head*2 > len(q.s) {
		q.s = q.s[:copy(q.s, q.s[q.head:])]
		q.head = 0
	}
	q.s = append(q.s, h)
}

func (q *queue) pop() uint64 {
	h := q.s[q.head]
	q.head++
	return h
}
