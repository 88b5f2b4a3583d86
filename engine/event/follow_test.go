package event

import (
	"math/rand/v2"
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
			if text, id := ev.Expected(); id != 0 && (names.Lookup(text) != id || strings.ContainsAny(text, `"'\&<>`)) {
				t.Fatalf("%q is expected as %d", text, id)
			} else if id != 0 && text == n && rng.IntN(2) == 0 {
				ev.Take(id)
				continue
			}
			if dot := strings.IndexByte(n, '.'); dot > 0 && rng.IntN(2) == 0 {
				name, id := ev.ResolveJoined(n[:dot], n[dot+1:])
				if name != n || id != names.Lookup(n) {
					t.Fatalf("%q and %q are %q, %d", n[:dot], n[dot+1:], name, id)
				}
				continue
			}
			if id := ev.Resolve(n); id != names.Lookup(n) {
				t.Fatalf("%q is %d, not %d", n, id, names.Lookup(n))
			}
		}
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
			ev.prev = 0
			for _, n := range list {
				ev.Resolve(n)
			}
		}
	})
}
