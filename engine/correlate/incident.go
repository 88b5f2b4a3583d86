package correlate

import (
	"strings"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// incident is the open incident of a rule and group.
type incident struct {
	id       [16]byte
	first    int64 // event time of its first and its newest record
	last     int64
	opened   int64 // arrival
	count    int64
	told     int64 // count when it was last told
	value    float64
	timeline []entry // in order of time; the first half and the newest half of what came
	techs    []uint16
	srcs     []uint16
	base     uint8 // highest baseline, in tenths
	flags    uint8 // cell flags that were ever set
}

// incidentBytes is an incident without its timeline, measured.
const incidentBytes = 224

// contribute adds an entry to the incident, in order of time, and says whether it brought something new.
func (in *incident) contribute(e *entry, counts bool) (novel bool) {
	if counts {
		in.count += int64(e.v)
	} else {
		in.count++
	}
	in.first, in.last = min(in.first, e.t), max(in.last, e.t)
	in.base = max(in.base, e.base)
	if addU16(&in.srcs, e.src) {
		novel = true
	}
	if addU16(&in.techs, e.tech) {
		novel = true
	}
	i := len(in.timeline)
	for i > 0 && (in.timeline[i-1].t > e.t || in.timeline[i-1].t == e.t && in.timeline[i-1].step > e.step) {
		i--
	}
	if len(in.timeline) == maxTimeline {
		if i <= maxTimeline/2 {
			return novel
		}
		copy(in.timeline[maxTimeline/2:], in.timeline[maxTimeline/2+1:i])
		in.timeline[i-1] = *e
		return novel
	}
	in.timeline = append(in.timeline, entry{})
	copy(in.timeline[i+1:], in.timeline[i:])
	in.timeline[i] = *e
	return novel
}

func addU16(list *[]uint16, x uint16) bool {
	if x == 0 {
		return false
	}
	for _, y := range *list {
		if y == x {
			return false
		}
	}
	if len(*list) >= 64 {
		return false
	}
	*list = append(*list, x)
	return true
}

// quiet is how long, in event time, an incident may be without a new record before it is over.
func (c *rule) quiet(lateness int64) int64 { return c.Span + lateness }

// report takes a firing into the group's incident and tells what is worth telling. c's shard is locked.
func (r *Room) report(cur *entity.Cursor, cl *cell, f firing, arrival int64, tell func(event.Incident)) {
	c := cl.rule
	if !c.incident {
		return
	}
	lo, hi := f.lo, f.hi
	if f.newest && cl.inc != nil {
		if cl.flags&cellLate == 0 {
			lo = max(lo, min(int(cl.used), hi-1)) // all before was taken in already
		}
		cl.flags &^= cellLate
	}
	firstNew := -1
	for j := lo; j < hi; j++ {
		if e := cl.ring.at(j); e.mark&markUsed == 0 && (f.picked == nil && c.positive>>e.step&1 == 1 || !c.Type.steps() || f.picked != nil && f.picked[j]) {
			firstNew = j
			break
		}
	}
	if firstNew < 0 {
		if cl.inc != nil {
			cl.inc.value = f.value
		}
		return
	}
	opens := false
	in := cl.inc
	if in != nil && (cl.ring.at(f.lo).t > in.last+c.quiet(r.lateness) || arrival-in.opened > int64(r.cfg.MaxIncident)) {
		reason := "quiet"
		if arrival-in.opened > int64(r.cfg.MaxIncident) {
			reason = "expired"
		}
		r.close(cur, cl, reason, in.last, tell)
		in = nil
	}
	if in == nil {
		first := cl.ring.at(firstNew)
		in = &incident{id: incidentID(c.ID, cur.E.Key(), first), first: first.t, last: first.t, opened: arrival}
		cl.inc = in
		cur.Grow(incidentBytes)
		opens = true
	}
	novel := false
	grown := cap(in.timeline)
	for j := firstNew; j < hi; j++ {
		e := cl.ring.at(j)
		if e.mark&markUsed != 0 || f.picked != nil && !f.picked[j] || f.picked == nil && c.Type.steps() && c.positive>>e.step&1 == 0 {
			continue
		}
		e.mark |= markUsed
		novel = in.contribute(e, c.Type == EventCount) || novel
	}
	cl.used = max(cl.used, int32(hi))
	in.value = f.value
	in.flags |= cl.flags
	cur.Grow((cap(in.timeline) - grown) * entryBytes)
	switch {
	case opens:
		tell(r.tell(cl, cur.E, event.IncidentOpen, ""))
	case novel || in.count >= 2*in.told: // otherwise an attack of a million records would tell as many updates
		tell(r.tell(cl, cur.E, event.IncidentUpdate, ""))
	default:
		return
	}
	in.told = in.count
}

// close ends the open incident.
func (r *Room) close(cur *entity.Cursor, cl *cell, reason string, at int64, tell func(event.Incident)) {
	i := r.tell(cl, cur.E, event.IncidentClose, reason)
	i.Closed = at
	tell(i)
	cur.Grow(-incidentBytes - cap(cl.inc.timeline)*entryBytes)
	cl.inc = nil
	r.n.closed.Add(1)
}

// tell makes the record of the open incident.
func (r *Room) tell(cl *cell, e *entity.Entity, state event.IncidentState, reason string) event.Incident {
	c, in := cl.rule, cl.inc
	i := event.Incident{
		ID: string(in.id[:]), State: state, Rule: c.ID, Title: c.Title, Level: c.Level, Risk: c.Risk, Delta: c.Delta,
		Opened: in.first, Updated: in.last, Count: int(in.count), Value: in.value, Reason: reason,
		Approximate: in.flags&cellApprox != 0, Truncated: in.flags&cellTrunc != 0,
		Tactics: c.Tactics, Baseline: raised(float64(in.base)/10, c.Delta),
	}
	parts := strings.Split(e.Key(), string(rune(entity.KeySep)))
	for n, g := range c.GroupBy {
		if n < len(parts) {
			i.Group = append(i.Group, event.GroupValue{Field: g, Value: parts[n]})
			if c.group[n].entity && parts[n] != "" {
				i.Entities = append(i.Entities, event.EntityRef{Kind: g, Key: parts[n]})
			}
		}
	}
	for b := cl.refs; len(b) > 2 && len(b) >= 2+int(b[1]); b = b[2+int(b[1]):] {
		i.Entities = append(i.Entities, event.EntityRef{Kind: event.EntityKind(b[0]).String(), Key: string(b[2 : 2+int(b[1])])})
	}
	names := r.names16.Load()
	for n := range in.timeline {
		x := &in.timeline[n]
		base := float64(x.base) / 10
		i.Timeline = append(i.Timeline, event.Contribution{
			ID: unpackID(x.id, x.form), Time: x.t, Source: names.list[x.src], Step: c.steps[x.step].Name, Technique: names.list[x.tech],
			Baseline: base, Raised: raised(base, c.Delta),
		})
	}
	for _, t := range in.ordered() {
		i.Techniques = append(i.Techniques, names.list[t])
	}
	for _, t := range c.Techniques {
		i.Techniques = addOnce(i.Techniques, t)
	}
	for _, s := range in.srcs {
		i.Sources = append(i.Sources, names.list[s])
	}
	switch state {
	case event.IncidentOpen:
		r.n.opened.Add(1)
	case event.IncidentUpdate:
		r.n.updated.Add(1)
	}
	return i
}

// ordered gives the techniques in order of the timeline, those beyond it after.
func (in *incident) ordered() []uint16 {
	var out []uint16
	for i := range in.timeline {
		addU16(&out, in.timeline[i].tech)
	}
	for _, t := range in.techs {
		addU16(&out, t)
	}
	return out
}

func addOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// raised gives a baseline with a delta, within 1 to 10.
func raised(base, delta float64) float64 { return max(1, min(10, max(1, base)+delta)) }
