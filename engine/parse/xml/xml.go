// Package xml reads XML text into flat fields: Windows events as rendered, under Sigma's names, and any other document under its
// elements' names joined with dots.
//
// One pass over the text; names and texts are views into it, or stand in the event's Arena where entities had to be resolved or
// pieces joined. Document types and name spaces are passed over; entities are the five of XML and numbers of characters.
package xml

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/parse/marks"
)

// room is the name under which the package reports problems.
const room = "parse"

const (
	maxName    = 1024 // bytes of a joined name; a longer one is cut
	maxUnnamed = 64   // unnamed Data elements joined into one value; the widest known event has 40
)

// Result says how a text was read.
type Result uint8

const (
	Bad     Result = iota // not XML; no field was added
	Generic               // some document
	Windows               // a Windows event
)

// level is one open element.
type level struct {
	name    string // without its prefix
	label   string // its attribute Name, for elements of EventData
	labeled bool
	attrs   bool // it has attributes other than name spaces
	child   bool // it has elements
	broken  bool // its text is in pieces: comments, CDATA or instructions stand in it
	pi      bool // an instruction stands in it
	content int  // where its content begins
	path    int  // length of the joined name before its own
}

// walker reads one document. It is kept with the event: what it has room for is not cleared for each document.
type walker struct {
	walk
	stack [event.MaxDepth]level // walk.depth of them are open
	data  [maxUnnamed]string    // walk.unnamed of them are read
	path  [maxName]byte         // walk.pathLen of it is the joined name
	marks marks.Marks           // where texts end and entities begin
}

// walk is what a walker knows of the document.
type walk struct {
	ev      *event.Event
	s       string
	layer   uint8
	win     bool
	full    bool // the event takes no more fields
	slow    bool // without the quick ways
	sect    section
	depth   int
	base    int // levels of a Windows event above the root: 1 where the root is EventData
	pathLen int
	unnamed int
}

// Parse reads text as one element with all it holds. A root EventData or UserData is read as that part of a Windows event. What was read of a document that is cut or damaged stays, with the problem
// xml_cut or bad_xml, where it is a Windows event; of any other nothing does.
func Parse(ev *event.Event, text string, layer uint8) Result { return parse(ev, text, layer, false) }

// walkerOf gives the walker that is kept with an event.
func walkerOf(ev *event.Event) *walker {
	w, ok := ev.Scratch(event.ScratchXML).(*walker)
	if !ok {
		w = &walker{}
		ev.SetScratch(event.ScratchXML, w)
	}
	return w
}

func parse(ev *event.Event, text string, layer uint8, slow bool) Result {
	i := prolog(text, 0)
	if i < 0 {
		return Bad
	}
	w := walkerOf(ev)
	w.walk = walk{ev: ev, s: text, layer: layer, slow: slow}
	w.marks.Begin(marks.XML)
	n := len(ev.Fields)
	done := w.document(i) || w.full
	switch {
	case done && w.win:
		return Windows
	case done:
		return Generic
	case w.win && len(ev.Fields) > n:
		w.flush()
		return Windows
	}
	ev.Rewind(n)
	return Bad
}

// IsEvent reports whether the root element of a text is named Event, as a Windows event's is.
func IsEvent(s string) bool {
	i := prolog(s, 0)
	if i < 0 {
		return false
	}
	_, name, _ := tagName(s, i+1)
	return name == "Event"
}

// prolog passes over blanks, the declaration, comments and a document type, and gives where the root's "<" stands; -1 where there
// is none.
func prolog(s string, i int) int {
	for {
		for i < len(s) && s[i] <= ' ' {
			i++
		}
		if i+1 >= len(s) || s[i] != '<' {
			return -1
		}
		switch s[i+1] {
		case '?', '!':
			if i = markup(s, i); i < 0 {
				return -1
			}
		default:
			if !nameStart(s[i+1]) {
				return -1
			}
			return i
		}
	}
}

// markup gives the index after a comment, CDATA section, instruction or declaration at i; -1 where it does not end.
func markup(s string, i int) int {
	end := ">"
	switch {
	case strings.HasPrefix(s[i:], "<!--"):
		end = "-->"
	case strings.HasPrefix(s[i:], cdata):
		end = "]]>"
	case strings.HasPrefix(s[i:], "<?"):
		end = "?>"
	}
	j := strings.Index(s[i:], end)
	if j < 0 {
		return -1
	}
	return i + j + len(end)
}

const cdata = "<![CDATA["

// document reads from the root's "<" on until the root closes.
func (w *walker) document(i int) bool {
	s := w.s
	for {
		switch {
		case i+1 >= len(s):
			return w.fail("xml_cut")
		case s[i+1] == '/':
			_, name, j := tagName(s, i+2)
			for j < len(s) && s[j] <= ' ' {
				j++
			}
			if j >= len(s) {
				return w.fail("xml_cut")
			}
			if s[j] != '>' || name != w.stack[w.depth-1].name {
				return w.fail("bad_xml")
			}
			w.closing(i)
			i = j + 1
		case s[i+1] == '!' || s[i+1] == '?':
			top := &w.stack[w.depth-1]
			top.broken = true
			top.pi = top.pi || s[i+1] == '?'
			if i = markup(s, i); i < 0 {
				return w.fail("xml_cut")
			}
		default:
			if j := w.quick(i); j > i {
				i = j
			} else if i = w.opening(i); i < 0 {
				return false
			}
		}
		if w.depth == 0 {
			return true
		}
		if w.full {
			return false
		}
		for i < len(s) && s[i] <= ' ' {
			i++
		}
		if i < len(s) && s[i] == '<' {
			continue
		}
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			return w.fail("xml_cut")
		}
		i += j
	}
}

