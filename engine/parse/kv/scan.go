package kv

import (
	"encoding/binary"
	"math/bits"

	"prescore/engine/event"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// blank gives where the first blank or control character of s from i on stands, the end of s where none does.
func blank(s string, i int) int {
	b := event.BytesOf(s)
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if m := (w - lows*(' '+1)) &^ w & highs; m != 0 { // its lowest mark is exact
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && b[i] > ' ' {
		i++
	}
	return i
}

// closing finds the quote that closes what begins at i, and whether a backslash stands before it; negative where there is none.
func closing(s string, i int, quote byte) (end int, esc bool) {
	b := event.BytesOf(s)
	q := uint64(quote) * lows
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		x, y := w^q, w^('\\'*lows)
		m := ((x-lows)&^x | (y-lows)&^y) & highs // its lowest mark is exact
		if m == 0 {
			i += 8
			continue
		}
		if i += bits.TrailingZeros64(m) >> 3; b[i] == quote {
			return i, esc
		}
		esc = true
		i += 2
	}
	for ; i < len(b); i++ {
		if b[i] == quote {
			return i, esc
		}
		if b[i] == '\\' {
			esc = true
			i++
		}
	}
	return -1, esc
}
