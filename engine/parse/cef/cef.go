// Package cef reads ArcSight's Common Event Format (versions 0 and 1) and IBM's Log Event Extended Format (versions 1 and 2).
package cef

import (
	"strings"

	"prescore/engine/event"
)

// room is the name under which the package reports problems.
const room = "parse"

// Options are separators that a device writes in place of the standard's; zero is the standard's.
type Options struct {
	Pair  byte // between pairs
	Value byte // between key and value
}

// maxLabels bounds how many label pairs of one event are resolved: the standard has 24 custom fields, vendors double them.
const maxLabels = 64

var cefHeader = [...]string{"cef.device_vendor", "cef.device_product", "cef.device_version", "cef.device_event_class_id", "cef.name", "cef.severity"}

// IsCEF reports whether a text begins as CEF does: "CEF:" and a version.
func IsCEF(s string) bool {
	_, rest := version(s, "CEF:")
	return rest != ""
}

// version cuts "NAME:" and a version of digits and a point at the start of s, up to the pipe; "" where it is none.
func version(s, name string) (v, rest string) {
	if !strings.HasPrefix(s, name) {
		return "", ""
	}
	s = s[len(name):]
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	i := 0
	for i < len(s) && (s[i]-'0' < 10 || s[i] == '.' && i > 0) {
		i++
	}
	if i == 0 || i == len(s) || s[i] != '|' {
		return "", ""
	}
	return s[:i], s[i+1:]
}

// CEF reads a text as CEF: the header under cef.*, the extension's keys as spelt, and the value of a labelled custom field ("cs1")
// under its label's text as well. It gives false and adds nothing where the header is not complete.
func CEF(ev *event.Event, s string, layer uint8, o Options) bool {
	n := len(ev.Fields)
	v, rest := version(s, "CEF:")
	if rest == "" {
		return false
	}
	ev.Add("cef.version", event.Str(v), layer)
	for i, name := range cefHeader {
		last := i == len(cefHeader)-1
		var h string
		var ok bool
		if h, rest, ok = header(ev, rest); !ok && (!last || h == "") {
			ev.Rewind(n)
			ev.Problem(room, "bad_cef", "")
			return false
		}
		ev.Add(name, event.Str(h), layer)
	}
	first := len(ev.Fields)
	if o.Value == 0 {
		o.Value = '='
	}
	pairs(ev, rest, layer, o, true)
	labels(ev, first, layer)
	return true
}

// header cuts a field of the header at the next pipe without a backslash; false where there is none.
func header(ev *event.Event, s string) (field, rest string, ok bool) {
	i, end, esc := 0, -1, false
	for {
		if end < i { // the last pipe found was behind a backslash
			j := strings.IndexByte(s[i:], '|')
			if j < 0 {
				i = len(s)
				break
			}
			end = i + j
		}
		k := strings.IndexByte(s[i:end], '\\')
		if k < 0 {
			i, ok = end, true
			break
		}
		esc = true
		i = min(i+k+2, len(s))
	}
	if !ok {
		esc = strings.IndexByte(s, '\\') >= 0
	}
	field = s[:i]
	if ok {
		rest = s[i+1:]
	}
	if esc {
		field = unescape(&ev.Arena, field, '|')
	}
	return field, rest, ok
}

// unescape takes the backslash before backslashes and special away, and makes \n and \r what they stand for; others stay.
func unescape(a *event.Arena, s string, special byte) string {
	size, n := len(s), 0
	b := a.Grab(size)
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			n += copy(b[n:], s)
			break
		}
		n += copy(b[n:], s[:i])
		switch c := s[i+1]; c {
		case '\\', special, '=', '|':
			b[n] = c
		case 'n':
			b[n] = '\n'
		case 'r':
			b[n] = '\r'
		default:
			b[n] = '\\'
			b[n+1] = c
			n++
		}
		n++
		s = s[i+2:]
	}
	a.Shrink(size - n)
	return event.View(b[:n])
}

// keyByte are the bytes of a key.
var keyByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '[' || c == ']' || c == '@' || c >= 0x80
	}
	return t
}()

// pairs reads key=value pairs. A value goes on to the blank before the next key, so that it may hold blanks; an "=" whose left side
// cannot be a key belongs to the value. escapes says whether backslashes escape.
func pairs(ev *event.Event, s string, layer uint8, o Options, escapes bool) {
	key, start, esc := "", 0, false // the open pair: its value begins at start
	mark := -1                      // the next mark at or after i
	for i := 0; i < len(s); i++ {
		if mark < i {
			if mark = strings.IndexByte(s[i:], o.Value); mark < 0 {
				break
			}
			mark += i
		}
		if escapes {
			if k := strings.IndexByte(s[i:mark], '\\'); k >= 0 {
				esc = true
				i += k + 1
				continue
			}
		}
		j := mark
		k := j
		for k > i && keyByte[s[k-1]] && s[k-1] != o.Pair {
			k--
		}
		at := k > start || key == "" && k == 0 // a separator stands before the key
		if at && k > 0 {
			c := s[k-1]
			at = o.Pair == 0 && c <= ' ' || o.Pair != 0 && c == o.Pair
		}
		if k < j && at {
			if !finish(ev, s, key, start, k, layer, o, esc) {
				return
			}
			key, start, esc = s[k:j], j+1, false
		}
		i = j
	}
	finish(ev, s, key, start, len(s), layer, o, esc || escapes && start < len(s) && strings.IndexByte(s[start:], '\\') >= 0)
}

// finish adds the open pair, whose value ends before end; false where the event is full.
func finish(ev *event.Event, s, key string, start, end int, layer uint8, o Options, esc bool) bool {
	if key == "" {
		return true
	}
	if end < len(s) && o.Pair != 0 {
		end--
	}
	v := s[start:max(start, end)]
	if o.Pair == 0 {
		v = strings.TrimRight(v, " \t\r\n")
	}
	if esc {
		v = unescape(&ev.Arena, v, o.Value)
	}
	return ev.Add(key, event.Str(v), layer)
}

// labels adds the value of each labelled field under its label's text: cs1=x cs1Label=Rule gives Rule=x.
func labels(ev *event.Event, first int, layer uint8) {
	end := len(ev.Fields)
	n := 0
	for i := first; i < end; i++ {
		name, ok := strings.CutSuffix(ev.Fields[i].Name, "Label")
		if label := ev.Fields[i].Value.S; !ok || name == "" || label == "" {
			continue
		}
		if n++; n > maxLabels {
			ev.Problem(room, "too_many_labels", "")
			return
		}
		for j := first; j < end; j++ {
			if ev.Fields[j].Name == name {
				ev.Add(ev.Fields[i].Value.S, ev.Fields[j].Value, layer)
				break
			}
		}
	}
}
