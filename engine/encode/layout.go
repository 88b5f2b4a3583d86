package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var keyOriginal = key("original")

// moves reports whether an original pair whose key is a text cannot stay at the top level of a merged record.
func (r *Room) moves(plan *project.Plan, name []byte) bool {
	return string(name) == "prescore" || string(name) == "original" || r.view.Has(plan, name)
}

// merged appends the original pairs whose names are free, the view's, the moved ones under "original", and "prescore".
func (r *Room) merged(dst []byte, ev *event.Event, plan *project.Plan, pairs []byte, n int) []byte {
	own := r.view.Count(plan) + 2 // with "original" and "prescore"
	at := len(dst)
	dst = wire.AppendMap(dst, n+own)
	head := len(dst)
	dst, m := r.staying(dst, ev, plan, pairs, n)
	top := m.pairs - m.moved + own
	if m.moved == 0 {
		top--
	}
	dst = narrow(dst, at, head, top)
	dst, _ = r.view.AppendPairs(dst, plan, ev, r.redact)
	if m.moved > 0 {
		dst = wire.AppendMap(keyOriginal.Append(dst), m.moved)
		dst = r.moving(dst, ev, plan, pairs[m.from:m.to])
	}
	return r.appendPrescore(dst, ev, plan, false)
}

// narrow writes the count of a map whose head takes the bytes from at to head, and takes back what the head needs no more.
func narrow(dst []byte, at, head, n int) []byte {
	var buf [5]byte
	short := wire.AppendMap(buf[:0], n)
	copy(dst[at:], short)
	if end := at + len(short); end < head {
		dst = dst[:end+copy(dst[end:], dst[head:])]
	}
	return dst
}

// moved is what staying found: how many pairs there are, how many of them move, and from where to where in the record these are.
type moved struct{ pairs, moved, from, to int }

// staying appends the pairs that stay, in runs as long as they come.
func (r *Room) staying(dst []byte, ev *event.Event, plan *project.Plan, pairs []byte, n int) ([]byte, moved) {
	var m moved
	from, at := 0, 0
	for ; m.pairs < n; m.pairs++ {
		name, text, size := named(pairs[at:])
		if size == 0 { // cut short: decode does not let such a record come here
			break
		}
		if text && r.moves(plan, name) {
			dst = r.appendPairs(dst, ev, pairs[from:at])
			from = at + size
			if m.moved == 0 {
				m.from = at
			}
			m.to = from
			m.moved++
		}
		at += size
	}
	return r.appendPairs(dst, ev, pairs[from:at]), m
}

// moving appends those of whole pairs that move.
func (r *Room) moving(dst []byte, ev *event.Event, plan *project.Plan, pairs []byte) []byte {
	for len(pairs) > 0 {
		name, text, size := named(pairs)
		if text && r.moves(plan, name) {
			dst = r.appendPairs(dst, ev, pairs[:size])
		}
		pairs = pairs[size:]
	}
	return dst
}

// named gives the name of the pair at the start of b, whether it is a text, and the length of key and value together, 0 where they
// are cut short. It is pair, with a short way for short names of single values.
func named(b []byte) (name []byte, text bool, size int) {
	if len(b) > 0 && b[0]&0xe0 == 0xa0 {
		kn := 1 + int(b[0]&0x1f)
		if kn+1 < len(b) {
			vn := int(singleSize[b[kn]])
			if b[kn] == 0xd9 {
				vn = 2 + int(b[kn+1])
			}
			if vn > 0 && kn+vn <= len(b) {
				return b[1:kn], true, kn + vn
			}
		}
	}
	k, size := pair(b)
	return k.Body, k.Type == wire.Str, size
}

// singleSize is the length of a single value by its first byte, 0 where that does not say it or where there is no such value.
var singleSize = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3:
			t[c] = 1
		case c >= 0xa0 && c < 0xc0:
			t[c] = uint8(1 + c&0x1f)
		case c == 0xcc, c == 0xd0:
			t[c] = 2
		case c == 0xcd, c == 0xd1:
			t[c] = 3
		case c == 0xca, c == 0xce, c == 0xd2:
			t[c] = 5
		case c == 0xcb, c == 0xcf, c == 0xd3:
			t[c] = 9
		}
	}
	return t
}()

// pair gives the key at the start of b and the length of key and value together, 0 where they are cut short.
func pair(b []byte) (wire.Token, int) {
	k, kn := whole(b)
	if kn == 0 {
		return k, 0
	}
	_, vn := whole(b[kn:])
	if vn == 0 {
		return k, 0
	}
	return k, kn + vn
}

// whole gives the token at the start of b and the length of the whole object, 0 where it is cut short.
func whole(b []byte) (wire.Token, int) {
	t, err := wire.Next(b)
	if err != nil {
		return t, 0
	}
	n := t.Size
	if t.Type == wire.Array || t.Type == wire.Map {
		if n, err = wire.Skip(b); err != nil {
			return t, 0
		}
	}
	return t, n
}
