package correlate

import (
	"fmt"
	"math/rand"
	"reflect"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// hand moves the state of one bench into a new one of the same rules, as a restart does.
func (b *bench) hand(change func(*entity.Config, *Config, *In)) *bench {
	next := newBench(b.t, change)
	b.st.Export(func(k, v []byte) {
		if err := next.st.Restore(k, v); err != nil {
			b.t.Fatal(err)
		}
	})
	next.n = b.n
	return next
}

// TestRestart: whatever the moment of a restart, what follows is what would have followed without one.
func TestRestart(t *testing.T) {
	rules := func(_ *entity.Config, c *Config, in *In) {
		c.Shipped = false
		in.Rules = shuffleRules()
		for i := range in.Rules {
			in.Rules[i].Title, in.Rules[i].Span, in.Rules[i].GroupBy = in.Rules[i].ID, minute, []string{"g"}
		}
		in.Rules = append(in.Rules,
			Rule{ID: "median", Title: "m", Type: ValueMedian, GroupBy: []string{"g"}, Span: minute, Fields: []string{"v"}, Conds: []Cond{{GT, 3}}, Steps: []Step{{Name: "s", Any: []Match{{Ref: "s1"}}}}},
			Rule{ID: "absent", Title: "a", Type: TemporalOrdered, GroupBy: []string{"g"}, Span: minute, Steps: []Step{
				{Name: "a", Any: []Match{{Ref: "s0"}}}, {Name: "b", Absent: true, Any: []Match{{Ref: "s2"}}}}},
		)
	}
	for seed := range 30 {
		rng := rand.New(rand.NewSource(int64(seed)))
		a, b := newBench(t, rules), newBench(t, rules)
		at := int64(0)
		for i := range 300 {
			at += int64(rng.Intn(20_000)) * 1e6
			f := finding(fmt.Sprint("s", rng.Intn(3)), "g", fmt.Sprint(rng.Intn(2)), "s", fmt.Sprint(rng.Intn(5)), "v", fmt.Sprint(rng.Intn(9)))
			x, y := a.apply(at, f), b.apply(at, f)
			if !reflect.DeepEqual(x.Findings, y.Findings) || !reflect.DeepEqual(x.Incidents, y.Incidents) {
				t.Fatalf("seed %d, record %d: %+v %+v\nafter a restart %+v %+v", seed, i, x.Findings, x.Incidents, y.Findings, y.Incidents)
			}
			if rng.Intn(20) == 0 {
				b = b.hand(rules)
			}
		}
		x, y := a.r.Tick(start+at+hour), b.r.Tick(start+at+hour)
		if len(x) != len(y) || len(x) == 0 {
			t.Fatalf("seed %d: %d incidents at the end, %d after restarts", seed, len(x), len(y))
		}
	}
}

// TestChangedRule: state of a rule that means something else now starts anew; of one that is gone it is dropped.
func TestChangedRule(t *testing.T) {
	rule := func(id string, n float64) Rule {
		return Rule{ID: id, Title: id, Type: EventCount, GroupBy: []string{"g"}, Span: hour, Conds: []Cond{{GTE, n}}, Steps: []Step{{Name: "s", Any: []Match{{Ref: "s"}}}}}
	}
	with := func(rules ...Rule) func(*entity.Config, *Config, *In) {
		return func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, rules }
	}
	b := newBench(t, with(rule("same", 3), rule("changed", 3), rule("gone", 3)))
	b.apply(0, finding("s", "g", "x"))
	b.apply(second, finding("s", "g", "x"))
	b = b.hand(with(rule("same", 3), rule("changed", 2)))
	ev := b.apply(2*second, finding("s", "g", "x"))
	if found(ev, "same") == nil {
		t.Error("an unchanged rule lost its state")
	}
	if found(ev, "changed") != nil {
		t.Error("a changed rule kept its state")
	}
	if n := counterOf(t, b.st.Counters(), "entities_restore_dropped"); n != 2 {
		t.Errorf("%d dropped, want 2", n)
	}
}

func TestDescribe(t *testing.T) {
	b := newShipped(t)
	for i := range int64(6) {
		b.apply(i*second, failedLogin("root", "203.0.113.9"))
	}
	seen := false
	b.st.Export(func(k, v []byte) {
		info, err := entity.Describe(k, v)
		if err != nil {
			t.Fatal(err)
		}
		if info.Kind != "rule:prescore.brute-force-source" {
			return
		}
		w, err := Describe(info.Slots["window"])
		if err != nil {
			t.Fatal(err)
		}
		seen = true
		if info.Key != "203.0.113.9" || w.Entries != 6 || w.Newest != start+5*second || !w.Open || w.Count != 6 || len(w.Incident) != 16 {
			t.Errorf("%+v %+v", info, w)
		}
	})
	if !seen {
		t.Error("no window was described")
	}
}

// FuzzParseCell: damaged windows are refused or read, and what was read can be used.
func FuzzParseCell(f *testing.F) {
	b := newShipped(f)
	for i := range int64(8) {
		b.apply(i*second, failedLogin("root", "203.0.113.9"))
		b.apply(i*second, attack("sysmon", "root", "h", "T1055", "execution"))
	}
	b.apply(minute, login("root", "203.0.113.9"))
	b.st.Export(func(k, v []byte) { f.Add(append([]byte(nil), k...), append([]byte(nil), v...)) })
	f.Fuzz(func(t *testing.T, k, v []byte) {
		b := newBench(t, func(c *entity.Config, _ *Config, in *In) { c.SeenIDs, c.MaxEntities, in.Shipped = 0, 64, shipped(t) })
		_ = b.st.Restore(k, v) // refused is fine
		_, _ = entity.Describe(k, v)
		for i := range int64(3) {
			for _, f := range []func(*event.Event){failedLogin("root", "203.0.113.9"), login("root", "203.0.113.9"), attack("zeek_dns", "root", "h", "T1071", "impact")} {
				ev := b.apply(i*second, f)
				for _, in := range ev.Incidents {
					if in.Rule == "" || len(in.Timeline) > maxTimeline {
						t.Errorf("%+v", in)
					}
				}
			}
		}
		b.r.Tick(start + 100*hour)
		b.st.Export(func(_, v []byte) {})
	})
}
