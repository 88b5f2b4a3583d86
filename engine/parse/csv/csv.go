// Package csv reads delimited text as RFC 4180 has it: quotes, doubled quotes and line breaks inside them; the delimiter is any byte.
package csv

import (
	"strings"

	"prescore/engine/event"
)

// room is the name under which the package reports problems.
const room = "parse"

const (
	maxColumns    = 512  // columns of a header: the widest known export has 400
	minHeader     = 4    // columns that make an unannounced line a header rather than prose with commas
	maxHeaderName = 64   // bytes of a name in such a line
	maxDetect     = 4096 // bytes looked at for the delimiter: the longest header of a known export has 3,000
)

// Next cuts the first field of a record. end says what followed it: the delimiter, '\n' at the end of a record, 0 at the end of the
// text. Quotes inside a field that does not begin with one are kept; what stands between a closing quote and the delimiter too.
func Next(a *event.Arena, s string, delim byte) (field, rest string, end byte) {
	if s == "" || s[0] != '"' {
		i := 0
		for i < len(s) && s[i] != delim && s[i] != '\n' {
			i++
		}
		return cut(s, s[:i], i)
	}
	i, esc := 1, false
	for {
		j := strings.IndexByte(s[i:], '"')
		if j < 0 {
			return s[1:], "", 0 // the quote does not close: the rest is the field
		}
		i += j
		if i+1 < len(s) && s[i+1] == '"' {
			esc = true
			i += 2
			continue
		}
		break
	}
	field = s[1:i]
	if esc {
		field = undouble(a, field)
	}
	i++
	tail := i
	for i < len(s) && s[i] != delim && s[i] != '\n' {
		i++
	}
	if t := strings.TrimRight(s[tail:i], "\r"); strings.TrimSpace(t) != "" {
		field = a.Join(field, t)
	}
	return cut(s, field, i)
}

// cut gives a field that ends before s[i], and what follows.
func cut(s, field string, i int) (string, string, byte) {
	if i == len(s) {
		return strings.TrimSuffix(field, "\r"), "", 0
	}
	if s[i] == '\n' {
		return strings.TrimSuffix(field, "\r"), s[i+1:], '\n'
	}
	return field, s[i+1:], s[i]
}

func undouble(a *event.Arena, s string) string {
	size, n := len(s), 0
	b := a.Grab(size)
	for {
		i := strings.Index(s, `""`)
		if i < 0 {
			n += copy(b[n:], s)
			break
		}
		n += copy(b[n:], s[:i+1])
		s = s[i+2:]
	}
	a.Shrink(size - n)
	return event.View(b[:n])
}

// Parse reads the first record of a text under the names of a header, and gives what follows the record. Columns past the header
// are named column<n>, with the problem "csv_columns"; so are fewer columns than names reported. Where the event is full the rest
// of the text is left.
func Parse(ev *event.Event, s string, layer uint8, header []string, delim byte) (rest string) {
	end := delim
	n := 0
	for ; end == delim; n++ {
		var v string
		v, s, end = Next(&ev.Arena, s, delim)
		var name string
		if n < len(header) {
			name = header[n]
		} else {
			name = Column(n)
		}
		if !ev.Add(name, event.Str(v), layer) {
			return ""
		}
	}
	if len(header) > 0 && n != len(header) {
		ev.Problem(room, "csv_columns", "")
	}
	return s
}

// Column gives the name of the column at index n that has none: column1 for the first.
func Column(n int) string {
	if n < len(columns) {
		return columns[n]
	}
	return "column"
}

var columns = func() (t [maxColumns]string) {
	for i := range t {
		n := i + 1
		d := ""
		for ; n > 0; n /= 10 {
			d = string(rune('0'+n%10)) + d
		}
		t[i] = "column" + d
	}
	return t
}()

// Delimiter says which of comma, semicolon, tab and pipe delimits a text: the one that stands most often outside quotes in its
// first line; 0 where none does.
func Delimiter(s string) byte {
	var n [4]int
	quoted := false
	for i := 0; i < len(s) && i < maxDetect; i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '\n':
			if !quoted {
				i = len(s)
			}
		case ',', ';', '\t', '|':
			if !quoted {
				n[strings.IndexByte(",;\t|", s[i])]++
			}
		}
	}
	best := 0
	for i := range n {
		if n[i] > n[best] {
			best = i
		}
	}
	if n[best] == 0 {
		return 0
	}
	return ",;\t|"[best]
}

// IsHeader reports whether a line can only be a header: at least minHeader columns, each a name that begins with a letter and holds
// letters, digits, "_", "-", ".", ":", "/" and, where quoted, blanks.
func IsHeader(s string, delim byte) bool {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, "\r")
	for n := 1; n <= maxColumns; n++ {
		i := strings.IndexByte(s, delim)
		f := s
		if i >= 0 {
			f, s = s[:i], s[i+1:]
		}
		quoted := len(f) > 2 && f[0] == '"' && f[len(f)-1] == '"'
		if quoted {
			f = f[1 : len(f)-1]
		}
		if !isName(f, quoted) {
			return false
		}
		if i < 0 {
			return n >= minHeader
		}
	}
	return false
}

func isName(f string, quoted bool) bool {
	if f == "" || len(f) > maxHeaderName {
		return false
	}
	for i := 0; i < len(f); i++ {
		switch c := f[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
		case i == 0 && c != '_' && c != '@':
			return false
		case c-'0' < 10, c == '_', c == '-', c == '.', c == '@', c == '/', c == ':':
		case c == ' ' && quoted:
		default:
			return false
		}
	}
	return true
}

// Header reads a line as names; they are copies. More than maxColumns are left out.
func Header(s string, delim byte) (names []string, rest string) {
	var a event.Arena
	end := delim
	for end == delim {
		var f string
		if f, s, end = Next(&a, s, delim); len(names) < maxColumns {
			if f = strings.Clone(strings.TrimSpace(f)); f == "" {
				f = Column(len(names))
			}
			names = append(names, f)
		}
	}
	return names, s
}
