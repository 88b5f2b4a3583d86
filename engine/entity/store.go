package entity

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"prescore/engine/event"
)

// Store holds all entities. Its methods are safe for several threads unless they say that they are for when the engine opens.
type Store struct {
	cfg       Config
	clock     Clock
	seed      maphash.Seed // random, so that nobody can aim a flood at one shard
	shift     int
	shards    []shard
	kinds     []*kindInfo
	kindNamed map[string]Kind
	slots     []slotInfo
	seen      seenTable
	links     Slot[links]
	aliases   map[string]string
	warnings  []string

	onRestore     func(*Cursor)
	epoch         atomic.Uint64 // counts files given up
	linking       atomic.Bool   // a login was ever noted: until then none is looked for
	stored        atomic.Bool   // a store wants to hear of entities that go
	seenStored    atomic.Bool   // a store has the seen ids
	notesStored   atomic.Bool   // and the notes
	seenKeyed     bool          // the key of their hash came with them
	seenRestored  atomic.Uint64
	restored      atomic.Uint64
	restoreFailed atomic.Uint64
	dropped       atomic.Uint64
	_             [64]byte
	striped       striped
}

// New makes an empty store, or refuses an option.
func New(cfg Config, in In) (*Store, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	shards := cfg.Shards
	for shards > 1 && cfg.MaxEntities/shards < 16 {
		shards /= 2 // a tiny bound over many shards would evict at random
	}
	st := &Store{
		cfg: cfg, seed: maphash.MakeSeed(), shards: make([]shard, shards), kindNamed: map[string]Kind{},
		clock: Clock{int64(cfg.SkewAhead), int64(cfg.SkewBehind)}, shift: 64 - bits.TrailingZeros(uint(shards)),
	}
	for i := range st.shards {
		if err := st.shards[i].init(st, cfg.MaxEntities/shards, int64(cfg.MaxBytes)/int64(shards)); err != nil {
			return nil, err
		}
	}
	if err := st.addBuiltins(cfg, in); err != nil {
		return nil, err
	}
	st.seen.init(cfg.SeenIDs)
	if err := st.addLinks(); err != nil {
		return nil, err
	}
	st.aliases, st.warnings = flatten(in.Aliases)
	return st, nil
}

// Warnings gives what New left out, and why, for the log.
func (st *Store) Warnings() []string { return st.warnings }

func (st *Store) hash(k Kind, key string) uint64 {
	h := maphash.String(st.seed, key) ^ (uint64(k)+1)*0x9e3779b97f4a7c15
	h ^= h >> 29
	return h * 0xbf58476d1ce4e5b9
}

func (st *Store) shardOf(h uint64) *shard {
	return &st.shards[(h>>1)>>(st.shift-1)] // two steps: a shift by 64 of one shard's hash would be 0 only by chance of the language
}

// Get gives the entity, made where it is new, and counts the visit as something that happened at arrival (nanoseconds since
// 1970). key must be in the kind's form (KeyOf, Normalise) and may be a view. The caller must Close the cursor.
func (st *Store) Get(k Kind, key string, arrival int64) Cursor {
	c := st.Find(k, key, arrival)
	if c.E == nil {
		c.E = c.sh.admit(c.h, k, key, seconds(arrival), c.lost)
	}
	return c
}

// Find is Get but makes no entity: E is nil where there is none. The caller must Close the cursor.
func (st *Store) Find(k Kind, key string, arrival int64) Cursor {
	h := st.hash(k, key)
	sh := st.shardOf(h)
	nowS := seconds(arrival)
	sh.mu.Lock()
	sh.nowS = max(sh.nowS, nowS)
	sh.ghosts.prefetch(h) // comes together with the index, where it is wanted at all
	lost := false
	e := sh.find(h, k, key)
	if e == nil {
		lost = sh.ghosts.has(h)
	} else {
		sh.n.hits++
		sh.touch(e)
		if nowS > e.last {
			e.last = nowS
		}
	}
	return Cursor{e, sh, h, lost}
}

