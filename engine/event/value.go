package event

import (
	"math"
	"strconv"
)

// Kind says how a Value is to be read.
type Kind uint8

// The kinds of value. The zero Value is None: absent.
const (
	None        Kind = iota // absent
	Null                    // present, without a value (JSON null, MessagePack nil, "-" where a format says so)
	Bool                    // N is 0 or 1
	Int                     // N holds an int64
	Uint                    // N holds a uint64 above the int64 range
	Float                   // N holds the bits of a float64
	Number                  // S holds the exact text of a number that Int cannot hold; parsed when asked
	String                  // S holds text, not necessarily valid UTF-8
	Bytes                   // S holds bytes that are not text (MessagePack bin and ext)
	Time                    // N holds int64 nanoseconds since 1970 UTC; S the text it came from, if any
	EmptyArray              // an array without elements
	EmptyObject             // an object without members
	Opaque                  // a structure beyond MaxDepth; S holds its encoded bytes
)

// Value is one typed value: 32 bytes, a view (see the package comment). Text of numbers is kept in S where the source had text,
// so that nothing is rounded.
type Value struct {
	S string
	N uint64
	K Kind
}

// Str makes a String value.
func Str(s string) Value { return Value{S: s, K: String} }

// IntOf makes an Int value.
func IntOf(n int64) Value { return Value{N: uint64(n), K: Int} }

// FloatOf makes a Float value.
func FloatOf(f float64) Value { return Value{N: math.Float64bits(f), K: Float} }

// BoolOf makes a Bool value.
func BoolOf(b bool) Value {
	if b {
		return Value{N: 1, K: Bool}
	}
	return Value{K: Bool}
}

// TimeOf makes a Time value from nanoseconds since 1970 UTC.
func TimeOf(ns int64) Value { return Value{N: uint64(ns), K: Time} }

// Int64 gives the value as an integer: Int, an integral Float, Bool, Time, or text that is a decimal integer.
func (v Value) Int64() (int64, bool) {
	switch v.K {
	case Int, Time, Bool:
		return int64(v.N), true
	case Float:
		f := math.Float64frombits(v.N)
		if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return int64(f), true
		}
	case String, Number:
		if len(v.S) == 0 || len(v.S) > 20 || !numeric(v.S[0]) {
			return 0, false
		}
		return parseInt(v.S)
	}
	return 0, false
}

// parseInt is strconv.ParseInt of base 10, without its allocated errors: columns of numbers hold other texts often.
func parseInt(s string) (int64, bool) {
	if n, ok := digits64(s); ok {
		return n, s != ""
	}
	negative := s[0] == '-'
	if negative || s[0] == '+' {
		s = s[1:]
	}
	var n uint64
	for i := 0; i < len(s); i++ {
		d := uint64(s[i] - '0')
		if d > 9 || n > (1<<63-d)/10 {
			return 0, false
		}
		n = 10*n + d
	}
	if s == "" || n == 1<<63 && !negative {
		return 0, false
	}
	if negative {
		return int64(-n), true
	}
	return int64(n), true
}

// decimal reports whether s may be what strconv.ParseFloat takes for a finite number: only its errors are allocated.
func decimal(s string) bool {
	dots, digits := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case c == 'e' || c == 'E' || c == '_':
		case c == '-' || c == '+':
			if i > 0 && s[i-1]|0x20 != 'e' {
				return false
			}
		case c|0x20 == 'x' && i > 0 && s[i-1] == '0': // hexadecimal: rare, and another grammar
			return true
		default:
			return false
		}
	}
	return dots <= 1 && digits > 0
}

// maxDigits64 is how many decimal digits always fit an int64.
const maxDigits64 = 18

// digits64 reads a text that is nothing but so many digits.
func digits64(s string) (n int64, ok bool) {
	if len(s) > maxDigits64 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + int64(d)
	}
	return n, true
}

// numeric reports whether c may open a decimal number; it spares ParseInt and ParseFloat their allocated errors on ordinary text.
func numeric(c byte) bool { return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' }

// Float64 gives the value as a finite number, from any numeric kind or from decimal text.
func (v Value) Float64() (float64, bool) {
	var f float64
	switch v.K {
	case Int, Bool, Time:
		return float64(int64(v.N)), true
	case Uint:
		return float64(v.N), true
	case Float:
		f = math.Float64frombits(v.N)
	case String, Number:
		if len(v.S) == 0 || len(v.S) > 400 || !numeric(v.S[0]) || !decimal(v.S) {
			return 0, false
		}
		var err error
		if f, err = strconv.ParseFloat(v.S, 64); err != nil {
			return 0, false
		}
	default:
		return 0, false
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}

// Text gives the value as text, without allocating where it is text already or carries the text it came from; numbers are
// formatted into dst, whose extension is returned as the view's memory.
func (v Value) Text(dst *Arena) string {
	switch v.K {
	case String, Number, Bytes, Opaque:
		return v.S
	case Bool:
		if v.N != 0 {
			return "true"
		}
		return "false"
	case None, Null, EmptyArray, EmptyObject:
		return ""
	}
	if v.S != "" {
		return v.S
	}
	b := dst.Grab(32)[:0]
	switch v.K {
	case Int:
		b = strconv.AppendInt(b, int64(v.N), 10)
	case Uint:
		b = strconv.AppendUint(b, v.N, 10)
	case Float:
		b = strconv.AppendFloat(b, math.Float64frombits(v.N), 'g', -1, 64)
	case Time:
		b = AppendRFC3339(b, int64(v.N))
	}
	return View(b)
}

// Empty reports whether the value says nothing: absent, null, or text of length zero.
func (v Value) Empty() bool {
	return v.K <= Null || v.K == String && v.S == "" || v.K == EmptyArray || v.K == EmptyObject
}
