package entity

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"prescore/engine/event"
)

// TestSeenModel holds the table against a map: an id is only known where it came within the time, and one that is forgotten early is
// counted.
func TestSeenModel(t *testing.T) {
	st := newStore(t, func(c *Config) { c.SeenIDs = 4096 })
	model := map[string]int64{}
	sets := map[int][]string{} // the ids that came new to each set
	rng := rand.New(rand.NewSource(8))
	early, replays := 0, uint64(0)
	for i := range 200_000 {
		at := int64(i) * second / 2
		id := fmt.Sprint(rng.Intn(12_000))
		last, there := model[id]
		want := there && at/second-last/second <= 3600
		ev := event.Event{ID: id, IDGiven: true, Arrival: at, Source: "s"}
		got := st.Seen(&ev)
		st.Scored(&ev)
		if got && !want {
			t.Fatalf("step %d: %s is known, last came at %d", i, id, last)
		}
		set, _ := st.seen.set(ev.IDHash)
		newest := sets[set][max(0, len(sets[set])-seenWays):]
		if want && !got && slices.Contains(newest, id) {
			t.Fatalf("step %d: %s is forgotten, but is one of the newest %d of its set", i, id, seenWays)
		}
		if !got {
			sets[set] = append(newest, id)
		}
		if got {
			replays++
		} else {
			if want {
				early++
			}
			model[id] = at
		}
	}
	if n := counter(t, st, "replayed"); n != replays || n == 0 {
		t.Errorf("%d replays counted, %d were", n, replays)
	}
	if n := counter(t, st, "seen_forgotten"); n < uint64(early) || early == 0 {
		t.Errorf("%d counted as forgotten, %d were missed", n, early)
	}
}

// TestSeenThreads: of the records of one id that several threads take at once, one is the first, and no other gets a score that is not its.
func TestSeenThreads(t *testing.T) {
	const ids, threads = 20_000, 4
	st := newStore(t, func(c *Config) { c.SeenIDs = 1 << 18 })
	var first [threads][ids]bool
	var wg sync.WaitGroup
	for n := range threads {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range ids {
				ev := event.Event{ID: fmt.Sprint(i), IDGiven: true, Arrival: second}
				if first[n][i] = !st.Seen(&ev); !first[n][i] && ev.Risk != 0 && ev.Risk != float64(i%90+1) {
					t.Errorf("id %d got risk %v", i, ev.Risk)
				}
				ev.Risk = float64(i%90 + 1)
				st.Scored(&ev)
				if i%1000 == 0 {
					st.TakeSeen()
				}
			}
		}()
	}
	wg.Wait()
	for i := range ids {
		n := 0
		for _, f := range first {
			if f[i] {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d records were the first of id %d", n, i)
		}
	}
}

// TestRestoreSeenOrder: in whatever order stored ids come back, the newest of each set are known, and the oldest go first.
func TestRestoreSeenOrder(t *testing.T) {
	const ids = 200
	rng := rand.New(rand.NewSource(5))
	for range 50 {
		st := newStore(t, func(c *Config) { c.SeenIDs = 8 * seenWays })
		sets := map[int][]seenID{}
		for _, n := range rng.Perm(ids) {
			id := seenID{hash: rng.Uint64() | 1, at: uint32(n + 1), marks: seenScored}
			st.seen.restore(id)
			set, _ := st.seen.set(id.hash)
			sets[set] = append(sets[set], id)
		}
		for i, list := range sets {
			slices.SortFunc(list, func(a, b seenID) int { return int(a.at) - int(b.at) })
			list = list[max(0, len(list)-seenWays):]
			for n, oldest := 0, nextWay(st.seen.hints[i]); n < seenWays; n++ {
				w := (oldest + n) % seenWays
				if want := len(list) - seenWays + n; want >= 0 && st.seen.ids[i][w] != list[want] {
					t.Fatalf("the id of rank %d of set %d is %+v, not %+v", n, i, st.seen.ids[i][w], list[want])
				} else if want >= 0 && hinted(st.seen.hints[i], list[want].hash)>>(8*w+7)&1 == 0 {
					t.Fatalf("way %d of set %d has no hint of its id", w, i)
				}
			}
		}
	}
}