// Peek gives the entity as it is, E nil where it is not there; nothing is touched. The caller must Close the cursor.
func (st *Store) Peek(k Kind, key string) Cursor {
	h := st.hash(k, key)
	sh := st.shardOf(h)
	sh.mu.Lock()
	return Cursor{E: sh.find(h, k, key), sh: sh, h: h}
}

func seconds(ns int64) uint32 {
	if ns <= 0 {
		return 0
	}
	return uint32(min(ns/1e9, 1<<32-1))
}

// Len gives the number of entities, Bytes the estimate of their heap.
func (st *Store) Len() int {
	n := 0
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		n += sh.len()
		sh.mu.Unlock()
	}
	return n
}

// Bytes gives the estimate of the heap under all entities.
func (st *Store) Bytes() int64 {
	var n int64
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		n += sh.bytes
		sh.mu.Unlock()
	}
	return n
}

// Counter is one of the store's counters, for observe.
type Counter struct {
	Name  string
	Value uint64
}

// Counters gives every counter by name; see each name's comment. entities and entities_protected are what is there now, the rest only
// grows.
func (st *Store) Counters() []Counter {
	var n counts
	var entries, protected, noted, notesLost uint64
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		n.created += sh.n.created
		n.refused += sh.n.refused
		n.evicted += sh.n.evicted
		n.evictedProtected += sh.n.evictedProtected
		n.evictedQuota += sh.n.evictedQuota
		n.evictedBytes += sh.n.evictedBytes
		n.expired += sh.n.expired
		n.truncated += sh.n.truncated
		n.hits += sh.n.hits
		n.goneCut += sh.n.goneCut
		noted += sh.notes.noted
		notesLost += sh.notes.lost
		entries += uint64(sh.len())
		protected += uint64(sh.protected.len())
		sh.mu.Unlock()
	}
	var replays, forgotten uint64
	for i := range st.seen.stripes {
		s := &st.seen.stripes[i]
		s.mu.Lock()
		st.settleSeen(s) // which counts who went
		replays += s.replays
		forgotten += s.forgotten
		s.mu.Unlock()
	}
	return []Counter{
		{"entities", entries},             // now there
		{"entities_protected", protected}, // of these protected
		{"entities_created", n.created},
		{"entities_hits", n.hits},
		{"entities_refused", n.refused}, // newcomers the doorkeeper sent away
		{"entities_evicted", n.evicted}, // all evictions; the next three say why
		{"entities_evicted_protected", n.evictedProtected},
		{"entities_evicted_quota", n.evictedQuota},
		{"entities_evicted_bytes", n.evictedBytes},
		{"entities_evicted_expired", n.expired}, // of the evicted, those whose state was worth nothing any more
		{"entities_truncated", n.truncated},     // came back after an eviction
		{"notes", noted},                        // notes for entities that were not there
		{"notes_forgotten", notesLost},          // of these, those that gave way before their time
		{"time_clamped", st.striped.total(func(c *counters) *atomic.Uint64 { return &c.clamped })},
		{"replayed", replays},
		{"seen_forgotten", forgotten},             // ids pushed out before their time
		{"seen_restored", st.seenRestored.Load()}, // ids read back from the store
		{"identity_resolved", st.striped.total(func(c *counters) *atomic.Uint64 { return &c.resolved })},
		{"identity_conflicts", st.striped.total(func(c *counters) *atomic.Uint64 { return &c.conflicts })},
		{"entities_gone_cut", n.goneCut}, // times that more entities went between two writes than are remembered: all was written anew
		{"entities_restored", st.restored.Load()},
		{"entities_restore_failed", st.restoreFailed.Load()}, // records that could not be read
		{"entities_restore_dropped", st.dropped.Load()},      // of kinds that are gone or changed
	}
}

// Truncate puts state_truncated on the record: state it builds on was evicted or refused.
func (st *Store) Truncate(ev *event.Event) { ev.StateTruncated = true }
