package correlate

import (
	"prescore/engine/entity"
	"prescore/engine/event"
)

// Apply resolves the event's identity and time, recognises replays, and takes the event through every rule it is a step of. It adds
// findings, deltas and incidents; see event.Event's fields of state.
func (r *Room) Apply(ev *event.Event) {
	t := r.st.TimeOf(ev)
	r.st.Resolve(ev, t)
	if r.st.Seen(ev) {
		return
	}
	if len(r.rules) == 0 {
		r.raise(ev)
		return
	}
	if r.idle(ev) {
		return
	}
	w := r.pool.Get().(*work)
	w.begin(r)
	r.look(ev, w)
	r.collect(ev, w)
	for i := 0; i < len(w.hits); i++ { // grows as rules hold that others refer to; rules refer to no later ones, so it ends
		r.apply(ev, t, w, w.hits[i])
	}
	r.raise(ev)
	r.pool.Put(w)
}

// idle reports whether the event can be a step of nothing and has no findings to raise it: so it is with most.
func (r *Room) idle(ev *event.Event) bool {
	return len(ev.Findings)|len(ev.Techniques)|len(ev.Tactics) == 0 && r.touch == 0 && len(r.bySource) == 0 &&
		len(r.every[0]) == 0 && len(r.classed(ev.Class)) == 0
}

// look notes when the event's entities were first seen, for rules that ask.
func (r *Room) look(ev *event.Event, w *work) {
	if r.touch == 0 {
		return
	}
	for k := range ev.Entities {
		w.first[k] = 0
		key := ev.Entities[k]
		if r.touch>>k&1 == 0 || key == "" {
			continue
		}
		c := r.st.Get(entity.Kind(k), key, ev.Arrival)
		if c.E != nil {
			if r.known.Of(c.E) == nil {
				r.known.Put(&c, &struct{}{}, 0)
			}
			w.first[k] = c.E.First()
		}
		c.Close()
	}
}

// collect finds the steps that the event is.
func (r *Room) collect(ev *event.Event, w *work) {
	for i := range ev.Findings {
		f := &ev.Findings[i]
		tech := ""
		if len(f.Techniques) > 0 {
			tech = f.Techniques[0]
		}
		r.offer(ev, w, r.byFinding[f.Rule], tech)
	}
	if len(r.byTechnique) > 0 {
		for _, t := range ev.Techniques {
			r.offer(ev, w, r.byTechnique[t], t)
			for i := 0; i < len(t); i++ {
				if t[i] == '.' {
					r.offer(ev, w, r.byTechnique[t[:i]], t)
					break
				}
			}
		}
	}
	if len(r.byTactic) > 0 {
		for _, t := range ev.Tactics {
			r.offer(ev, w, r.byTactic[t], "")
		}
	}
	r.offer(ev, w, r.classed(ev.Class), "")
	if ev.Source != w.source.name && ev.Source != "" && len(r.bySource) > 0 {
		w.source = r.bySource[ev.Source] // its name is the rule's, not the record's
	}
	if ev.Source == w.source.name {
		r.offer(ev, w, w.source.alts, "")
	}
	r.offer(ev, w, r.every[has(ev)], "")
	// A later step first: one record must not follow itself.
	for i := 1; i < len(w.hits); i++ {
		for j := i; j > 0; j-- {
			a, b := &r.alts[w.hits[j-1].alt], &r.alts[w.hits[j].alt]
			if a.rule.index < b.rule.index || a.rule == b.rule && a.step >= b.step {
				break
			}
			w.hits[j-1], w.hits[j] = w.hits[j], w.hits[j-1]
		}
	}
}

// offer takes those of the alternatives that the event satisfies as hits.
func (r *Room) offer(ev *event.Event, w *work, alts []int32, tech string) {
	for _, a := range alts {
		if w.stamps[a] != w.epoch && r.matches(&r.alts[a], ev, w) {
			w.stamps[a] = w.epoch
			if tech == "" && len(ev.Techniques) > 0 {
				tech = ev.Techniques[0]
			}
			w.hits = append(w.hits, hit{a, -1, tech})
		}
	}
}

// apply counts one hit in its group's window.
func (r *Room) apply(ev *event.Event, t int64, w *work, h hit) {
	a := &r.alts[h.alt]
	c := a.rule
	if !c.Type.steps() {
		if w.rules[c.index] == w.epoch {
			return // two of its rules matched one record: it is still one record
		}
		w.rules[c.index] = w.epoch
	}
	key, ok := r.groupKey(ev, w, c, &c.steps[a.step], h.from)
	if !ok {
		r.n.noGroup[w.stripe].Add(1)
		return
	}
	if !r.measureOf(ev, w, c) {
		return
	}
	r.n.hits[w.stripe].Add(1)
	e := entry{t: t, step: uint8(a.step), base: tenths(ev.Baseline), tech: w.techs.number(&r.names16, h.tech)}
	e.id, e.form, e.src = r.trace(ev, w)
	told := len(w.fired)
	best, group := r.count(ev, t, w, c, key, &e)
	if w.cut != (cuts{}) {
		r.bounds(w)
	}
	for i := told; i < len(w.fired); i++ {
		r.chain(ev, w, int32(i))
	}
	if best.ok && best.now {
		r.hold(ev, w, c, best, group)
	}
}

