package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// Append appends the body that leaves: the original record and the key "prescore", laid out as configured. A body that is no
// MessagePack map is appended as it came.
func (r *Room) Append(dst []byte, ev *event.Event) []byte {
	head, err := wire.Next(ev.Raw)
	if err != nil || head.Type != wire.Map {
		return append(dst, ev.Raw...)
	}
	var plan project.Plan
	if r.view != nil {
		r.view.Plan(&plan, ev, r.extra(ev))
	}
	pairs := ev.Raw[head.Size:]
	switch {
	case r.layout == merge && !r.view.Empty(&plan):
		return r.merged(dst, ev, &plan, pairs, int(head.N))
	case r.layout == replace:
		return r.replaced(dst, ev, &plan, pairs, int(head.N))
	}
	dst = wire.AppendMap(dst, int(head.N)+1)
	dst = r.appendPairs(dst, ev, pairs)
	return r.appendPrescore(dst, ev, &plan, r.layout == nested && r.view != nil)
}

// appendPairs appends whole pairs of the original: as they are, or masked where the record itself is to be.
func (r *Room) appendPairs(dst []byte, ev *event.Event, pairs []byte) []byte {
	if r.rewrite {
		return r.appendMasked(dst, ev, pairs)
	}
	return append(dst, pairs...)
}
