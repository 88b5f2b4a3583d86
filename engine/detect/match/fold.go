package match

import (
	"unicode/utf8"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// folded gives a value's folded text.
func (r *run) folded(v *textValue) string {
	if !v.done {
		v.fold, v.ascii = r.fold(v.orig)
		v.done = true
	}
	return v.fold
}

const (
	high = 0x8080808080808080
	ones = 0x0101010101010101
)

// fold gives s folded, s itself where nothing changes, and whether it is ASCII: eight bytes a step.
func (r *run) fold(s string) (string, bool) {
	b := event.BytesOf(s)
	k := 0
	for ; k+8 <= len(b); k += 8 {
		if w := le64(b[k:]); w&high != 0 || upper(w) != 0 {
			break
		}
	}
	if k+8 > len(b) {
		for ; k < len(b); k++ {
			if c := b[k]; c-'A' < 26 || c >= utf8.RuneSelf {
				break
			}
		}
	}
	if k == len(b) {
		return s, true
	}
	dst := r.arena.Grab(len(b))
	k = k &^ 7
	copy(dst, b[:k])
	for ; k+8 <= len(b); k += 8 {
		w := le64(b[k:])
		if w&high != 0 {
			return event.View(sigma.AppendFold(dst[:0], s)), false
		}
		put64(dst[k:], w|upper(w)>>2)
	}
	for ; k < len(b); k++ {
		c := b[k]
		if c >= utf8.RuneSelf {
			return event.View(sigma.AppendFold(dst[:0], s)), false
		}
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		dst[k] = c
	}
	return event.View(dst), true
}

// upper gives the high bit of each byte of w that is a capital letter; no byte of w has its own. Moved down by two it is the bit
// between the cases.
func upper(w uint64) uint64 { return (w + ones*(0x80-'A')) &^ (w + ones*(0x80-'Z'-1)) & high }

func le64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func put64(b []byte, v uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	b[4], b[5], b[6], b[7] = byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56)
}
