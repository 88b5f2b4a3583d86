package normalise

import (
	"encoding/binary"
	"math"
	"strings"

	"prescore/engine/event"
)

// The codes of problems that a value can have.
const (
	codeWrongType  = "wrong_type"
	codeOutOfRange = "out_of_range"
	codeTimestamp  = "bad_timestamp"
)

// coerce gives v as the canonical type. An empty value gives None without a code; one that cannot be read gives None and the code.
// Text is a view of v's, or of the arena where it had to change.
func (c *clock) coerce(ev *event.Event, t event.Type, v event.Value) (event.Value, string) {
	if nothing(v) {
		return event.Value{}, ""
	}
	switch t {
	case event.TypeString, event.TypePath, event.TypeURL:
		if v.K == event.String {
			return v, ""
		}
		return event.Str(v.Text(&ev.Arena)), ""
	case event.TypeInt:
		return integer(v)
	case event.TypePort:
		n, code := integer(v)
		if n.K == event.Int && n.N > maxPort {
			return event.Value{}, codeOutOfRange
		}
		return n, code
	case event.TypeFloat:
		if f, ok := v.Float64(); ok {
			return event.FloatOf(f), ""
		}
	case event.TypeBool:
		return boolean(v)
	case event.TypeTime:
		if ns, ok := c.ofValue(v, ev.Arrival); ok {
			return event.Value{K: event.Time, N: uint64(ns)}, ""
		}
		return event.Value{}, codeTimestamp
	case event.TypeIP:
		if v.K == event.String {
			if canonical4(v.S) {
				return v, ""
			}
			if s, ok := address(firstOfList(v.S), &ev.Arena); ok {
				return event.Str(s), ""
			}
		}
	case event.TypeMAC:
		if v.K == event.String {
			if s, ok := mac(v.S, &ev.Arena); ok {
				return event.Str(s), ""
			}
		}
	case event.TypeDomain:
		s := v.Text(&ev.Arena)
		for len(s) > 1 && s[len(s)-1] == '.' {
			s = s[:len(s)-1]
		}
		return event.Str(lower(s, &ev.Arena)), ""
	case event.TypeHash:
		if v.K == event.String && isHex(v.S) {
			return event.Str(lower(v.S, &ev.Arena)), ""
		}
	case event.TypeUser:
		s := v.Text(&ev.Arena)
		if i := strings.LastIndexByte(s, '\\'); i >= 0 && i+1 < len(s) {
			s = s[i+1:]
		}
		return event.Str(s), ""
	case event.TypeEmail:
		s := strings.TrimSuffix(strings.TrimPrefix(v.Text(&ev.Arena), "<"), ">")
		return event.Str(lower(s, &ev.Arena)), ""
	}
	return event.Value{}, codeWrongType
}

// maxPort is the highest port there is.
const maxPort = 65535

// maxNothing is the length of the longest word that stands for none, in bytes.
const maxNothing = 7

// nothing reports whether a value stands for none: null, empty, or one of the words that logs write where there is nothing.
func nothing(v event.Value) bool {
	if v.K != event.String || v.S == "" {
		return v.Empty()
	}
	if something(v.S) {
		return false
	}
	switch v.S {
	case "-", "N/A", "n/a", "(null)", "(none)", "<null>", "?", "--", "<none>", "%%1793":
		return true
	}
	return false
}

// something reports whether a look at a text's length and first byte says that it stands for more than none.
func something(s string) bool {
	return len(s) > maxNothing || s != "" && !opensNothing.has(s[0])
}

// opensNothing is the bytes that these words begin with.
var opensNothing = setOf("-Nn(<?%")

