package main

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"prescore/engine"
	"prescore/engine/wire"
)

// BenchmarkEndpoint is the engine's share of what `make bench-host` measures: the same events, as tail with a JSON parser delivers
// them, about 36 KB a chunk. One operation is one record.
func BenchmarkEndpoint(b *testing.B) {
	for _, lane := range []struct{ name, set string }{
		{"ecs", "output.schema=ecs"}, {"none", "output.schema=none"}, {"ocsf", "output.schema=ocsf"},
	} {
		b.Run(lane.name, func(b *testing.B) { endpointLane(b, lane.set) })
	}
}

func endpointLane(b *testing.B, set string) {
	e, err := engine.Open(engine.Options{Set: set})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	var chunk, line []byte
	var records int
	for ; len(chunk) < 36<<10; records++ {
		line = appendEvent(line[:0], records, rng)
		chunk = append(wire.AppendEventTime(append(chunk, 0x92, 0x92), int64(records)+1715351520e9), 0x80)
		if chunk, err = wire.FromJSON(chunk, bytes.TrimSpace(line)); err != nil {
			b.Fatal(err)
		}
	}
	now := time.Unix(1715351520, 0)
	var out []byte
	b.SetBytes(int64(len(chunk) / records))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += records {
		out, _, _ = e.Filter(out[:0], chunk, "bench", now)
	}
	b.ReportMetric(float64(len(out)/records), "B-out")
	if n := e.Totals(); n[engine.CountEvents]%uint64(records) != 0 || n[engine.CountPanics] != 0 {
		b.Fatalf("%v", n)
	}
}
