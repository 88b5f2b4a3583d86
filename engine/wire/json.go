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
	stack := append(room[:0], level{left: 1})
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.left == 0 {
			if len(stack) > 1 {
				dst = append(dst, closing(top.isMap))
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
			if dst, obj, err = appendName(dst, obj, t, verbatim); err != nil {
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
			dst = appendScalar(dst, t, verbatim)
		}
	}
	return dst, nil
}

func closing(isMap bool) byte {
	if isMap {
		return '}'
	}
	return ']'
}

// appendName appends the key of a member and its colon, and gives what follows the key.
func appendName(dst, obj []byte, t Token, verbatim bool) ([]byte, []byte, error) {
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
			return dst, obj, err
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
	return append(dst, ':'), obj[size:], nil
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

const hexDigits = "0123456789abcdef"

// AppendQuoted appends s as a JSON text. Bytes that are no UTF-8 become U+FFFD, or stay as they are where verbatim.
func AppendQuoted(dst, s []byte, verbatim bool) []byte {
	dst = append(dst, '"')
	from := 0
	for i := plain(s); i < len(s); i += plain(s[i:]) {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && size == 1 && !verbatim {
				dst = append(append(dst, s[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// plain gives how many bytes at the start of s a JSON text holds as they are and are ASCII: eight at a time, then one by one.
func plain(s []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64(s[i:])
		quote, slash := w^'"'*ones, w^'\\'*ones
		if (w|(w-' '*ones)|(quote-ones)|(slash-ones))&highs != 0 { // a borrow may find one where there is none, never the other way
			break
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return i
		}
	}
	return len(s)
}
