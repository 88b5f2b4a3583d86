package route

import (
	"slices"
	"strings"
	"sync/atomic"

	"prescore/engine/event"
)

// plan is what the table says of a source, a class and an activity, before a field is looked at. Sources, classes and activities come
// from the mapping of sources, so that there are few of them.
type plan struct {
	source   string
	class    event.Class
	activity uint8

	sure  []uint16 // rows that fit whatever else the event has
	rest  []uint16 // rows that ask for more
	group *group   // rows by channel, nil where there are none
	seen  atomic.Pointer[seenChannel]
}

// seenChannel is the first channel that events of a plan had; most have no other.
type seenChannel struct {
	name string
	set  *channelSet
}

// channel gives the rows of a channel, nil where there are none.
func (p *plan) channel(name string) *channelSet {
	s := p.seen.Load()
	if s != nil && s.name == name {
		return s.set
	}
	set := p.group.find(name)
	if s == nil {
		p.seen.CompareAndSwap(nil, &seenChannel{strings.Clone(name), set})
	}
	return set
}

const (
	// maxPlans bounds the plans that are kept: four classes of each of the 120 sources that are known, and a host has a few dozen.
	// Events whose places others have are looked up in the table each time, and counted (Unplanned).
	maxPlans = 512
	// planProbes is how many places a plan may stand in.
	planProbes = 4
)

// plans is filled as events come, by several threads; a plan that is there stays.
type plans [maxPlans]atomic.Pointer[plan]

// plan gives the plan of an event, nil where there is room for none.
func (r *Router) plan(ev *event.Event) *plan {
	h := uint32(ev.Class)*31 + uint32(ev.Activity)
	for i := 0; i < len(ev.Source); i++ {
		h = h*31 + uint32(ev.Source[i])
	}
	for k := range uint32(planProbes) {
		at := &r.plans[(h+k)%maxPlans]
		p := at.Load()
		if p == nil {
			p = r.newPlan(ev)
			if !at.CompareAndSwap(nil, p) {
				p = at.Load()
			}
		}
		if p.class == ev.Class && p.activity == ev.Activity && p.source == ev.Source {
			return p
		}
	}
	r.unplanned.Add(1)
	return nil
}

func (r *Router) newPlan(ev *event.Event) *plan {
	p := &plan{source: strings.Clone(ev.Source), class: ev.Class, activity: ev.Activity}
	add := func(rows []uint16) {
		for _, n := range rows {
			c := &r.rows[n]
			switch {
			case !c.known(ev):
			case c.open() && !slices.Contains(p.sure, n):
				p.sure = append(p.sure, n)
			case !c.open():
				p.rest = append(p.rest, n)
			}
		}
	}
	if g := r.bySource[ev.Source]; g != nil {
		add(g.plain)
		if len(g.byChannel) > 0 {
			p.group = g
		}
	}
	add(r.byClass[ev.Class])
	add(r.any)
	return p
}
