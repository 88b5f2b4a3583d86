package parse

import (
	"strings"
	"testing"
	"time"
	"unsafe"

	"prescore/engine/event"
)

// arenaSize is the most that an arena keeps between records, so that what is taken from it has known bounds.
const arenaSize = 1 << 20

// prepared makes an event whose arena is one block, and gives the block.
func prepared(names *event.Names) (*event.Event, []byte) {
	ev := event.New(names)
	b := ev.Arena.Grab(arenaSize)
	ev.Arena.Shrink(arenaSize)
	return ev, b
}

func within(s string, b []byte) bool {
	p, base := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return p >= base && p+uintptr(len(s)) <= base+uintptr(len(b))
}

// holds checks what must be true of any event after any text: its values are views into the text or the arena, its lists of equal
// names are whole, its bounds are kept.
func holds(t testing.TB, ev *event.Event, text string, arena []byte) {
	t.Helper()
	grown := !within(event.View(ev.Arena.Grab(0)), arena)
	linked := map[event.NameID]int{}
	for i := range ev.Fields {
		f := &ev.Fields[i]
		if s := f.Value.S; s != "" && !within(s, event.BytesOf(text)) && !within(s, arena) && !grown && !strings.HasPrefix(f.Name, "zeek.") {
			t.Fatalf("field %q of %q: value %q is neither in the text nor in the arena", f.Name, text, s)
		}
		if f.ID != 0 {
			linked[f.ID]++
		}
	}
	for id, n := range linked {
		for f := ev.First(id); f != nil; f = ev.Next(f) {
			n--
		}
		if n != 0 {
			t.Fatalf("%q: the list of %q lacks %d fields", text, ev.Names.Name(id), n)
		}
	}
	if len(ev.Fields) > event.MaxFields || len(ev.Problems) > event.MaxProblems {
		t.Fatalf("%q: %d fields, %d problems", text, len(ev.Fields), len(ev.Problems))
	}
	for _, p := range ev.Problems {
		if p.Code == "" || p.Room != room && p.Room != "event" {
			t.Fatalf("%q: problem %v", text, p)
		}
	}
}

const (
	hostileSize  = 1 << 20                        // bytes of a hostile line
	hostileLimit = 50 * time.Millisecond * slower // in which it must be read or refused
	tries        = 9                              // the fastest counts: other work on the machine only ever adds
)

// fastest gives the shortest time that reading a text took.
func fastest(names *event.Names, text string, read func(*event.Event, string), enough time.Duration) time.Duration {
	best := time.Hour
	for range tries {
		ev := event.New(names)
		at := time.Now()
		read(ev, text)
		if d := time.Since(at); d < best {
			best = d
		}
		if best < enough {
			break
		}
	}
	return best
}

// linear checks that a text of hostileSize is read in time, and that one of twice the length takes at most three times as long.
func linear(t *testing.T, names *event.Names, name string, text func(n int) string, read func(*event.Event, string)) {
	t.Helper()
	half, full := text(hostileSize/2), text(hostileSize)
	one := fastest(names, full, read, hostileLimit/4)
	if one > hostileLimit {
		t.Errorf("%s: %d bytes took %v, at most %v are allowed", name, len(full), one, hostileLimit)
	}
	before := fastest(names, half, read, 0)
	for range 5 {
		if one <= 3*before || one < 2*time.Millisecond { // below that the clock and the collector decide
			return
		}
		one = min(one, fastest(names, full, read, 0))
		before = max(before, fastest(names, half, read, 0)) // of the shortest times: other work may have ended meanwhile
	}
	t.Errorf("%s: %d bytes took %v, %d took %v: more than three times as long", name, len(half), before, len(full), one)
}
