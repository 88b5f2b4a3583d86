package normalise

import (
	"prescore/engine/event"
	"prescore/engine/option"
)

const (
	codeMissing     = "missing_required"
	codeNoTimestamp = "no_timestamp"
	codeDrift       = "time_drift"
)

// requirements are what an event of a class cannot do without.
type requirements [event.ClassSlots][]requirement

// requirement is keys of which one is to be there.
type requirement struct {
	keys []event.Key
	sure event.KeySet // those of keys that count whatever gave them
}

func require(keys []event.Key) requirement {
	r := requirement{keys: keys, sure: event.SetOf(keys...)}
	r.sure.Drop(event.KeyTime)
	r.sure.Drop(event.KeyBaseline)
	return r
}

func newRequirements(cfg map[string][]string) (requirements, error) {
	var out requirements
	for name, groups := range cfg {
		c, ok := event.ClassNamed(name)
		if !ok {
			return out, option.Refuse("required."+name, "is not a class of OCSF")
		}
		for _, g := range groups {
			keys, err := keysOf(g)
			if err != nil {
				return out, option.Refuse("required."+name, "%v", err)
			}
			out[c.Slot()] = append(out[c.Slot()], require(keys))
		}
	}
	return out, nil
}

// validate marks an event that lacks what its class, or its source, requires, or that a parser could not read.
func (r *Room) validate(ev *event.Event, s *source, graded bool) {
	timed := true
	for i := range ev.Problems {
		if ev.Problems[i].Code == codeNoTimestamp {
			timed = false
		}
	}
	r.need(ev, r.required[ev.Class.Slot()], timed, graded)
	r.need(ev, s.required, timed, graded)
	for i := range ev.Problems {
		if p := &ev.Problems[i]; p.Room != room && r.invalid[p.Code] {
			ev.Invalid = true
		}
	}
}

// need marks what is missing; a time and a baseline count where the record gave them.
func (r *Room) need(ev *event.Event, groups []requirement, timed, graded bool) {
next:
	for i := range groups {
		g := &groups[i]
		if ev.HasAny(&g.sure) {
			continue
		}
		for _, k := range g.keys {
			if ev.Has(k) && (k != event.KeyTime || timed) && (k != event.KeyBaseline || graded) {
				continue next
			}
		}
		ev.Problem(room, codeMissing, g.keys[0].String())
		ev.Invalid = true
	}
}

// time settles when the event happened: what the record says, else the host's time, else the arrival. It is said which problem
// there was. An event far from its arrival is marked and keeps its time.
func (r *Room) time(ev *event.Event) {
	if v := ev.Get(event.KeyTime); v.K == event.Time {
		drift := ev.Arrival - int64(v.N)
		if ev.Arrival != 0 {
			ev.DriftNS = drift
			if r.aheadNS > 0 && drift < -r.aheadNS || r.behindNS > 0 && drift > r.behindNS {
				ev.Problem(room, codeDrift, "")
			}
		}
		return
	}
	bad := false
	for i := range ev.Problems {
		bad = bad || ev.Problems[i].Code == codeTimestamp
	}
	if !bad {
		ev.Problem(room, codeNoTimestamp, "")
	}
	ns := ev.HostTime
	if ns == 0 {
		ns = ev.Arrival
	}
	ev.Set(event.KeyTime, event.TimeOf(ns))
}
