package project

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"prescore/engine/event"
)

// shaper makes events of shapes that come again, with values of the right kinds, of any kind and hostile ones.
type shaper struct {
	rng    *rand.Rand
	shapes [][]event.Key
	ev     *event.Event
}

func newShaper(seed uint64, shapes int) *shaper {
	s := &shaper{rng: rand.New(rand.NewPCG(seed, 2)), ev: event.New(event.NewNames())}
	for range shapes {
		var keys []event.Key
		for range s.rng.IntN(50) {
			keys = append(keys, 1+event.Key(s.rng.IntN(int(event.NumKeys)-1)))
		}
		s.shapes = append(s.shapes, append(keys, event.KeyTime))
	}
	return s
}

var hostile = []event.Value{event.Str(""), event.Str("x"), event.Str("se*cret"), event.Str(strings.Repeat("long ", 60)), event.Str("00:11:22:33:44:55"),
	event.Str("12"), event.Str("-"), event.Str("12.5"), event.Str("success"), event.Str("10.0.0.1"), event.Str("TLSv1.2"), event.Str(`C:\a\b.exe`),
	event.Str("\xff\x00"), event.IntOf(7), event.IntOf(math.MinInt64), event.FloatOf(0.5), event.FloatOf(math.NaN()), event.FloatOf(math.Inf(1)),
	event.FloatOf(1e300), event.BoolOf(true), event.TimeOf(1715351520e9), event.TimeOf(-1), {K: event.Time, N: 5, S: "as it came"},
	{K: event.Number, S: "123456789012345678901234567890"}, {K: event.Uint, N: math.MaxUint64}, {K: event.Bytes, S: "bytes"},
	{K: event.Opaque, S: "\x81\x01\x02"}, {K: event.Null}, {K: event.EmptyArray}, {K: event.EmptyObject}}

// next makes an event: of one of the shapes, mostly with the kinds that its keys have.
func (s *shaper) next() *event.Event {
	ev, n := s.ev, s.rng.IntN(len(s.shapes))
	ev.Reset()
	ev.Class = []event.Class{event.ProcessActivity, event.Authentication, event.NetworkActivity, event.DetectionFinding, event.BaseEvent, 7777, event.HTTPActivity}[n%7]
	ev.Activity = []uint8{0, 1, 2, 99, 200}[n%5]
	ev.Arrival = int64(n)
	ev.Severity, ev.Risk, ev.Level, ev.Invalid = n%3, 1.5*float64(n), event.Level(n%6), n%11 == 0
	ev.Source, ev.Confidence = []string{"", "sysmon"}[n%2], float64(n%5)/4
	for i := range n % 3 {
		ev.AddTactic([]string{"execution", "nowhere"}[i])
		ev.AddTechnique([]string{"T1059.001", "T1105"}[i])
		ev.Findings = append(ev.Findings, event.Finding{Rule: "r", Title: "t", Level: event.Level(1 + i)})
	}
	for _, k := range s.shapes[n] {
		switch t := event.Vocabulary[k].Type; {
		case s.rng.IntN(40) == 0:
			ev.Set(k, hostile[s.rng.IntN(len(hostile))])
		case t == event.TypeInt || t == event.TypePort:
			ev.Set(k, event.IntOf(s.rng.Int64N(70000)))
		case t == event.TypeFloat:
			ev.Set(k, event.FloatOf(s.rng.Float64()))
		case t == event.TypeBool:
			ev.Set(k, event.BoolOf(s.rng.IntN(2) == 0))
		case t == event.TypeTime:
			ev.Set(k, event.TimeOf(1715351520e9+s.rng.Int64N(1e10)))
		default:
			ev.Set(k, hostile[1+s.rng.IntN(12)]) // texts
		}
	}
	return ev
}

func secretKeys(name string) bool {
	return name == event.KeyAccessKey.String() || name == event.KeySrcUser.String()
}

// TestProgramsChangeNothing: a view with programs plans and writes what one without them does, for shapes that come again with values
// that fit and values that do not, for each schema, all keys and some, with room behind dst and without.
func TestProgramsChangeNothing(t *testing.T) {
	some := AllKeys()
	for k := event.Key(1); k < event.NumKeys; k += 3 {
		some[k>>6] &^= 1 << (k & 63)
	}
	some[event.KeyStartTime>>6] &^= 1 << (event.KeyStartTime & 63)
	for _, schema := range []string{ECS, OCSF, Flat} {
		for i, keep := range []Mask{AllKeys(), some} {
			for extra := range Extra(4) {
				t.Run(fmt.Sprintf("%s/%d/%d", schema, i, extra), func(t *testing.T) { programsChangeNothing(t, schema, keep, extra) })
			}
		}
	}
}

