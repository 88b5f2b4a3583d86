package encode

import (
	"encoding/binary"
	"unsafe"

	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var keyUnmapped = key("unmapped")

// extra says what replaced wants of the view beyond the event's own.
func (r *Room) extra(ev *event.Event) project.Extra {
	switch {
	case r.layout != replace:
		return 0
	case r.view.Schema() == project.ECS:
		return project.Original
	case r.view.Schema() == project.OCSF && ev.Line != "":
		return project.Original | project.NoUnmapped
	}
	return project.NoUnmapped
}

// replaced appends the view as the record, with the original where the schema keeps it, and "prescore".
func (r *Room) replaced(dst []byte, ev *event.Event, plan *project.Plan, pairs []byte, n int) []byte {
	dst, o := begin(dst)
	at := len(dst)
	// What the view holds as a text of its own is made behind dst's end; it is read from there while the view is written and then
	// written over.
	text := ""
	switch r.view.Schema() {
	case project.ECS:
		if text = onlyText(pairs, n); text == "" {
			dst = r.asJSON(dst, ev, pairs, n)
			text = event.View(dst[at:])
		}
	case project.OCSF:
		text = ev.Line
	}
	if len(dst) == at && text != "" && r.rewrite && r.redact.MayHold(text) {
		dst = r.redact.AppendValue(dst, text)
		text = event.View(dst[at:])
	}
	made := len(dst)
	plan.SetOriginal(text)
	dst, o.n = r.view.AppendPairs(dst, plan, ev, r.redact)
	dst = dst[:at+copy(dst[at:], dst[made:])]
	switch r.view.Schema() {
	case project.OCSF:
		dst = r.unmapped(dst, &o, ev, plan, pairs, n)
	case project.Flat:
		o.n++
		dst = wire.AppendMap(keyOriginal.Append(dst), n)
		dst = r.appendPairs(dst, ev, pairs)
	}
	o.n++
	dst = r.appendPrescore(dst, ev, plan, false)
	return o.done(dst)
}

// onlyText gives the text that is the whole record, "" where there is more than that.
func onlyText(pairs []byte, n int) string {
	if n != 1 {
		return ""
	}
	k, err := wire.Next(pairs)
	if err != nil || k.Type != wire.Str {
		return ""
	}
	v, err := wire.Next(pairs[k.Size:])
	if err != nil || v.Type != wire.Str {
		return ""
	}
	return event.View(v.Body)
}

// asJSON appends the whole body as JSON text, bytes that are no UTF-8 as they came.
func (r *Room) asJSON(dst []byte, ev *event.Event, pairs []byte, n int) []byte {
	at := len(dst)
	dst = r.appendPairs(wire.AppendMap(dst, n), ev, pairs)
	body := len(dst)
	dst, _ = wire.AppendJSONVerbatim(dst, dst[at:body:body])
	return dst[:at+copy(dst[at:], dst[body:])]
}

// maxHeld is room for the texts of a view, so that the list of them needs no allocation: more than any view has.
const maxHeld = 320

// holds reports whether b is one of the texts, known by where it lies: two equal texts of different fields are different.
func holds(held []string, b []byte) bool {
	if len(b) == 0 {
		return false
	}
	p := unsafe.SliceData(b)
	for _, s := range held {
		if unsafe.StringData(s) == p && len(s) == len(b) {
			return true
		}
	}
	return false
}

// unmapped appends what the view does not hold under OCSF's "unmapped".
func (r *Room) unmapped(dst []byte, o *object, ev *event.Event, plan *project.Plan, pairs []byte, n int) []byte {
	if n == 0 {
		return dst
	}
	var room [maxHeld]string
	held := r.view.Held(append(room[:0], ev.Line), plan, ev, r.redact)
	before := len(dst)
	dst, kept := r.leftover(keyUnmapped.Append(dst), ev, wire.Token{Type: wire.Map, N: uint64(n)}, pairs, held, maxMaskDepth)
	if !kept {
		return dst[:before]
	}
	o.n++
	return dst
}

// leftover appends a map without the members that held has, and reports whether anything is left. Arrays keep every element where
// one of them is left: their positions mean something. Below depth 0 everything is left.
func (r *Room) leftover(dst []byte, ev *event.Event, head wire.Token, pairs []byte, held []string, depth int) ([]byte, bool) {
	at := len(dst)
	dst = wire.AppendMap(dst, int(head.N))
	kept := 0
	for len(pairs) > 0 {
		k, size := pair(pairs)
		if size == 0 {
			break
		}
		start := len(dst)
		whole := pairs[:size]
		pairs = pairs[size:]
		v, left := value(k, whole), true
		t, err := wire.Next(v)
		switch {
		case err != nil:
		case t.Type == wire.Str:
			left = !holds(held, t.Body)
		case t.Type == wire.Array:
			left = !allHeld(held, v, t)
		case t.Type == wire.Map && t.N > 0 && depth > 0 && !(r.rewrite && r.redact.Masks(event.View(k.Body), "")):
			dst = append(dst, whole[:len(whole)-len(v)]...)
			if dst, left = r.leftover(dst, ev, t, v[t.Size:], held, depth-1); left {
				kept++
			} else {
				dst = dst[:start]
			}
			continue
		}
		if left {
			kept++
			dst = r.appendPairs(dst, ev, whole)
		}
	}
	patchMap(dst[at:], kept)
	return dst, kept > 0
}

// value gives the value of a whole pair.
func value(k wire.Token, whole []byte) []byte {
	kn := k.Size
	if k.Type == wire.Array || k.Type == wire.Map {
		kn, _ = wire.Skip(whole)
	}
	return whole[kn:]
}

// allHeld reports whether an array has texts alone and held has them all.
func allHeld(held []string, v []byte, t wire.Token) bool {
	v = v[t.Size:]
	for range t.N {
		e, err := wire.Next(v)
		if err != nil || e.Type != wire.Str || !holds(held, e.Body) {
			return false
		}
		v = v[e.Size:]
	}
	return t.N > 0
}

// patchMap writes the count of a map into the head at the start of b, which stays as wide as it is.
func patchMap(b []byte, n int) {
	switch b[0] {
	case 0xde:
		binary.BigEndian.PutUint16(b[1:], uint16(n))
	case 0xdf:
		binary.BigEndian.PutUint32(b[1:], uint32(n))
	default:
		b[0] = 0x80 | byte(n)
	}
}
