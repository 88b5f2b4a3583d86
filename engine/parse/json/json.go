// Package json reads RFC 8259 text into flat fields: nested names joined with dots, elements of an array as repeated fields.
//
// One pass, no copy: names and strings are views into the text, into the Names table where the name is interned, or into the
// event's Arena where they had to be unescaped or joined. Numbers of up to 18 digits are Int, all others keep their text (Number).
// Invalid UTF-8 and repeated names are kept.
package json

import (
	"prescore/engine/event"
	"prescore/engine/parse/marks"
)

// maxName bounds a joined name in bytes: the longest of the captures is 120, and without a bound a megabyte of name would be
// copied for each of its 8,192 members. A longer name is cut and the problem "long_name" is said.
const maxName = 1024

// Result says how a text was read.
type Result uint8

const (
	Bad  Result = iota // not JSON; no field was added
	Cut                // JSON whose end is missing; what was complete before the cut was added
	More               // a whole document and something behind it, or more fields than an event takes
	OK                 // a whole document
)

// Room is the name under which the package reports problems.
const room = "parse"

// scanner reads one document. It is kept with the event.
type scanner struct {
	document
	marks marks.Marks // of the document's special bytes
	path  [maxName]byte
}

// document is the state of the reading.
type document struct {
	ev    *event.Event
	s     string
	layer uint8
	end   bool // the text ended where more was needed
	full  bool // the event takes no more fields
	loose bool // a string held a control character, which RFC 8259 wants escaped
}

// Parse reads text as one JSON object or array and adds its values as fields of the layer. What stands behind the document, other
// than blanks, is reported and left.
func Parse(ev *event.Event, text string, layer uint8) Result {
	i := space(text, 0)
	if i == len(text) || text[i] != '{' && text[i] != '[' {
		return Bad
	}
	n := len(ev.Fields)
	p := scannerOf(ev)
	p.document = document{ev: ev, s: text, layer: layer}
	p.marks.Begin(marks.JSON)
	if i = p.value(i, 0, 0); i >= 0 {
		if p.loose {
			ev.Problem(room, "json_control_character", "")
		}
		if space(text, i) == len(text) {
			return OK
		}
		if !(len(ev.Fields) == n+1 && ev.Fields[n].Value.K >= event.EmptyArray) { // "{} is ..." is prose
			ev.Problem(room, "json_trailing", "")
			return More
		}
	} else if p.full {
		return More
	} else if p.end && len(ev.Fields) > n {
		ev.Problem(room, "json_cut", "")
		return Cut
	}
	ev.Rewind(n)
	return Bad
}

// scannerOf gives the scanner that is kept with an event.
func scannerOf(ev *event.Event) *scanner {
	p, ok := ev.Scratch(event.ScratchJSON).(*scanner)
	if !ok {
		p = &scanner{}
		ev.SetScratch(event.ScratchJSON, p)
	}
	return p
}

