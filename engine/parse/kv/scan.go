package kv

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"prescore/engine/event"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080

	// shortValue is how many bytes of a quoted value are looked through for quote and backslash at once; beyond, two searches are
	// faster.
	shortValue = 64
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
	for stop := i + shortValue; i+8 <= len(b) && i < stop; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		x, y := w^q, w^('\\'*lows)
		if m := ((x-lows)&^x | (y-lows)&^y) & highs; m != 0 { // its lowest mark is exact
			if i += bits.TrailingZeros64(m) >> 3; b[i] == quote {
				return i, false
			}
			break
		}
	}
	for end = -1; i < len(s); {
		if end < i { // the last quote found was behind a backslash
			j := strings.IndexByte(s[i:], quote)
			if j < 0 {
				return -1, esc
			}
			end = i + j
		}
		k := strings.IndexByte(s[i:end], '\\')
		if k < 0 {
			return end, esc
		}
		esc = true
		i += k + 2
	}
	return -1, esc
}
