package entity

import (
	"fmt"
	"runtime"
	"testing"

	"prescore/engine/event"
)

// BenchmarkGet visits entities at random at a bound of 100,000: cost a visit over the number of entities, and the heap.
func BenchmarkGet(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			st := newStore(b, nil)
			slot := noteSlot(b, st)
			keys := make([]string, n)
			for i := range keys {
				keys[i] = fmt.Sprintf("user%07d", i)
			}
			var m0, m1 runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m0)
			visit := func(i int) {
				c := st.Get(Kind(event.Principal), keys[i*2654435761%n], int64(i)*1e6)
				if c.E != nil {
					if v := slot.Of(c.E); v == nil {
						slot.Put(&c, &note{1}, 16)
					} else {
						v.n++
					}
				}
				c.Close()
			}
			for i := range n {
				visit(i)
			}
			runtime.GC()
			runtime.ReadMemStats(&m1)
			for i := 0; b.Loop(); i++ {
				visit(i)
			}
			b.ReportMetric(float64(m1.HeapAlloc-m0.HeapAlloc)/float64(st.Len()), "B/entity")
			if st.Len() > 100_000 {
				b.Fatal("the bound does not hold")
			}
		})
	}
}

// BenchmarkThreads visits entities from two threads; compare with -cpu 1,2.
func BenchmarkThreads(b *testing.B) {
	st := newStore(b, nil)
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("user%07d", i)
		c := st.Get(0, keys[i], second)
		c.Close()
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			c := st.Get(0, keys[i%len(keys)], second)
			c.Close()
		}
	})
}

// BenchmarkResolve resolves a record that names six entities in the form of their keys, and one that names an address and a host alone.
func BenchmarkResolve(b *testing.B) {
	st := newStore(b, nil)
	for name, entities := range map[string][event.NumEntityKinds]string{
		"six":  {"svc_backup", "dc01.corp.example", "10.20.30.40", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "powershell.exe", "update.example.net"},
		"host": {event.Host: "fw01.corp.example", event.Address: "203.0.113.71"},
	} {
		b.Run(name, func(b *testing.B) {
			ev := &event.Event{Arrival: 1e18}
			for b.Loop() {
				ev.Entities = entities
				st.Resolve(ev, ev.Arrival)
			}
			if ev.Entities != entities {
				b.Fatal(ev.Entities)
			}
		})
	}
}
