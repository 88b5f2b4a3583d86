package correlate

import "prescore/engine/event"

// matches holds the event against all of an alternative but its reference.
func (r *Room) matches(a *alt, ev *event.Event, w *work) bool {
	m := &a.match
	if len(m.Techniques) > 0 && !hasTechnique(m.Techniques, ev) {
		return false
	}
	if len(m.Tactics) > 0 && !common(m.Tactics, ev.Tactics) {
		return false
	}
	if len(m.Classes) > 0 {
		found := false
		for _, c := range m.Classes {
			found = found || c == ev.Class
		}
		if !found {
			return false
		}
	}
	if len(m.Activities) > 0 && !contains(m.Activities, ev.Class.Activity(ev.Activity)) {
		return false
	}
	if len(m.Sources) > 0 && !contains(m.Sources, ev.Source) {
		return false
	}
	if m.Levels != event.LevelNone {
		found := false
		for i := range ev.Findings {
			found = found || ev.Findings[i].Level >= m.Levels
		}
		if !found {
			return false
		}
	}
	for i := range a.where {
		if !a.where[i].holds(ev) {
			return false
		}
	}
	return m.State == nil || r.state(m.State, ev, w)
}

func (r *Room) state(s *State, ev *event.Event, w *work) bool {
	if s.RiskOver > 0 {
		key := ev.Entities[s.Kind]
		if key == "" || r.riskOf(s.Kind, key, ev.Arrival) < s.RiskOver {
			return false
		}
	}
	if len(s.Tiers) > 0 && !anyOf(s.Tiers, ev.Tier, equalFold) || len(s.Roles) > 0 && !anyOf(s.Roles, ev.AssetRole, equalFold) {
		return false
	}
	if s.NewFor > 0 && (w.first[s.Kind] == 0 || ev.Arrival-w.first[s.Kind] > s.NewFor) {
		return false
	}
	return ev.Criticality >= s.Criticality
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func common(a, b []string) bool {
	for _, x := range a {
		if contains(b, x) {
			return true
		}
	}
	return false
}
