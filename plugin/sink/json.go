package sink

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// AppendJSON appends a MessagePack object as JSON, in its own order of keys, and gives what is left of src. Keys that are no text
// become text; bytes become base64; NaN and infinities become null; bytes that are no UTF-8 become U+FFFD. It keeps a stack instead of
// recursing, so depth costs a few bytes. ok is false where src ends early: dst is then as it was.
func AppendJSON(dst, src []byte) (out, rest []byte, ok bool) {
	type level struct {
		left  uint64 // elements to come, keys and values alike
		isMap bool
	}
	start := len(dst)
	var stack []level
	for {
		t, err := wire.Next(src)
		if err != nil {
			return dst[:start], src, false
		}
		key := false
		if n := len(stack); n > 0 {
			key = stack[n-1].isMap && stack[n-1].left%2 == 0
			stack[n-1].left--
		}
		src = src[t.Size:]
		switch {
		case t.Type == wire.Map && !key, t.Type == wire.Array && !key:
			isMap := t.Type == wire.Map
			dst = append(dst, opening(isMap))
			n := t.N
			if isMap {
				n *= 2
			}
			stack = append(stack, level{n, isMap})
		case t.Type == wire.Map, t.Type == wire.Array: // as a key: said by its kind, and passed over
			dst = append(dst, `"(nested)"`...)
			for range t.N * uint64(1+b2i(t.Type == wire.Map)) {
				n, err := wire.Skip(src)
				if err != nil {
					return dst[:start], src, false
				}
				src = src[n:]
			}
		case key && t.Type != wire.Str:
			from := len(dst)
			dst = append(dst, '"')
			dst = appendScalar(dst, t)
			if dst[from+1] == '"' { // base64 came with its quotes
				dst = append(dst[:from], dst[from+1:]...)
			} else {
				dst = append(dst, '"')
			}
		default:
			dst = appendScalar(dst, t)
		}
		if key {
			dst = append(dst, ':')
			continue
		}
		for n := len(stack); n > 0 && stack[n-1].left == 0; n = len(stack) {
			dst = append(dst, closing(stack[n-1].isMap))
			stack = stack[:n-1]
		}
		if len(stack) == 0 {
			return dst, src, true
		}
		if last := dst[len(dst)-1]; last != '{' && last != '[' {
			dst = append(dst, ',')
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func opening(isMap bool) byte {
	if isMap {
		return '{'
	}
	return '['
}

func closing(isMap bool) byte {
	if isMap {
		return '}'
	}
	return ']'
}

func appendScalar(dst []byte, t wire.Token) []byte {
	switch t.Type {
	case wire.Bool:
		return strconv.AppendBool(dst, t.N != 0)
	case wire.Int:
		return strconv.AppendInt(dst, int64(t.N), 10)
	case wire.Uint:
		return strconv.AppendUint(dst, t.N, 10)
	case wire.Float:
		f := math.Float64frombits(t.N)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return append(dst, "null"...)
		}
		return strconv.AppendFloat(dst, f, 'g', -1, 64)
	case wire.Str:
		return appendText(dst, event.View(t.Body))
	case wire.Bin, wire.Ext:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, t.Body)
		return append(dst, '"')
	}
	return append(dst, "null"...)
}

const hex = "0123456789abcdef"

// appendText appends a JSON string.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c == '\n':
			dst = append(dst, '\\', 'n')
			i++
		case c == '\t':
			dst = append(dst, '\\', 't')
			i++
		case c == '\r':
			dst = append(dst, '\\', 'r')
			i++
		case c < 0x20 || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
		}
	}
	return append(dst, '"')
}
