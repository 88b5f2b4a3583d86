package correlate

import (
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// wideRule is a sequence of two steps.
func wideRule() Rule {
	return Rule{ID: "r", Title: "r", Type: TemporalOrdered, GroupBy: []string{"g"}, Span: hour,
		Steps: []Step{{Name: "a", Any: []Match{{Ref: "a"}}}, {Name: "b", Any: []Match{{Ref: "b"}}}}}
}

// TestLateSequence: a thousand late records of one sequence, newest first, are counted each; the window stays within its cap and one more
// a step; and once something was cut that a late record could have needed, the record says so.
func TestLateSequence(t *testing.T) {
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, []Rule{wideRule()} })
	fired, said := 0, 0
	for i := range 1200 {
		ref := "b"
		if i%2 == 1 {
			ref = "a"
		}
		ev := b.apply(300*second-int64(i)*second/5, finding(ref, "g", "one"))
		if found(ev, "r") != nil {
			fired++
		}
		if ev.StateTruncated {
			said++
		}
		if i == 0 {
			continue // a note
		}
		cur := b.st.Peek(b.r.rules[0].kind, "one")
		if n, most := int(b.r.slot.Of(cur.E).ring.n), b.r.rules[0].cap+2; n > most {
			t.Fatalf("after %d records the window has %d entries, more than %d", i+1, n, most)
		}
		cur.Close()
	}
	if fired != 600 {
		t.Errorf("the sequence held %d times, want 600", fired)
	}
	if cut := counterOf(t, b.r.Counters(), "correlation_late_cut"); said < 1000 || uint64(said) != cut {
		t.Errorf("%d of 1200 records said that something was cut, %d counted", said, cut)
	}
}

// TestCutIsSaid: records shuffled within the lateness give the incidents they give in order, or one of them says that state was cut:
// windows hold more entries of a step than are kept.
func TestCutIsSaid(t *testing.T) {
	run := func(list []arrival) (string, bool) {
		b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, []Rule{wideRule()} })
		said := false
		opened := map[string]bool{}
		for _, a := range list {
			ev := b.event(a.t, func(ev *event.Event) {
				finding([]string{"a", "b"}[a.step], "g", "one")(ev)
				ev.ID = a.id
			})
			ev.Arrival = start + a.at
			b.r.Apply(ev)
			said = said || ev.StateTruncated
			for _, i := range ev.Incidents {
				opened[i.Group[0].Value] = true
			}
		}
		var out []string
		for id := range opened {
			out = append(out, id)
		}
		sort.Strings(out)
		return strings.Join(out, ","), said
	}
	cut, equal := 0, 0
	for seed := range 40 {
		rng := rand.New(rand.NewSource(int64(seed)))
		var list []arrival
		turn := rng.Intn(200)
		for i := range 200 { // first b, then a: only where one lies out of place does the sequence hold
			step := 1
			if i > turn {
				step = 0
			}
			if rng.Intn(150) == 0 {
				step = 1 - step
			}
			at := int64(i) * second
			list = append(list, arrival{id: fmt.Sprint("x", i), t: at, at: at + rng.Int63n(4*minute), step: step})
		}
		late := append([]arrival(nil), list...)
		for i := range list {
			list[i].at = list[i].t
		}
		sort.SliceStable(late, func(i, j int) bool { return late[i].at < late[j].at })
		want, _ := run(list)
		got, said := run(late)
		if got != want && !said {
			t.Errorf("seed %d: shuffled %q, in order %q, and no record says that state was cut", seed, got, want)
		}
		if said {
			cut++
		}
		if got == want {
			equal++
		}
	}
	if cut == 0 || equal < 30 {
		t.Errorf("%d of 40 runs were cut, %d equal", cut, equal)
	}
}

