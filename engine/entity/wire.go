package entity

import (
	"encoding/binary"
	"errors"
)

// AppendInt, AppendUint and AppendString write what Reader reads: varints, and strings with their length before them.
func AppendInt(dst []byte, n int64) []byte { return binary.AppendVarint(dst, n) }

// AppendUint appends an unsigned varint.
func AppendUint(dst []byte, n uint64) []byte { return binary.AppendUvarint(dst, n) }

// AppendString appends a string with its length before it.
func AppendString[S string | []byte](dst []byte, s S) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// errShort is what a Reader found: bytes that end early or a length beyond its bound.
var errShort = errors.New("stored state is cut short or damaged")

// Reader reads stored state. After the first error every read gives zero; Err says so once at the end.
type Reader struct {
	B   []byte
	bad bool
}

// Err gives what went wrong, if anything.
func (r *Reader) Err() error {
	if r.bad {
		return errShort
	}
	return nil
}

func (r *Reader) fail() {
	r.bad, r.B = true, nil
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.B) == 0 {
		r.fail()
		return 0
	}
	b := r.B[0]
	r.B = r.B[1:]
	return b
}

// Uint reads an unsigned varint.
func (r *Reader) Uint() uint64 {
	n, l := binary.Uvarint(r.B)
	if l <= 0 {
		r.fail()
		return 0
	}
	r.B = r.B[l:]
	return n
}

// Int reads a signed varint.
func (r *Reader) Int() int64 {
	n, l := binary.Varint(r.B)
	if l <= 0 {
		r.fail()
		return 0
	}
	r.B = r.B[l:]
	return n
}

// Len reads a count that must be at most max.
func (r *Reader) Len(max int) int {
	n := r.Uint()
	if n > uint64(max) {
		r.fail()
		return 0
	}
	return int(n)
}

// Bytes reads bytes with their length before them, at most max; a view.
func (r *Reader) Bytes(max int) []byte {
	n := r.Len(max)
	if n > len(r.B) {
		r.fail()
		return nil
	}
	b := r.B[:n]
	r.B = r.B[n:]
	return b
}

// String reads a string of at most max bytes; a copy.
func (r *Reader) String(max int) string { return string(r.Bytes(max)) }
