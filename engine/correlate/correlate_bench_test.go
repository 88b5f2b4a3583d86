package correlate

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// eventCount is a rule that counts records with a technique by principal and never holds.
func eventCount(id, technique string, span int64, typ Type) Rule {
	r := Rule{ID: id, Title: id, Type: typ, GroupBy: []string{"principal"}, Span: span, Conds: []Cond{{GTE, 1e5}}, Native: true,
		Steps: []Step{{Name: "s", Any: []Match{{Techniques: []string{technique}}}}}}
	if typ != EventCount {
		r.Fields = []string{"message"}
	}
	return r
}

func benchEvent(b *bench, i int, who string) *event.Event {
	ev := event.New(b.names)
	ev.ID, ev.Source = fmt.Sprintf("%016x", i), "sysmon"
	ev.Entities[event.Principal] = who
	ev.AddTechnique("T1059")
	return ev
}

// cpu gives the processor time of this process, in nanoseconds: on a busy machine the clock measures the others.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// again makes an event ready to be applied once more at another time.
func again(ev *event.Event, at int64) {
	ev.Findings, ev.Incidents = ev.Findings[:0], nil
	ev.Arrival = at
	ev.Set(event.KeyTime, event.TimeOf(at))
}

// BenchmarkEntities applies records of so many principals at a bound of 100,000: cost a record, bytes a group.
func BenchmarkEntities(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
				c.Shipped, in.Rules, c.MaxGroups = false, []Rule{eventCount("r", "T1059", minute, EventCount)}, 100_000
			})
			ev := benchEvent(r, 0, "")
			who := make([]string, n)
			for i := range who {
				who[i] = fmt.Sprintf("user%07d", i)
			}
			var m0, m1 runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m0)
			one := func(i int) {
				again(ev, start+int64(i)*second/10_000)
				ev.Entities[event.Principal] = who[i*2654435761%n]
				r.r.Apply(ev)
			}
			for i := range min(2*n, 400_000) {
				one(i)
			}
			runtime.GC()
			runtime.ReadMemStats(&m1)
			i := min(2*n, 400_000)
			t0 := cpu()
			for b.Loop() {
				one(i)
				i++
			}
			b.ReportMetric(float64(cpu()-t0)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(m1.HeapAlloc-m0.HeapAlloc)/float64(r.st.Len()), "B/group")
			b.ReportMetric(float64(r.st.Len()), "groups")
			if r.st.Len() > 100_000 {
				b.Fatal("the bound does not hold")
			}
		})
	}
}

// Flat costs: the least slice of a benchmark's records counts, for other work on the machine only adds.
const (
	sliceOps = 2000
	maxFlat  = 2.0 // times the cost of the smallest size; a window of 100,000 does not fit into a cache
)

// sliced measures the processor's time of a record in slices.
type sliced struct {
	n     int
	since int64
	least float64
}

func (s *sliced) count() {
	if s.n++; s.n%sliceOps == 0 {
		now := cpu()
		if took := float64(now-s.since) / sliceOps; s.since != 0 && (s.least == 0 || took < s.least) {
			s.least = took
		}
		s.since = now
	}
}

// report gives the least slice and holds it against that of the smallest size.
func (s *sliced) report(b *testing.B, smallest *float64) {
	if s.least == 0 {
		return // too few records
	}
	b.ReportMetric(s.least, "cpu-ns/op")
	if *smallest == 0 {
		*smallest = s.least
	}
	b.ReportMetric(s.least / *smallest, "growth")
	if s.least > maxFlat**smallest {
		b.Errorf("a record costs %.0f ns, %.1f times that of the smallest size, above %.1f", s.least, s.least / *smallest, maxFlat)
	}
}

// BenchmarkRules applies records that one rule of so many counts. It fails where the cost grows with the rules.
func BenchmarkRules(b *testing.B) {
	var smallest float64
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
				c.Shipped = false
				for i := range n {
					in.Rules = append(in.Rules, eventCount(fmt.Sprint("r", i), fmt.Sprintf("T%d", 1059+i), minute, EventCount))
				}
			})
			ev := benchEvent(r, 0, "alice")
			i := 0
			var s sliced
			for b.Loop() {
				again(ev, start+int64(i)*second)
				r.r.Apply(ev)
				i++
				s.count()
			}
			s.report(b, &smallest)
		})
	}
}

