package xml

import (
	"math/bits"
	"strings"

	"prescore/engine/event"
)

// What nearly all elements of a Windows event look like, <Data Name='A'>text</Data>, <Level>4</Level> and <Execution ProcessID='1'/>, is
// read without a level of its own. What looks otherwise in any way is left to opening and closing.

// quick reads the elements from i on that have only text or attributes in them, as far as they are such, and gives the index after
// them; i where the first is not.
func (w *walker) quick(i int) int {
	if !w.win || w.slow || w.depth+w.base != 2 || w.depth >= event.MaxDepth || w.sect != sectData && w.sect != sectSystem {
		return i
	}
	from := i
	for !w.full {
		j := 0
		if w.sect == sectData {
			if j = w.againData(i); j == i {
				j = w.quickData(i)
			}
		} else if j = w.quickText(i); j == 0 {
			j = w.quickAttributes(i)
		}
		if j == 0 {
			break
		}
		i = j
		if j >= len(w.s) || w.s[j] != '<' {
			break
		}
	}
	if i > from {
		w.stack[w.depth-1].child = true
	}
	return i
}

const (
	dataOpen  = "<Data Name="
	dataClose = "</Data>"
)

// againData reads <Data Name='A'>text</Data> from i on as far as they have, in their places, the names that the record before had, and
// gives the index after them.
func (w *walker) againData(i int) int {
	row, unlike, n := w.ev.Row(), event.Kind(0), 0
	for ; n < len(row); n++ {
		f := &row[n]
		start, q := opensData(w.s, i)
		end := start + len(f.Name)
		if start == 0 || end >= len(w.s) || w.s[end] != q || !f.Standing(w.layer) || !f.Word() || w.s[start:end] != f.Name {
			break
		}
		text, after := w.dataText(end)
		if after == 0 {
			break
		}
		unlike |= f.Put(event.Str(text))
		i = after
	}
	w.ev.RowAgain(n, unlike)
	return i
}

// opensData gives where the name begins of <Data Name='A'> at i, and its quote; 0 where something else stands there.
func opensData(s string, i int) (start int, quote byte) {
	if len(s)-i < len(dataOpen)+2 || s[i:i+len(dataOpen)] != dataOpen {
		return 0, 0
	}
	i += len(dataOpen)
	if q := s[i]; q == '\'' || q == '"' {
		return i + 1, q
	}
	return 0, 0
}

// quickData reads <Data Name='A'>text</Data> at i and gives the index after it, 0 where it is something else.
func (w *walker) quickData(i int) int {
	s := w.s
	i, q := opensData(s, i)
	if i == 0 {
		return 0
	}
	label, ref := w.ev.ExpectedWord()
	end := i + len(label)
	if ref == 0 || end >= len(s) || s[end] != q || s[i:end] != label {
		n := strings.IndexByte(s[i:], q)
		if n < 0 {
			return 0
		}
		end = i + n
		if label, ref = s[i:end], 0; strings.IndexByte(label, '&') >= 0 || strings.IndexByte(label, ' ') >= 0 { // with a blank it has two names
			return 0
		}
	}
	text, after := w.dataText(end)
	if after > 0 {
		w.field(label, ref, event.Str(text))
	}
	return after
}

// dataText reads what follows the quote at end that closes a name, >text</Data> or />, and gives the index after it, 0 where it is
// something else.
func (w *walker) dataText(end int) (text string, after int) {
	s, i := w.s, end+2
	if i > len(s) {
		return "", 0
	}
	switch s[end+1] {
	case '/':
		if i == len(s) || s[i] != '>' {
			return "", 0
		}
		return "", i + 1
	case '>':
		end, entities := w.textEnd(i)
		if end < 0 || len(s)-end < len(dataClose) || s[end:end+len(dataClose)] != dataClose {
			return "", 0
		}
		if text = s[i:end]; entities {
			text = resolve(&w.ev.Arena, text)
		}
		return text, end + len(dataClose)
	}
	return "", 0
}

// field adds a field under a name that is a view, or that was expected where ref is not 0.
func (w *walker) field(name string, ref event.NameRef, v event.Value) {
	if ref == 0 {
		w.named(name, v)
		return
	}
	w.full = !w.ev.Take(ref, name, v, w.layer)
}

