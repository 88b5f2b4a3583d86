package correlate

import (
	"fmt"
	"math/rand"
	"runtime"
	"sync"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

func counterOf(t testing.TB, list []entity.Counter, name string) uint64 {
	t.Helper()
	for _, c := range list {
		if c.Name == name {
			return c.Value
		}
	}
	t.Fatalf("no counter %q", name)
	return 0
}

// TestMillionSources: a million failed logins from random addresses neither evict the account under attack nor hide the one address
// that goes on, and memory stays bounded.
func TestMillionSources(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	b := newBench(t, func(ec *entity.Config, _ *Config, in *In) { ec.MaxEntities, in.Shipped = 20_000, shipped(t) })
	rng := rand.New(rand.NewSource(1))
	ev := event.New(b.names)
	var opened, account int
	for i := range n {
		ev.Reset()
		at := int64(i) * second / 5000
		ip := fmt.Sprintf("%d.%d.%d.%d", 1+rng.Intn(220), rng.Intn(256), rng.Intn(256), rng.Intn(256))
		if i%1000 < 5 {
			ip = "203.0.113.9" // 25 a second among the noise
		}
		failedLogin(fmt.Sprint("user", rng.Intn(100_000)), ip)(ev)
		if i%100 == 0 {
			ev.Entities[event.Principal] = "root"
		}
		ev.ID, ev.Arrival = fmt.Sprint("e", i), start+at
		ev.Set(event.KeyTime, event.TimeOf(start+at))
		b.r.Apply(ev)
		if found(ev, "prescore.brute-force-source") != nil && ip == "203.0.113.9" {
			opened++
		}
		if found(ev, "prescore.brute-force-account") != nil && ev.Entities[event.Principal] == "root" {
			account++
		}
	}
	hot, root := n/1000*5, n/100
	t.Logf("%d records: the address held in %d of %d, the account in %d of %d; %d entities, %d bytes, %d evicted, %d refused", n, opened, hot,
		account, root, b.st.Len(), b.st.Bytes(), counterOf(t, b.st.Counters(), "entities_evicted"), counterOf(t, b.st.Counters(), "entities_refused"))
	if opened < hot-10 || account < root-20 {
		t.Errorf("the attack was lost: %d of %d, %d of %d", opened, hot, account, root)
	}
	if b.st.Len() > 20_000 {
		t.Errorf("%d entities", b.st.Len())
	}
}

// TestManyGroups: a hundred thousand groups on one rule stay within its bound and cost the others nothing.
func TestManyGroups(t *testing.T) {
	rules := []Rule{
		{ID: "wide", Title: "w", Type: EventCount, GroupBy: []string{"g"}, Span: hour, Conds: []Cond{{GTE, 3}}, Steps: []Step{{Name: "s", Any: []Match{{Ref: "s"}}}}},
		{ID: "other", Title: "o", Type: EventCount, GroupBy: []string{"h"}, Span: hour, Conds: []Cond{{GTE, 3}}, Steps: []Step{{Name: "s", Any: []Match{{Ref: "o"}}}}},
	}
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules, c.MaxGroups = false, rules, 5000 })
	for i := range 100 {
		b.apply(0, finding("o", "h", fmt.Sprint(i)))
	}
	for i := range 100_000 {
		b.apply(int64(i)*second/1000, finding("s", "g", fmt.Sprint(i)))
	}
	n, o := b.st.Count(b.r.rules[0].kind), b.st.Count(b.r.rules[1].kind)
	t.Logf("100,000 groups at a bound of 5,000: %d kept, %d of another rule's 100, %d bytes", n, o, b.st.Bytes())
	if n > 5000+32 || o != 100 {
		t.Errorf("%d groups, %d of another rule's 100", n, o)
	}
}

// TestTruncated: a group that was evicted within its window says that its count may be too low.
func TestTruncated(t *testing.T) {
	rule := Rule{ID: "r", Title: "r", Type: EventCount, GroupBy: []string{"g"}, Span: hour, Conds: []Cond{{GTE, 1}}, Steps: []Step{{Name: "s", Any: []Match{{Ref: "s"}}}}}
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules, c.MaxGroups = false, []Rule{rule}, 10 })
	b.apply(0, finding("s", "g", "first"))
	for i := range 1000 {
		b.apply(second, finding("s", "g", fmt.Sprint(i)))
	}
	ev := b.apply(2*second, finding("s", "g", "first"))
	if !ev.StateTruncated {
		t.Error("the record does not say that its state was lost")
	}
	if in := incidentOf(ev.Incidents, "r"); in == nil || !in.Truncated {
		t.Errorf("the incident does not say so: %+v", in)
	}
	if ev = b.apply(2*second, finding("s", "g", "never seen")); ev.StateTruncated {
		t.Error("a new group says that its state was lost")
	}
}

