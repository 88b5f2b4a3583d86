package entity

import (
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"testing"

	"prescore/engine/event"
)

const second = int64(1e9)

type note struct{ n int64 }

func noteSlot(t testing.TB, st *Store) Slot[note] {
	t.Helper()
	s, err := NewSlot(st, SlotSpec[note]{
		Name: "note", Version: 1,
		Append: func(dst []byte, v *note) []byte { return AppendInt(dst, v.n) },
		Parse: func(_ *Entity, _ uint8, b []byte) (*note, int, error) {
			r := Reader{B: b}
			return &note{r.Int()}, 16, r.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newStore(t testing.TB, change func(*Config)) *Store {
	t.Helper()
	cfg := Defaults()
	if change != nil {
		change(&cfg)
	}
	st, err := New(cfg, In{Names: event.NewNames()})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func counter(t testing.TB, st *Store, name string) uint64 {
	t.Helper()
	for _, c := range st.Counters() {
		if c.Name == name {
			return c.Value
		}
	}
	t.Fatalf("no counter %q", name)
	return 0
}

// TestModel holds the store against a map, below its bounds, where nothing may be lost.
func TestModel(t *testing.T) {
	st := newStore(t, nil)
	slot := noteSlot(t, st)
	model := map[string]int64{}
	rng := rand.New(rand.NewSource(1))
	for i := range 50_000 {
		k := Kind(rng.Intn(3))
		key := fmt.Sprint(rng.Intn(2000))
		id := fmt.Sprint(k, key)
		switch rng.Intn(10) {
		case 0:
			c := st.Peek(k, key)
			if (c.E != nil) != (model[id] != 0) {
				t.Fatalf("step %d: Peek of %s: there %v, model %d", i, id, c.E != nil, model[id])
			}
			if c.E != nil {
				c.Delete()
			}
			c.Close()
			delete(model, id)
		default:
			c := st.Get(k, key, int64(i)*second)
			v := slot.Of(c.E)
			if v == nil {
				v = &note{}
				slot.Put(&c, v, 16)
			}
			if v.n != model[id] {
				t.Fatalf("step %d: %s holds %d, model %d", i, id, v.n, model[id])
			}
			v.n++
			model[id]++
			c.Close()
		}
	}
	if st.Len() != len(model) {
		t.Fatalf("%d entities, model %d", st.Len(), len(model))
	}
}

// TestBounds: entries and bytes hold whatever comes.
func TestBounds(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.MaxBytes, c.Shards = 1000, 1<<20, 4 })
	slot := noteSlot(t, st)
	for i := range 20_000 {
		c := st.Get(Kind(event.Address), fmt.Sprint("10.0.", i), int64(i)*100*second)
		if c.E != nil {
			slot.Put(&c, &note{}, 900)
			c.Weigh(uint8(i % 5))
		}
		c.Close()
		if i%500 == 0 && (st.Len() > 1000 || st.Bytes() > 1<<20) {
			t.Fatalf("after %d: %d entities, %d bytes", i, st.Len(), st.Bytes())
		}
	}
	if st.Len() < 500 {
		t.Errorf("only %d entities are left", st.Len())
	}
	if counter(t, st, "entities_evicted") == 0 || counter(t, st, "entities_evicted_bytes") == 0 {
		t.Error("evictions were not counted")
	}
}

// TestFloodKeepsHost: a million random addresses do not wash out a host under attack, nor its bystanders with history.
func TestFloodKeepsHost(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities = 10_000 })
	slot := noteSlot(t, st)
	for i := range 500 {
		c := st.Get(Kind(event.Host), fmt.Sprint("srv", i), second)
		slot.Put(&c, &note{int64(i)}, 16)
		c.Weigh(2)
		c.Close()
	}
	rng := rand.New(rand.NewSource(2))
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	for i := range n {
		now := 10*second + int64(i)*second/10_000
		a := fmt.Sprintf("%d.%d.%d.%d", rng.Intn(224), rng.Intn(256), rng.Intn(256), rng.Intn(256))
		c := st.Get(Kind(event.Address), a, now)
		if c.E != nil {
			slot.Put(&c, &note{1}, 16)
		}
		c.Close()
	}
	lost := 0
	for i := range 500 {
		c := st.Peek(Kind(event.Host), fmt.Sprint("srv", i))
		if c.E == nil || slot.Of(c.E).n != int64(i) {
			lost++
		}
		c.Close()
	}
	t.Logf("%d random addresses at a bound of 10,000: %d of 500 hosts lost, %d newcomers refused, %d evicted, %d of them protected", n, lost,
		counter(t, st, "entities_refused"), counter(t, st, "entities_evicted"), counter(t, st, "entities_evicted_protected"))
	if lost != 0 {
		t.Errorf("%d of 500 hosts were lost", lost)
	}
	if counter(t, st, "entities_refused") == 0 {
		t.Error("the doorkeeper sent nobody away")
	}
}

// TestWeightyFlood: even newcomers that earn weight do not push out what is touched all the time.
func TestWeightyFlood(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 2000, 4 })
	slot := noteSlot(t, st)
	for i := range 100_000 {
		now := int64(i) * second / 1000
		for range 2 {
			c := st.Get(Kind(event.Address), fmt.Sprint("a", i), now)
			if c.E != nil {
				c.Weigh(3)
			}
			c.Close()
		}
		if i%10 == 0 {
			c := st.Get(Kind(event.Host), "dc01", now)
			v := slot.Of(c.E)
			if v == nil {
				v = &note{}
				slot.Put(&c, v, 16)
			}
			v.n++
			c.Weigh(4)
			c.Close()
		}
	}
	c := st.Peek(Kind(event.Host), "dc01")
	defer c.Close()
	if c.E == nil || slot.Of(c.E).n != 10_000 {
		t.Fatal("the host under attack lost its state")
	}
}

