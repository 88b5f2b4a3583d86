package event

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestFollowChangesNothing: names resolved in a record's order, in any order, across records, are what the table gives; with joined
// ones, unknown ones, ones of the same length and repeated ones among them.
func TestFollowChangesNothing(t *testing.T) {
	names := NewNames()
	var known []string
	for _, p := range []string{"", "a.", "b.", "a.b.", "user.", `q"`} {
		for _, n := range []string{"id", "ip", "name", "nome", "host", "host.name", "x", ""} {
			if p+n != "" {
				names.Intern(p + n)
				known = append(known, p+n)
			}
		}
	}
	rng := rand.New(rand.NewPCG(7, 8))
	orders := make([][]string, 5)
	for i := range orders {
		for range 12 {
			n := known[rng.IntN(len(known))]
			switch rng.IntN(6) {
			case 0:
				n = strings.Repeat("u", 1+rng.IntN(4)) // nobody asked for it
			case 1:
				n += "x"
			}
			orders[i] = append(orders[i], n)
		}
	}
	ev := New(names)
	for range 20_000 {
		ev.Reset()
		order := orders[rng.IntN(len(orders))]
		for i, n := range order {
			if rng.IntN(8) == 0 {
				n = order[rng.IntN(i+1)]
			}
			if text, ref := ev.Expected(); ref != 0 && (names.Lookup(text) != ev.IDOf(ref) || strings.ContainsAny(text, `"'\&<>`)) {
				t.Fatalf("%q is expected as %d", text, ref)
			} else if ref != 0 && text == n && rng.IntN(2) == 0 {
				ev.Take(ref, text, Value{}, 0)
				continue
			}
			if text, ref := ev.ExpectedWord(); ref != 0 && (names.Lookup(text) != ev.IDOf(ref) || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz.") != "") {
				t.Fatalf("%q is expected as %d", text, ref)
			}
			if dot := strings.IndexByte(n, '.'); dot > 0 && rng.IntN(2) == 0 {
				name, id := ev.ResolveJoined(n[:dot], n[dot+1:])
				if name != n || id != names.Lookup(n) {
					t.Fatalf("%q and %q are %q, %d", n[:dot], n[dot+1:], name, id)
				}
				continue
			}
			if name, id := ev.Resolve(n); id != names.Lookup(n) || name != "" && name != n || id != 0 && name == "" {
				t.Fatalf("%q is %q, %d, not %d", n, name, id, names.Lookup(n))
			}
		}
	}
}

func TestTraits(t *testing.T) {
	f := func(name string, want trait) {
		t.Helper()
		if got := traitsOf(name); got != want {
			t.Errorf("%q: %b, want %b", name, got, want)
		}
	}
	for _, n := range []string{"a", "_a", "EventID", "a.b-c_9", "Z0"} {
		f(n, traitPlain|traitWord)
	}
	for _, n := range []string{"9a", ".a", "-a", "a b", "@timestamp", "a:b", "é", "a/b", "#text"} {
		f(n, traitPlain)
	}
	for _, n := range []string{`a"`, "a'", `a\b`, "a&b", "<a", "a>", "a\n", "\x00"} {
		f(n, 0)
	}
}

// TestLearntAreBounded: names that never come again are learnt up to a bound, and what was learnt stays true.
func TestLearntAreBounded(t *testing.T) {
	names := NewNames()
	asked := names.Intern("asked")
	ev := New(names)
	long := strings.Repeat("n", maxLearntLen+1)
	for i := range 3 * maxLearnt {
		ev.Reset()
		for _, n := range []string{"asked", "own." + strconv.Itoa(i), "often", long} {
			name, id := ev.Resolve(n)
			if (id != 0) != (n == "asked") || id != 0 && id != asked || name != "" && name != n {
				t.Fatalf("%q is %q, %d", n, name, id)
			}
			if n == "often" && name == "" {
				t.Fatal("a name is forgotten")
			}
		}
	}
	if n := ev.mem.learnt.Len(); n != maxLearnt {
		t.Errorf("%d names are learnt", n)
	}
	names.Intern("later")
	ev.Reset()
	if _, id := ev.Resolve("later"); id == 0 || ev.mem.learnt != nil {
		t.Error("a table that has grown is not looked at anew")
	}
}

func BenchmarkResolve(b *testing.B) {
	names := NewNames()
	var list []string
	for _, n := range strings.Fields("timestamp event_type host user process_name command_line process_id src_ip dest_ip asset_criticality") {
		names.Intern(n)
		list = append(list, strings.Clone(n))
	}
	ev := New(names)
	b.Run("lookup", func(b *testing.B) {
		for b.Loop() {
			for _, n := range list {
				names.Lookup(n)
			}
		}
	})
	b.Run("in_order", func(b *testing.B) {
		for b.Loop() {
			ev.order.prev = 0
			for _, n := range list {
				ev.Resolve(n)
			}
		}
	})
}
