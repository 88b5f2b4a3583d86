package normalise

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// The bounds of a memo. Tables of patterns are asked for the same few words again and again ("process_creation", "GET"), and every
// answer is a pure function of the word.
const (
	memoSlots  = 256 // words remembered of one table; a word whose slot is taken is matched anew each time
	maxMemoLen = 64  // bytes of a word; longer ones are not words
	memoWorth  = 8   // patterns from which remembering is cheaper than matching
)

var memoSeed = maphash.MakeSeed()

// memo remembers which row the patterns of a table gave for a word. Slots are filled once and never changed, so that values an
// attacker varies cost no memory beyond the bound and no more time than without it.
type memo struct {
	slots [memoSlots]atomic.Pointer[remembered]
}

type remembered struct {
	word string
	row  *row // nil: no pattern matches
}

// match gives the row of the first pattern that matches, nil where none does.
func (t *table) match(s string) *row {
	if t.memo == nil || len(s) > maxMemoLen {
		return t.glob(s)
	}
	slot := &t.memo.slots[maphash.String(memoSeed, s)%memoSlots]
	if m := slot.Load(); m != nil && m.word == s {
		return m.row
	} else if m != nil {
		return t.glob(s)
	}
	w := t.glob(s)
	slot.CompareAndSwap(nil, &remembered{strings.Clone(s), w})
	return w
}