func TestGhostTruncates(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 64, 1 })
	touch := func(key string, now int64) bool {
		c := st.Get(0, key, now)
		defer c.Close()
		return c.E != nil && c.E.Truncated()
	}
	if touch("alice", 1*second) {
		t.Fatal("a new entity is truncated")
	}
	for i := range 70 {
		touch(fmt.Sprint("u", i), int64(i+2)*100*second)
	}
	if !touch("alice", 20_000*second) {
		t.Fatal("an entity that came back after its eviction is not marked")
	}
	if touch("bob", 20_000*second) {
		t.Fatal("a new entity is marked")
	}
}

func TestPeekIsNotTouch(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 64, 1 })
	get := func(key string, now int64) { c := st.Get(0, key, now); c.Close() }
	get("old", second)
	for i := range 63 {
		get(fmt.Sprint("u", i), int64(i+100)*second)
	}
	c := st.Peek(0, "old")
	if c.E == nil {
		t.Fatal("old is not there")
	}
	c.Close()
	c = st.Peek(0, "nobody")
	if c.E != nil {
		t.Fatal("Peek made an entity")
	}
	c.Close()
	get("new", 10_000*second)
	c = st.Peek(0, "old")
	if c.E != nil {
		t.Fatal("Peek kept the oldest entity alive")
	}
	c.Close()
}

func TestKindQuota(t *testing.T) {
	st := newStore(t, func(c *Config) { c.Shards = 8 })
	k, err := st.AddKind("rule:x", 7, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100_000 {
		c := st.Get(k, fmt.Sprint(i), int64(i)*second)
		c.Close()
		c = st.Get(0, fmt.Sprint(i%100), int64(i)*second)
		c.Close()
	}
	if n := st.Count(k); n > 1000+8 || n < 900 {
		t.Errorf("%d entities of a kind that may have 1,000", n)
	}
	if n := st.Count(0); n != 100 {
		t.Errorf("the bound of one kind cost another: %d of 100 are left", n)
	}
	if _, err := st.AddKind("rule:x", 7, 0); err == nil || err.Error() != `kinds: kind "rule:x" is there already` {
		t.Errorf("a second kind of one name: %v", err)
	}
}

func TestTick(t *testing.T) {
	st := newStore(t, nil)
	for i := range 100 {
		c := st.Get(0, fmt.Sprint(i), second)
		c.Due(int64(100-i) * second)
		c.Close()
	}
	var got []int64
	st.Tick(50*second, func(c *Cursor, at int64) {
		got = append(got, at)
		c.Due(at) // asks again: must wait for the next tick
	})
	if len(got) != 50 {
		t.Fatalf("%d visits, want 50", len(got))
	}
	c := st.Peek(0, "99")
	c.Delete()
	c.Close()
	n := 0
	st.Tick(50*second, func(*Cursor, int64) { n++ })
	if n != 49 {
		t.Fatalf("%d visits after one of 50 was deleted, want 49", n)
	}
}

func TestThreads(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities = 500 })
	slot := noteSlot(t, st)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 20_000 {
				c := st.Get(Kind(i%3), fmt.Sprint(i*(w+1)%1000), int64(i)*second)
				if c.E != nil && slot.Of(c.E) == nil {
					slot.Put(&c, &note{}, 16)
				}
				c.Close()
				if i%5000 == 0 {
					if err := st.Changes(func() error { return nil }, func(k, v []byte) error { return nil }, func(string) error { return nil }); err != nil {
						t.Error(err)
					}
					st.Counters()
				}
			}
		}()
	}
	wg.Wait()
	if st.Len() > 500 {
		t.Fatalf("%d entities", st.Len())
	}
}

