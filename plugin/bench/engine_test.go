package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
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

// BenchmarkLines is the same for the demo's logs as lines under log, without rules and, where the environment variable RULES names the
// folder of make bench-host, with all that are in it.
func BenchmarkLines(b *testing.B) {
	sets := map[string]string{"none": noRules}
	if dir := os.Getenv("RULES"); dir != "" {
		sets["all"] = fmt.Sprintf("%s; detect.rules=[\"%s/all/*.yml\"]", arrival, dir)
	}
	for _, rules := range []string{"none", "all"} {
		set, ok := sets[rules]
		if !ok {
			continue
		}
		e := openLane(b, set)
		for _, input := range []string{linux, cloud, firewall, windows} {
			b.Run(input+"/"+rules, func(b *testing.B) { runLane(b, e, lineChunks(b, input), func(int) {}) })
		}
		e.Close()
	}
}

// benchChunks is how many chunks there are: enough that neither caches nor the processor's guesses know them by heart.
const benchChunks = 200

// chunkSize is what tail delivers at a time, bytes.
const chunkSize = 36 << 10

func endpointLane(b *testing.B, set string) {
	e := openLane(b, set)
	defer e.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	var line []byte
	records := -1
	chunks := chunksOf(b, func(chunk []byte) ([]byte, error) {
		records++
		line = appendEvent(line[:0], records, rng)
		return wire.FromJSON(chunk, bytes.TrimSpace(line))
	})
	runLane(b, e, chunks, func(pass int) { rename(chunks, pass) })
}

// rename gives the events of chunks other ids, and lets a minute a pass go by: with the ids of the pass before all would be replays, and
// with its times all would be late.
func rename(chunks [][]byte, pass int) {
	id := []byte{'A' + byte(pass/26%26), 'A' + byte(pass%26)}
	minute := fmt.Appendf(nil, "%02d:%02d", pass/60%24, pass%60)
	for _, c := range chunks {
		overwrite(c, "EVT-", id)
		overwrite(c, "2024-05-10T", minute)
	}
}

// overwrite writes text behind each mark.
func overwrite(chunk []byte, mark string, text []byte) {
	for at := bytes.Index(chunk, []byte(mark)); at >= 0; at = bytes.Index(chunk, []byte(mark)) {
		copy(chunk[at+len(mark):], text)
		chunk = chunk[at+len(mark):]
	}
}

// lineChunks gives the lines of one of the inputs as tail without a parser delivers them.
func lineChunks(b *testing.B, input string) [][]byte {
	path := filepath.Join(b.TempDir(), "lines")
	b.Chdir("../..")
	if err := inputs[input](path, 100_000); err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	at := -1
	return chunksOf(b, func(chunk []byte) ([]byte, error) {
		at++
		return wire.AppendStr(wire.AppendStr(append(chunk, 0x81), "log"), string(lines[at%len(lines)])), nil
	})
}

// chunksOf makes benchChunks chunks of the bodies that add appends.
func chunksOf(b *testing.B, add func(chunk []byte) ([]byte, error)) [][]byte {
	var chunks [][]byte
	var body []byte
	for records := 0; len(chunks) < benchChunks; {
		chunk := make([]byte, 0, chunkSize+4096)
		for ; len(chunk) < chunkSize; records++ {
			var err error
			if body, err = add(body[:0]); err != nil {
				b.Fatal(err)
			}
			n, head := wire.MapHead(body)
			chunk = wire.AppendEventTime(append(chunk, 0x92, 0x92), int64(records)+1715351520e9)
			chunk = append(chunk, 0xdf, 0, 0, 0, 0, 0xdf, 0, 0, 0, byte(n)) // as the host writes both maps, whatever their size
			chunk = append(chunk, body[head:]...)
		}
		chunks = append(chunks, chunk)
	}
	return chunks
}

func openLane(b *testing.B, set string) *engine.Engine {
	e, err := engine.Open(engine.Options{Set: set})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// runLane filters chunks over and over; before a pass begins again it calls again. One operation is one record.
func runLane(b *testing.B, e *engine.Engine, chunks [][]byte, again func(pass int)) {
	before, busy := e.Totals(), processor(b)
	now := time.Unix(1715351520, 0)
	var out []byte
	read, written, done := 0, 0, 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; done < b.N; i++ {
		if i%len(chunks) == 0 && i > 0 {
			b.StopTimer()
			idle := processor(b)
			again(i / len(chunks))
			busy += processor(b) - idle
			b.StartTimer()
		}
		var n engine.Counts
		out, n, _ = e.Filter(out[:0], chunks[i%len(chunks)], "bench", now)
		done += int(n[engine.CountEvents])
		read += len(chunks[i%len(chunks)])
		written += len(out)
	}
	b.SetBytes(int64(read / done))
	b.ReportMetric(float64(written/done), "B-out")
	b.ReportMetric(float64((processor(b)-busy).Nanoseconds())/float64(done), "cpu-ns/op")
	if n := e.Totals(); n[engine.CountEvents]-before[engine.CountEvents] != uint64(done) || n[engine.CountPanics] != before[engine.CountPanics] {
		b.Fatalf("%v", n)
	}
}

// processor gives the processor time that the process has taken: on a machine that does other work too it tells more than the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
