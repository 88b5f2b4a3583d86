package engine

import (
	"context"
	"runtime/pprof"
	"testing"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
)

// roomNames are the rooms in the order of the way, as apply names them, with what is before and after it.
var roomNames = []string{"decode", "parse", "normalise", "enrich", "detect", "correlate", "score", "encode"}

// BenchmarkRooms tells what each room takes of a record, in nanoseconds, for each mix: the clock is read between rooms and what reading
// it takes is left out. With -cpuprofile the samples carry the label room: go tool pprof -tagfocus room=normalise.
func BenchmarkRooms(b *testing.B) {
	all := mixes(b)
	for _, name := range sorted(all) {
		b.Run(name, func(b *testing.B) { benchRooms(b, open(b, benchClock), all[name]) })
	}
}

// meter adds up the time between the rooms of one way.
type meter struct {
	took   []time.Duration
	labels []context.Context
	at     int
	last   time.Time
}

func newMeter() *meter {
	m := &meter{took: make([]time.Duration, len(roomNames))}
	for _, n := range roomNames {
		m.labels = append(m.labels, pprof.WithLabels(context.Background(), pprof.Labels("room", n)))
	}
	return m
}

func (m *meter) start() {
	m.at = 0
	pprof.SetGoroutineLabels(m.labels[0])
	m.last = time.Now()
}

// next ends a room and begins the one after it.
func (m *meter) next() {
	now := time.Now()
	m.took[m.at] += now.Sub(m.last)
	if m.at++; m.at < len(m.labels) {
		pprof.SetGoroutineLabels(m.labels[m.at])
	}
	m.last = time.Now()
}

func benchRooms(b *testing.B, e *Engine, lines [][]byte) {
	chunks, records, bytes := chunksOf(lines)
	w := newWorker(e.rooms.Load())
	ev := w.evs[0]
	m := newMeter()
	see := func(string, *event.Event) { m.next() }
	var out []byte
	at := now
	pass := func() {
		for _, c := range chunks {
			at = at.Add(time.Second)
			for len(c) > 0 {
				ev.Reset()
				ev.Tag, ev.Arrival = "bench", at.UnixNano()
				m.start()
				rec, err := decode.Next(ev, c)
				if err != nil || rec.Kind != decode.Log {
					b.Fatalf("not a record: %v", err)
				}
				m.next()
				w.apply(see)
				out = w.rooms.encode.Append(out[:0], ev)
				m.next()
				c = c[rec.Size:]
			}
		}
	}
	pass()
	m.took = make([]time.Duration, len(roomNames))
	b.SetBytes(bytes / int64(records))
	b.ReportAllocs()
	done := 0
	for b.ResetTimer(); done < b.N; done += records {
		pass()
	}
	b.StopTimer()
	pprof.SetGoroutineLabels(context.Background())
	empty := clockTime()
	for i, n := range roomNames {
		b.ReportMetric(max(0, float64(m.took[i].Nanoseconds())/float64(done)-empty), n+"-ns")
	}
}

// clockTime gives what two readings of the clock one after the other are apart, nanoseconds.
func clockTime() float64 {
	const n = 10000
	var sum time.Duration
	for range n {
		a := time.Now()
		sum += time.Since(a)
	}
	return float64(sum.Nanoseconds()) / n
}
