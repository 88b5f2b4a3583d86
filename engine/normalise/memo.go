package normalise

import (
	"strings"
	"sync/atomic"

	"prescore/engine/event"
)

// The bounds of memos. Patterns are asked for the same few words again and again ("process_creation", "GET", "sshd"), and every answer
// is a pure function of the word.
const (
	tableWords = 256 // words remembered of one table; a word whose slot is taken is matched anew each time
	sightWords = 32  // words remembered of one field of a shape: most shapes are of one program
	maxMemoLen = 64  // bytes of a word; longer ones are not words
	nearWords  = 16  // words of one table that are known as they stand in records, to be had with one comparison
	memoWorth  = 8   // patterns from which remembering is cheaper than matching
)

// memo remembers what patterns gave for a word. Slots are filled once and never changed, so that values an attacker varies cost no
// memory beyond the bound and no more time than without it.
type memo[T any] struct {
	slots []atomic.Pointer[remembered[T]] // a power of two
}

type remembered[T any] struct {
	word string
	what *T // nil: no pattern matches
}

func newMemo[T any](words int) *memo[T] {
	return &memo[T]{make([]atomic.Pointer[remembered[T]], words)}
}

// find gives what is remembered of a word of the hash h, false where nothing is; keep is then where it may be kept, nil where the slot
// is taken.
func (m *memo[T]) find(s string, h uint64) (what *T, keep *atomic.Pointer[remembered[T]], ok bool) {
	if len(s) > maxMemoLen {
		return nil, nil, false
	}
	slot := &m.slots[h&uint64(len(m.slots)-1)]
	switch r := slot.Load(); {
	case r == nil:
		return nil, slot, false
	case r.word == s:
		return r.what, nil, true
	}
	return nil, nil, false
}

// keepIn remembers what a word gave.
func keepIn[T any](slot *atomic.Pointer[remembered[T]], s string, what *T) {
	if slot != nil {
		slot.CompareAndSwap(nil, &remembered[T]{strings.Clone(s), what})
	}
}

// near remembers the rows of a few texts as they stand in records, before they are folded and hashed: of most tables a handful of words
// makes up nearly all records. Its slots are filled as those of a memo are.
type near [nearWords]atomic.Pointer[remembered[row]]

// slot gives where a text may be remembered.
func (n *near) slot(s string) *atomic.Pointer[remembered[row]] {
	if s == "" {
		return &n[0]
	}
	return &n[(uint(len(s))+uint(s[0])+2*uint(s[len(s)-1]))%nearWords]
}

// rowOf gives the row of a text: that of a word or pattern, else the one for whatever is there; nil where there is none.
func (t *table) rowOf(s string, mem *event.Arena) *row {
	slot := t.near.slot(s)
	known := slot.Load()
	if known != nil && known.word == s {
		return known.what
	}
	folded := s
	if t.fold {
		folded = lower(s, mem)
	}
	w := t.match(folded, wordHash(folded))
	if w == nil {
		w = t.present
	}
	if known == nil && len(s) <= maxMemoLen {
		keepIn(slot, s, w)
	}
	return w
}

// match gives the row of a word of the hash h: its own, else that of the first pattern that matches; nil where there is none.
func (t *table) match(s string, h uint64) *row {
	if w, ok := t.words.find(s, h); ok {
		return w
	}
	if t.memo == nil {
		return t.glob(s)
	}
	w, slot, ok := t.memo.find(s, h)
	if !ok {
		w = t.glob(s)
		keepIn(slot, s, w)
	}
	return w
}
