package correlate

import (
	"cmp"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// noteRules are sequences of every kind, whose later steps leave notes.
func noteRules() []Rule {
	s := func(name string) Step { return Step{Name: name, Any: []Match{{Ref: name}}} }
	not := func(name string) Step { return Step{Name: name, Absent: true, Any: []Match{{Ref: name}}} }
	within := func(name string, d int64) Step { return Step{Name: name, Within: d, Any: []Match{{Ref: name}}} }
	return []Rule{
		{ID: "two", Steps: []Step{s("s0"), s("s1")}},
		{ID: "three", Steps: []Step{s("s0"), s("s1"), s("s2")}, Delta: 1},
		{ID: "back", Steps: []Step{s("s2"), s("s0")}, MinSources: 2},
		{ID: "differ", Steps: []Step{s("s0"), s("s1")}, Differ: []string{"s"}},
		{ID: "between", Steps: []Step{s("s0"), not("s3"), s("s2")}},
		{ID: "before", Steps: []Step{not("s3"), s("s0"), s("s1")}},
		{ID: "after", Steps: []Step{s("s0"), s("s1"), not("s2")}},
		{ID: "within", Steps: []Step{s("s0"), within("s1", 10*second)}},
		{ID: "session", Window: Session, Gap: 20 * second, Steps: []Step{s("s1"), s("s2")}},
		{ID: "chained", Steps: []Step{s("three"), s("s1")}},
	}
}

// TestNotesChangeNothing: records shuffled far beyond the lateness give the same findings and incidents, record by record, whether later
// steps open windows or leave notes, and whether the agent is restarted or reloaded in between.
func TestNotesChangeNothing(t *testing.T) {
	rules := noteRules()
	for i := range rules {
		rules[i].Title, rules[i].Type, rules[i].Span, rules[i].GroupBy = rules[i].ID, TemporalOrdered, minute, []string{"g"}
	}
	room := func(notes bool) *bench {
		b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, rules })
		for _, c := range b.r.rules {
			if !notes {
				c.opens = 1<<len(c.steps) - 1
			}
		}
		return b
	}
	held, noted := 0, uint64(0)
	for seed := range 60 {
		rng := rand.New(rand.NewSource(int64(seed)))
		notes, plain := room(true), room(false)
		at := int64(0)
		for i := range 400 {
			at += rng.Int63n(6 * second)
			late := int64(0)
			if rng.Intn(3) == 0 {
				late = rng.Int63n(7 * minute)
			}
			given, who, src := rng.Intn(2) == 0, fmt.Sprint("g", rng.Intn(40)), fmt.Sprint("src", rng.Intn(3))
			step, v, host, id := rng.Intn(4), rng.Intn(3), fmt.Sprint("host", rng.Intn(5)), fmt.Sprint("x", rng.Intn(350))
			var told [2]*event.Event
			var due [2][]event.Incident
			for n, b := range []*bench{notes, plain} {
				ev := b.event(at, finding(fmt.Sprint("s", step), "g", who, "s", fmt.Sprint(v)))
				ev.Set(event.KeyTime, event.TimeOf(start+at-late))
				ev.ID, ev.IDGiven, ev.Source = id, given, src
				ev.Entities[event.Host] = host
				b.r.Apply(ev)
				b.st.Scored(ev)
				told[n] = ev
				if i%50 == 0 {
					due[n] = b.r.Tick(start + at)
				}
			}
			if !reflect.DeepEqual(told[0].Findings, told[1].Findings) || !reflect.DeepEqual(told[0].Incidents, told[1].Incidents) ||
				told[0].StateTruncated != told[1].StateTruncated || told[0].Baseline != told[1].Baseline {
				t.Fatalf("seed %d, record %d: with notes\n%+v\n%+v\nwith windows\n%+v\n%+v", seed, i, told[0].Findings, told[0].Incidents, told[1].Findings, told[1].Incidents)
			}
			for _, list := range due {
				slices.SortFunc(list, func(a, b event.Incident) int { return cmp.Compare(a.ID, b.ID) })
			}
			if !reflect.DeepEqual(due[0], due[1]) {
				t.Fatalf("seed %d, record %d: due with notes\n%+v\nwith windows\n%+v", seed, i, due[0], due[1])
			}
			held += len(told[0].Findings) - 1
			if i%130 == 129 { // a reload, then a restart
				noted += counterOf(t, notes.r.Counters(), "correlation_noted")
				notes, plain = moved(t, notes, room(true), i%260 == 129), moved(t, plain, room(false), i%260 == 129)
			}
		}
		if a, b := notes.st.Len(), plain.st.Len(); a >= b {
			t.Errorf("seed %d: %d windows with notes, %d without", seed, a, b)
		}
	}
	if held < 1000 || noted < 1000 {
		t.Errorf("rules held %d times, %d notes", held, noted)
	}
}

// moved gives next with the state of b, in memory as at a reload or stored and read as at a restart.
func moved(t *testing.T, b, next *bench, reload bool) *bench {
	t.Helper()
	next.n = b.n
	if reload {
		next.st.Adopt(b.st)
		return next
	}
	b.st.Export(func(k, v []byte) {
		if err := next.st.Restore(k, v); err != nil {
			t.Fatal(err)
		}
	})
	notes, anewNotes := b.st.TakeNotes()
	seen, anewSeen := b.st.TakeSeen()
	if !anewNotes || !anewSeen {
		t.Fatal("what was never stored is not new")
	}
	for _, v := range notes {
		if err := next.st.RestoreNotes(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range seen {
		if err := next.st.RestoreSeen(v); err != nil {
			t.Fatal(err)
		}
	}
	return next
}
