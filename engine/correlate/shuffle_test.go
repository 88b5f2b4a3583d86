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

// shuffleRules are rules that more records can only make hold: for those the order of arrival must not matter.
func shuffleRules() []Rule {
	step := func(names ...string) (out []Step) {
		for _, n := range names {
			out = append(out, Step{Name: n, Any: []Match{{Ref: n}}})
		}
		return out
	}
	return []Rule{
		{ID: "count", Type: EventCount, Steps: step("s0"), Conds: []Cond{{GTE, 4}}},
		{ID: "values", Type: ValueCount, Steps: step("s0"), Fields: []string{"s"}, Conds: []Cond{{GTE, 3}}},
		{ID: "tumbling", Type: EventCount, Window: Tumbling, Steps: step("s1"), Conds: []Cond{{GTE, 3}}},
		{ID: "together", Type: Temporal, Steps: step("s0", "s1", "s2")},
		{ID: "two of three", Type: Temporal, Steps: step("s0", "s1", "s2"), Conds: []Cond{{GTE, 2}}},
		{ID: "order", Type: TemporalOrdered, Steps: step("s0", "s1", "s2")},
		{ID: "sources", Type: EventCount, Steps: step("s0", "s1"), Conds: []Cond{{GTE, 5}}, MinSources: 2},
	}
}

type arrival struct {
	id      string
	t, at   int64 // event time and arrival, from start
	step, v int
	src     string
}

// outcome runs records through the rules and gives what the incidents were in the end: rule, group and the records they hold.
func outcome(t *testing.T, list []arrival) []string {
	rules := shuffleRules()
	for i := range rules {
		rules[i].Title, rules[i].Span, rules[i].GroupBy = rules[i].ID, minute, []string{"g"}
	}
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, rules })
	last := map[string]event.Incident{}
	note := func(in []event.Incident) {
		for _, i := range in {
			if i.State == event.IncidentClose {
				last[i.ID] = i
			} else {
				last[i.ID] = event.Incident{}
			}
		}
	}
	for _, a := range list {
		ev := b.event(a.t, func(ev *event.Event) {
			finding(fmt.Sprint("s", a.step), "g", "one", "s", fmt.Sprint(a.v))(ev)
			ev.ID, ev.Source = a.id, a.src
		})
		ev.Arrival = start + a.at
		b.r.Apply(ev)
		note(ev.Incidents)
	}
	note(b.r.Tick(start + 1000*hour))
	var out []string
	for id, i := range last {
		if i.ID == "" {
			t.Errorf("incident %s was never closed", id)
		}
		var ids []string
		for _, c := range i.Timeline {
			ids = append(ids, c.ID)
		}
		sort.Strings(ids)
		out = append(out, fmt.Sprint(i.Rule, " ", i.Count, " ", strings.Join(ids, ",")))
	}
	sort.Strings(out)
	return out
}

// TestShuffle: records shuffled within the lateness give the same incidents, with the same records, as in order. Bursts lie further
// apart than an incident stays open, so that where one ends does not hang on the clock.
func TestShuffle(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 20
	}
	held := 0
	for seed := range rounds {
		rng := rand.New(rand.NewSource(int64(seed)))
		var list []arrival
		at := int64(0)
		for range 1 + rng.Intn(3) {
			for range 2 + rng.Intn(9) {
				at += int64(rng.Intn(40_000)+1) * 1e6
				list = append(list, arrival{id: fmt.Sprint("x", len(list)), t: at, at: at, step: rng.Intn(3), v: rng.Intn(4),
					src: fmt.Sprint("src", rng.Intn(2))})
			}
			at += 30 * minute
		}
		want := outcome(t, list)
		held += len(want)
		for range 3 {
			late := append([]arrival(nil), list...)
			for i := range late {
				late[i].at += rng.Int63n(5*minute - second)
			}
			sort.SliceStable(late, func(i, j int) bool { return late[i].at < late[j].at })
			if got := outcome(t, late); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("seed %d: shuffled\n%s\nin order\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
	if held < rounds {
		t.Errorf("only %d incidents in %d rounds", held, rounds)
	}
}

// TestFutureEvent: one record dated next year changes no window.
func TestFutureEvent(t *testing.T) {
	run := func(future bool) []string {
		b := newShipped(t)
		var out []string
		for i := range int64(40) {
			if i == 3 && future {
				ev := b.event(i*10*second, failedLogin("root", "203.0.113.9"))
				ev.Set(event.KeyTime, event.TimeOf(start+365*24*hour))
				b.r.Apply(ev)
				if len(ev.Problems) != 1 || ev.Problems[0].Code != "time_clamped" {
					t.Errorf("problems %v", ev.Problems)
				}
			}
			ev := b.apply(i*10*second, failedLogin("root", "203.0.113.9"))
			out = append(out, fmt.Sprint(found(ev, "prescore.brute-force-source") != nil))
		}
		return out
	}
	if a, b := run(false), run(true); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Errorf("without\n%v\nwith a record of next year\n%v", a, b)
	}
}

// TestOldLog: a log of last year that is read from its head now counts by its own time, though all of it arrives within a second.
func TestOldLog(t *testing.T) {
	b := newShipped(t)
	held := 0
	for i := range int64(40) {
		ev := b.event(0, failedLogin("root", "203.0.113.9"))
		at := start - 300*24*hour + i*20*second // never five within a minute
		if i >= 30 {
			at = start - 300*24*hour + hour + i*second
		}
		ev.Set(event.KeyTime, event.TimeOf(at))
		ev.Arrival = start + i*second/100
		b.r.Apply(ev)
		if found(ev, "prescore.brute-force-source") != nil {
			held++
			if i < 34 {
				t.Errorf("record %d: five in a hundred seconds are five in a minute", i)
			}
		}
		if i%10 == 0 {
			b.r.Tick(ev.Arrival)
		}
	}
	if held != 6 {
		t.Errorf("it held %d times, want 6", held)
	}
	closed := 0
	for _, in := range b.r.Tick(start + 12*minute) {
		if in.State == event.IncidentClose && in.Rule == "prescore.brute-force-source" {
			closed++
		}
	}
	if closed != 1 {
		t.Errorf("%d incidents closed, want 1", closed)
	}
}
