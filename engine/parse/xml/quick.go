package xml

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"prescore/engine/event"
)

// What nearly all elements of a Windows event look like, <Data Name='A'>text</Data> and <Level>4</Level>, is read without a level of
// its own. What looks otherwise in any way is left to opening and closing.

// quick reads an element at i that has only text in it, where it is one of these, and gives the index after it; 0 where it is not.
func (w *walker) quick(i int) int {
	if !w.win || w.slow || w.depth+w.base != 2 || w.depth >= event.MaxDepth {
		return 0
	}
	switch w.sect {
	case sectData:
		return w.quickData(i)
	case sectSystem:
		return w.quickSystem(i)
	}
	return 0
}

const (
	dataOpen  = "<Data Name="
	dataClose = "</Data>"
)

func (w *walker) quickData(i int) int {
	s := w.s
	if len(s)-i < len(dataOpen)+2 || s[i:i+len(dataOpen)] != dataOpen {
		return 0
	}
	i += len(dataOpen)
	q := s[i]
	if i++; q != '\'' && q != '"' {
		return 0
	}
	label, ref := w.ev.Expected()
	end := i + len(label)
	if ref == 0 || end >= len(s) || s[end] != q || s[i:end] != label {
		n := strings.IndexByte(s[i:], q)
		if n < 0 {
			return 0
		}
		end = i + n
		if label, ref = s[i:end], 0; strings.IndexByte(label, '&') >= 0 {
			return 0
		}
	}
	if strings.IndexByte(label, ' ') >= 0 { // it has two names
		return 0
	}
	text := ""
	switch i = end + 1; {
	case strings.HasPrefix(s[i:], "/>"):
		i += 2
	case i < len(s) && s[i] == '>':
		i++
		end, entities := textEnd(s, i)
		if end < 0 || !strings.HasPrefix(s[end:], dataClose) {
			return 0
		}
		if text = s[i:end]; entities {
			text = resolve(&w.ev.Arena, text)
		}
		i = end + len(dataClose)
	default:
		return 0
	}
	w.stack[w.depth-1].child = true
	if ref != 0 {
		w.ev.Take(ref)
		w.full = !w.ev.AddID(w.ev.IDOf(ref), label, event.Str(text), w.layer)
	} else {
		w.named(label, event.Str(text))
	}
	return i
}

func (w *walker) quickSystem(i int) int {
	s := w.s
	name, local, j := tagName(s, i+1)
	if name == "" || j >= len(s) || s[j] != '>' || len(local) != len(name) {
		return 0
	}
	end, entities := textEnd(s, j+1)
	after := end + 2 + len(name)
	if end <= j+1 || entities || after >= len(s) || s[end+1] != '/' || s[after] != '>' || s[end+2:after] != name {
		return 0
	}
	w.stack[w.depth-1].child = true
	w.named(name, number(s[j+1:end]))
	return after + 1
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080

	shortText = 64 // bytes of a text that are looked through for both ends at once; beyond, two searches are faster
)

// textEnd gives where the text at i ends, at the next "<", negative where nowhere, and whether it may have entities.
func textEnd(s string, i int) (end int, entities bool) {
	b := event.BytesOf(s)
	j := i
	for ; j+8 <= len(b) && j < i+shortText; j += 8 {
		x := binary.LittleEndian.Uint64(b[j:])
		lt, amp := x^('<'*lows), x^('&'*lows)
		lt, amp = (lt-lows)&^lt&highs, (amp-lows)&^amp&highs
		if lt != 0 {
			n := bits.TrailingZeros64(lt)
			return j + n>>3, entities || amp<<(63-n) != 0
		}
		entities = entities || amp != 0
	}
	n := strings.IndexByte(s[j:], '<')
	if n < 0 {
		return -1, false
	}
	return j + n, entities || strings.IndexByte(s[j:j+n], '&') >= 0
}
