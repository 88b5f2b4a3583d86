package kv

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
)

// TestAgainChangesNothing: pairs are read on an event that had other records before as they are on one that had none, whatever stood at
// their places.
func TestAgainChangesNothing(t *testing.T) {
	names := event.NewNames()
	for _, n := range []string{"date", "srcip", "user", "a", "msg"} {
		names.Intern(n)
	}
	keys := []string{"date", "date", "srcip", "srcip", "user", "a", "msg", "unknown", "x.y", "time", "1st", "k k", `"q"`, ""}
	values := []string{"1", "word", `"quoted text"`, `"an \\"escape\\""`, "'single'", `"open`, "", "a,b;", "C:\\dir", "x=y", "-"}
	dialects := []Dialect{{}, {}, {}, {Pair: '|'}, {Pair: ',', Value: ':', Bare: true}, {Bare: true}, {Loose: true}, {Pair: ';', Value: ':'}, {Value: 'a'}}
	rng := rand.New(rand.NewPCG(1, 2))
	full := func(ev *event.Event, n int) string {
		out := fmt.Sprint(n, ev.Problems)
		for i := range ev.Fields {
			f := &ev.Fields[i]
			out += fmt.Sprintf("|%q %v %d %d", f.Name, f.Value, f.Layer, f.ID)
		}
		for id := range names.Len() {
			for f := ev.First(event.NameID(id)); f != nil; f = ev.Next(f) {
				out += fmt.Sprintf(" %d=%q", id, f.Value.S)
			}
		}
		return out
	}
	same := event.New(names)
	line := ""
	took := 0
	for range 50_000 {
		d := dialects[rng.IntN(len(dialects))]
		if rng.IntN(3) > 0 || line == "" { // else the one before again
			line = ""
			for range rng.IntN(8) {
				sep, eq := string(max(d.Pair, ' ')), "="
				if d.Value != 0 {
					eq = string(d.Value)
				}
				if rng.IntN(8) == 0 {
					sep = "  "
				}
				line += keys[rng.IntN(len(keys))] + eq + values[rng.IntN(len(values))] + sep
			}
		}
		layer := uint8(1 + rng.IntN(5)/4)
		same.Reset()
		before := len(same.Row())
		fresh := event.New(names)
		got := Pairs(same, line, layer, d)
		want := Pairs(fresh, line, layer, d)
		if got, want := full(same, got), full(fresh, want); got != want {
			t.Fatalf("%q %+v\n got %s\nwant %s", line, d, got, want)
		}
		if before > 0 && len(same.Fields) > 0 && same.Alike() {
			took++
		}
	}
	if took < 1000 {
		t.Errorf("only %d records were alike", took)
	}
}
