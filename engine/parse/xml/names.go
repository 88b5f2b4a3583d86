package xml

import (
	"strings"

	"prescore/engine/event"
)

// section is the part of a Windows event that an element stands in; its leaves are named after it.
type section uint8

const (
	sectNone section = iota
	sectSystem
	sectData      // EventData, UserData and whatever a provider invents: leaves by their own name
	sectRendering // RenderingInfo: texts for people, under names of their own so that Level stays System's
)

const (
	nameTime    = "TimeCreated"
	nameData    = "Data"
	nameMessage = "Message"
	rendering   = "RenderingInfo"
)

// enter is called when an element opens.
func (w *walker) enter(top *level) {
	switch w.depth + w.base {
	case 1:
		switch top.name {
		case "Event":
			w.win = true
		case "EventData", "UserData":
			w.win, w.base, w.sect = true, 1, sectData
		}
	case 2:
		w.sect = sectData
		switch top.name {
		case "System":
			w.sect = sectSystem
		case rendering:
			w.sect = sectRendering
		}
	}
	if !w.win {
		w.push(top.name, '.')
	}
}

// leave is called when an element closes.
func (w *walker) leave() {
	if w.win && w.depth+w.base == 2 {
		w.flush()
	}
}

// attr adds an attribute: in a Windows event as Element_Attribute ("Provider_Name"), the time as TimeCreated, and a data element's
// Name names it; elsewhere as path.@attribute.
func (w *walker) attr(top *level, name, v string) {
	if !w.win {
		at := w.pathLen
		w.push("@", '.')
		w.push(name, 0)
		w.add(event.Str(v))
		w.pathLen = at
		return
	}
	switch {
	case w.depth+w.base <= 2:
	case name == "Name" && w.sect == sectData:
		top.label, top.labeled = v, true
	case w.sect == sectSystem:
		w.systemAttribute(top.name, name, v)
	case top.name == nameTime && name == "SystemTime":
		w.named(nameTime, event.Str(v))
	default:
		w.push(top.name, 0)
		w.push(name, '_')
		w.add(event.Str(v))
		w.pathLen = 0
	}
}

// leaf adds an element without elements.
func (w *walker) leaf(top *level, t string) {
	if !w.win {
		w.genericLeaf(top, t)
		return
	}
	switch {
	case w.depth+w.base <= 2:
		if strings.TrimSpace(t) != "" {
			w.named(top.name, event.Str(t))
		}
	case w.sect == sectSystem:
		if t != "" || !top.attrs && !mayBeBare(top.name) {
			w.named(top.name, number(t))
		}
	case w.sect == sectRendering:
		if top.name == nameMessage {
			w.named(nameMessage, event.Str(t))
			return
		}
		w.push(rendering, 0)
		w.push(top.name, '_')
		w.add(event.Str(t))
		w.pathLen = 0
	case top.labeled:
		w.named(top.label, event.Str(t))
		if strings.IndexByte(top.label, ' ') >= 0 {
			w.named(unspaced(&w.ev.Arena, top.label), event.Str(t))
		}
	case top.name == nameData:
		if w.unnamed == maxUnnamed {
			w.flush()
		}
		w.data[w.unnamed] = t
		w.unnamed++
	default:
		w.named(top.name, event.Str(t))
	}
}

// mayBeBare reports whether an element of System without text and attributes says nothing.
func mayBeBare(name string) bool { return name == "Correlation" || name == "Security" }

// genericLeaf adds a leaf of any document: under its path, or path.text where attributes or instructions stand beside the text.
func (w *walker) genericLeaf(top *level, t string) {
	switch {
	case top.attrs || top.pi:
		if t != "" {
			w.push("text", '.')
			w.add(event.Str(t))
		}
	case t == "":
		w.add(event.Value{K: event.EmptyObject})
	default:
		w.add(event.Str(t))
	}
}

// flush adds the unnamed Data elements of a section as one value, joined with ", ".
func (w *walker) flush() {
	if w.unnamed == 0 {
		return
	}
	v := w.data[0]
	if w.unnamed > 1 {
		size := 2 * (w.unnamed - 1)
		for _, d := range w.data[:w.unnamed] {
			size += len(d)
		}
		b := w.ev.Arena.Grab(size)
		n := 0
		for i, d := range w.data[:w.unnamed] {
			if i > 0 {
				n += copy(b[n:], ", ")
			}
			n += copy(b[n:], d)
		}
		v = event.View(b)
	}
	w.unnamed = 0
	w.named(nameData, event.Str(v))
}

// push joins a name to the path, after sep where that is not 0 and the path not empty.
func (w *walker) push(name string, sep byte) {
	if sep != 0 && w.pathLen > 0 && w.pathLen < maxName {
		w.path[w.pathLen] = sep
		w.pathLen++
	}
	n := copy(w.path[w.pathLen:], name)
	if n < len(name) {
		w.ev.Problem(room, "long_name", "")
	}
	w.pathLen += n
}

// add adds a field under the path.
func (w *walker) add(v event.Value) {
	w.full = !w.ev.AddJoined(event.View(w.path[:w.pathLen]), v, w.layer)
}

// named adds a field under a name that is a view.
func (w *walker) named(name string, v event.Value) {
	w.full = !w.ev.Add(name, v, w.layer)
}

// number makes an Int of a short run of digits, which keeps its text, and else a String.
func number(s string) event.Value {
	if s == "" || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		return event.Str(s)
	}
	n := uint64(0)
	for i := 0; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return event.Str(s)
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return event.Value{S: s, N: n, K: event.Int}
}

func unspaced(a *event.Arena, s string) string {
	b := a.Grab(len(s))
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] != ' ' {
			b[n] = s[i]
			n++
		}
	}
	a.Shrink(len(s) - n)
	return event.View(b[:n])
}
