package route

import "prescore/engine/event"

// Only gives a router over the rows that are wanted: it passes over the others, whose conditions are asked no more.
func (r *Router) Only(wanted func(row int) bool) *Router {
	some := func(rows []uint16) (out []uint16) {
		for _, n := range rows {
			if wanted(int(n)) {
				out = append(out, n)
			}
		}
		return out
	}
	o := &Router{sources: r.sources, rows: r.rows, channelID: r.channelID, eventID: r.eventID, provider: r.provider,
		bySource: map[string]*group{}, byClass: map[event.Class][]uint16{}, any: some(r.any)}
	for class, rows := range r.byClass {
		o.byClass[class] = some(rows)
	}
	for source, g := range r.bySource {
		n := &group{plain: some(g.plain), byChannel: map[string]*channelSet{}}
		for channel, s := range g.byChannel {
			c := &channelSet{plain: some(s.plain), byID: map[int64][]uint16{}}
			for id, rows := range s.byID {
				if rows = some(rows); len(rows) > 0 {
					c.byID[id] = rows
				}
			}
			if len(c.plain)+len(c.byID) > 0 {
				n.byChannel[channel] = c
			}
		}
		o.bySource[source] = n
	}
	return o
}
