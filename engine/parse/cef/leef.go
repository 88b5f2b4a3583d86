package cef

import (
	"strings"

	"prescore/engine/event"
)

var leefHeader = [...]string{"leef.vendor", "leef.product", "leef.product_version", "leef.event_id"}

// IsLEEF reports whether a text begins as LEEF does: "LEEF:" and a version.
func IsLEEF(s string) bool {
	_, rest := version(s, "LEEF:")
	return rest != ""
}

// LEEF reads a text as LEEF: the header under leef.*, the attributes as spelt. It gives false and adds nothing where the header is
// not complete.
func LEEF(ev *event.Event, s string, layer uint8, o Options) bool {
	n := len(ev.Fields)
	v, rest := version(s, "LEEF:")
	if rest == "" {
		return false
	}
	ev.Add("leef.version", event.Str(v), layer)
	for _, name := range leefHeader {
		var h string
		var ok bool
		if h, rest, ok = header(ev, rest); !ok {
			ev.Rewind(n)
			ev.Problem(room, "bad_leef", "")
			return false
		}
		ev.Add(name, event.Str(h), layer)
	}
	delim := byte('\t')
	if v[0] != '1' {
		if i := strings.IndexByte(rest, '|'); i >= 0 && strings.IndexByte(rest[:i], '=') < 0 {
			if d, ok := delimiter(rest[:i]); ok {
				ev.Add("leef.delimiter", event.Str(rest[:i]), layer)
				delim = d
			} else {
				ev.Problem(room, "bad_leef_delimiter", "")
			}
			rest = rest[i+1:]
		}
	}
	if o.Pair != 0 {
		delim = o.Pair
	}
	if o.Value == 0 {
		o.Value = '='
	}
	if delim == '\t' && strings.IndexByte(rest, '\t') < 0 {
		if strings.IndexByte(rest, '^') < 0 { // a relay has made blanks of the tabs
			pairs(ev, rest, layer, o, false)
			return true
		}
		delim = '^'
	}
	attributes(ev, rest, layer, delim, o.Value)
	return true
}

// delimiter reads the delimiter of version 2: one character, or its number in hexadecimal ("x09", "0x5e"); empty is the tab.
func delimiter(s string) (byte, bool) {
	switch len(s) {
	case 0:
		return '\t', true
	case 1:
		return s[0], true
	}
	h := strings.TrimPrefix(strings.TrimPrefix(s, "\\"), "0")
	if len(h) < 2 || len(h) > 3 || h[0]|0x20 != 'x' {
		return 0, false
	}
	n := byte(0)
	for _, c := range []byte(h[1:]) {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		n = n<<4 | c
	}
	return n, n != 0
}

func attributes(ev *event.Event, s string, layer uint8, delim, mark byte) {
	for s != "" {
		a := s
		if i := strings.IndexByte(s, delim); i >= 0 {
			a, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if i := strings.IndexByte(a, mark); i > 0 {
			if key := strings.TrimSpace(a[:i]); key != "" && !ev.Add(key, event.Str(a[i+1:]), layer) {
				return
			}
		}
	}
}