// fail reports a problem of a Windows event. Another document that fails is text, and reported by nobody here.
func (w *walker) fail(code string) bool {
	if w.win {
		w.ev.Problem(room, code, "")
	}
	return false
}

// opening reads a start tag at i and gives the index after it; -1 where it is none.
func (w *walker) opening(i int) int {
	s := w.s
	name, local, j := tagName(s, i+1)
	if name == "" {
		w.fail("bad_xml")
		return -1
	}
	if w.depth > 0 {
		w.stack[w.depth-1].child = true
	}
	if w.depth == event.MaxDepth {
		return w.opaque(i)
	}
	top := &w.stack[w.depth]
	*top = level{name: local, path: w.pathLen}
	w.depth++
	w.enter(top)
	for {
		for j < len(s) && s[j] <= ' ' {
			j++
		}
		if j >= len(s) {
			w.fail("xml_cut")
			return -1
		}
		switch s[j] {
		case '>':
			top.content = j + 1
			return j + 1
		case '/':
			if j+1 >= len(s) || s[j+1] != '>' {
				w.fail("bad_xml")
				return -1
			}
			top.content = j
			w.closing(j)
			return j + 2
		}
		if j = w.attribute(top, j); j < 0 {
			return -1
		}
	}
}

// attribute reads name="value" at j and gives the index after it; -1 where it is none.
func (w *walker) attribute(top *level, j int) int {
	s := w.s
	name, local, k := tagName(s, j)
	for k < len(s) && s[k] <= ' ' {
		k++
	}
	if name == "" || k < len(s) && s[k] != '=' {
		w.fail("bad_xml")
		return -1
	}
	for k++; k < len(s) && s[k] <= ' '; k++ {
	}
	if k >= len(s) {
		w.fail("xml_cut")
		return -1
	}
	q := s[k]
	if q != '"' && q != '\'' {
		w.fail("bad_xml")
		return -1
	}
	end := strings.IndexByte(s[k+1:], q)
	if end < 0 {
		w.fail("xml_cut")
		return -1
	}
	v := s[k+1 : k+1+end]
	if strings.HasPrefix(name, "xmlns") {
		return k + 2 + end
	}
	if strings.IndexByte(v, '&') >= 0 {
		v = resolve(&w.ev.Arena, v)
	}
	top.attrs = true
	w.attr(top, local, v)
	return k + 2 + end
}

// closing ends the open element, whose content ends at i, and adds it where it is a leaf.
func (w *walker) closing(i int) {
	top := &w.stack[w.depth-1]
	if !top.child {
		t := w.s[top.content:i]
		if top.broken {
			t = pieces(&w.ev.Arena, t)
		} else if strings.IndexByte(t, '&') >= 0 {
			t = resolve(&w.ev.Arena, t)
		}
		w.leaf(top, t)
	}
	w.leave()
	w.depth--
	w.pathLen = top.path
}

// opaque passes over an element below MaxDepth and keeps it as one value.
func (w *walker) opaque(i int) int {
	s, start, open := w.s, i, 0
	for i+1 < len(s) {
		switch s[i+1] {
		case '/':
			open--
		case '!', '?':
			if i = markup(s, i) - 1; i < 0 {
				w.fail("xml_cut")
				return -1
			}
		default:
			open++
		}
		end := strings.IndexByte(s[i:], '>')
		if end < 0 {
			break
		}
		if i += end; s[i-1] == '/' {
			open--
		}
		if i++; open <= 0 {
			w.ev.Problem(room, "too_deep", "")
			v := event.Value{S: s[start:i], K: event.Opaque}
			if w.win {
				w.named(w.stack[w.depth-1].name, v)
			} else {
				w.add(v)
			}
			return i
		}
		next := strings.IndexByte(s[i:], '<')
		if next < 0 {
			break
		}
		i += next
	}
	w.fail("xml_cut")
	return -1
}

// What a byte may be in a name.
const (
	inName = 1 << iota
	opensName
	endsPrefix
)

var nameBytes = func() (t [256]uint8) {
	for c := range t {
		switch b := byte(c); {
		case b == ':':
			t[c] = inName | opensName | endsPrefix
		case b|0x20 >= 'a' && b|0x20 <= 'z', b == '_', b >= 0x80:
			t[c] = inName | opensName
		case b-'0' < 10, b == '-', b == '.':
			t[c] = inName
		}
	}
	return t
}()

func nameStart(c byte) bool { return nameBytes[c]&opensName != 0 }

// tagName reads a name at i and gives it with and without its prefix, and the index after it.
func tagName(s string, i int) (name, local string, end int) {
	j, all := i, uint8(0)
	if j < len(s) && nameStart(s[j]) {
		for ; j < len(s) && nameBytes[s[j]] != 0; j++ {
			all |= nameBytes[s[j]]
		}
	}
	name = s[i:j]
	if all&endsPrefix != 0 {
		return name, name[strings.IndexByte(name, ':')+1:], j
	}
	return name, name, j
}