// trace gives what every entry of the record has: its id, packed, and its source.
func (r *Room) trace(ev *event.Event, w *work) ([16]byte, idForm, uint16) {
	if t := &w.trace; t.epoch != w.epoch {
		t.epoch, t.src = w.epoch, w.srcs16.number(&r.names16, ev.Source)
		t.id, t.form = packID(idOf(ev))
	}
	return w.trace.id, w.trace.form, w.trace.src
}

// count takes an entry into its group's window, under the lock of the group's shard.
func (r *Room) count(ev *event.Event, t int64, w *work, c *rule, key string, e *entry) (best firing, group string) {
	cur := r.reach(c, key, e.step, ev.Arrival)
	defer cur.Close()
	if cur.E == nil && c.opens>>e.step&1 == 0 {
		r.leave(&cur, ev, t, w, c, key, e)
		return best, ""
	}
	if cur.E == nil {
		r.n.refused[w.stripe].Add(1)
		r.st.Truncate(ev)
		return best, ""
	}
	cl := r.cellOf(&cur, c, w)
	cl.fetch()
	if cur.E.Truncated() && ev.Arrival-cur.E.First() <= c.keep(r.lateness) {
		r.st.Truncate(ev)
		cl.flags |= cellTrunc
	} else {
		cl.flags &^= cellTrunc
	}
	if ev.IDGiven && cl.has(e) { // sent again after a restart, which forgot that it was seen
		return best, ""
	}
	missed := w.cut.late
	defer func() {
		if w.cut.late > missed {
			r.st.Truncate(ev)
		}
	}()
	cl.lag = max(0, ev.Arrival-t)
	if c.incident {
		cur.Grow(cl.remember(ev, c, w))
	}
	if cl.flags&cellPending != 0 {
		cl.ripe(max(cl.wm, t), r.lateness, w, func(f firing, at int64) { r.absent(&cur, cl, f, ev.Arrival, ev, w) })
	}
	for _, v := range w.values {
		e.v = v
		f, late := cl.add(&cur, e, r.lateness, w)
		if late {
			r.n.late[w.stripe].Add(1)
			return best, ""
		}
		if f.ok {
			r.report(&cur, cl, f, ev.Arrival, func(i event.Incident) { r.carry(ev, i) })
			best = f
		}
	}
	cur.Dirty()
	cur.Weigh(cl.weight())
	r.timer(&cur, cl)
	return best, cur.E.Key()
}

// carry puts an incident on the record that caused it.
func (r *Room) carry(ev *event.Event, i event.Incident) {
	if len(ev.Incidents) >= maxIncidents {
		r.n.cut.Add(1)
		return
	}
	ev.Incidents = append(ev.Incidents, i)
}

// hold says on the record that a rule holds, and makes it a hit of the rules that refer to this one.
func (r *Room) hold(ev *event.Event, w *work, c *rule, f firing, group string) {
	r.n.fired[w.stripe].Add(1)
	r.find(ev, c, f.value)
	if len(c.usedBy) == 0 {
		return
	}
	w.note(c, group)
	r.chain(ev, w, int32(len(w.fired)-1))
}

// note keeps a firing for the rules that refer to its rule.
func (w *work) note(c *rule, group string) {
	from := len(w.groups)
	w.groups = append(w.groups, group...)
	w.fired = append(w.fired, fired{c, from, len(w.groups)})
}

// chain makes a firing a hit of the rules that refer to its rule. No lock is held.
func (r *Room) chain(ev *event.Event, w *work, from int32) {
	c := w.fired[from].rule
	for _, u := range c.usedBy {
		if w.stamps[u] == w.epoch || !r.matches(&r.alts[u], ev, w) {
			continue
		}
		w.stamps[u] = w.epoch
		r.n.chains[w.stripe].Add(1)
		tech := ""
		if len(ev.Techniques) > 0 {
			tech = ev.Techniques[0]
		}
		// Hits stay in order of their rules, so that a rule sees all of its steps of this record together, later steps first.
		w.hits = append(w.hits, hit{u, from, tech})
		for j := len(w.hits) - 1; j > 0; j-- {
			x, y := &r.alts[w.hits[j-1].alt], &r.alts[w.hits[j].alt]
			if x.rule.index <= c.index || x.rule.index < y.rule.index || x.rule == y.rule && x.step >= y.step {
				break
			}
			w.hits[j-1], w.hits[j] = w.hits[j], w.hits[j-1]
		}
	}
}

// find adds the rule's finding, once.
func (r *Room) find(ev *event.Event, c *rule, value float64) {
	for i := range ev.Findings {
		if f := &ev.Findings[i]; f.Correlated && f.Rule == c.ID {
			f.Value = max(f.Value, value)
			return
		}
	}
	f := event.Finding{
		Rule: c.ID, Title: c.Title, Level: c.Level, Risk: c.Risk, Delta: c.Delta, Techniques: c.Techniques, Tactics: c.Tactics,
		Value: value, Correlated: true, Silent: c.silent,
	}
	if c.silent {
		f.Risk = 0
	} else if !c.Native && ev.Baseline < r.floors[c.Level] { // Sigma has no deltas: a rule's level speaks, as a detection's does
		ev.BaselineGiven, ev.Baseline = max(1, ev.Baseline), r.floors[c.Level]
	}
	ev.Findings = append(ev.Findings, f)
	for _, t := range c.Techniques {
		ev.AddTechnique(t)
	}
	for _, t := range c.Tactics {
		ev.AddTactic(t)
	}
}

func tenths(b float64) uint8 { return uint8(max(0, min(100, b*10+0.5))) }
