// Package zeek reads Zeek's tab-separated logs: the header lines that name and type the columns, and rows by a layout.
package zeek

import (
	"strings"

	"prescore/engine/event"
)

// maxColumns bounds the columns of a layout: the widest of Zeek's own logs has 50.
const maxColumns = 256

// kind is how a column's values are read.
type kind uint8

const (
	text kind = iota
	moment
	count
	real
	boolean
	address
	port
	list // set or vector
)

// Layout says what the columns of one log are.
type Layout struct {
	Path  string // "conn"
	Names []string
	kinds []kind
}

// Directive cuts a header line ("#fields\tts\tuid") into its name and what follows it; ok is false where the line is none.
func Directive(s string) (name, value string, ok bool) {
	if len(s) < 5 || s[0] != '#' {
		return "", "", false
	}
	i := strings.IndexAny(s, "\t ")
	if i < 0 {
		return "", "", false
	}
	switch name = s[1:i]; name {
	case "separator", "set_separator", "empty_field", "unset_field", "path", "open", "close", "fields", "types":
		return name, strings.TrimRight(s[i+1:], "\r\n"), true
	}
	return "", "", false
}

// New makes a layout from the values of "#path", "#fields" and "#types"; types may be empty. What it keeps is copied.
func New(path, fields, types string) *Layout {
	l := &Layout{Path: strings.Clone(path)}
	for _, f := range strings.SplitN(strings.Clone(fields), "\t", maxColumns+1) {
		if len(l.Names) < maxColumns {
			l.Names = append(l.Names, f)
		}
	}
	l.kinds = make([]kind, len(l.Names))
	if types == "" {
		return l
	}
	for i, t := range strings.Split(types, "\t") {
		if i < len(l.kinds) {
			l.kinds[i] = kindOf(t)
		}
	}
	return l
}

// WithTypes gives the layout with the value of "#types".
func (l *Layout) WithTypes(types string) *Layout {
	return New(l.Path, strings.Join(l.Names, "\t"), types)
}

func kindOf(t string) kind {
	switch t {
	case "time":
		return moment
	case "count", "int":
		return count
	case "port":
		return port
	case "interval", "double":
		return real
	case "bool":
		return boolean
	case "addr":
		return address
	}
	if strings.HasPrefix(t, "set[") || strings.HasPrefix(t, "vector[") {
		return list
	}
	return text
}

// Fits reports whether a row has the layout's columns, each with a value of its type.
func (l *Layout) Fits(row string) bool {
	for i, k := range l.kinds {
		v, rest, more := strings.Cut(row, "\t")
		if !fits(strings.TrimRight(v, "\r\n"), k) || more != (i+1 < len(l.kinds)) {
			return false
		}
		row = rest
	}
	return true
}

func fits(v string, k kind) bool {
	if v == "-" || v == "(empty)" {
		return k != moment || v == "-"
	}
	switch k {
	case moment, real:
		return digits(v, true)
	case count, port:
		return digits(v, false)
	case boolean:
		return v == "T" || v == "F"
	case address:
		return strings.IndexByte(v, '.') > 0 || strings.IndexByte(v, ':') >= 0
	}
	return true
}

func digits(v string, point bool) bool {
	for i := 0; i < len(v); i++ {
		if v[i]-'0' > 9 && !(point && (v[i] == '.' || v[i] == 'e' || v[i] == '-' || v[i] == '+')) && !(i == 0 && v[i] == '-') {
			return false
		}
	}
	return v != ""
}

// Row reads a row by a layout, and adds zeek.path where the layout has one. "-" is Null, "(empty)" an empty array, sets and vectors
// are repeated fields.
func (l *Layout) Row(ev *event.Event, row string, layer uint8) {
	if l.Path != "" {
		ev.Add("zeek.path", event.Str(l.Path), layer)
	}
	row = strings.TrimRight(row, "\r\n")
	for i, name := range l.Names {
		v, rest, more := strings.Cut(row, "\t")
		_, id := ev.Resolve(name)
		switch {
		case l.kinds[i] == list && v != "-" && v != "(empty)":
			for {
				e, r, again := strings.Cut(v, ",")
				if !ev.AddID(id, name, event.Str(plain(&ev.Arena, e)), layer) || !again {
					break
				}
				v = r
			}
		default:
			ev.AddID(id, name, value(&ev.Arena, v, l.kinds[i]), layer)
		}
		if row = rest; !more {
			break
		}
	}
}

func value(a *event.Arena, v string, k kind) event.Value {
	switch v {
	case "-":
		return event.Value{K: event.Null}
	case "(empty)":
		return event.Value{K: event.EmptyArray}
	}
	switch k {
	case moment, real:
		if digits(v, true) {
			return event.Value{S: v, K: event.Number}
		}
	case count, port:
		if n, ok := event.Str(v).Int64(); ok {
			return event.Value{S: v, N: uint64(n), K: event.Int}
		}
	case boolean:
		if v == "T" || v == "F" {
			return event.BoolOf(v == "T")
		}
	}
	return event.Str(plain(a, v))
}

// plain takes Zeek's escapes ("\x09", "\\") away.
func plain(a *event.Arena, s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	b := a.Grab(len(s))
	n := copy(b, s[:i])
	for ; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			switch {
			case s[i+1] == '\\':
				i++
			case s[i+1] == 'x' && i+3 < len(s) && hex(s[i+2]) < 16 && hex(s[i+3]) < 16:
				c = hex(s[i+2])<<4 | hex(s[i+3])
				i += 3
			}
		}
		b[n] = c
		n++
	}
	a.Shrink(len(b) - n)
	return event.View(b[:n])
}

func hex(c byte) byte {
	switch {
	case c-'0' < 10:
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
