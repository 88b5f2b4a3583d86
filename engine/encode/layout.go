package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var keyOriginal = key("original")

// moves reports whether an original pair with this key cannot stay at the top level of a merged record.
func (r *Room) moves(plan *project.Plan, key wire.Token) bool {
	if key.Type != wire.Str {
		return false
	}
	return string(key.Body) == "prescore" || string(key.Body) == "original" || r.view.Has(plan, key.Body)
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
		k, size := pair(pairs[at:])
		if size == 0 { // cut short: decode does not let such a record come here
			break
		}
		if r.moves(plan, k) {
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
		k, size := pair(pairs)
		if r.moves(plan, k) {
			dst = r.appendPairs(dst, ev, pairs[:size])
		}
		pairs = pairs[size:]
	}
	return dst
}

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