// TestThreads: several threads, one state; run with -race.
func TestThreads(t *testing.T) {
	b := newShipped(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var out []event.Incident
	for w := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ev := event.New(b.names)
			for i := range 5000 {
				ev.Reset()
				ev.ID, ev.Arrival = fmt.Sprint(w, "-", i), start+int64(i)*second/10
				ev.Set(event.KeyTime, event.TimeOf(ev.Arrival))
				switch i % 3 {
				case 0:
					failedLogin(fmt.Sprint("u", i%7), fmt.Sprint("10.0.0.", i%5))(ev)
				case 1:
					login(fmt.Sprint("u", i%7), fmt.Sprint("10.0.0.", i%5))(ev)
				default:
					attack(fmt.Sprint("src", w), fmt.Sprint("u", i%7), "h", "T1055", "execution")(ev)
				}
				b.r.Apply(ev)
				mu.Lock()
				out = append(out, ev.Incidents...)
				mu.Unlock()
				if i%500 == 0 {
					tick := b.r.Tick(ev.Arrival)
					mu.Lock()
					out = append(out, tick...)
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	open := map[string]string{} // rule and group -> id
	for _, in := range append(out, b.r.Tick(start+1000*hour)...) {
		if in.State == event.IncidentClose {
			open[in.ID] = "closed"
		}
	}
	for _, in := range out {
		if in.State == event.IncidentOpen && open[in.ID] != "closed" {
			t.Errorf("incident %s of %s was never closed", in.ID, in.Rule)
		}
	}
}

// TestAllocations: a record that counts in windows it already has costs none.
func TestAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("sync.Pool forgets at random under the race detector")
	}
	b := newShipped(t)
	ev := event.New(b.names)
	i := int64(0)
	apply := func() {
		i++
		ev.Reset()
		ev.ID, ev.Arrival = "0123456789abcdef", start+i*10*second
		ev.Set(event.KeyTime, event.TimeOf(ev.Arrival))
		ev.Baseline = 3
		failedLogin("alice", "10.0.0.5")(ev)
		ev.Entities[event.Host] = "ws1"
		b.r.Apply(ev)
	}
	for range 5000 {
		i += 10 // slower than any rule counts: no finding
		apply()
	}
	if n := testing.AllocsPerRun(2000, func() { i += 10; apply() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(ev.Findings) != 0 {
		t.Errorf("findings %v", ev.Findings)
	}
}

// TestMemory: a hundred thousand groups with live windows of three records each stay below 64 MiB.
func TestMemory(t *testing.T) {
	const limit = 64 << 20
	rule := Rule{ID: "r", Title: "r", Type: EventCount, GroupBy: []string{"principal"}, Span: hour, Conds: []Cond{{GTE, 5}}, Native: true,
		Steps: []Step{{Name: "s", Any: []Match{{Classes: []event.Class{event.Authentication}}}}}}
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) {
		c.Shipped, in.Rules, c.MaxGroups = false, []Rule{rule}, 100_000
	})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ev := event.New(b.names)
	n := 0
	for round := range int64(3) {
		for i := range int64(100_000) {
			ev.Reset()
			n++
			ev.ID, ev.Arrival = fmt.Sprintf("%016x", n), start+(round*100_000+i)*second/1000
			ev.Set(event.KeyTime, event.TimeOf(ev.Arrival))
			failedLogin(fmt.Sprintf("user%06d@example.com", i), fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))(ev)
			b.r.Apply(ev)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d groups: %d bytes of heap, %d a group; the store's own estimate %d; heap in use with garbage %d", b.st.Len(), used,
		used/int64(b.st.Len()), b.st.Bytes(), after.HeapInuse)
	if b.st.Len() < 90_000 {
		t.Errorf("only %d groups are live", b.st.Len())
	}
	if used > limit {
		t.Errorf("%d bytes, at most %d", used, limit)
	}
	if est := b.st.Bytes(); float64(est) < 0.7*float64(used) || float64(est) > 1.5*float64(used) {
		t.Errorf("the estimate %d is far from %d", est, used)
	}
	runtime.KeepAlive(b)
}