// quickText reads <Name>text</Name> of System at i and gives the index after it, 0 where it is something else.
func (w *walker) quickText(i int) int {
	s := w.s
	name, ref := w.ev.ExpectedWord()
	j := i + 1 + len(name)
	if ref == 0 || j >= len(s) || s[j] != '>' || s[i+1:j] != name {
		local := ""
		ref = 0
		if name, local, j = tagName(s, i+1); name == "" || j >= len(s) || s[j] != '>' || len(local) != len(name) {
			return 0
		}
	}
	end, entities := w.textEnd(j + 1)
	after := end + 2 + len(name)
	if end <= j+1 || entities || after >= len(s) || s[end+1] != '/' || s[after] != '>' || s[end+2:after] != name {
		return 0
	}
	w.field(name, ref, number(s[j+1:end]))
	return after + 1
}

// maxQuickAttributes is how many attributes of an element are read without a level: no element of System has more than three.
const maxQuickAttributes = 4

// quickAttributes reads <Name/>, <Name Attribute='value'/> and <Name Attribute='value'>text</Name> of System at i and gives the index
// after it, 0 where it is something else: nothing was added then.
func (w *walker) quickAttributes(i int) int {
	s := w.s
	name, local, j := tagName(s, i+1)
	if name == "" || len(local) != len(name) {
		return 0
	}
	var list [maxQuickAttributes]attribute
	n := 0
	for ; j < len(s) && s[j] == ' '; n++ {
		if j++; j < len(s) && s[j] == '/' {
			break
		}
		if n == len(list) {
			return 0
		}
		if list[n], j = quickAttribute(s, j); j == 0 {
			return 0
		}
	}
	text := ""
	switch {
	case strings.HasPrefix(s[j:], "/>"):
		j += 2
	case j < len(s) && s[j] == '>' && n > 0:
		end, entities := w.textEnd(j + 1)
		after := end + 2 + len(name)
		if end <= j+1 || entities || after >= len(s) || s[end+1] != '/' || s[after] != '>' || s[end+2:after] != name {
			return 0
		}
		text, j = s[j+1:end], after+1
	default:
		return 0
	}
	for k := range list[:n] {
		w.systemAttribute(name, list[k].name, list[k].value)
	}
	if text != "" || n == 0 && !mayBeBare(name) {
		w.named(name, number(text))
	}
	return j
}

// attribute is one attribute of an element.
type attribute struct{ name, value string }

// quickAttribute reads name="value" at i and gives the index after it, 0 where it is something else.
func quickAttribute(s string, i int) (attribute, int) {
	name, local, j := tagName(s, i)
	if name == "" || len(local) != len(name) || strings.HasPrefix(name, "xmlns") || j+2 >= len(s) || s[j] != '=' {
		return attribute{}, 0
	}
	q := s[j+1]
	if q != '\'' && q != '"' {
		return attribute{}, 0
	}
	j += 2
	n := strings.IndexByte(s[j:], q)
	if n < 0 || strings.IndexByte(s[j:j+n], '&') >= 0 {
		return attribute{}, 0
	}
	return attribute{name, s[j : j+n]}, j + n + 1
}

// systemAttribute adds an attribute of an element of System: as Element_Attribute, the time as TimeCreated.
func (w *walker) systemAttribute(element, name, value string) {
	if element == nameTime && name == "SystemTime" {
		w.named(nameTime, event.Str(value))
		return
	}
	at := len(element)
	joined, ref := w.ev.ExpectedWord()
	if ref != 0 && !w.slow && len(joined) == at+1+len(name) && joined[at] == '_' && joined[:at] == element && joined[at+1:] == name {
		w.field(joined, ref, number(value))
		return
	}
	w.push(element, 0)
	w.push(name, '_')
	w.add(number(value))
	w.pathLen = 0
}

// textEnd gives where the text at i ends, at the next "<", negative where nowhere, and whether it may have entities.
func (w *walker) textEnd(i int) (end int, entities bool) {
	for ; ; i++ {
		if m := w.marks.Near(i); m != 0 {
			i += bits.TrailingZeros64(m)
		} else {
			i = w.marks.Far(w.s, i)
		}
		if i >= len(w.s) {
			return -1, false
		}
		if w.s[i] == '<' {
			return i, entities
		}
		entities = true
	}
}
