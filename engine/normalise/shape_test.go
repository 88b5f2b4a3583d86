package normalise

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"prescore/engine/event"
)

// shapeValues are values of each thing a field can hold, some of which stand for nothing.
var shapeValues = [][]event.Value{
	{{K: event.Null}},
	{{K: event.EmptyArray}, {K: event.EmptyObject}},
	{event.Str("-"), event.Str(""), event.Str("process_creation"), event.Str("10.0.0.1"), event.Str("CORP\\jane"), event.Str("4624"), event.Str("Security"),
		event.Str("2024-05-10T14:32:00Z"), event.Str("SHA1=aa,MD5=bb"), event.Str("a text of some words"), event.Str("https://x.example/a?b=c"),
		event.Str("sshd"), event.Str("dhcpd"), event.Str("tmm"), event.Str("pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"),
		event.Str("Rule violated 01071681:5: Virtual address /Common/10.0.0.1 general status changed: it is down")},
	{event.IntOf(1), event.IntOf(4688), event.IntOf(1715351520), event.FloatOf(0.5), event.BoolOf(true), {K: event.Number, S: "1e3"}, {K: event.Bytes, S: "x"}},
}

type shapeField struct {
	id    event.NameID
	layer uint8
	holds int
}

// hostileShapes gives shapes of names that a room asks for: with repeated names, and close relatives of each other, of the same length
// with another name, another layer or another kind at one place.
func hostileShapes(rng *rand.Rand, r *Room, names *event.Names) (out [][]shapeField) {
	for i := range 300 {
		var asked []event.NameID
		for id, place := range r.sources[i%len(r.sources)].plan.at {
			if place != 0 {
				asked = append(asked, event.NameID(id))
			}
		}
		for id, place := range r.recognise.marks {
			if place != 0 && rng.IntN(10) == 0 {
				asked = append(asked, event.NameID(id))
			}
		}
		var s []shapeField
		for range rng.IntN(25) {
			f := shapeField{asked[rng.IntN(len(asked))], uint8(rng.IntN(3)), rng.IntN(len(shapeValues))}
			if rng.IntN(10) == 0 {
				f.id = 0
			}
			s = append(s, f)
			for rng.IntN(5) == 0 {
				s = append(s, f)
			}
		}
		out = append(out, s)
		if len(s) > 0 {
			t := append([]shapeField(nil), s...)
			switch f := &t[rng.IntN(len(t))]; rng.IntN(3) {
			case 0:
				f.id = event.NameID(1 + rng.IntN(names.Len()-1))
			case 1:
				f.layer++
			case 2:
				f.holds = (f.holds + 1) % len(shapeValues)
			}
			out = append(out, t)
		}
	}
	return out
}

// fill makes an event of a shape, its values chosen anew.
func fill(ev *event.Event, s []shapeField, rng *rand.Rand) {
	ev.Reset()
	ev.Arrival = 1715351520e9
	ev.Format = []string{"", "", "json", "cef", "auditd", "clf"}[len(s)%6]
	for _, f := range s {
		list := shapeValues[f.holds]
		ev.AddID(f.id, ev.Names.Name(f.id), list[rng.IntN(len(list))], f.layer)
	}
}

// TestShapesChangeNothing: an event of a remembered shape comes out as it does where none is remembered, whatever its values are; also
// where all shapes fall on the same few slots.
func TestShapesChangeNothing(t *testing.T) {
	names := event.NewNames()
	for _, mask := range []uint64{shapeSlots - 1, 7, 0} {
		fast, plain := shippedRoom(t, names), shippedRoom(t, names)
		fast.shapes.mask, plain.shapes = mask, nil
		rng := rand.New(rand.NewPCG(9, mask))
		list := hostileShapes(rng, fast, names)
		a, b := event.New(names), event.New(names)
		known, sources := 0, map[string]bool{}
		for range 12 * len(list) {
			s := list[rng.IntN(len(list))]
			for range 3 {
				seed := rng.Uint64()
				fill(a, s, rand.New(rand.NewPCG(seed, 1)))
				fill(b, s, rand.New(rand.NewPCG(seed, 1)))
				if fast.shapes.of(fast, a) != nil {
					known++
				}
				fast.Apply(a)
				plain.Apply(b)
				sources[a.Source] = true
				if got, want := describe(a), describe(b); got != want {
					t.Fatalf("%v:\n got %s\nwant %s", s, got, want)
				}
			}
		}
		if known < 20 || len(sources) < 10 {
			t.Errorf("mask %d: only %d records of a known shape, %d sources", mask, known, len(sources))
		}
		if mask == 0 && fast.ShapesFull() == 0 {
			t.Error("a full table counts nothing")
		}
	}
}

