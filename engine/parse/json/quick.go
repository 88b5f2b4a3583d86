package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"prescore/engine/event"
)

// maxQuick is how much of a text behind a string's first byte the string is read in one pass in, in bytes: the pass takes that much of
// the arena before it knows how long the string is.
const maxQuick = 1 << 15

// special marks the bytes of eight that are special, which end a run: a quote, a backslash or a control character. The lowest mark is
// exact.
func special(w uint64) uint64 {
	q, k := w^0x0202020202020202, w^0x5c5c5c5c5c5c5c5c // a quote is a blank then, and control characters stay what they are
	return ((q-0x2121212121212121)&^q | (k-lows)&^k) & highs
}

// simple are the escapes of one letter and what they stand for.
var simple = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// quick is text for the strings that nearly all are: it finds the end and takes escapes away in one pass. It gives 0 and has done
// nothing where the string is cut, holds control characters, half characters or what is no escape.
func (p *scanner) quick(start int) (string, int) {
	i := start
	if m := p.marks.Near(i); m != 0 {
		i += bits.TrailingZeros64(m)
	} else {
		i = p.marks.Far(p.s, i)
	}
	if i >= len(p.s) {
		return "", 0
	}
	if p.s[i] == '"' {
		return p.s[start:i], i + 1
	}
	return p.escaped(start, i)
}

// escaped goes on with quick where the first byte of the string that is none of its text stands at i.
func (p *scanner) escaped(start, i int) (string, int) {
	b := event.BytesOf(p.s)
	if b[i] != '\\' || len(b)-start > maxQuick {
		return "", 0
	}
	size := len(b) - start // what is written is never longer than what is read
	d := p.ev.Arena.Grab(size)
	n := copy(d, b[start:i])
	for i+8 <= len(b) { // b[i] is a backslash
		if c := simple[b[i+1]]; c != 0 {
			d[n] = c
			n, i = n+1, i+2
		} else {
			r, ok := hex4(p.s, i+2)
			if b[i+1] != 'u' || !ok || utf16.IsSurrogate(r) {
				break
			}
			n += utf8.EncodeRune(d[n:], r)
			i += 6
		}
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			binary.LittleEndian.PutUint64(d[n:], w) // what is too much is overwritten
			if m := special(w); m != 0 {
				run := bits.TrailingZeros64(m) >> 3
				n, i = n+run, i+run
				break
			}
			n, i = n+8, i+8
		}
		switch {
		case i+8 > len(b) && (i >= len(b) || b[i] != '"'):
			p.ev.Arena.Shrink(size)
			return "", 0
		case b[i] == '"':
			p.ev.Arena.Shrink(size - n)
			return event.View(d[:n]), i + 1
		case b[i] != '\\':
			p.ev.Arena.Shrink(size)
			return "", 0
		}
	}
	p.ev.Arena.Shrink(size)
	return "", 0
}
