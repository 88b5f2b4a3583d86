package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// Append appends the body that leaves: the original record and the key "prescore", laid out as configured. A body that is no
// MessagePack map is appended as it came.
func (r *Room) Append(dst []byte, ev *event.Event) []byte {
	n, size := wire.MapHead(ev.Raw)
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

// appendPairs appends whole pairs of the original: as they are, or masked where the record itself is to be.
func (r *Room) appendPairs(dst []byte, ev *event.Event, pairs []byte) []byte {
	if r.rewrite {
		return r.appendMasked(dst, ev, pairs)
	}
	return append(dst, pairs...)
}