func firstOfList(s string) string {
	if i := indexByte(s, ','); i > 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

func integer(v event.Value) (event.Value, string) {
	if n, ok := v.Int64(); ok {
		return event.IntOf(n), ""
	}
	if v.K == event.String && len(v.S) > 2 && v.S[0] == '0' && v.S[1]|0x20 == 'x' && len(v.S) <= 18 {
		var n uint64
		for i := 2; i < len(v.S); i++ {
			d := hexDigit(v.S[i])
			if d < 0 {
				return event.Value{}, codeWrongType
			}
			n = n<<4 | uint64(d)
		}
		if n > math.MaxInt64 {
			return event.Value{}, codeOutOfRange
		}
		return event.IntOf(int64(n)), ""
	}
	if f, ok := v.Float64(); ok {
		if math.Abs(f) >= 1<<63 {
			return event.Value{}, codeOutOfRange
		}
		return event.IntOf(int64(f)), ""
	}
	if v.K == event.String && strings.IndexByte(v.S, ',') > 0 { // 1,234,567
		var n int64
		for i := 0; i < len(v.S) && len(v.S) <= 20; i++ {
			if v.S[i] == ',' {
				continue
			}
			if !isDigit(v.S[i]) {
				return event.Value{}, codeWrongType
			}
			n = n*10 + int64(v.S[i]-'0')
		}
		return event.IntOf(n), ""
	}
	return event.Value{}, codeWrongType
}

func boolean(v event.Value) (event.Value, string) {
	switch v.K {
	case event.Bool:
		return event.BoolOf(v.N != 0), ""
	case event.Int:
		return event.BoolOf(v.N != 0), ""
	case event.String:
		switch {
		case equalFold(v.S, "true"), equalFold(v.S, "yes"), equalFold(v.S, "on"), v.S == "1", equalFold(v.S, "t"), equalFold(v.S, "success"):
			return event.BoolOf(true), ""
		case equalFold(v.S, "false"), equalFold(v.S, "no"), equalFold(v.S, "off"), v.S == "0", equalFold(v.S, "f"):
			return event.BoolOf(false), ""
		}
	}
	return event.Value{}, codeWrongType
}

// mac gives twelve hexadecimal digits, however separated, in lower case with colons. Eight bytes (EUI-64) are not one.
func mac(s string, mem *event.Arena) (string, bool) {
	if len(s) < 12 || len(s) > 17 {
		return "", false
	}
	buf := mem.Grab(17)[:0]
	n, same := 0, len(s) == 17
	for i := 0; i < len(s); i++ {
		c := s[i]
		d := hexDigit(c)
		if d < 0 {
			if c != ':' && c != '-' && c != '.' {
				return "", false
			}
			same = same && c == ':'
			continue
		}
		if n == 12 {
			return "", false
		}
		if n > 0 && n%2 == 0 {
			buf = append(buf, ':')
		}
		same = same && hexDigits[d] == c
		buf = append(buf, hexDigits[d])
		n++
	}
	if n != 12 {
		return "", false
	}
	if same {
		mem.Shrink(17)
		return s, true
	}
	return event.View(buf), true
}

// isHex reports whether s is hexadecimal digits, at least one.
func isHex(s string) bool {
	if len(s) < 8 {
		for i := 0; i < len(s); i++ {
			if hexDigit(s[i]) < 0 {
				return false
			}
		}
		return len(s) > 0
	}
	b := event.BytesOf(s)
	for i := 0; i+8 < len(b); i += 8 {
		if !hexOnly(binary.LittleEndian.Uint64(b[i:])) {
			return false
		}
	}
	return hexOnly(binary.LittleEndian.Uint64(b[len(b)-8:]))
}

// hexOnly reports whether eight bytes are hexadecimal digits: in seven bits those are what reaches 0x80 with so much added and not with
// ten or six less.
func hexOnly(x uint64) bool {
	digit, letter := x&(0x7f*ones), x&(0x7f*ones)|0x20*ones
	digit = (digit + (0x80-'0')*ones) &^ (digit + (0x80-'0'-10)*ones)
	letter = (letter + (0x80-'a')*ones) &^ (letter + (0x80-'a'-6)*ones)
	return (digit|letter)&^x&(0x80*ones) == 0x80*ones
}

// lower gives s in lower case (ASCII; what is beyond stays), itself where it is.
func lower(s string, mem *event.Arena) string {
	i := capital(s)
	if i == len(s) {
		return s
	}
	b := mem.Grab(len(s))
	copy(b, s[:i])
	for ; i+8 <= len(s); i += 8 {
		x := binary.LittleEndian.Uint64(event.BytesOf(s[i : i+8]))
		binary.LittleEndian.PutUint64(b[i:], x|capitals(x)>>2)
	}
	for ; i < len(s); i++ {
		b[i] = lowerByte(s[i])
	}
	return event.View(b)
}

// capital gives a place at or before the first capital of s and near it, the length of s where there is none.
func capital(s string) int {
	b, n := event.BytesOf(s), len(s)
	if n >= 8 {
		i := 0
		for ; i+8 <= n; i += 8 {
			if capitals(binary.LittleEndian.Uint64(b[i:])) != 0 {
				return i
			}
		}
		if i < n && capitals(binary.LittleEndian.Uint64(b[n-8:])) != 0 {
			return i
		}
		return n
	}
	if n >= 4 {
		if capitals(uint64(binary.LittleEndian.Uint32(b))|uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32) != 0 {
			return 0
		}
		return n
	}
	for i := 0; i < n; i++ {
		if b[i] >= 'A' && b[i] <= 'Z' {
			return i
		}
	}
	return n
}

const ones = 0x0101010101010101

// capitals gives the highest bit of each of eight bytes that is a capital: in seven bits that is what reaches 0x80 with 0x3f added and
// not with 0x25.
func capitals(x uint64) uint64 {
	low := x & (0x7f * ones)
	return (low + 0x3f*ones) &^ (low + 0x25*ones) &^ x & (0x80 * ones)
}

// upper is lower's counterpart.
func upper(s string, mem *event.Arena) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'a' && s[i] <= 'z' {
			b := mem.Grab(len(s))
			copy(b, s[:i])
			for ; i < len(s); i++ {
				b[i] = s[i]
				if s[i] >= 'a' && s[i] <= 'z' {
					b[i] -= 0x20
				}
			}
			return event.View(b)
		}
	}
	return s
}