func TestNormalise(t *testing.T) {
	st := newStore(t, nil)
	var a event.Arena
	f := func(k event.EntityKind, in, want string) {
		t.Helper()
		if got := st.Normalise(Kind(k), in, &a); got != want {
			t.Errorf("%v %q: %q, want %q", k, in, got, want)
		}
	}
	f(event.Principal, "  Alice@Example.COM ", "alice@example.com")
	f(event.Host, "DC01.corp.Example.", "dc01.corp.example")
	f(event.Address, "::ffff:10.1.2.3", "10.1.2.3")
	f(event.Address, "2001:DB8:0:0::1", "2001:db8::1")
	f(event.Address, "not-an-address", "not-an-address")
	f(event.FileHash, "ABCDEF", "abcdef")
	f(event.ProcessEntity, "C:\\Windows\\x.exe", "C:\\Windows\\x.exe")
	long := strings.Repeat("x", 1000)
	x, y := st.Normalise(0, long+"1", &a), st.Normalise(0, long+"2", &a)
	if len(x) != MaxKey || x == y {
		t.Errorf("long keys are not kept apart: %d bytes", len(x))
	}
}

func TestUserKind(t *testing.T) {
	names := event.NewNames()
	cfg := Defaults()
	cfg.Kinds = []KindConfig{{Name: "session", Fields: []string{"session_id", "vpn.gateway"}}}
	st, err := New(cfg, In{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	k, _ := st.KindNamed("session")
	ev := event.New(names)
	ev.Set(event.KeySessionID, event.Str("s1"))
	if got := st.KeyOf(k, ev); got != "" {
		t.Errorf("half a key: %q", got)
	}
	ev.Add("vpn.gateway", event.Str("gw\x1f1"), 0)
	if got := st.KeyOf(k, ev); got != "s1\x1fgw 1" {
		t.Errorf("key %q", got)
	}
}

func TestClock(t *testing.T) {
	c := Clock{Ahead: 300, Behind: 1000}
	f := func(at, arrival, want int64, moved bool) {
		t.Helper()
		if got, m := c.Clamp(at, arrival); got != want || m != moved {
			t.Errorf("Clamp(%d, %d) = %d, %v", at, arrival, got, m)
		}
	}
	f(0, 5000, 5000, false)
	f(5300, 5000, 5300, false)
	f(5301, 5000, 5300, true)
	f(4000, 5000, 4000, false)
	f(3999, 5000, 4000, true)
}

func TestRefuse(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		cfg := Defaults()
		change(&cfg)
		if _, err := New(cfg, In{Names: event.NewNames()}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f("max_entities: must be between 64 and 16777216, not 1", func(c *Config) { c.MaxEntities = 1 })
	f("shards: must be a power of two up to 1024, not 3", func(c *Config) { c.Shards = 3 })
	f("link_min: must be between 0 and 1, not 2", func(c *Config) { c.LinkMin = 2 })
	f(`kinds: kind "host" is there already`, func(c *Config) { c.Kinds = []KindConfig{{Name: "host", Fields: []string{"user"}}} })
	f(`kinds: kind "x" needs a name and 1 to 8 fields`, func(c *Config) { c.Kinds = []KindConfig{{Name: "x"}} })
}

// TestGetAllocates: a known entity costs no allocation.
func TestGetAllocates(t *testing.T) {
	st := newStore(t, nil)
	slot := noteSlot(t, st)
	c := st.Get(0, "alice", second)
	slot.Put(&c, &note{}, 16)
	c.Close()
	key := []byte("alice")
	if n := testing.AllocsPerRun(1000, func() {
		c := st.Get(0, event.View(key), second)
		slot.Of(c.E).n++
		c.Close()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
