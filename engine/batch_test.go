package engine

import (
	"bytes"
	"fmt"
	"testing"

	"prescore/engine/event"
)

// TestBatchesChangeNothing: records come out as they do one by one, whatever stands between them and however many there are.
func TestBatchesChangeNothing(t *testing.T) {
	var objects [][]byte
	all := mixes(t)
	for _, mix := range sorted(all) {
		lines := all[mix]
		for i := range 60 {
			objects = append(objects, line(string(lines[i*len(lines)/60])))
		}
	}
	objects = append(objects, []byte{0xc0}, []byte("\x92\xff\x80"), line("the same"), line("the same"))
	for turn := range 2 * batchRecords {
		whole, each := openAs(t, turn%2 == 0), openAs(t, turn%2 == 0)
		var chunk, want []byte
		var n Counts
		for i := range objects {
			o := objects[(i*(2*turn+1)+turn)%len(objects)]
			chunk = append(chunk, o...)
			out, c, modified := each.Filter(nil, o, "t", now)
			if !modified {
				out = o
			}
			want = append(want, out...)
			for k := range countRooms { // what rooms count comes once a second
				n[k] += c[k]
			}
		}
		got, c, _ := whole.Filter(nil, chunk, "t", now)
		if !bytes.Equal(got, want) {
			at := 0
			for at < len(got) && at < len(want) && got[at] == want[at] {
				at++
			}
			t.Fatalf("turn %d: byte %d of %d and %d: %.80q, one by one %.80q", turn, at, len(got), len(want), got[at:], want[at:])
		}
		if [countRooms]uint64(c[:countRooms]) != [countRooms]uint64(n[:countRooms]) {
			t.Errorf("turn %d: counted %v, one by one %v", turn, c, n)
		}
	}
}

// openAs opens an engine whose windows run by the clock, or by the records' own time: then much is due between them.
func openAs(t *testing.T, replay bool) *Engine {
	e, err := Open(Options{Replay: replay})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// TestPanicLeavesTheBatch: of the records that go through a room together, the one on which it panics goes out unscored, and the others
// as they would have. It may panic before it does its work, which for the first of a batch is some of the others' as well, or after.
func TestPanicLeavesTheBatch(t *testing.T) {
	e := open(t, "")
	var chunk []byte
	for i := range batchRecords + 2 {
		chunk = append(chunk, line(fmt.Sprint("record ", i, "."))...)
	}
	want, _, _ := e.Filter(nil, chunk, "t", now)
	for r := range way {
		for turn := range 2 * (batchRecords + 2) {
			bad, before := turn/2, turn%2 == 0
			room := way[r]
			way[r].apply = func(w *worker, ev *event.Event) {
				that := bytes.Contains(ev.Raw, fmt.Appendf(nil, "record %d.", bad))
				if that && before {
					panic("that one")
				}
				room.apply(w, ev)
				if that {
					panic("that one")
				}
			}
			out, n, _ := e.Filter(nil, chunk, "t", now)
			way[r] = room
			if n[CountPanics] != 1 || n[CountEvents] != batchRecords+2 {
				t.Fatalf("%s: %v", room.name, n)
			}
			wants, gots := split(t, want), split(t, out)
			for i := range gots {
				if i != bad && !bytes.Equal(gots[i], wants[i]) {
					t.Errorf("%s: record %d is not what it was: %q", room.name, i, gots[i])
				}
				if bytes.Contains(gots[i], str("panic")) != (i == bad) {
					t.Errorf("%s: record %d: %q", room.name, i, gots[i])
				}
			}
		}
	}
}