// TestShapesAreBounded: names that never come again leave the table no fuller than its bound, and shapes that are met once are not kept.
func TestShapesAreBounded(t *testing.T) {
	r, ev := fixture(t)
	names := ev.Names
	rng := rand.New(rand.NewPCG(11, 12))
	add := func(n int) {
		ev.Reset()
		for range n {
			id := event.NameID(1 + rng.IntN(names.Len()-1))
			ev.AddID(id, names.Name(id), event.IntOf(1), 0)
		}
	}
	for range 2000 {
		add(10)
		r.Apply(ev)
	}
	if n := kept(r); n > 2 {
		t.Errorf("%d shapes that were met once are kept", n)
	}
	for range 4 * shapeSlots {
		add(10)
		r.Apply(ev)
		r.Apply(ev)
	}
	if n := kept(r); n < shapeSlots/2 || n > shapeSlots {
		t.Errorf("%d shapes are kept", n)
	}
	add(maxShapeFields + 1)
	for range 3 {
		if r.shapes.of(r, ev) != nil {
			t.Error("a record of too many fields has a shape")
		}
	}
}

func kept(r *Room) (n int) {
	for i := range r.shapes.slots {
		if r.shapes.slots[i].Load() != nil {
			n++
		}
	}
	return n
}

// TestShapesOfManyThreads is for the race detector.
func TestShapesOfManyThreads(t *testing.T) {
	r, ev := fixture(t)
	names := ev.Names
	list := hostileShapes(rand.New(rand.NewPCG(13, 14)), r, names)
	var wg sync.WaitGroup
	var out [4]strings.Builder
	for i := range out {
		wg.Go(func() {
			rng, ev := rand.New(rand.NewPCG(15, 16)), event.New(names)
			for n := range 1500 {
				fill(ev, list[n/2%len(list)], rng)
				r.Apply(ev)
				fmt.Fprintln(&out[i], ev.Class, ev.Entities, ev.Baseline)
			}
		})
	}
	wg.Wait()
	for i := range out {
		if out[i].String() != out[0].String() {
			t.Errorf("thread %d saw other events", i)
		}
	}
}

// TestStems: whatever names the records of a thread and its siblings have, known or not, in whatever order, each has its own hash.
func TestStems(t *testing.T) {
	_, ev := fixture(t)
	list := [2]*event.Event{ev, ev.Sibling()}
	rng := rand.New(rand.NewPCG(17, 18))
	var s stems
	known := 0
	for range 20000 {
		ev := list[rng.IntN(2)]
		ev.Reset()
		for i := range rng.IntN(maxShapeFields + 9) {
			name := fmt.Sprint("name", i, rng.IntN(2))
			if rng.IntN(3) == 0 {
				name = ev.Names.Name(event.NameID(1 + rng.IntN(ev.Names.Len()-1)))
			}
			ev.Add(name, event.IntOf(1), 0)
			f := &ev.Fields[i]
			if i < len(s) && s[i].ref != 0 && s[i].ref == f.Ref() {
				known++
			}
			if got, want := s.of(f, i), nameHash(name); got != want {
				t.Fatalf("field %d, %q: %x, not %x", i, name, got, want)
			}
		}
	}
	if known < 1000 {
		t.Errorf("only %d names were known", known)
	}
}