// BenchmarkOccupancy applies records to a window that holds so many. It fails where the cost grows with them.
func BenchmarkOccupancy(b *testing.B) {
	for _, typ := range []Type{EventCount, ValueCount} {
		var smallest float64
		for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
			b.Run(fmt.Sprint(typ, "/", n), func(b *testing.B) {
				rule := eventCount("r", "T1059", int64(n)*second, typ)
				r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
					c.Shipped, in.Rules, c.MaxWindow = false, []Rule{rule}, 1<<17
				})
				ev := benchEvent(r, 0, "alice")
				texts := make([]string, 1000)
				for i := range texts {
					texts[i] = fmt.Sprint("value", i)
				}
				i := 0
				one := func() {
					again(ev, start+int64(i)*second)
					ev.Set(event.KeyMessage, event.Str(texts[i%len(texts)]))
					r.r.Apply(ev)
					i++
				}
				for range n + 1000 {
					one()
				}
				b.ResetTimer()
				var s sliced
				for b.Loop() {
					one()
					s.count()
				}
				s.report(b, &smallest)
				cur := r.st.Peek(r.r.rules[0].kind, "alice")
				if got := int(r.r.slot.Of(cur.E).ring.n) - int(r.r.slot.Of(cur.E).lo); got < n-1 || got > n+2 {
					b.Fatalf("the window holds %d", got)
				}
				cur.Close()
			})
		}
	}
}

// BenchmarkThreads applies records of many principals from as many threads as -cpu says: compare -cpu 1,2.
func BenchmarkThreads(b *testing.B) {
	r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
		c.Shipped, in.Rules = false, []Rule{eventCount("r", "T1059", minute, EventCount)}
	})
	t0 := cpu()
	var threads atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		first := 500 * int(threads.Add(1)) // half of a thread's users are another's too, and no two threads begin with the same
		ev := benchEvent(r, 0, "")
		who := make([]string, 1000)
		for i := range who {
			who[i] = fmt.Sprintf("user%07d", first+i)
		}
		for i := 0; pb.Next(); i++ {
			again(ev, start+int64(i)*second/100)
			ev.Entities[event.Principal] = who[i%1000]
			r.r.Apply(ev)
		}
	})
	b.ReportMetric(float64(cpu()-t0)/float64(b.N), "cpu-ns/op") // what threads cost each other, whatever else runs
}

// BenchmarkShipped applies a failed login to the shipped rules.
func BenchmarkShipped(b *testing.B) {
	r := newBench(b, func(_ *entity.Config, _ *Config, in *In) { in.Shipped = shipped(b) })
	ev := benchEvent(r, 0, "")
	failedLogin("alice", "10.0.0.5")(ev)
	ev.Techniques = ev.Techniques[:0]
	i := 0
	for b.Loop() {
		again(ev, start+int64(i)*100*second)
		r.r.Apply(ev)
		i++
	}
}

// BenchmarkLogins applies logins of few users from few addresses, five of six of which fail, to the shipped rules: all of their windows are
// full, and most rules hold.
func BenchmarkLogins(b *testing.B) {
	r := newBench(b, func(_ *entity.Config, _ *Config, in *In) { in.Shipped = shipped(b) })
	events := make([]*event.Event, 24)
	for i := range events {
		events[i] = benchEvent(r, i, "")
		failedLogin(fmt.Sprint("user", i%5), fmt.Sprint("10.0.0.", i%4))(events[i])
		if i%6 == 5 {
			events[i].Set(event.KeyOutcome, event.Str("success"))
		}
	}
	i := 0
	var s sliced
	var first float64
	for b.Loop() {
		ev := events[i%len(events)]
		again(ev, start+int64(i)*second/4)
		ev.Techniques, ev.Tactics = ev.Techniques[:0], ev.Tactics[:0]
		r.r.Apply(ev)
		i++
		s.count()
	}
	s.report(b, &first)
}

// BenchmarkNoRule applies process creations, each of an id of its own, that are no step of any rule: what every record pays, with the
// shipped rules and with none.
func BenchmarkNoRule(b *testing.B) {
	for _, rules := range []string{"shipped", "none"} {
		b.Run(rules, func(b *testing.B) {
			r := newBench(b, func(_ *entity.Config, c *Config, in *In) {
				if c.Shipped = rules == "shipped"; c.Shipped {
					in.Shipped = shipped(b)
				}
			})
			ev := benchEvent(r, 0, "alice")
			ev.Techniques = ev.Techniques[:0]
			ev.Class, ev.Activity, ev.IDGiven = event.ProcessActivity, 1, true
			ev.Entities[event.Host], ev.Entities[event.ProcessEntity] = "workstation-0042", "4242"
			id := []byte("00000000-0000-0000-0000-000000000000")
			ev.ID = event.View(id)
			var s sliced
			for i := 0; b.Loop(); i++ {
				for j, x := 35, i; j > 27; j, x = j-1, x>>4 {
					id[j] = hexDigits[x&15]
				}
				again(ev, start+int64(i)*second/1000)
				ev.Replayed = false
				r.r.Apply(ev)
				r.st.Scored(ev)
				s.count()
			}
			if len(ev.Findings) != 0 || counterOf(b, r.st.Counters(), "entities_created") != 0 {
				b.Fatal("a rule asked for it")
			}
			var own float64
			s.report(b, &own)
		})
	}
}
