package correlate

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// randomMatch makes a way to be a step, of few values each, so that rules have conditions in common and events satisfy them.
func randomMatch(rng *rand.Rand) (m Match) {
	some := func(values ...string) []string {
		rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		return values[:1+rng.Intn(len(values)-1)]
	}
	if rng.Intn(4) == 0 {
		m.Techniques = some("T1059", "T1059.001", "T1078")
	}
	if rng.Intn(4) == 0 {
		m.Tactics = some("execution", "impact")
	}
	if rng.Intn(3) == 0 {
		m.Classes = []event.Class{event.Authentication, event.ProcessActivity, event.BaseEvent}[rng.Intn(3):]
	}
	if rng.Intn(4) == 0 {
		m.Activities = some("logon", "launch", "other")
	}
	if rng.Intn(4) == 0 {
		m.Sources = some("sysmon", "okta")
	}
	if rng.Intn(5) == 0 {
		m.Levels = event.High
	}
	if rng.Intn(6) == 0 {
		m.State = &State{Kind: event.Host, Criticality: event.AssetHigh}
	}
	for range rng.Intn(4) {
		w := Where{Field: []string{"outcome", "user", "tactic", "technique", "bytes_out", "source", "class", "own"}[rng.Intn(8)], Not: rng.Intn(4) == 0}
		yes, ten := rng.Intn(2) == 0, float64(rng.Intn(3))*10
		switch rng.Intn(4) {
		case 0:
			w.Exists = &yes
		case 1:
			w.Over = &ten
		case 2:
			w.Equals = some("failure", "20", "execution", "T1078", "sysmon", "authentication")
		default:
			w.Prefix, w.Under = some("fail", "t1", "2"), &ten
			if rng.Intn(2) == 0 {
				w.Under = nil
			}
		}
		m.Where = append(m.Where, w)
	}
	return m
}

// plainly holds an event against all that a match says, condition by condition.
func plainly(r *Room, m *Match, ev *event.Event, w *work) bool {
	ok := (m.Techniques == nil || hasTechnique(m.Techniques, ev)) && (m.Tactics == nil || common(m.Tactics, ev.Tactics)) &&
		(m.Classes == nil || slices.Contains(m.Classes, ev.Class)) &&
		(m.Activities == nil || contains(m.Activities, ev.Class.Activity(ev.Activity))) &&
		(m.Sources == nil || contains(m.Sources, ev.Source)) && (m.Levels == event.LevelNone || reaches(m.Levels, ev)) &&
		(m.State == nil || r.state(m.State, ev, w))
	for _, cond := range m.Where {
		c, why := newWhere(r.names, cond)
		ok = ok && why == "" && c.holds(ev)
	}
	return ok
}

// TestCollectEqualsPlain holds the steps that an event is found to be against a look at every one: of the shipped rules, and of so many
// that some conditions are shared and some no more.
func TestCollectEqualsPlain(t *testing.T) {
	rng := rand.New(rand.NewSource(4))
	few := newBench(t, func(_ *entity.Config, _ *Config, in *In) { in.Shipped = shipped(t) })
	many := newBench(t, func(_ *entity.Config, c *Config, in *In) {
		c.Shipped = false
		for i := range 400 {
			m := randomMatch(rng)
			if m.Where == nil && m.Techniques == nil && m.Tactics == nil && m.Classes == nil && m.Sources == nil {
				m.Levels = event.Low // it must ask something
			}
			name := fmt.Sprint("r", i)
			in.Rules = append(in.Rules, Rule{ID: name, Title: name, Type: EventCount, Native: true, GroupBy: []string{"host"}, Span: minute,
				Conds: []Cond{{GTE, 1e5}}, Steps: []Step{{Name: "s", Any: []Match{m}}}})
		}
	})
	apart := 0
	for i := range many.r.alts {
		apart += len(many.r.alts[i].where)
	}
	if len(many.r.shared) < 64 || apart == 0 {
		t.Fatalf("%d conditions are shared and %d are not", len(many.r.shared), apart)
	}
	if hits, _ := collected(t, many, rng); hits < 10_000 {
		t.Errorf("%d steps only", hits)
	}
	if hits, idle := collected(t, few, rng); hits < 1000 || idle < 100 {
		t.Errorf("%d steps and %d events that are none", hits, idle)
	}
}

// collected compares what collect finds, of random events; it gives how many steps those were, and how many events were idle.
func collected(t *testing.T, b *bench, rng *rand.Rand) (hits, idle int) {
	w := b.r.pool.Get().(*work)
	for range 5000 {
		ev := b.event(0, func(ev *event.Event) {
			ev.Class = []event.Class{event.Authentication, event.ProcessActivity, event.BaseEvent, event.DNSActivity, 99_999_999}[rng.Intn(5)]
			ev.Activity, ev.Source = uint8(rng.Intn(3)), []string{"", "sysmon", "okta", "sshd"}[rng.Intn(4)]
			ev.Criticality = event.Criticality(rng.Intn(5))
			if rng.Intn(2) == 0 {
				ev.AddTechnique([]string{"T1059", "T1059.001", "T1059.003", "T1078", "T1027"}[rng.Intn(5)])
			}
			if rng.Intn(2) == 0 {
				ev.AddTactic([]string{"execution", "impact", "persistence"}[rng.Intn(3)])
			}
			if rng.Intn(2) == 0 {
				ev.Findings = append(ev.Findings, event.Finding{Rule: "d", Level: event.Level(rng.Intn(6))})
			}
			if rng.Intn(2) == 0 {
				ev.Set(event.KeyOutcome, event.Str([]string{"failure", "Failed", "success"}[rng.Intn(3)]))
				ev.Set(event.KeyBytesOut, event.IntOf(int64(rng.Intn(30))))
				ev.Add("own", event.Str("T1078"), 0)
			}
		})
		w.begin(b.r)
		b.r.collect(ev, w)
		got := make([]bool, len(b.r.alts))
		for _, h := range w.hits {
			got[h.alt] = true
		}
		for i := range got {
			if b.r.alts[i].match.Ref != "" {
				continue // a finding's, or another rule's
			}
			if want := plainly(b.r, &b.r.alts[i].match, ev, w); got[i] != want {
				t.Fatalf("class %v, techniques %v, tactics %v: %v for %+v", ev.Class, ev.Techniques, ev.Tactics, got[i], b.r.alts[i].match)
			}
		}
		hits += len(w.hits)
		if b.r.idle(ev) {
			if idle++; len(w.hits) > 0 {
				t.Fatalf("%d steps of an event that is none", len(w.hits))
			}
		}
	}
	return hits, idle
}
