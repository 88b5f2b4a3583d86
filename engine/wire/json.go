package wire

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the object at the start of obj as JSON (RFC 8259), compact, members in their order, names that occur twice
// kept twice. Integers are exact; a float64 is the shortest text that reads back as the same, with a point or an exponent, so that
// it reads back as a float; NaN and infinities, for which JSON has no word, are the texts "NaN", "Infinity" and "-Infinity". Bytes
// of a text that are no UTF-8 become U+FFFD. Binary is text where it is UTF-8, else standard base64. The host's time (ext type 0)
// is seconds since 1970 as a number with nine decimals; every other ext is base64. A key that is no text is its JSON as text, or
// base64 of its bytes where it is a container. The error is Skip's; what was appended before it stays.
//
// It nests without recursion. It is for people, files and the layouts that carry the record as text.
func AppendJSON(dst, obj []byte) ([]byte, error) { return appendJSON(dst, obj, false) }

// AppendJSONVerbatim is AppendJSON, but bytes of a text that are no UTF-8 stay as they are, so that nothing is lost. The result is
// JSON where every text is UTF-8.
func AppendJSONVerbatim(dst, obj []byte) ([]byte, error) { return appendJSON(dst, obj, true) }

// level is a container that is being written.
type level struct {
	left  uint64 // objects to come, keys and values
	isMap bool
}

func appendJSON(dst, obj []byte, verbatim bool) ([]byte, error) {
	var room [32]level // deeper nesting allocates
	stack := room[:0]
	top, bare := level{left: 1}, true // bare: no comma before what comes
	for off := 0; ; {
		for top.left == 0 {
			if len(stack) == 0 {
				return dst, nil
			}
			if top.isMap {
				dst = append(dst, '}')
			} else {
				dst = append(dst, ']')
			}
			top, bare = stack[len(stack)-1], false
			stack = stack[:len(stack)-1]
		}
		if !bare {
			dst = append(dst, ',')
		}
		isKey := top.isMap && top.left%2 == 0
		top.left--
		bare = isKey
		if off >= len(obj) {
			return dst, ErrShort
		}
		// What records are made of is taken by its first byte, anything else as a token.
		c := obj[off]
		if n := int(c & 0x1f); c&0xe0 == 0xa0 && n < len(obj)-off {
			dst = quoted(dst, obj, off+1, n, verbatim)
			off += 1 + n
			if isKey {
				dst = append(dst, ':')
			}
			continue
		}
		if c <= 0x7f && !isKey {
			dst = strconv.AppendUint(dst, uint64(c), 10)
			off++
			continue
		}
		t, err := Next(obj[off:])
		if err != nil {
			return dst, err
		}
		if isKey {
			if dst, t.Size, err = appendName(dst, obj[off:], t, verbatim); err != nil {
				return dst, err
			}
			off += t.Size
			continue
		}
		off += t.Size
		switch t.Type {
		case Map:
			dst, stack = append(dst, '{'), append(stack, top)
			top, bare = level{left: 2 * t.N, isMap: true}, true
		case Array:
			dst, stack = append(dst, '['), append(stack, top)
			top, bare = level{left: t.N}, true
		case Str:
			dst = quoted(dst, obj, off-len(t.Body), len(t.Body), verbatim)
		default:
			dst = appendScalar(dst, t, verbatim)
		}
	}
}

// appendName appends the key of a member and its colon, and gives the length of the key.
func appendName(dst, obj []byte, t Token, verbatim bool) ([]byte, int, error) {
	size := t.Size
	switch t.Type {
	case Str, Bin, Ext:
		dst = appendScalar(dst, t, verbatim)
		if dst[len(dst)-1] != '"' { // the host's time is a number
			dst = quoteTail(dst)
		}
	case Map, Array:
		var err error
		if size, err = Skip(obj); err != nil {
			return dst, 0, err
		}
		dst = appendBase64(dst, obj[:size])
	case Float:
		dst = appendScalar(dst, t, verbatim)
		if dst[len(dst)-1] != '"' {
			dst = quoteTail(dst)
		}
	default:
		dst = append(dst, '"')
		dst = append(appendScalar(dst, t, verbatim), '"')
	}
	return append(dst, ':'), size, nil
}

// quoteTail puts quotes around the number that dst ends with.
func quoteTail(dst []byte) []byte {
	i := len(dst)
	for i > 0 && dst[i-1] != '{' && dst[i-1] != ',' {
		i--
	}
	dst = append(dst, 0, '"')
	copy(dst[i+1:], dst[i:len(dst)-2])
	dst[i] = '"'
	return dst
}

func appendScalar(dst []byte, t Token, verbatim bool) []byte {
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
		return appendFloatText(dst, math.Float64frombits(t.N))
	case Str:
		return AppendQuoted(dst, t.Body, verbatim)
	case Bin:
		if utf8.Valid(t.Body) && !verbatim {
			return AppendQuoted(dst, t.Body, false)
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

func appendBase64(dst, b []byte) []byte {
	dst = append(dst, '"')
	return append(base64.StdEncoding.AppendEncode(dst, b), '"')
}

func appendFloatText(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	if text, ok := appendThousandths(dst, f); ok {
		return text
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

// appendThousandths appends a number of at most three decimal places: most shares and scores are. Two decimals of up to 15 digits are
// never one double, so that where the nearest of three places reads back as f, its digits are the shortest.
func appendThousandths(dst []byte, f float64) ([]byte, bool) {
	if !(f >= 1e-3 && f < 1e9) {
		return dst, false
	}
	n := uint64(f*1e3 + 0.5)
	if float64(n)/1e3 != f {
		return dst, false
	}
	dst = strconv.AppendUint(dst, n/1e3, 10)
	n %= 1e3
	dst = append(dst, '.', byte('0'+n/100))
	if n %= 100; n != 0 {
		if dst = append(dst, byte('0'+n/10)); n%10 != 0 {
			dst = append(dst, byte('0'+n%10))
		}
	}
	return dst, true
}
