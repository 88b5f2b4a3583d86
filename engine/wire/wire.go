// Package wire has the MessagePack primitives that chunks are read and written with (specification: msgpack.org, version 2.0).
// It reads views, never copies, allocates only what append needs, and recurses nowhere. It imports the standard library alone.
package wire

import (
	"encoding/binary"
	"errors"
	"math"
)

// The errors of reading. ErrShort: the bytes end inside an object. ErrInvalid: a byte that MessagePack never uses (0xc1).
var (
	ErrShort   = errors.New("msgpack: cut short")
	ErrInvalid = errors.New("msgpack: invalid byte")
)

// Type is the family of a MessagePack object.
type Type uint8

// The families.
const (
	Nil Type = iota
	Bool
	Int // negative integers; others are Uint
	Uint
	Float
	Str
	Bin
	Array
	Map
	Ext
)

// Token is one object's head, with its body where it is not a container.
type Token struct {
	Type Type
	Ext  int8   // application type of an Ext
	Size int    // bytes the token takes: head and body; for Array and Map the head alone
	N    uint64 // Bool: 0 or 1; Int: the bits of an int64; Uint: the value; Float: the bits of a float64; Array, Map: the count
	Body []byte // Str, Bin, Ext: a view of the bytes
}

// Next reads the token at the start of b.
func Next(b []byte) (Token, error) {
	if len(b) == 0 {
		return Token{}, ErrShort
	}
	c := b[0]
	switch {
	case c <= 0x7f:
		return Token{Type: Uint, N: uint64(c), Size: 1}, nil
	case c <= 0x8f:
		return Token{Type: Map, N: uint64(c & 0x0f), Size: 1}, nil
	case c <= 0x9f:
		return Token{Type: Array, N: uint64(c & 0x0f), Size: 1}, nil
	case c <= 0xbf:
		return body(Str, 0, b, 1, uint64(c&0x1f))
	case c >= 0xe0:
		return Token{Type: Int, N: uint64(int64(int8(c))), Size: 1}, nil
	}
	return wide(c, b)
}

// MapHead gives the count of the map at the start of b and the length of its head, 0 where there is none or its head is cut short.
func MapHead(b []byte) (n, size int) {
	if len(b) < 5 {
		return mapHeadAtEnd(b)
	}
	switch {
	case b[0]&0xf0 == 0x80:
		return int(b[0] & 0x0f), 1
	case b[0] == 0xde:
		return int(binary.BigEndian.Uint16(b[1:])), 3
	case b[0] == 0xdf:
		return int(binary.BigEndian.Uint32(b[1:])), 5
	}
	return 0, 0
}

// mapHeadAtEnd is MapHead for fewer bytes than the longest head has.
func mapHeadAtEnd(b []byte) (n, size int) {
	t, err := Next(b)
	if err != nil || t.Type != Map {
		return 0, 0
	}
	return int(t.N), t.Size
}

// wide reads the tokens whose head is longer than a byte: 0xc0 to 0xdf.
func wide(c byte, b []byte) (Token, error) {
	switch c {
	case 0xc0:
		return Token{Type: Nil, Size: 1}, nil
	case 0xc1:
		return Token{}, ErrInvalid
	case 0xc2, 0xc3:
		return Token{Type: Bool, N: uint64(c - 0xc2), Size: 1}, nil
	}
	w := width[c-0xc0]
	if len(b) < 1+w {
		return Token{}, ErrShort
	}
	n := big(b[1:], w)
	switch {
	case c <= 0xc6:
		return body(Bin, 0, b, 1+w, n)
	case c <= 0xc9:
		if len(b) < 2+w {
			return Token{}, ErrShort
		}
		return body(Ext, int8(b[1+w]), b, 2+w, n)
	case c == 0xca:
		return Token{Type: Float, N: math.Float64bits(float64(math.Float32frombits(uint32(n)))), Size: 5}, nil
	case c == 0xcb:
		return Token{Type: Float, N: n, Size: 9}, nil
	case c <= 0xcf:
		return Token{Type: Uint, N: n, Size: 1 + w}, nil
	case c <= 0xd3:
		shift := 64 - 8*w
		v := int64(n<<shift) >> shift
		if v >= 0 {
			return Token{Type: Uint, N: uint64(v), Size: 1 + w}, nil
		}
		return Token{Type: Int, N: uint64(v), Size: 1 + w}, nil
	case c <= 0xd8:
		return body(Ext, int8(b[1]), b, 2, 1<<(c-0xd4))
	case c <= 0xdb:
		return body(Str, 0, b, 1+w, n)
	case c <= 0xdd:
		return Token{Type: Array, N: n, Size: 1 + w}, nil
	}
	return Token{Type: Map, N: n, Size: 1 + w}, nil
}

// width is the number of bytes after the first of the heads 0xc0 to 0xdf that hold a length, a count or a number; of fixext
// (0xd4 to 0xd8) the one that holds the type.
var width = [32]int{
	4: 1, 5: 2, 6: 4, 7: 1, 8: 2, 9: 4, 10: 4, 11: 8, 12: 1, 13: 2, 14: 4, 15: 8, 16: 1, 17: 2, 18: 4, 19: 8,
	20: 1, 21: 1, 22: 1, 23: 1, 24: 1, 25: 1, 26: 2, 27: 4, 28: 2, 29: 4, 30: 2, 31: 4,
}

func big(b []byte, w int) uint64 {
	switch w {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	}
	return binary.BigEndian.Uint64(b)
}

func body(t Type, ext int8, b []byte, head int, n uint64) (Token, error) {
	if uint64(len(b)-head) < n {
		return Token{}, ErrShort
	}
	end := head + int(n)
	return Token{Type: t, Ext: ext, Size: end, N: n, Body: b[head:end:end]}, nil
}

// Skip gives the length of the whole object at the start of b, containers with all they hold. It counts instead of recursing, so
// depth costs nothing.
func Skip(b []byte) (int, error) {
	off := 0
	for left := uint64(1); left > 0; left-- {
		if off >= len(b) {
			return off, ErrShort
		}
		switch c := b[off]; {
		case c <= 0x7f || c >= 0xe0:
			off++
		case c <= 0x8f:
			left += 2 * uint64(c&0x0f)
			off++
		case c <= 0x9f:
			left += uint64(c & 0x0f)
			off++
		case c <= 0xbf:
			n := 1 + int(c&0x1f)
			if n > len(b)-off {
				return off, ErrShort
			}
			off += n
		default:
			n, more, err := skipWide(b[off:])
			if err != nil {
				return off, err
			}
			off += n
			left += more
		}
		if left > uint64(len(b)-off)+1 { // every object takes a byte at least
			return off, ErrShort
		}
	}
	return off, nil
}

// skipWide passes over a token whose head is longer than a byte; more is what an array or a map holds.
func skipWide(b []byte) (n int, more uint64, err error) {
	if n := int(scalar[b[0]-0xc0]); n > 0 && n <= len(b) {
		return n, 0, nil
	}
	t, err := wide(b[0], b)
	switch t.Type {
	case Array:
		more = t.N
	case Map:
		more = 2 * t.N
	}
	return t.Size, more, err
}

// scalar is the whole size of the tokens 0xc0 to 0xdf that have but one.
var scalar = [32]uint8{
	0: 1, 2: 1, 3: 1, 10: 5, 11: 9, 12: 2, 13: 3, 14: 5, 15: 9, 16: 2, 17: 3, 18: 5, 19: 9, 20: 3, 21: 4, 22: 6, 23: 10, 24: 18,
}
