package event

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAgainIsFresh: an event that is used again for records much like the one before, some names short and some moved, has the lists
// that a new event has, at every point of the record.
func TestAgainIsFresh(t *testing.T) {
	names := NewNames()
	for i := range 6 {
		names.Intern(fmt.Sprint("n", i))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	used := New(names)
	record := []NameID{1, 2, 3, 3, 3, 4, 0, 5}
	for round := range 3000 {
		for range rng.IntN(3) { // mutate
			i, id := rng.IntN(len(record)), NameID(rng.IntN(7))
			switch rng.IntN(3) {
			case 0:
				record[i] = id
			case 1:
				if len(record) < 40 {
					record = slices.Insert(record, i, id)
				}
			case 2:
				if len(record) > 3 {
					record = slices.Delete(record, i, i+1)
				}
			}
		}
		fresh := New(names)
		used.Reset()
		for i, id := range record {
			for _, ev := range []*Event{used, fresh} {
				if slot := ev.Ahead(0); slot != nil && slot.Name == names.Name(id) && id != 0 && round%2 == 0 {
					ev.Again(slot, IntOf(int64(i)))
				} else {
					ev.AddID(id, names.Name(id), IntOf(int64(i)), 0)
				}
			}
			if rng.IntN(6) == 0 {
				same(t, names, used, fresh)
			}
			switch rng.IntN(60) {
			case 0:
				j, to := rng.IntN(i+1), NameID(rng.IntN(7))
				used.Relink(j, to)
				fresh.Relink(j, to)
			case 1:
				n := rng.IntN(len(fresh.Fields) + 1)
				used.Rewind(n)
				fresh.Rewind(n)
			}
			if len(fresh.Fields) != i+1 {
				break // taken back: the record ends here
			}
		}
		same(t, names, used, fresh)
	}
}

func same(t *testing.T, names *Names, a, b *Event) {
	t.Helper()
	if len(a.Fields) != len(b.Fields) {
		t.Fatalf("%d fields, want %d", len(a.Fields), len(b.Fields))
	}
	for i := range a.Fields {
		x, y := &a.Fields[i], &b.Fields[i]
		if x.Name != y.Name || x.ID != y.ID || x.Layer != y.Layer || x.Value != y.Value {
			t.Fatalf("field %d: %+v, want %+v", i, *x, *y)
		}
	}
	for id := NameID(0); int(id) < names.Len(); id++ {
		f, g := a.First(id), b.First(id)
		for ; f != nil && g != nil; f, g = a.Next(f), b.Next(g) {
			if f.Value != g.Value {
				t.Fatalf("name %d: %v, want %v", id, f.Value, g.Value)
			}
		}
		if f != nil || g != nil {
			t.Fatalf("name %d: lists of two lengths", id)
		}
	}
	if id := NameID(1 + len(a.Fields)%6); len(a.Fields)%5 == 0 { // Last settles: not always, or nothing stays to be settled
		f, g := a.Last(id), b.Last(id)
		if (f == nil) != (g == nil) || f != nil && f.Value != g.Value {
			t.Fatalf("name %d: last %v, want %v", id, f, g)
		}
	}
}

// TestSettleIsLinear: long lists that are cut short again and again cost no more than their length.
func TestSettleIsLinear(t *testing.T) {
	names := NewNames()
	id := names.Intern("a")
	other := names.Intern("b")
	ev := New(names)
	took := func(n int) float64 {
		return float64(testing.Benchmark(func(b *testing.B) {
			for range b.N {
				for _, cut := range []int{n, n / 2} {
					ev.Reset()
					for range cut {
						ev.AddID(id, "a", IntOf(1), 0)
					}
					ev.AddID(other, "b", IntOf(1), 0)
				}
			}
		}).NsPerOp())
	}
	if short, long := took(40), took(640); long > 16*3*short { // linear is 16; wider records begin with new memory
		t.Errorf("%.0f ns for 40 fields, %.0f for 640", short, long)
	}
}

// TestAlike: a record that is said to be like the one before has its names, layers and kinds, whatever happened to the fields of either;
// what was kept comes back then, and only if it was kept with that very record.
func TestAlike(t *testing.T) {
	names := NewNames()
	for i := range 4 {
		names.Intern(fmt.Sprint("n", i))
	}
	rng := rand.New(rand.NewPCG(7, 8))
	ev := New(names)
	kinds := []Value{IntOf(1), Str("x"), {K: Null}}
	var before, kept *string
	alike, unlike := 0, 0
	for range 20_000 {
		ev.Reset()
		n := 2 + rng.IntN(2)
		if row := ev.Row(); len(row) >= n && rng.IntN(2) == 0 {
			took, differ := 0, Kind(0)
			for ; took < n && row[took].Standing(0); took++ {
				differ |= row[took].Put(kinds[rng.IntN(8)/7])
			}
			ev.RowAgain(took, differ)
		}
		for len(ev.Fields) < n {
			ev.Add(fmt.Sprint("n", rng.IntN(8)/7+len(ev.Fields)), kinds[rng.IntN(8)/7], uint8(rng.IntN(10)/9))
		}
		switch rng.IntN(8) {
		case 0:
			ev.Relink(rng.IntN(n), NameID(rng.IntN(5)))
		case 1:
			ev.Rewind(1 + rng.IntN(n))
		}
		shape := ""
		for i := range ev.Fields {
			f := &ev.Fields[i]
			shape += fmt.Sprint(f.ID, f.Layer, f.Value.K, " ")
		}
		if ev.Alike() {
			if alike++; before == nil || *before != shape {
				t.Fatalf("%s is said to be like the one before", shape)
			}
		} else if unlike++; ev.Kept() != nil {
			t.Fatal("what is kept for others")
		}
		if got, _ := ev.Kept().(*string); got != nil && (kept == nil || got != kept || *got != shape) {
			t.Fatalf("%v is kept, want %v", *got, shape)
		}
		before, kept = &shape, nil
		if rng.IntN(3) > 0 {
			kept = &shape
			ev.Keep(kept)
		}
	}
	if alike < 1000 || unlike < 1000 {
		t.Errorf("%d alike, %d not", alike, unlike)
	}
}
