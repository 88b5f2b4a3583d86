package match

import (
	"hash/maphash"

	"prescore/engine/event"
)

// The bounds of a memory. A host starts the same programs for the same users again and again: of the values that rules look at in
// captures two of three were there before, most of them programs, users and hashes, and the long command lines of parents.
const (
	memoryWays = 4  // places for a value
	memoryList = 96 // rules and answers of an entry
	memoryDoor = 1 << 13

	shortSets, shortText = 512, 232 // 2,048 values of up to 232 bytes: 1.2 megabytes for each thread
	longSets, longText   = 64, 4096 // 256 values of up to 4,096 bytes: as much again

	// From so many literals in a field on looking a value up is cheaper than indexing it; and from so many items of rules that ask for the field, than
	// asking them again: who the user is rules out a rule as well as the program does.
	memoryWorth = 16
	memoryAsked = 16
	askedRegex  = 4 // items that an expression costs as much as
)

// memory holds what values gave in fields of lanes: the rules that become candidates, and the answers of items. All of that is a pure
// function of the value, and so are the rules that cannot match with it whatever else the event has. A value is taken in when it comes the second time, so that values that never come again cost a hash and two
// probes; and it takes the place of one that was not asked for since its set was full, so that a flood of values washes out nothing
// that is in use: one counts as used when it is asked for once more. Which values share a place depends on a random seed.
type memory struct {
	sets    []memorySet
	entries []remembered // memoryWays of each set
	door    [memoryDoor]uint16
}

type memorySet struct {
	keys [memoryWays]uint64 // 0: free
	used uint8              // bits of the ways asked for since all were
}

// remembered is what one value gave.
type remembered struct {
	text        []byte // its capacity is the entry's
	key         uint64
	lane, field uint16 // field is an index into the lane's
	rules, n    uint8  // of list: the first are rules of the lane, up to n items, shifted, with the answer in the lowest bit
	out         uint8  // so many at the end of list are rules that the value rules out
	settled     bool   // it was recalled for rules that nothing ruled out
	plain       bool   // as Shown has it
	list        [memoryList]uint32
}

// newMemory makes a memory of so many sets, for values of so many bytes.
func newMemory(sets, size int) *memory {
	m := &memory{sets: make([]memorySet, sets), entries: make([]remembered, sets*memoryWays)}
	texts := make([]byte, len(m.entries)*size)
	for i := range m.entries {
		m.entries[i].text = texts[i*size : i*size : (i+1)*size]
	}
	return m
}

// memories are the memories of one Scratch.
type memories struct {
	seed        maphash.Seed
	short, long *memory
}

func newMemories() *memories {
	return &memories{maphash.MakeSeed(), newMemory(shortSets, shortText), newMemory(longSets, longText)}
}

// of gives the memory for a text, nil where it is too long for any.
func (m *memories) of(text string) *memory {
	switch {
	case len(text) <= shortText:
		return m.short
	case len(text) <= longText:
		return m.long
	}
	return nil
}

// memoryKey gives what a value in a field of a lane is kept under; hash is the value's.
func memoryKey(hash uint64, lane, field uint16) uint64 {
	k := (hash ^ uint64(lane)<<16 ^ uint64(field)) * 0x9e3779b97f4a7c15
	return k ^ k>>32 | 1
}

// find gives the entry of a value, nil where it has none.
func (m *memory) find(key uint64, lane, field uint16, text string) *remembered {
	n := key >> 1 % uint64(len(m.sets))
	set := &m.sets[n]
	for way, k := range set.keys {
		if k != key {
			continue
		}
		e := &m.entries[n*memoryWays+uint64(way)]
		if e.lane == lane && e.field == field && event.View(e.text) == text {
			set.used |= 1 << way
			return e
		}
	}
	return nil
}

// admit reports whether a value is one that came before, and notes it where it did not.
func (m *memory) admit(key uint64) bool {
	d := &m.door[key>>16%memoryDoor]
	if *d == uint16(key>>48) {
		return true
	}
	*d = uint16(key >> 48)
	return false
}

