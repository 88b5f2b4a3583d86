package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// Append appends the body that leaves: the original record and the key "prescore", laid out as configured. A body that is no
// MessagePack map is appended as it came.
func (r *Room) Append(dst []byte, ev *event.Event) []byte {
	n, size := mapHead(ev.Raw)
	if size == 0 {
		return append(dst, ev.Raw...)
	}
	pairs := ev.Raw[size:]
	if r.view == nil {
		dst = wire.AppendMap(dst, n+1)
		return r.appendPrescore(r.appendPairs(dst, ev, pairs), ev, nil, false)
	}
	var plan project.Plan
	r.view.Plan(&plan, ev, r.extra(ev))
	switch {
	case r.layout == merge && !r.view.Empty(&plan):
		return r.merged(dst, ev, &plan, pairs, n)
	case r.layout == replace:
		return r.replaced(dst, ev, &plan, pairs, n)
	}
	dst = wire.AppendMap(dst, n+1)
	dst = r.appendPairs(dst, ev, pairs)
	return r.appendPrescore(dst, ev, &plan, r.layout == nested)
}

// mapHead gives the count of the map at the start of b and the length of its head, 0 where there is none.
func mapHead(b []byte) (n, size int) {
	if len(b) > 0 && b[0]&0xf0 == 0x80 {
		return int(b[0] & 0x0f), 1
	}
	if len(b) > 2 && b[0] == 0xde {
		return int(b[1])<<8 | int(b[2]), 3
	}
	head, err := wire.Next(b)
	if err != nil || head.Type != wire.Map {
		return 0, 0
	}
	return int(head.N), head.Size
}

// appendPairs appends whole pairs of the original: as they are, or masked where the record itself is to be.
func (r *Room) appendPairs(dst []byte, ev *event.Event, pairs []byte) []byte {
	if r.rewrite {
		return r.appendMasked(dst, ev, pairs)
	}
	return append(dst, pairs...)
}
