package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"unicode/utf8"
)

// plainJSON is AppendJSON the plain way: a token after the other, a byte after the other.
func plainJSON(dst, obj []byte, verbatim bool) ([]byte, error) {
	var room [32]level // deeper nesting allocates
	stack := append(room[:0], level{left: 1})
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.left == 0 {
			if len(stack) > 1 {
				dst = append(dst, plainClosing(top.isMap))
			}
			stack = stack[:len(stack)-1]
			continue
		}
		if last := dst[max(len(dst)-1, 0):]; len(stack) > 1 && last[0] != '{' && last[0] != '[' && last[0] != ':' {
			dst = append(dst, ',')
		}
		isKey := top.isMap && top.left%2 == 0
		top.left--
		t, err := Next(obj)
		if err != nil {
			return dst, err
		}
		if isKey {
			if dst, obj, err = plainName(dst, obj, t, verbatim); err != nil {
				return dst, err
			}
			continue
		}
		obj = obj[t.Size:]
		switch t.Type {
		case Map:
			dst, stack = append(dst, '{'), append(stack, level{left: 2 * t.N, isMap: true})
		case Array:
			dst, stack = append(dst, '['), append(stack, level{left: t.N})
		default:
			dst = plainScalar(dst, t, verbatim)
		}
	}
	return dst, nil
}

func plainClosing(isMap bool) byte {
	if isMap {
		return '}'
	}
	return ']'
}

// plainName appends the key of a member and its colon, and gives what follows the key.
func plainName(dst, obj []byte, t Token, verbatim bool) ([]byte, []byte, error) {
	size := t.Size
	switch t.Type {
	case Str, Bin, Ext:
		dst = plainScalar(dst, t, verbatim)
		if dst[len(dst)-1] != '"' { // the host's time is a number
			dst = quoteTail(dst)
		}
	case Map, Array:
		var err error
		if size, err = Skip(obj); err != nil {
			return dst, obj, err
		}
		dst = appendBase64(dst, obj[:size])
	case Float:
		dst = plainScalar(dst, t, verbatim)
		if dst[len(dst)-1] != '"' {
			dst = quoteTail(dst)
		}
	default:
		dst = append(dst, '"')
		dst = append(plainScalar(dst, t, verbatim), '"')
	}
	return append(dst, ':'), obj[size:], nil
}

func plainScalar(dst []byte, t Token, verbatim bool) []byte {
	switch t.Type {
	case Nil:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, t.N != 0)
	case Int:
		return strconv.AppendInt(dst, int64(t.N), 10)
	case Uint:
		return strconv.AppendUint(dst, t.N, 10)
	case Float:
		return plainFloat(dst, math.Float64frombits(t.N))
	case Str:
		return plainQuoted(dst, t.Body, verbatim)
	case Bin:
		if utf8.Valid(t.Body) && !verbatim {
			return plainQuoted(dst, t.Body, false)
		}
	case Ext:
		if t.Ext == 0 && len(t.Body) == 8 {
			dst = strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(t.Body)), 10)
			ns := strconv.AppendUint(nil, 1e9+uint64(binary.BigEndian.Uint32(t.Body[4:]))%1e9, 10)
			ns[0] = '.'
			return append(dst, ns...)
		}
	}
	return appendBase64(dst, t.Body)
}

func plainFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	form := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		form = 'e'
	}
	at := len(dst)
	dst = strconv.AppendFloat(dst, f, form, -1, 64)
	for _, c := range dst[at:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// plainQuoted is AppendQuoted byte by byte.
func plainQuoted(dst, s []byte, verbatim bool) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		r, size := utf8.DecodeRune(s[i:])
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		case r == utf8.RuneError && size == 1 && !verbatim:
			dst = append(dst, "\ufffd"...)
		default:
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return append(dst, '"')
}

// sameJSON holds AppendJSON against the plain way: text, what stood before it, and error.
func sameJSON(t *testing.T, obj []byte) {
	t.Helper()
	for _, verbatim := range []bool{false, true} {
		want, werr := plainJSON([]byte("x"), obj, verbatim)
		got, err := appendJSON(append(make([]byte, 0, len(obj)%40+1), 'x'), obj, verbatim)
		if err != werr || !bytes.Equal(got, want) {
			t.Fatalf("%x:\n got %q, %v\nwant %q, %v", obj, got, err, want, werr)
		}
	}
}

// TestJSONIsPlain: objects of all kinds, whole, cut short and with bytes changed, are written as the plain way writes them.
func TestJSONIsPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	alphabets := []string{"abcdefgh", "ab\"\\\n\r\t\x00\x1f\x7f", "é😀\xff\xe2\x82x", "C:\\Windows \"quoted\""}
	text := func() string {
		a := alphabets[rng.IntN(len(alphabets))]
		b := make([]byte, rng.IntN(50))
		for i := range b {
			b[i] = a[rng.IntN(len(a))]
		}
		return string(b)
	}
	var value func(dst []byte, depth int) []byte
	value = func(dst []byte, depth int) []byte {
		n := rng.IntN(5)
		switch k := rng.IntN(14); {
		case k < 2 && depth > 0:
			dst = AppendMap(dst, n)
			for range 2 * n {
				dst = value(dst, depth-1)
			}
			return dst
		case k == 2 && depth > 0:
			dst = AppendArray(dst, n)
			for range n {
				dst = value(dst, depth-1)
			}
			return dst
		case k == 3:
			return AppendInt(dst, int64(rng.Uint64())>>rng.IntN(64))
		case k == 4:
			return AppendUint(dst, rng.Uint64()>>rng.IntN(64))
		case k == 5:
			return AppendFloat(dst, math.Float64frombits(rng.Uint64()))
		case k == 6:
			return AppendFloat(dst, math.Round(rng.Float64()*math.Pow10(rng.IntN(14)))/math.Pow10(rng.IntN(5)))
		case k == 7:
			return AppendBin(dst, text())
		case k == 8:
			return AppendEventTime(dst, rng.Int64N(1e18))
		case k == 9:
			return append(dst, []byte{0xc0, 0xc2, 0xc3}[rng.IntN(3)])
		}
		return AppendStr(dst, text())
	}
	for range 20000 {
		obj := value(nil, 4)
		sameJSON(t, obj)
		sameJSON(t, obj[:rng.IntN(len(obj)+1)])
		obj[rng.IntN(len(obj))] = byte(rng.Uint32())
		sameJSON(t, obj)
	}
}
