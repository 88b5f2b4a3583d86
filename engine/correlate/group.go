package correlate

import (
	"math"
	"strings"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// groupKey joins the group's values; false where the event has none of them. A rule without group-by has one group.
func (r *Room) groupKey(ev *event.Event, w *work, c *rule, s *step, from int32) (string, bool) {
	if len(s.group) == 0 {
		return "", true
	}
	if len(s.group) == 1 { // most rules: the value is the key as it is
		part := s.group[0].value(ev).Text(&ev.Arena)
		if part == "" && from >= 0 {
			part = w.inherited(from, c.GroupBy[0], s.group[0].name)
		}
		if strings.IndexByte(part, entity.KeySep) < 0 {
			return r.st.Normalise(c.kind, part, &ev.Arena), part != ""
		}
	}
	var parts [maxGroupBy]string
	any, n := false, len(s.group)
	for i := range s.group {
		parts[i] = s.group[i].value(ev).Text(&ev.Arena)
		if parts[i] == "" && from >= 0 {
			parts[i] = w.inherited(from, c.GroupBy[i], s.group[i].name)
		}
		any = any || parts[i] != ""
		n += len(parts[i])
	}
	if !any {
		return "", false
	}
	b := ev.Arena.Grab(n)[:0]
	for i := range s.group {
		b = entity.AppendPart(b, i == 0, parts[i])
	}
	return r.st.Normalise(c.kind, event.View(b), &ev.Arena), true
}

// inherited gives a field of the group for which the rule held that made the hit.
func (w *work) inherited(from int32, name, alias string) string {
	f := &w.fired[from]
	key := event.View(w.groups[f.from:f.to])
	for _, g := range f.rule.GroupBy {
		part := key
		for i := 0; i < len(key); i++ {
			if key[i] == entity.KeySep {
				part, key = key[:i], key[i+1:]
				break
			}
		}
		if g == name || g == alias {
			return part
		}
	}
	return ""
}

// measureOf puts what the rule counts of the event into w.values; false where the event has nothing to count.
func (r *Room) measureOf(ev *event.Event, w *work, c *rule) bool {
	w.values = w.values[:0]
	switch c.Type {
	case EventCount:
		w.values = append(w.values, 1)
	case Temporal:
		w.values = append(w.values, 0)
	case TemporalOrdered:
		v := uint64(0)
		if len(c.differ) > 0 {
			v = r.joined(ev, c, c.differ)
		}
		w.values = append(w.values, v)
	case ValueCount:
		if len(c.fields) == 1 && c.fields[0].special == specialTactic {
			for _, t := range ev.Tactics {
				w.values = append(w.values, entity.StableHash(t))
			}
		} else if len(c.fields) == 1 && c.fields[0].special == specialTechnique {
			for _, t := range ev.Techniques {
				w.values = append(w.values, entity.StableHash(t))
			}
		} else if v := r.joined(ev, c, c.fields); v != 0 {
			w.values = append(w.values, v)
		}
	default:
		n, ok := c.fields[0].value(ev).Float64()
		if !ok {
			return false
		}
		w.values = append(w.values, math.Float64bits(n))
	}
	return len(w.values) > 0
}

// joined hashes several fields as one value, 0 where all are empty.
func (r *Room) joined(ev *event.Event, c *rule, fields []getter) uint64 {
	h, any := uint64(0), false
	for i := range fields {
		s := fields[i].value(ev).Text(&ev.Arena)
		any = any || s != ""
		h = h*0x9e3779b97f4a7c15 ^ hashValue(s, c.Network)
	}
	if !any {
		return 0
	}
	return h | b2u(h == 0)
}

func idOf(ev *event.Event) string {
	if ev.ID != "" {
		return ev.ID
	}
	return ev.Hash
}
