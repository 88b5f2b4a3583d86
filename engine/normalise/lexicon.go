package normalise

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"prescore/engine/event"
)

// lexicon is words and what each stands for: a map that is made once and asked with a hash that a memo can be asked with too.
type lexicon[T any] struct {
	slots []entry[T] // a power of two, at most half full; none where there are no words
	sizes uint64     // of the words, by bits, the last for all that are longer
}

type entry[T any] struct {
	word string
	used bool
	what T
}

func lexiconOf[T any](words map[string]T) (l lexicon[T]) {
	if len(words) == 0 {
		return l
	}
	l.slots = make([]entry[T], 2<<bits.Len(uint(len(words)-1)))
	for w, what := range words {
		l.sizes |= 1 << min(len(w), 63)
		i := wordHash(w)
		for ; l.at(i).used; i++ {
		}
		*l.at(i) = entry[T]{w, true, what}
	}
	return l
}

func (l *lexicon[T]) at(i uint64) *entry[T] { return &l.slots[i&uint64(len(l.slots)-1)] }

// may reports whether one of the words is as long as s: of most fields that tell some sources by a word, most records have others.
func (l *lexicon[T]) may(s string) bool { return l.sizes>>min(uint(len(s)), 63)&1 != 0 }

// find gives what the word s of the hash h stands for, false where it is none of the words.
func (l *lexicon[T]) find(s string, h uint64) (what T, ok bool) {
	if len(l.slots) == 0 {
		return what, false
	}
	for i := h; ; i++ {
		switch e := l.at(i); {
		case !e.used:
			return what, false
		case e.word == s:
			return e.what, true
		}
	}
}

// wordSeed makes the hashes of words other ones in each process.
var wordSeed = maphash.String(maphash.MakeSeed(), "")

// wordHash mixes the length, head, middle and tail of a word. Words that differ elsewhere alone are of one hash: in a lexicon they stand
// one after the other, and a memo keeps one of them.
func wordHash(s string) uint64 {
	b, n := event.BytesOf(s), len(s)
	var x, y uint64
	switch {
	case n > 16:
		x = binary.LittleEndian.Uint64(b) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[n/2-4:]), 29)
		y = binary.LittleEndian.Uint64(b[n-8:])
	case n >= 8:
		x, y = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		x = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32
	case n > 0:
		x = uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16
	}
	hi, lo := bits.Mul64(x^wordSeed^uint64(n), y^0x9e3779b97f4a7c15)
	return hi ^ lo
}