// TestSeenHash: what differs in id, source or host differs, wherever the border between them lies.
func TestSeenHash(t *testing.T) {
	st := newStore(t, nil)
	hashes := map[uint64]string{}
	for _, text := range []string{"", "a", "ab", "abc", "abcdefgh", "abcdefghi", "abcdefghijklmnop", "abcdefghijklmnopq", "\x00", "\x00\x00", "b\x00"} {
		for _, source := range []string{"", "a", "sysmon"} {
			for _, host := range []string{"", "a", "abcdefgh", "\x00\x00\x00"} {
				ev := event.Event{ID: text, Source: source}
				h, what := st.idHash(&ev, host), fmt.Sprintf("%q %q %q", text, source, host)
				if other, there := hashes[h]; there {
					t.Errorf("%s and %s are one", what, other)
				}
				hashes[h] = what
			}
		}
	}
	ones := 0
	for i := range 64_000 { // about half of the bits turn with any bit of the id
		ev := event.Event{ID: fmt.Sprintf("%016x", i)}
		other := event.Event{ID: fmt.Sprintf("%016x", i^1)}
		for d := st.idHash(&ev, "") ^ st.idHash(&other, ""); d != 0; d &= d - 1 {
			ones++
		}
	}
	if mean := float64(ones) / 64_000; mean < 30 || mean > 33 { // one bit is fixed
		t.Errorf("%v of 64 bits turn", mean)
	}
	if a, b := newStore(t, nil), newStore(t, nil); a.idHash(&event.Event{ID: "x"}, "") == b.idHash(&event.Event{ID: "x"}, "") {
		t.Error("two stores hash alike: an id could be made that another's is taken for")
	}
}

// TestExpect: a record that was expected is known by the same hash as one that was not, however its host is spelt.
func TestExpect(t *testing.T) {
	st := newStore(t, nil)
	for _, id := range []string{"a", "4711", "0123456789abcdef0123456789abcdef"} {
		for _, host := range []string{"", "dc01", "DC01", " DC01.Corp.Example. ", "\x00É", strings.Repeat("H", 2*MaxKey)} {
			for _, given := range []bool{true, false} {
				hash := func(expected bool) uint64 {
					ev := event.Event{ID: id, IDGiven: given, Source: "sysmon", Arrival: 1e18}
					ev.Entities[event.Host] = host
					if expected {
						st.Expect(&ev)
					}
					st.Resolve(&ev, ev.Arrival)
					st.Seen(&ev)
					return ev.IDHash
				}
				plain := hash(false)
				if got := hash(true); got != plain || (got != 0) != given {
					t.Errorf("id %q, given %v, of host %.30q: %x where it was expected, else %x", id, given, host, got, plain)
				}
			}
		}
	}
}

// TestSeenHashStable: ids are stored with their hashes, so that what was written once must be found by any build that comes after.
func TestSeenHashStable(t *testing.T) {
	k := secret{0x0123456789abcdef, 0xfedcba9876543210}
	plain := func(h uint64, s string) uint64 {
		n := uint64(len(s))
		for ; len(s) >= 16; s = s[16:] {
			h = fold(word8(s)^k[0], word8(s[8:])^h^k[1])
		}
		var a, b uint64
		if len(s) >= 8 {
			a, s = word8(s), s[8:]
		}
		for i := 0; i < len(s); i++ {
			b = b<<8 | uint64(s[i])
		}
		return fold(fold(a^k[1], b^h^k[0]), n^k[1]^0x9e3779b97f4a7c15)
	}
	rng := rand.New(rand.NewSource(3))
	for n := range 70 {
		b := make([]byte, n)
		rng.Read(b)
		if h := rng.Uint64(); k.hash(h, string(b)) != plain(h, string(b)) {
			t.Errorf("the hash of %d bytes changed", n)
		}
	}
	if h := k.hash(3, "EVT-00000001"); h != 0x94cd278c0c318495 {
		t.Errorf("%#x", h)
	}
}

