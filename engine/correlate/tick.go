package correlate

import (
	"prescore/engine/entity"
	"prescore/engine/event"
)

// Tick settles what is due without a record: absences that are certain by now, incidents that have been quiet. now is the clock's
// time in nanoseconds since 1970. It gives the incidents to send, which own their memory.
func (r *Room) Tick(now int64) []event.Incident {
	out := r.outbox.take()
	tell := func(i event.Incident) {
		if len(out) >= maxIncidents*64 {
			r.n.cut.Add(1)
			return
		}
		out = append(out, i)
	}
	w := r.pool.Get().(*work)
	w.begin(r)
	var chained []chainedFire
	r.st.Tick(now, func(c *entity.Cursor, _ int64) {
		cl := r.slot.Of(c.E)
		if cl == nil {
			return
		}
		cl.flags &^= cellTimed
		cl.ripe(now-cl.lag, r.lateness, w, func(f firing, at int64) {
			r.n.absent.Add(1)
			r.report(c, cl, f, now, tell)
			if len(cl.rule.usedBy) > 0 {
				chained = append(chained, chainedFire{cl.rule, c.E.Key(), at, *cl.ring.at(f.hi - 1)})
			}
		})
		if in := cl.inc; in != nil {
			switch {
			case now-cl.lag >= in.last+cl.rule.quiet(r.lateness)+r.lateness:
				r.close(c, cl, "quiet", now, tell)
			case now-in.opened >= int64(r.cfg.MaxIncident):
				r.close(c, cl, "expired", now, tell)
			}
		}
		c.Dirty()
		c.Weigh(cl.weight())
		r.timer(c, cl)
	})
	for i := 0; i < len(chained) && i < maxIncidents*64; i++ {
		chained = r.follow(chained[i], chained, now, w, tell)
	}
	r.pool.Put(w)
	return out
}

// chainedFire is an absence that held without a record, for the rules that refer to its rule.
type chainedFire struct {
	rule *rule
	key  string
	at   int64
	e    entry
}

// follow counts an absence that held as a step of the rules that refer to its rule. Without a record, only those can group it whose
// fields its own group has.
func (r *Room) follow(f chainedFire, list []chainedFire, now int64, w *work, tell func(event.Incident)) []chainedFire {
	w.begin(r)
	w.note(f.rule, f.key)
	var arena event.Arena
	for _, u := range f.rule.usedBy {
		a := &r.alts[u]
		c := a.rule
		var key []byte
		any := len(c.GroupBy) == 0
		for i, g := range c.GroupBy {
			part := w.inherited(0, g, c.steps[a.step].group[i].name)
			any = any || part != ""
			key = entity.AppendPart(key, i == 0, part)
		}
		if !any || c.Type != EventCount && !c.Type.steps() {
			continue
		}
		e := f.e
		e.t, e.step, e.mark, e.v = f.at, uint8(a.step), 0, b2u(c.Type == EventCount)
		group := r.st.Normalise(c.kind, string(key), &arena)
		cur := r.reach(c, group, e.step, now)
		if cur.E == nil && c.opens>>e.step&1 == 0 {
			w.noted.refs = w.noted.refs[:0]
			r.note(&cur, c, group, &e, now, 0, false, w)
		} else if cur.E != nil {
			cl := r.cellOf(&cur, c, w)
			if g, late := cl.add(&cur, &e, r.lateness, w); !late && g.ok {
				r.report(&cur, cl, g, now, tell)
				if len(c.usedBy) > 0 {
					list = append(list, chainedFire{c, cur.E.Key(), f.at, e})
				}
			}
			cur.Dirty()
			cur.Weigh(cl.weight())
			r.timer(&cur, cl)
		}
		cur.Close()
	}
	return list
}

// absent reports an absence that became certain when a later record of the group came.
func (r *Room) absent(cur *entity.Cursor, cl *cell, f firing, arrival int64, ev *event.Event, w *work) {
	r.n.absent.Add(1)
	r.report(cur, cl, f, arrival, func(i event.Incident) { r.carry(ev, i) })
	if c := cl.rule; len(c.usedBy) > 0 {
		w.note(c, cur.E.Key())
	}
}

// timer asks for a visit when the group has something due.
func (r *Room) timer(cur *entity.Cursor, cl *cell) {
	if cl.flags&cellTimed != 0 {
		return
	}
	due := int64(0)
	if in := cl.inc; in != nil {
		due = min(in.last+cl.rule.quiet(r.lateness)+r.lateness+cl.lag, in.opened+int64(r.cfg.MaxIncident))
	}
	if cl.flags&cellPending != 0 {
		for j := range int(cl.ring.n) {
			if x := cl.ring.at(j); x.mark&markPending != 0 {
				d := cl.soonest(j) + r.lateness + cl.lag
				if due == 0 || d < due {
					due = d
				}
				break
			}
		}
	}
	if due != 0 {
		cl.flags |= cellTimed
		cur.Due(due)
	}
}

// soonest gives the earliest time at which the absence after entry j can be certain.
func (cl *cell) soonest(j int) int64 {
	c := cl.rule
	for s := c.last + 1; s < len(c.steps); s++ {
		if c.steps[s].Within > 0 {
			return cl.ring.at(j).t + c.steps[s].Within
		}
	}
	first := j
	for i := range j {
		if cl.ring.at(i).t >= cl.ring.at(j).t-c.Span {
			first = i
			break
		}
	}
	return cl.ring.at(first).t + c.Span
}
