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
	moved := 0
	for at, i := 0, 0; i < n; i++ {
		k, size := pair(pairs[at:])
		if size == 0 { // cut short: decode does not let such a record come here
			n = i
			pairs = pairs[:at]
			break
		}
		if r.moves(plan, k) {
			moved++
		}
		at += size
	}
	top := n - moved + r.view.Count(plan) + 1
	if moved > 0 {
		top++
	}
	dst = wire.AppendMap(dst, top)
	dst = r.someOf(dst, ev, plan, pairs, n, false)
	dst, _ = r.view.AppendPairs(dst, plan, ev, r.redact)
	if moved > 0 {
		dst = wire.AppendMap(keyOriginal.Append(dst), moved)
		dst = r.someOf(dst, ev, plan, pairs, n, true)
	}
	return r.appendPrescore(dst, ev, plan, false)
}

// someOf appends the pairs that move, or those that stay, in runs as long as they come.
func (r *Room) someOf(dst []byte, ev *event.Event, plan *project.Plan, pairs []byte, n int, moving bool) []byte {
	from, at := 0, 0
	for range n {
		k, size := pair(pairs[at:])
		if r.moves(plan, k) != moving {
			dst = r.appendPairs(dst, ev, pairs[from:at])
			from = at + size
		}
		at += size
	}
	return r.appendPairs(dst, ev, pairs[from:at])
}

// pair gives the key at the start of b and the length of key and value together, 0 where they are cut short.
func pair(b []byte) (wire.Token, int) {
	k, err := wire.Next(b)
	if err != nil {
		return k, 0
	}
	kn, err := wire.Skip(b)
	if err != nil {
		return k, 0
	}
	vn, err := wire.Skip(b[kn:])
	if err != nil {
		return k, 0
	}
	return k, kn + vn
}