// TestTakeSeen: what is taken brings an empty store to the same answers; a second call gives only what is new; after a failure all.
func TestTakeSeen(t *testing.T) {
	st := newStore(t, func(c *Config) { c.SeenIDs = 1 << 18 })
	score := func(st *Store, id int) bool {
		ev := event.Event{ID: fmt.Sprint(id), IDGiven: true, Arrival: second, Risk: float64(id % 100), Baseline: 2, Severity: id % 11}
		seen := st.Seen(&ev)
		if seen && (ev.Severity != id%11 || ev.Risk != float64(id%100)) {
			t.Errorf("id %d got severity %d, risk %v", id, ev.Severity, ev.Risk)
		}
		st.Scored(&ev)
		return seen
	}
	count := func(batches [][]byte) (n int) {
		for _, b := range batches {
			ids, newest, err := SeenInfo(b)
			if err != nil || newest != second {
				t.Fatal(newest, err)
			}
			n += ids
		}
		return n
	}
	for i := range 10_000 {
		score(st, i)
	}
	ev := event.Event{ID: "under way", IDGiven: true, Arrival: second}
	st.Seen(&ev)
	all, anew := st.TakeSeen()
	if n := count(all); !anew || n != 10_000 || len(all) != 3 {
		t.Fatalf("%d ids in %d batches, anew %v", n, len(all), anew)
	}
	st.Scored(&ev)
	for i := 10_000; i < 10_100; i++ {
		score(st, i)
	}
	more, anew := st.TakeSeen()
	if n := count(more); anew || n != 101 {
		t.Fatalf("%d ids, anew %v", n, anew)
	}
	next := newStore(t, func(c *Config) { c.SeenIDs = 1 << 17 }) // of another size
	for _, b := range append(all, more...) {
		if err := next.RestoreSeen(b); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10_100 {
		if !score(next, i) {
			t.Fatalf("id %d is not known", i)
		}
	}
	if score(next, 10_100) {
		t.Error("an id that never came is known")
	}
	st.Unsaved()
	if again, anew := st.TakeSeen(); !anew || count(again) != 10_101 {
		t.Errorf("after a failure %d ids, anew %v", count(again), anew)
	}
	other := newStore(t, nil)
	score(other, 1)
	theirs, _ := other.TakeSeen()
	if err := next.RestoreSeen(theirs[0]); err != nil || counter(t, next, "entities_restore_dropped") != 1 {
		t.Errorf("a batch of another key: %v", err)
	}
}

// TestSeenOverflow: between two writes more may come than are remembered; then all are given.
func TestSeenOverflow(t *testing.T) {
	st := newStore(t, func(c *Config) { c.SeenIDs = 1024 })
	st.TakeSeen()
	for i := range 20_000 {
		ev := event.Event{ID: fmt.Sprint(i), IDGiven: true, Arrival: second}
		st.Seen(&ev)
		st.Scored(&ev)
	}
	batches, anew := st.TakeSeen()
	ids, _, err := SeenInfo(batches[0])
	if anew || len(batches) != 1 || ids != 1024 || err != nil {
		t.Errorf("%d ids in %d batches, anew %v, %v", ids, len(batches), anew, err)
	}
}

// FuzzRestoreSeen: damaged batches are refused or read, never a panic, and bring no id of a hash that is none of ours.
func FuzzRestoreSeen(f *testing.F) {
	st := newStore(f, nil)
	for i := range 3 {
		ev := event.Event{ID: fmt.Sprint(i), IDGiven: true, Arrival: second}
		st.Seen(&ev)
		st.Scored(&ev)
	}
	batches, _ := st.TakeSeen()
	f.Add(batches[0])
	f.Add(batches[0][:seenHeader])
	f.Fuzz(func(t *testing.T, b []byte) {
		st := newStore(t, func(c *Config) { c.SeenIDs, c.MaxEntities = 64, 64 })
		err := st.RestoreSeen(b)
		ids, _, bad := SeenInfo(b)
		if (err != nil) != (bad != nil) {
			t.Errorf("%v, but %v", err, bad)
		}
		taken, _ := st.TakeSeen()
		n := 0
		for _, b := range taken {
			k, _, _ := SeenInfo(b)
			n += k
		}
		if n > ids {
			t.Errorf("%d ids of %d", n, ids)
		}
	})
}

// BenchmarkSeen notes and scores records of ids that are new, in a table that is full and far larger than a cache.
func BenchmarkSeen(b *testing.B) {
	st := newStore(b, func(c *Config) { c.SeenIDs = 65536 })
	ev := event.Event{ID: "00000000-0000-0000-0000-000000000000", IDGiven: true, Source: "sysmon"}
	ev.Entities[event.Host] = "workstation-0042"
	id := []byte(ev.ID)
	ev.ID = event.View(id)
	for i := 0; b.Loop(); i++ {
		for j, x := 35, i; j > 27; j, x = j-1, x>>4 {
			id[j] = hexDigits[x&15]
		}
		ev.Arrival, ev.Replayed = int64(i)*1e6, false
		if st.Seen(&ev) {
			b.Fatal("a new id is known")
		}
		st.Scored(&ev)
	}
}
