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
// them, about 36 KB a chunk. One operation is one record. bare is without the rules and correlations that come along.
func BenchmarkEndpoint(b *testing.B) {
	for _, lane := range []struct{ name, set string }{
		{"ecs", "output.schema=ecs"}, {"none", "output.schema=none"}, {"bare", noRules + "; output.schema=none"}, {"ocsf", "output.schema=ocsf"},
	} {
		b.Run(lane.name, func(b *testing.B) { endpointLane(b, lane.set) })
	}
}

// benchChunks is how many chunks of events there are: enough that neither caches nor the processor's guesses know them by heart.
const benchChunks = 200

func endpointLane(b *testing.B, set string) {
	e, err := engine.Open(engine.Options{Set: set})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	var chunks [][]byte
	var line []byte
	records, size := 0, 0
	for range benchChunks {
		var chunk []byte
		for ; len(chunk) < 36<<10; records++ {
			line = appendEvent(line[:0], records, rng)
			chunk = append(wire.AppendEventTime(append(chunk, 0x92, 0x92), int64(records)+1715351520e9), 0x80)
			if chunk, err = wire.FromJSON(chunk, bytes.TrimSpace(line)); err != nil {
				b.Fatal(err)
			}
		}
		chunks, size = append(chunks, chunk), size+len(chunk)
	}
	now := time.Unix(1715351520, 0)
	var out []byte
	written := 0
	b.SetBytes(int64(size / records))
	b.ReportAllocs()
	b.ResetTimer()
	done := 0
	for i := 0; done < b.N; i++ {
		var n engine.Counts
		out, n, _ = e.Filter(out[:0], chunks[i%len(chunks)], "bench", now)
		done += int(n[engine.CountEvents])
		written += len(out)
	}
	b.ReportMetric(float64(written/done), "B-out")
	if n := e.Totals(); n[engine.CountEvents] != uint64(done) || n[engine.CountPanics] != 0 {
		b.Fatalf("%v", n)
	}
}