func space(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// fail notes whether the text ended at i, and gives the index that stands for failure.
func (p *scanner) fail(i int) int {
	if i >= len(p.s) {
		p.end = true
	}
	return -1
}

// value reads the value at i under the name path[:l] and gives the index after it, negative where it is not JSON.
func (p *scanner) value(i, l, depth int) int {
	if i >= len(p.s) {
		return p.fail(i)
	}
	switch p.s[i] {
	case '{':
		return p.object(i, l, depth+1)
	case '[':
		return p.array(i, l, depth+1)
	}
	v, j := p.scalar(i)
	if j < 0 {
		return j
	}
	p.emit(l, v)
	if p.full {
		return -1
	}
	return j
}

func (p *scanner) object(i, l, depth int) int {
	if depth > event.MaxDepth {
		return p.opaque(i, l)
	}
	s := p.s
	i = space(s, i+1)
	if i < len(s) && s[i] == '}' {
		p.emit(l, event.Value{K: event.EmptyObject})
		return i + 1
	}
	for {
		if i >= len(s) || s[i] != '"' {
			return p.fail(i)
		}
		name, ref := p.expected(i+1, l)
		key := ""
		if ref != 0 {
			key = name[start(l):]
			if i += 2 + len(key); i+1 < len(s) && s[i] == ':' && s[i+1] == '"' { // as most members are
				t, j := p.text(i + 2)
				if j < 0 {
					return j
				}
				if p.full = !p.ev.Take(ref, name, event.Value{S: t, K: event.String}, p.layer); p.full {
					return -1
				}
				if i = j; i+1 < len(s) && s[i] == ',' && s[i+1] == '"' {
					i++
					continue
				}
				goto next
			}
		} else if key, i = p.text(i + 1); i < 0 {
			return i
		}
		if i < len(s) && s[i] != ':' {
			i = space(s, i)
		}
		if i >= len(s) || s[i] != ':' {
			return p.fail(i)
		}
		if i++; i < len(s) && s[i] <= ' ' {
			i = space(s, i)
		}
		if i >= len(s) {
			return p.fail(i)
		}
		if c := s[i]; c == '{' || c == '[' {
			if i = p.value(i, p.push(l, key), depth); i < 0 {
				return i
			}
		} else {
			v, j := p.scalar(i)
			if j < 0 {
				return j
			}
			if ref != 0 {
				p.full = !p.ev.Take(ref, name, v, p.layer)
			} else if l == 0 && len(key) <= maxName { // no joining: the name is the key as it stands
				p.add(key, v)
			} else {
				p.emit(p.push(l, key), v)
			}
			if i = j; p.full {
				return -1
			}
		}
	next:
		if i < len(s) && s[i] <= ' ' {
			i = space(s, i)
		}
		if i >= len(s) {
			return p.fail(i)
		}
		switch s[i] {
		case ',':
			if i++; i < len(s) && s[i] <= ' ' {
				i = space(s, i)
			}
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

// start gives where a key stands in a name that is joined to path[:l].
func start(l int) int {
	if l > 0 {
		return l + 1
	}
	return 0
}

// expected gives the name that is expected next, where the text at i has it behind the name path[:l] and ends it; else 0.
func (p *scanner) expected(i, l int) (string, event.NameRef) {
	name, ref := p.ev.Expected()
	if len(name) <= l || len(name) > maxName {
		return "", 0
	}
	key := name[start(l):]
	end := i + len(key)
	if end >= len(p.s) || p.s[end] != '"' || p.s[i:end] != key || l > 0 && (name[l] != '.' || name[:l] != event.View(p.path[:l])) {
		return "", 0
	}
	return name, ref
}

func (p *scanner) array(i, l, depth int) int {
	if depth > event.MaxDepth {
		return p.opaque(i, l)
	}
	i = space(p.s, i+1)
	if i < len(p.s) && p.s[i] == ']' {
		p.emit(l, event.Value{K: event.EmptyArray})
		return i + 1
	}
	for {
		if i = p.value(i, l, depth); i < 0 {
			return i
		}
		if i = space(p.s, i); i >= len(p.s) {
			return p.fail(i)
		}
		switch p.s[i] {
		case ',':
			i = space(p.s, i+1)
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

// opaque passes over a structure below MaxDepth and keeps it as one value. Strings are read, brackets are counted: whether they
// pair up inside is not checked.
func (p *scanner) opaque(i, l int) int {
	start, open := i, 0
	for i < len(p.s) {
		switch p.s[i] {
		case '"':
			_, end, _ := scan(p.s, i+1)
			if end < 0 {
				return p.fail(len(p.s))
			}
			i = end
		case '{', '[':
			open++
		case '}', ']':
			if open--; open == 0 {
				p.emit(l, event.Value{S: p.s[start : i+1], K: event.Opaque})
				p.ev.Problem(room, "too_deep", "")
				return i + 1
			}
		}
		i++
	}
	return p.fail(i)
}

// push joins key to the name path[:l] and gives the new length.
func (p *scanner) push(l int, key string) int {
	if l > 0 && l < maxName {
		p.path[l] = '.'
		l++
	}
	n := copy(p.path[l:], key)
	if n < len(key) {
		p.ev.Problem(room, "long_name", "")
	}
	return l + n
}

// top names what stands in a top-level array, which has no name of its own.
const top = "value"

// emit adds a field under the joined name path[:l].
func (p *scanner) emit(l int, v event.Value) {
	if l == 0 {
		p.add(top, v)
		return
	}
	p.full = !p.ev.AddJoined(event.View(p.path[:l]), v, p.layer)
}

func (p *scanner) add(name string, v event.Value) {
	p.full = !p.ev.Add(name, v, p.layer)
}
