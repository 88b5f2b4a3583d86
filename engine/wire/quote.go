package wire

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON text. Bytes that are no UTF-8 become U+FFFD, or stay as they are where verbatim.
func AppendQuoted(dst, s []byte, verbatim bool) []byte { return quoted(dst, s, 0, len(s), verbatim) }

// quoteRoom is what quoted writes at most for one byte and its closing quote, or at once: eight bytes, and one that opens.
const quoteRoom = 16

// quoted appends the n bytes of b that start at from, as AppendQuoted does. What stands behind them in b is read, and of no account.
//
// Eight bytes are looked at and copied at a time, those behind the first one that cannot stay to be written over.
func quoted(dst, b []byte, from, n int, verbatim bool) []byte {
	end := from + n
	dst = slices.Grow(dst, n+quoteRoom)
	at := len(dst)
	out := dst[:cap(dst)]
	out[at] = '"'
	at++
	for i := from; i < end; {
		var w uint64
		if i+8 <= len(b) {
			w = binary.LittleEndian.Uint64(b[i:])
		} else {
			w = last(b[i:])
		}
		binary.LittleEndian.PutUint64(out[at:], w)
		good := min(bits.TrailingZeros64(odd(w))>>3, end-i)
		i, at = i+good, at+good
		if good == 8 || i == end {
			continue
		}
		if len(out)-at < end-i+quoteRoom {
			out = slices.Grow(out[:at], end-i+quoteRoom)
			out = out[:cap(out)]
		}
		if b[i] < utf8.RuneSelf {
			at += escape(out[at:], b[i])
			i++
			continue
		}
		size := 1
		if r, long := utf8.DecodeRune(b[i:end]); r != utf8.RuneError || long > 1 {
			size = long
			at += copy(out[at:], b[i:i+size])
		} else if verbatim {
			out[at] = b[i]
			at++
		} else {
			at += copy(out[at:], "\ufffd")
		}
		i += size
	}
	out[at] = '"'
	return out[:at+1]
}

// odd marks the bytes of a word that a JSON text does not hold as they are, and those that are no ASCII. The lowest mark is right:
// a borrow may mark a byte above one that is marked, never one below.
func odd(w uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^'"'*ones, w^'\\'*ones
	return (w | (w - ' '*ones) | (quote - ones) | (slash - ones)) & highs
}

// last gives the fewer than eight bytes that b has in a word.
func last(b []byte) (w uint64) {
	for k, c := range b {
		w |= uint64(c) << (8 * k & 63)
	}
	return w
}

// escape writes what stands for c in a JSON text, and gives its length, at most six.
func escape(out []byte, c byte) int {
	switch c {
	case '"', '\\':
		return copy(out, []byte{'\\', c})
	case '\n':
		return copy(out, `\n`)
	case '\r':
		return copy(out, `\r`)
	case '\t':
		return copy(out, `\t`)
	}
	return copy(out, []byte{'\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15]})
}
