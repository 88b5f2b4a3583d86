// Package fixed has pieces of MessagePack that are known before a record comes, in a form that is quick to append: a move of a size
// that the compiler knows is two instructions, any other is a call. What of a piece is not known (a number, a text) is written over
// or behind it. It imports engine/wire alone, beside the standard library.
package fixed

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"prescore/engine/wire"
)

// Chunk is how many bytes are moved at once, LongChunk that of a Long. What is too much is written over by what comes next: only what
// lies behind the end of dst, and within its capacity, is touched.
const (
	Chunk     = 32
	LongChunk = 96
)

// Bytes is one piece of at most Chunk bytes.
type Bytes struct {
	chunk [Chunk]byte
	n     int
}

// Of makes a piece. One that is too long is a programmer's error.
func Of(text string) (b Bytes) {
	if b.n = copy(b.chunk[:], text); b.n < len(text) {
		panic("fixed: too long: " + text)
	}
	return b
}

// Append appends the piece.
func (b *Bytes) Append(dst []byte) []byte {
	at := len(dst)
	if cap(dst)-at < Chunk {
		dst = slices.Grow(dst, Chunk)
	}
	*(*[Chunk]byte)(dst[at : at+Chunk]) = b.chunk
	return dst[:at+b.n]
}

// Float appends a piece that ends with the head of a float64, and the number. The piece has at most Chunk-8 bytes.
func (b *Bytes) Float(dst []byte, f float64) []byte {
	at := len(dst)
	if cap(dst)-at < Chunk {
		dst = slices.Grow(dst, Chunk)
	}
	c := (*[Chunk]byte)(dst[at : at+Chunk])
	*c = b.chunk
	binary.BigEndian.PutUint64(c[b.n:], math.Float64bits(f))
	return dst[:at+b.n+8]
}

// Text appends the piece and a text.
func (b *Bytes) Text(dst []byte, s string) []byte {
	at := len(dst)
	if cap(dst)-at < 2*Chunk || len(s) > maxShort {
		return b.long(dst, s)
	}
	*(*[Chunk]byte)(dst[at : at+Chunk]) = b.chunk
	at += b.n
	end := at + 1 + len(s)
	dst = dst[:end]
	dst[at] = 0xa0 | byte(len(s))
	// By moves from both ends that meet or overlap: most texts are of these lengths.
	switch to, from := dst[at+1:], unsafe.Slice(unsafe.StringData(s), len(s)); {
	case len(s) >= 16:
		a, b := *(*[16]byte)(from), *(*[16]byte)(from[len(s)-16:])
		*(*[16]byte)(to), *(*[16]byte)(to[len(s)-16:]) = a, b
	case len(s) >= 8:
		a, b := *(*[8]byte)(from), *(*[8]byte)(from[len(s)-8:])
		*(*[8]byte)(to), *(*[8]byte)(to[len(s)-8:]) = a, b
	default:
		copy(to, from)
	}
	return dst
}

// maxShort is the length of the longest text whose head is a byte.
const maxShort = 31

// long is Text for long texts, and for any where there is little room.
func (b *Bytes) long(dst []byte, s string) []byte { return wire.AppendStr(b.Append(dst), s) }

// Long is a piece of at most LongChunk bytes.
type Long struct {
	chunk [LongChunk]byte
	n     int
}

// LongOf makes a piece, false where it is too long.
func LongOf(text string) (l Long, ok bool) {
	l.n = copy(l.chunk[:], text)
	return l, l.n == len(text)
}

// Append appends the piece. What it gives beside dst is where the piece stands in it.
func (l *Long) Append(dst []byte) ([]byte, *[LongChunk]byte) {
	at := len(dst)
	if cap(dst)-at < LongChunk {
		dst = slices.Grow(dst, LongChunk)
	}
	c := (*[LongChunk]byte)(dst[at : at+LongChunk])
	*c = l.chunk
	return dst[:at+l.n], c
}
