//go:build unix

package engine

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"prescore/engine/wire"
)

// BenchmarkEntities is the whole way of logins by so many users, each from an address of its own and in no order, at the default bound
// of 100,000 entities: the processor's time of one record, in the least of the passes, and how many times that of 1,000 users all
// passes took together, garbage included. An engine with 1,000 users takes turns, so that other work on the machine meets both.
func BenchmarkEntities(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			few, many := &crowd{e: open(b, ""), users: 1_000}, &crowd{e: open(b, ""), users: n}
			few.pass(b, loginsToFill/4)
			many.pass(b, loginsToFill)
			var sumFew, sumMany, best time.Duration
			for b.Loop() {
				for range 5 {
					sumFew += few.pass(b, loginsAPass)
					took := many.pass(b, loginsAPass)
					sumMany += took
					if best == 0 || took < best {
						best = took
					}
				}
			}
			if c := many.e.Totals(); c[CountEvents] != uint64(many.next) || c[CountPanics] != 0 {
				b.Fatalf("%v", c)
			}
			if few.e.Totals()[CountIncidents]+many.e.Totals()[CountIncidents] != 0 {
				b.Fatal("rules hold: the records are not the same work")
			}
			held := many.e.rooms.Load().state.Len()
			if held > 100_000 || n >= 100_000 && held < 50_000 {
				b.Fatalf("%d entities are held", held)
			}
			b.ReportMetric(float64(best.Nanoseconds())/loginsAPass, "cpu-ns/record")
			b.ReportMetric(float64(sumMany)/float64(sumFew), "growth")
			b.ReportMetric(float64(held), "entities")
		})
	}
}

// Sizes in records.
const (
	loginsAChunk = 100
	loginsToFill = 200_000 // more than fill the bound
	loginsAPass  = 20_000
)

// crowd is an engine and how far its users' logins have come.
type crowd struct {
	e           *Engine
	users, next int
	chunk, out  []byte
}

// pass takes the next logins through the engine and gives the processor's time of that.
func (c *crowd) pass(b *testing.B, records int) (took time.Duration) {
	for done := 0; done < records; done += loginsAChunk {
		c.chunk = logins(c.chunk[:0], c.next, c.users)
		c.next += loginsAChunk
		start := cpu(b)
		c.out, _, _ = c.e.Filter(c.out[:0], c.chunk, "bench", now.Add(time.Duration(c.next)*time.Second))
		took += cpu(b) - start
	}
	return took
}

// logins appends a chunk of logins, one a second, of which one in eight fails; the i-th is of a user that depends on i alone. So far
// apart not even the fewest users make the shipped rules hold, which would be another work than keeping them.
func logins(chunk []byte, i, users int) []byte {
	var text []byte
	for range loginsAChunk {
		at := now.Add(time.Duration(i) * time.Second)
		u := int(uint64(i) * 0x9E3779B97F4A7C15 >> 24 % uint64(users))
		verb := "Accepted"
		if i%8 == 0 {
			verb = "Failed"
		}
		text = fmt.Appendf(text[:0], "<38>%s bastion01 sshd[%d]: %s password for user%07d from 10.%d.%d.%d port %d ssh2",
			at.Format("Jan _2 15:04:05"), i%30000, verb, u, u>>16, u>>8&255, u&255, 1024+i%60000)
		chunk = wire.AppendMap(append(wire.AppendEventTime(append(chunk, 0x92, 0x92), at.UnixNano()), 0x80), 1)
		chunk = wire.AppendStr(wire.AppendStr(chunk, "log"), string(text))
		i++
	}
	return chunk
}

// cpu gives the processor's time of this process: on a busy machine the clock measures the others.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