// take gives the entry for a new value, and whether another had to go for it.
func (m *memory) take(key uint64, lane, field uint16, text string) (e *remembered, replaced bool) {
	n := key >> 1 % uint64(len(m.sets))
	set := &m.sets[n]
	way := uint64(0)
	for way < memoryWays && set.keys[way] != 0 {
		way++
	}
	if way == memoryWays {
		replaced = true
		for way = 0; way < memoryWays && set.used>>way&1 != 0; way++ {
		}
		if way == memoryWays {
			set.used, way = 0, key>>40%memoryWays
		}
	}
	set.keys[way] = key
	set.used &^= 1 << way
	e = &m.entries[n*memoryWays+way]
	e.text, e.key, e.lane, e.field, e.rules, e.n, e.out, e.settled, e.plain = append(e.text[:0], text...), key, lane, field, 0, 0, 0, false, false
	return e, replaced
}

// recall is index for the one value of a field, out of a memory where it is there. n and i say which lane and which of its fields.
func (r *run) recall(m *memory, n, i uint16, f *laneField, v *textValue) {
	if v.hash == 0 {
		v.hash = maphash.String(r.memories.seed, v.orig)
	}
	c := &r.fields[f.field]
	key := memoryKey(v.hash, n, i)
	if e := m.find(key, n, i, v.orig); e != nil {
		for _, rule := range e.list[:e.rules] {
			r.candidate(int32(rule))
		}
		for _, rule := range e.list[memoryList-int(e.out):] {
			r.ruleOut(int32(rule))
		}
		r.recalled = append(r.recalled, f.field)
		c.known, c.key, c.lane = e, key, r.epoch
		return
	}
	r.hits = r.hits[:0]
	r.index(f, v)
	if m.admit(key) && r.fits() {
		e, replaced := m.take(key, n, i, v.orig)
		if replaced {
			r.replaced++
		}
		r.keep(e)
		c.known, c.key, c.lane = e, key, r.epoch
	}
}

// keep notes in a new entry what was hit.
func (r *run) keep(e *remembered) {
	for _, h := range r.hits {
		for _, rule := range r.lane.lits[h].rules {
			e.list[e.rules] = uint32(rule)
			e.rules++
		}
	}
	e.n = e.rules
	for _, h := range r.hits {
		for _, it := range r.lane.lits[h].items {
			e.add(it, r.memo[it]&1)
		}
	}
}

// fits reports whether what was hit fits an entry.
func (r *run) fits() bool {
	n := 0
	for _, h := range r.hits {
		n += len(r.lane.lits[h].rules) + len(r.lane.lits[h].items)
	}
	return n <= memoryList
}

// known gives the entry of the one value that a field has in the event, nil where there is none or it is lost.
func (r *run) known(f fieldID) *remembered {
	if c := &r.fields[f]; c.lane == r.epoch && c.known.key == c.key {
		return c.known
	}
	return nil
}

// plain gives what is kept for the caller with the one value that a field has in the event, in whichever lane it was recalled last.
func (r *run) plain(f fieldID) *bool {
	if c := &r.fields[f]; c.epoch == r.eventEpoch && c.known != nil && c.known.key == c.key {
		return &c.known.plain
	}
	return nil
}

// lost reports whether another value of the event took the place of the entry of a field's value.
func (r *run) lost(f fieldID) bool {
	c := &r.fields[f]
	return c.lane == r.epoch && c.known.key != c.key
}

// answers takes up the items' answers of what was recalled in the lane.
func (r *run) answers() {
	for _, f := range r.recalled {
		if e := r.known(f); e != nil {
			e.settled = true
			for _, it := range e.list[e.rules:e.n] {
				r.memo[it>>1] = r.mark<<1 | it&1
			}
		}
	}
}

// learn notes the answer of an item with the value that it was found for, where that is remembered and has room. When a value is new,
// most rules that ask turn out to be ruled out by it or by another: what they asked for is not worth its room.
func (r *run) learn(it *item, n int32, answer uint32) {
	if e := r.known(it.field); e != nil && e.settled {
		e.add(n, answer)
	}
}

func (e *remembered) add(it int32, answer uint32) {
	if int(e.n)+int(e.out) < memoryList {
		e.list[e.n] = uint32(it)<<1 | answer
		e.n++
	}
}

// exclude notes a rule that did not match with the value that alone made it so. Where an expression had to work, what it had left of the
// event's bound may have decided.
func (r *run) exclude(rule int32, by fieldID) {
	if by == 0 || r.regexWork > 0 {
		return
	}
	if e := r.known(by); e != nil && int(e.n)+int(e.out) < memoryList {
		e.out++
		e.list[memoryList-int(e.out)] = uint32(rule)
	}
}
