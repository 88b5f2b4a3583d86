package match

import (
	"unicode/utf8"

	"prescore/engine/event"
)

// walk finds which of many literals a text starts with (or, from the other end, ends with). It is a trie kept as a set of hashes:
// one for every prefix of every literal, so that a walk stops at the first byte no literal has, and costs one probe a byte. A hash
// that collides only makes the walk longer: what it finds is compared.
type walk struct {
	slots []walkSlot // a power of two, at most half full
	ends  []walkEnd
	empty int32 // literal "" in full, -1 where there is none
	seed  uint64
}

type walkSlot struct {
	tag uint32 // high half of the hash, never 0 in a used slot
	end int32  // index into ends, -1 inside of literals
}

// walkEnd is the literals whose text ends here: one that may go on, one that must be the whole value; -1 for none.
type walkEnd struct{ part, whole int32 }

const (
	walkSeed = 0x9e3779b97f4a7c15
	walkMul  = 0x100000001b3
)

func walkStep(h uint64, c byte) uint64 {
	h = (h ^ uint64(c)) * walkMul
	return h ^ h>>29
}

func tagOf(h uint64) uint32 { return uint32(h>>32) | 1 }

// walkKey is a literal to be put into a walk.
type walkKey struct {
	text  string
	lit   int32
	whole bool
}

// newWalk builds a walk; back reads texts from their end. Should the tags of two literals' ends be the same, another seed is tried.
func newWalk(keys []walkKey, back bool) *walk {
	for seed := uint64(walkSeed); ; seed += 2 {
		w := &walk{empty: -1, seed: seed}
		if w.fill(keys, back) {
			return w
		}
	}
}

// fill puts the literals in; false where one would hide another.
func (w *walk) fill(keys []walkKey, back bool) bool {
	n := 0
	for _, k := range keys {
		n += len(k.text)
	}
	w.slots = make([]walkSlot, tableSize(n))
	texts := map[int32]string{} // by end
	for _, k := range keys {
		if k.text == "" {
			w.empty = k.lit
			continue
		}
		h := w.seed
		var s *walkSlot
		for i := range len(k.text) {
			c := k.text[i]
			if back {
				c = k.text[len(k.text)-1-i]
			}
			h = walkStep(h, c)
			if s = w.slot(h); s.tag == 0 {
				*s = walkSlot{tagOf(h), -1}
			}
		}
		if s.end < 0 {
			s.end = int32(len(w.ends))
			w.ends = append(w.ends, walkEnd{-1, -1})
			texts[s.end] = k.text
		} else if texts[s.end] != k.text {
			return false
		}
		if k.whole {
			w.ends[s.end].whole = k.lit
		} else {
			w.ends[s.end].part = k.lit
		}
	}
	return true
}

// tableSize gives a power of two of which n entries take half at most.
func tableSize(n int) int {
	size := 8
	for size < 2*n {
		size *= 2
	}
	return size
}

// slot finds the slot of a hash: its own, or the free one where it would go.
func (w *walk) slot(h uint64) *walkSlot {
	mask := uint64(len(w.slots) - 1)
	tag := tagOf(h)
	for i := h & mask; ; i = (i + 1) & mask {
		if s := &w.slots[i]; s.tag == tag || s.tag == 0 {
			return s
		}
	}
}

// front walks a text from its start and folds it on the way. It gives false where it meets what is not ASCII; the folded text is
// to be walked then.
func (r *run) front(w *walk, text string) bool {
	if text == "" {
		if w.empty >= 0 {
			r.hit(w.empty)
		}
		return true
	}
	h := w.seed
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		h = walkStep(h, c)
		s := w.slot(h)
		if s.tag == 0 {
			return c < utf8.RuneSelf
		}
		if s.end < 0 {
			continue
		}
		e := w.ends[s.end]
		if e.part >= 0 && sameFold(text[:i+1], r.lane.lits[e.part].text) {
			r.hit(e.part)
		}
		if e.whole >= 0 && i+1 == len(text) && sameFold(text, r.lane.lits[e.whole].text) {
			r.hit(e.whole)
		}
	}
	return true
}

// back walks a text from its end; else it is as front.
func (r *run) back(w *walk, text string) bool {
	h := w.seed
	for i := len(text) - 1; i >= 0; i-- {
		c := text[i]
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		h = walkStep(h, c)
		s := w.slot(h)
		if s.tag == 0 {
			return c < utf8.RuneSelf
		}
		if s.end >= 0 {
			if e := w.ends[s.end]; e.part >= 0 && sameFold(text[i:], r.lane.lits[e.part].text) {
				r.hit(e.part)
			}
		}
	}
	return true
}

// sameFold reports whether text, its ASCII letters folded, is lit: eight bytes a step where they are ASCII.
func sameFold(text, lit string) bool {
	if len(text) != len(lit) {
		return false
	}
	a, b := event.BytesOf(text), event.BytesOf(lit)
	for len(a) >= 8 && len(b) >= 8 {
		w := le64(a)
		if w&high != 0 {
			break
		}
		if w|upper(w)>>2 != le64(b) {
			return false
		}
		a, b = a[8:], b[8:]
	}
	for i, c := range a {
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		if c != b[i] {
			return false
		}
	}
	return true
}
