package encode

import (
	"math"

	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var (
	keyKindIncident = key("kind", encoded("incident"))
	keyIncident     = key("incident")
	keyState        = key("state")
	keyReason       = key("reason")
	keyOpened       = key("opened")
	keyUpdated      = key("updated")
	keyClosed       = key("closed")
	keyCount        = key("count")
	keyGroup        = key("group")
	keySources      = key("sources")
	keyTimeline     = key("timeline")
	keyStep         = key("step")
	keyTechnique    = key("technique")
	keyRaised       = key("raised")
	keyApproximate  = key("approximate", "\xc3")
	keyLost         = key("truncated", "\xc3")
	keyKey          = key("key")
)

// entityCanon are the canonical fields that entities of an incident stand in, by kind.
var entityCanon = [event.NumEntityKinds]event.Key{event.KeyUser, event.KeyHost, event.KeySrcIP, event.KeyFileSHA256, event.KeyProcess,
	event.KeyDomain, event.KeyCloudAccount}

// AppendIncident appends the body of an incident's own record: the view as configured, and "prescore" with kind "incident". Its
// severity is the highest baseline of its records with the delta, rounded; what weighed on it (asset, identity) is on the records
// themselves.
func (r *Room) AppendIncident(dst []byte, inc *event.Incident) []byte {
	ev := r.events.Get().(*event.Event)
	defer r.events.Put(ev)
	r.asEvent(ev, inc)
	var plan project.Plan
	if r.view != nil {
		r.view.Plan(&plan, ev, 0)
	}
	if r.layout == nested {
		dst = append(dst, 0x81)
		return r.appendIncident(dst, inc, ev, &plan)
	}
	dst, o := begin(dst)
	dst, o.n = r.view.AppendPairs(dst, &plan, ev, r.redact)
	o.n++
	return o.done(r.appendIncident(dst, inc, ev, &plan))
}

// asEvent makes ev the event that an incident is to a schema: an incident finding.
func (r *Room) asEvent(ev *event.Event, inc *event.Incident) {
	ev.Reset()
	ev.ID, ev.Source = inc.ID, "prescore"
	ev.Class, ev.Activity = event.IncidentFinding, uint8(inc.State)+1
	ev.Arrival = inc.Updated
	ev.Set(event.KeyTime, event.TimeOf(inc.Updated))
	ev.Set(event.KeyStartTime, event.TimeOf(inc.Opened))
	ev.Set(event.KeyEndTime, event.TimeOf(inc.Updated))
	for _, kv := range []struct {
		k event.Key
		s string
	}{{event.KeyMessage, inc.Title}, {event.KeyFinding, inc.Title}, {event.KeyFindingID, inc.ID}, {event.KeyRuleID, inc.Rule},
		{event.KeyRule, inc.Title}, {event.KeyReason, inc.Reason}, {event.KeyProduct, "prescore"}} {
		if kv.s != "" {
			ev.Set(kv.k, event.Str(kv.s))
		}
	}
	for _, e := range inc.Entities {
		for i := range ev.Entities {
			if e.Kind == event.EntityKind(i).String() && ev.Entities[i] == "" {
				ev.Entities[i] = e.Key
				if k := entityCanon[i]; i != int(event.FileHash) || len(e.Key) == 64 {
					ev.Set(k, event.Str(e.Key))
				}
			}
		}
	}
	for _, id := range inc.Techniques {
		ev.AddTechnique(id)
	}
	for _, name := range inc.Tactics {
		ev.AddTactic(name)
	}
	ev.Baseline, ev.Risk, ev.Level, ev.Route = inc.Baseline, inc.Risk, inc.Level, event.Alert
	ev.Severity = int(math.RoundToEven(min(max(inc.Baseline, 1), 10)))
}

// appendIncident appends the key "prescore" of an incident. Its entities by kind are the first of each; all of them, and what
// contributed, are under "incident".
func (r *Room) appendIncident(dst []byte, inc *event.Incident, ev *event.Event, plan *project.Plan) []byte {
	dst, o := begin(keyPrescore.Append(dst))
	dst = keyKindIncident.Append(keyV.Append(dst))
	o.n = 2
	dst = o.str(dst, &keyID, inc.ID)
	dst = o.time(dst, &keyTime, inc.Updated)
	dst = o.class(dst, ev.Class, ev.Activity)
	dst = entities(dst, &o, ev)
	dst = o.float(dst, &keyBaseline, inc.Baseline, false)
	dst = o.int(dst, &keySeverity, int64(ev.Severity))
	dst = o.float(dst, &keyRisk, inc.Risk, true)
	dst = o.str(dst, &keyLevel, inc.Level.String())
	dst = attack(dst, &o, inc.Techniques, inc.Tactics)
	o.n++
	dst, f := begin(append(keyFindings.Append(dst), 0x91))
	dst = f.str(dst, &keyRule, inc.Rule)
	dst = f.str(dst, &keyTitle, inc.Title)
	dst = f.str(dst, &keyLevel, inc.Level.String())
	dst = f.float(dst, &keyDelta, inc.Delta, false)
	dst = f.done(dst)
	dst = o.str(dst, &keyRoute, ev.Route.String())
	o.n++
	dst = r.incident(keyIncident.Append(dst), inc)
	if r.layout == nested && r.view != nil {
		o.n++
		dst = r.view.Append(keyFields.Append(dst), plan, ev, r.redact)
	}
	return o.done(dst)
}

// incident appends what only incidents have.
func (r *Room) incident(dst []byte, inc *event.Incident) []byte {
	dst, o := begin(dst)
	dst = o.str(dst, &keyState, inc.State.String())
	dst = o.str(dst, &keyReason, inc.Reason)
	dst = o.time(dst, &keyOpened, inc.Opened)
	dst = o.time(dst, &keyUpdated, inc.Updated)
	dst = o.time(dst, &keyClosed, inc.Closed)
	dst = o.int(dst, &keyCount, int64(inc.Count))
	dst = o.float(dst, &keyValue, inc.Value, false)
	if len(inc.Group) > 0 {
		o.n++
		dst = wire.AppendArray(keyGroup.Append(dst), len(inc.Group))
		for _, g := range inc.Group {
			dst = wire.AppendStr(keyField.Append(append(dst, 0x82)), g.Field)
			dst = r.text(keyValue.Append(dst), g.Field, g.Value)
		}
	}
	if len(inc.Entities) > 0 {
		o.n++
		dst = wire.AppendArray(keyEntities.Append(dst), len(inc.Entities))
		for _, e := range inc.Entities {
			dst = wire.AppendStr(keyKind.Append(append(dst, 0x82)), e.Kind)
			dst = wire.AppendStr(keyKey.Append(dst), e.Key)
		}
	}
	dst = o.list(dst, &keySources, inc.Sources)
	if len(inc.Timeline) > 0 {
		o.n++
		dst = wire.AppendArray(keyTimeline.Append(dst), len(inc.Timeline))
		for i := range inc.Timeline {
			dst = contribution(dst, &inc.Timeline[i])
		}
	}
	dst = o.mark(dst, &keyApproximate, inc.Approximate)
	dst = o.mark(dst, &keyLost, inc.Truncated)
	return o.done(dst)
}

func contribution(dst []byte, c *event.Contribution) []byte {
	dst, o := begin(dst)
	dst = o.str(dst, &keyID, c.ID)
	dst = o.time(dst, &keyTime, c.Time)
	dst = o.str(dst, &keySource, c.Source)
	dst = o.str(dst, &keyStep, c.Step)
	dst = o.str(dst, &keyTechnique, c.Technique)
	dst = o.float(dst, &keyBaseline, c.Baseline, false)
	dst = o.float(dst, &keyRaised, c.Raised, false)
	return o.done(dst)
}
