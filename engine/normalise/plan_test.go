package normalise

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/conf"
	"prescore/engine/event"
)

// shippedRoom is the room with the mappings that come along.
func shippedRoom(t testing.TB, names *event.Names) *Room {
	t.Helper()
	r, err := New(Defaults(), In{Names: names, Builtin: conf.Sources()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPlanChangesNothing: with the plan and the memo an event comes out as it does when every step and pattern is run, for every
// built-in source, over random fields of names and values that mappings ask for.
func TestPlanChangesNothing(t *testing.T) {
	names := event.NewNames()
	fast, plain := shippedRoom(t, names), shippedRoom(t, names)
	plain.shapes = nil
	for _, s := range fast.sources {
		if s.plan == nil {
			t.Fatalf("%s has no plan: it runs all of its %d steps on every record", s.name, len(s.fields))
		}
	}
	for _, s := range plain.sources {
		s.plan = nil
		for _, list := range [][]table{s.early, s.late} {
			for i := range list {
				list[i].memo = nil
			}
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	words := []string{"process_creation", "user login failed", "GET", "-", "", "10.0.0.1", "CORP\\jane", "4624", "2024-05-10T14:32:00Z", "SHA1=aa,MD5=bb", "conn", "x y z", "true"}
	a, b := event.New(names), event.New(names)
	rounds, most := 40*len(fast.sources), 0
	for round := range rounds {
		a.Reset()
		b.Reset()
		at := round % len(fast.sources)
		var asked []event.NameID // by this source
		for id, place := range fast.sources[at].plan.at {
			if place != 0 {
				asked = append(asked, event.NameID(id))
			}
		}
		for range rng.IntN(30) {
			id := event.NameID(rng.IntN(names.Len()))
			if len(asked) > 0 && rng.IntN(3) > 0 {
				id = asked[rng.IntN(len(asked))]
			}
			v := event.Str(words[rng.IntN(len(words))])
			if rng.IntN(4) == 0 {
				v = event.IntOf(rng.Int64N(70000))
			}
			a.AddID(id, names.Name(id), v, 1)
			b.AddID(id, names.Name(id), v, 1)
		}
		a.Arrival, b.Arrival = 1715351520e9, 1715351520e9
		if round < rounds/2 {
			fast.Apply(a)
			plain.Apply(b)
		} else {
			fast.as(a, fast.sources[at], nil)
			plain.as(b, plain.sources[at], nil)
		}
		most = max(most, len(fast.sources[at].early)+len(fast.sources[at].late))
		if got, want := describe(a), describe(b); got != want {
			t.Fatalf("round %d, %s:\n got %s\nwant %s", round, fast.sources[at].name, got, want)
		}
	}
	if most > maxTables {
		t.Errorf("a source has %d tables: those over %d are run for every record", most, maxTables)
	}
	t.Logf("%d sources, at most %d tables", len(fast.sources), most)
}

// describe says everything that normalise sets.
func describe(ev *event.Event) string {
	out := fmt.Sprint(ev.Source, ev.Class, ev.Activity, ev.Baseline, ev.Confidence, ev.Entities, ev.Invalid, ev.Problems, ev.Criticality, ev.Identity)
	for k := event.Key(1); k < event.NumKeys; k++ {
		if ev.Has(k) {
			out += fmt.Sprintf(" %s=%v", k, ev.Get(k))
		}
	}
	return out
}

func TestMemoIsBounded(t *testing.T) {
	tb := table{memo: newMemo[row](tableWords)}
	for _, g := range globsOf("*logon*, proc*, *stop, exact, a*, b*, c*, d*") {
		tb.globs = append(tb.globs, globRow{glob: g, row: &row{}})
	}
	for i := range 10 * tableWords {
		for _, s := range []string{fmt.Sprint("user logon ", i), fmt.Sprint("process", i), fmt.Sprint(i, "stop"), fmt.Sprint("none", i)} {
			for range 2 {
				if tb.match(s, wordHash(s)) != tb.glob(s) {
					t.Fatalf("%q: the memo says otherwise", s)
				}
			}
		}
	}
}

// TestNear: a text's row is that of the word it is folded to, its own or a pattern's, else the one for whatever is there, also when it
// is met again, and whatever was met between.
func TestNear(t *testing.T) {
	var mem event.Arena
	word, any := &row{}, &row{}
	for _, tb := range []table{{fold: true, present: any}, {fold: true}, {present: any}} {
		tb.words, tb.near = lexiconOf(map[string]*row{"logon": word, "stop": word}), new(near)
		for _, g := range globsOf("*proc*, user*") {
			tb.globs = append(tb.globs, globRow{glob: g, row: &row{}})
		}
		rng := rand.New(rand.NewPCG(7, 8))
		seen := map[*row]bool{}
		for range 20000 {
			mem.Reset()
			s := []string{"logon", "Logon", "LOGON", "stop", "Process", "a proc", "user", "User 1", "none", "", "x"}[rng.IntN(11)]
			if rng.IntN(10) == 0 {
				s = strings.Repeat(s, rng.IntN(20))
			}
			folded := s
			if tb.fold {
				folded = strings.ToLower(s)
			}
			want, ok := tb.words.find(folded, wordHash(folded))
			if !ok {
				want = tb.glob(folded)
			}
			if want == nil {
				want = tb.present
			}
			if tb.rowOf(s, &mem) != want {
				t.Fatalf("%q: another row", s)
			}
			seen[want] = true
		}
		if len(seen) < 4 {
			t.Errorf("only %d rows", len(seen))
		}
	}
}