func programsChangeNothing(t *testing.T, schema string, keep Mask, extra Extra) {
	v, plain := New(schema, keep, secretKeys), New(schema, keep, secretKeys)
	plain.programs = nil
	s := newShaper(uint64(extra)+1, 24)
	var mask Masker = stars{}
	hits := 0
	for round := range 6000 {
		ev := s.next()
		var p, q Plan
		v.Plan(&p, ev, extra)
		plain.Plan(&q, ev, extra)
		if p.program != nil {
			hits++
		}
		p.SetOriginal("the line")
		q.SetOriginal("the line")
		if v.Count(&p) != plain.Count(&q) || v.Empty(&p) != plain.Empty(&q) || v.Has(&p, []byte("user")) != plain.Has(&q, []byte("user")) ||
			fmt.Sprint(v.Held(nil, &p, ev, mask)) != fmt.Sprint(plain.Held(nil, &q, ev, mask)) {
			t.Fatalf("round %d: plans differ", round)
		}
		got := v.Append(make([]byte, 0, s.rng.IntN(6000)), &p, ev, mask)
		if want := plain.Append(nil, &q, ev, mask); !bytes.Equal(got, want) {
			t.Fatalf("round %d:\n got %q\nwant %q", round, got, want)
		}
	}
	misses, made, _ := v.Programs()
	if hits < 1000 || int(misses) != 6000-hits || made == 0 {
		t.Errorf("%d hits, %d misses, %d programs: too few were tried", hits, misses, made)
	}
}

// TestTakesLooksAt: where takes is said to look at the kind alone, all values of one kind that are not empty get one answer.
func TestTakesLooksAt(t *testing.T) {
	for o := op(0); o < 200; o++ {
		seen := map[event.Kind]bool{}
		for _, v := range hostile {
			if v.Empty() || o.looksAt(v.K) {
				continue
			}
			got := o.takes(v)
			if was, ok := seen[v.K]; ok && was != got {
				t.Errorf("op %d takes some values of kind %d and not others", o, v.K)
			}
			seen[v.K] = got
		}
	}
}

// TestProgramsAreBounded: shapes that come once make no program and put none out, whatever their number; those in use are still found.
func TestProgramsAreBounded(t *testing.T) {
	v := New(ECS, AllKeys(), nil)
	ev := event.New(event.NewNames())
	use := func() bool {
		ev.Reset()
		ev.Set(event.KeyUser, event.Str("alice"))
		var p Plan
		v.Plan(&p, ev, 0)
		return p.program != nil
	}
	use()
	use()
	if !use() {
		t.Fatal("a shape that comes again has no program")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	flood := func(times int) {
		for n := range 20000 {
			ev.Reset()
			for range 20 {
				ev.Set(1+event.Key(rng.IntN(int(event.NumKeys)-1)), event.Str("x"))
			}
			for range times {
				var p Plan
				v.Plan(&p, ev, 0)
			}
			if n%50 == 0 && !use() {
				t.Fatalf("the program in use is gone after %d made-up shapes", n)
			}
		}
	}
	flood(1)
	if _, made, _ := v.Programs(); made != 1 {
		t.Errorf("%d programs for one shape that came again", made)
	}
	flood(2)
	kept := 0
	for i := range v.programs.sets {
		for w := range v.programs.sets[i].ways {
			if v.programs.sets[i].ways[w].Load() != nil {
				kept++
			}
		}
	}
	misses, made, replaced := v.Programs()
	if made > misses/missesEach+1 || int(made-replaced) != kept || replaced == 0 {
		t.Errorf("%d misses made %d programs, %d in another's place, %d kept", misses, made, replaced, kept)
	}
}

// TestProgramsOnThreads: many threads find, make and replace programs at once, and each gets its own event's bytes.
func TestProgramsOnThreads(t *testing.T) {
	v, plain := New(OCSF, AllKeys(), nil), New(OCSF, AllKeys(), nil)
	plain.programs = nil
	var wg sync.WaitGroup
	for thread := range uint64(4) {
		wg.Go(func() {
			s := newShaper(thread%2, 40)
			for range 2000 {
				ev := s.next()
				var p, q Plan
				v.Plan(&p, ev, 0)
				plain.Plan(&q, ev, 0)
				if got, want := v.Append(nil, &p, ev, nil), plain.Append(nil, &q, ev, nil); !bytes.Equal(got, want) {
					t.Errorf("got %q\nwant %q", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestProgramsHoldNoEvent: what a program was made from may be written over.
func TestProgramsHoldNoEvent(t *testing.T) {
	v := New(ECS, AllKeys(), nil)
	ev := event.New(event.NewNames())
	text := []byte("alice-in-chunk")
	ev.Set(event.KeyUser, event.Str(event.View(text)))
	ev.Set(event.KeyProcessCmdline, event.Str(event.View(text)))
	for range 3 {
		var p Plan
		v.Plan(&p, ev, Original)
		p.SetOriginal(event.View(text))
		v.Append(nil, &p, ev, nil)
	}
	found := 0
	for i := range v.programs.sets {
		if g := v.programs.sets[i].ways[0].Load(); g != nil {
			found++
			if bytes.Contains(g.blob, text) || g.plan.original != "" || g.plan.ev != nil {
				t.Errorf("it holds the event: %+v", g.plan)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d programs", found)
	}
}