// BenchmarkLate applies records that come late, by up to the lateness and in no order, to windows that hold so many: the cost of one must
// not grow with them. The rules are short of holding, as most windows are; near it, at most maxSearch entries are looked at.
func BenchmarkLate(b *testing.B) {
	for _, typ := range []Type{EventCount, ValueCount, TemporalOrdered} {
		for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
			b.Run(fmt.Sprint(typ, "/", n), func(b *testing.B) {
				rule := eventCount("r", "T1059", int64(n)*second, typ)
				rule.Conds = []Cond{{GTE, 125_000}}
				if typ == TemporalOrdered {
					rule.Conds, rule.Fields = nil, nil
					rule.Steps = append(rule.Steps, Step{Name: "never", Any: []Match{{Techniques: []string{"T9999"}}}})
				}
				r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
					c.Shipped, in.Rules, c.MaxWindow = false, []Rule{rule}, 1<<17
				})
				ev := benchEvent(r, 0, "alice")
				rng := rand.New(rand.NewSource(1))
				i := 0
				one := func(late int64) {
					again(ev, start+int64(i)*second)
					ev.Set(event.KeyTime, event.TimeOf(start+int64(i)*second-late))
					ev.Set(event.KeyMessage, event.IntOf(int64(i%1000)))
					r.r.Apply(ev)
					i++
				}
				for range n + 1000 {
					one(0)
				}
				b.ResetTimer()
				t0 := cpu()
				for b.Loop() {
					one(rng.Int63n(min(int64(n)*second, 4*minute)))
				}
				b.ReportMetric(float64(cpu()-t0)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// TestPastEqualsPlain holds what is found for a late entry against every window that contains it, looked at one by one.
func TestPastEqualsPlain(t *testing.T) {
	found, little := 0, 0
	for seed := range 500 {
		rng := rand.New(rand.NewSource(int64(seed)))
		typ := []Type{EventCount, ValueCount}[seed%2]
		rule := eventCount("r", "T1059", 20*second, typ)
		rule.Conds, rule.MinSources = []Cond{{GTE, float64(2 + rng.Intn(4))}}, rng.Intn(3)
		b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, []Rule{rule} })
		c := b.r.rules[0]
		cur := b.st.Get(c.kind, "g", start)
		w := b.r.pool.Get().(*work)
		cl := b.r.cellOf(&cur, c, w)
		at := start
		for n := 0; n < 30; n++ {
			e := entry{t: at - rng.Int63n(30*second), v: 1, src: uint16(rng.Intn(4)), form: idText}
			if rng.Intn(2) == 0 {
				at += rng.Int63n(6 * second)
				e.t = at
			}
			if typ == ValueCount {
				e.v = uint64(1 + rng.Intn(5))
			}
			late := cl.ring.n > 0 && e.t < cl.wm
			f, _ := cl.add(&cur, &e, b.r.lateness, w)
			if !late {
				continue
			}
			i := cl.ring.after(e.t) - 1
			want := plainPast(cl, i)
			if f.ok != want.ok || f.ok && (f.lo != want.lo || f.hi != want.hi || f.value != want.value) {
				t.Fatalf("seed %d, entry %d: %+v, want %+v", seed, n, f, want)
			}
			if f.ok {
				found++
			}
			if cl.ring.before(e.t-c.Span) == int(cl.lo) {
				little++
			}
		}
		cur.Close()
	}
	if found < 300 || little < 300 {
		t.Errorf("%d found, %d a little late", found, little)
	}
}

// plainPast looks at each window with entry i by itself.
func plainPast(cl *cell, i int) (best firing) {
	for j := i; j < int(cl.ring.n) && cl.ring.at(j).t <= cl.ring.at(i).t+cl.rule.Span; j++ {
		lo, v := cl.ring.before(cl.ring.at(j).t-cl.rule.Span), 0.0
		values := map[uint64]bool{}
		for k := lo; k <= j; k++ {
			values[cl.ring.at(k).v] = true
			v++
		}
		if cl.rule.Type == ValueCount {
			v = float64(len(values))
		}
		if lo <= i && cl.rule.holds(v) && cl.sources(lo, j+1) {
			if !best.ok {
				best = firing{ok: true, lo: lo}
			}
			best.hi, best.value = j+1, max(best.value, v)
		}
	}
	return best
}
