package correlate

import (
	"math/bits"
	"reflect"
	"slices"

	"prescore/engine/event"
)

// asks are the parts of a Match that are to be tested, the reference, activities and conditions on fields left out.
type asks uint8

const (
	asksTechnique asks = 1 << iota
	asksTactic
	asksClass
	asksSource
	asksLevel
	asksState
)

// asksOf gives the parts that are set.
func asksOf(m *Match) (a asks) {
	for i, set := range [...]bool{len(m.Techniques) > 0, len(m.Tactics) > 0, len(m.Classes) > 0, len(m.Sources) > 0, m.Levels != event.LevelNone, m.State != nil} {
		if set {
			a |= 1 << i
		}
	}
	return a
}

// has says what the event has of what many have not, as an index of Room.every.
func has(ev *event.Event) int { return int(b2u(len(ev.Tactics) > 0) | b2u(len(ev.Techniques) > 0)<<1) }

// possible gives by has whether an event could satisfy the conditions on tactic and technique: without any they are settled.
func (a *alt) possible() (can [4]bool) {
	var none event.Event
	for i := range can {
		can[i] = true
		for j := range a.where {
			w := &a.where[j]
			without := w.get.special == specialTactic && i&1 == 0 || w.get.special == specialTechnique && i&2 == 0
			if without && !w.holds(&none) {
				can[i] = false
			}
		}
	}
	return can
}

// share gives conditions on fields bits of Room.shared, as long as there are any left. Those on techniques and tactics have none: what
// rules find adds to these on the record's way. Numbers are compared first, which costs less.
func (r *Room) share(a *alt) {
	own := a.where
	a.where = nil
	for _, numeric := range []bool{true, false} {
		for i := range own {
			w := &own[i]
			switch {
			case w.text() == numeric:
			case w.get.special == specialTechnique || w.get.special == specialTactic:
				a.where = append(a.where, *w)
			default:
				n := slices.IndexFunc(r.shared, func(x where) bool { return reflect.DeepEqual(x, *w) })
				if n < 0 && len(r.shared) == 64 {
					a.where = append(a.where, *w)
					continue
				}
				if n < 0 {
					n = len(r.shared)
					r.shared = append(r.shared, *w)
				}
				a.need |= 1 << n
			}
		}
	}
}

// classed gives the alternatives entered for a class.
func (r *Room) classed(c event.Class) []int32 {
	n := c.Slot()
	if n == 0 && c != event.BaseEvent {
		return nil
	}
	return r.byClass[n]
}

// fields reports whether the shared conditions hold that an alternative needs.
func (r *Room) fields(need uint64, ev *event.Event, w *work) bool {
	for miss := need &^ w.known; miss != 0 && need&w.known&^w.held == 0; miss &= miss - 1 {
		bit := miss & -miss
		w.known |= bit
		if r.shared[bits.TrailingZeros64(bit)].holds(ev) {
			w.held |= bit
		}
	}
	return need&^w.held == 0
}

// matches holds the event against all of an alternative but its reference.
func (r *Room) matches(a *alt, ev *event.Event, w *work) bool {
	if a.need&^w.held != 0 && !r.fields(a.need, ev, w) {
		return false
	}
	if a.asks != 0 && !r.asked(a, ev, w) {
		return false
	}
	for i := range a.where {
		if !a.where[i].holds(ev) {
			return false
		}
	}
	return true
}

// asked holds the event against the parts that an alternative asks for.
func (r *Room) asked(a *alt, ev *event.Event, w *work) bool {
	m, q := &a.match, a.asks
	switch {
	case q&asksTechnique != 0 && !hasTechnique(m.Techniques, ev),
		q&asksTactic != 0 && !common(m.Tactics, ev.Tactics),
		q&asksClass != 0 && !slices.Contains(m.Classes, ev.Class),
		q&asksSource != 0 && !contains(m.Sources, ev.Source),
		q&asksLevel != 0 && !reaches(m.Levels, ev),
		q&asksState != 0 && !r.state(m.State, ev, w):
		return false
	}
	return true
}

// reaches reports whether the event has a finding of at least a level.
func reaches(level event.Level, ev *event.Event) bool {
	for i := range ev.Findings {
		if ev.Findings[i].Level >= level {
			return true
		}
	}
	return false
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
