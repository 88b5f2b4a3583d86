package engine

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"prescore/engine/wire"
)

// mixes are the inputs of the whole engine's benchmarks: real captures where the corpus is beside the checkout, and the demo's logs.
func mixes(t testing.TB) map[string][][]byte {
	t.Helper()
	out := map[string][][]byte{}
	load := func(name, pattern string) {
		files, _ := filepath.Glob(pattern)
		var lines [][]byte
		for _, f := range files {
			lines = append(lines, readLines(t, f)...)
		}
		if len(lines) > 0 {
			out[name] = lines
		}
	}
	load("demo", "../fixtures/demo/*.log")
	load("windows", "../../shared/data/captures/*_2020-1*.json")
	load("linux", "../../shared/data/captures/syslog_*.json")
	load("cloud", "../../shared/data/captures/ec2_*.json")
	load("zeek", "../../shared/data/captures/*zeek_logs/conn.log")
	load("sshd", "../../shared/data/loghub/OpenSSH_2k.log")
	if len(out["demo"]) == 0 {
		t.Fatal("fixtures/demo has no logs")
	}
	return out
}

func readLines(t testing.TB, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][]byte
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<16), 1<<24)
	for sc.Scan() {
		if len(sc.Bytes()) > 0 {
			out = append(out, []byte(sc.Text()))
		}
	}
	return out
}

// chunksOf packs lines into chunks of about 36 KB, as tail hands them to a filter.
func chunksOf(lines [][]byte) (chunks [][]byte, records int, bytes int64) {
	var chunk []byte
	for i, l := range lines {
		chunk = append(append(chunk, 0x92, 0x92), wire.AppendEventTime(nil, now.UnixNano()+int64(i))...)
		chunk = wire.AppendMap(append(chunk, 0x80), 1)
		chunk = wire.AppendStr(wire.AppendStr(chunk, "log"), string(l))
		records++
		bytes += int64(len(l))
		if len(chunk) > 36<<10 {
			chunks, chunk = append(chunks, chunk), nil
		}
	}
	return append(chunks, chunk), records, bytes
}

// BenchmarkEngine is the whole way, chunk in, chunk out, without rules of the user; one operation is one record.
func BenchmarkEngine(b *testing.B) {
	all := mixes(b)
	for _, name := range sorted(all) {
		b.Run(name, func(b *testing.B) { run(b, open(b, benchClock), all[name]) })
	}
}

// benchClock lets time run by arrival: the mixes are passed again and again, and by their own time every pass but the first would be
// late as a whole, which windows pay for and no stream does.
const benchClock = "[entity]\nskew_behind = \"1s\"\n"

func run(b *testing.B, e *Engine, lines [][]byte) {
	chunks, records, bytes := chunksOf(lines)
	var out []byte
	at := now
	pass := func() {
		for _, c := range chunks {
			at = at.Add(time.Second)
			out, _, _ = e.Filter(out[:0], c, "bench", at)
		}
	}
	pass()
	b.SetBytes(bytes / int64(records))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += records {
		pass()
	}
	if n := e.Totals(); n[CountPanics] != 0 || n[CountEvents]%uint64(records) != 0 {
		b.Fatalf("%v", n)
	}
}

// BenchmarkLatency reports percentiles of one record alone, a chunk of its own each.
func BenchmarkLatency(b *testing.B) {
	e := open(b, benchClock)
	all := mixes(b)
	var lines [][]byte
	for _, name := range sorted(all) {
		lines = append(lines, all[name]...)
	}
	chunks := make([][]byte, len(lines))
	for i, l := range lines {
		c, _, _ := chunksOf([][]byte{l})
		chunks[i] = c[0]
	}
	took := make([]time.Duration, 0, 1<<20)
	var out []byte
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		out, _, _ = e.Filter(out[:0], chunks[i%len(chunks)], "bench", now.Add(time.Duration(i)*time.Millisecond))
		if len(took) < cap(took) {
			took = append(took, time.Since(start))
		}
	}
	slices.Sort(took)
	for _, p := range []int{50, 99, 999} {
		b.ReportMetric(float64(took[len(took)*p/map[int]int{50: 100, 99: 100, 999: 1000}[p]].Nanoseconds()), fmt.Sprintf("ns-p%d", p))
	}
}

func sorted(m map[string][][]byte) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// TestMemoryIsFlat: after warm-up, passing the same mixes on and on, while time goes on, leaves the heap where it was. RECORDS=10000000
// passes so many instead of a hundred thousand.
func TestMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds; run without -short")
	}
	total := 100_000
	if s := os.Getenv("RECORDS"); s != "" {
		var err error
		if total, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	e := open(t, benchClock)
	var lines [][]byte
	all := mixes(t)
	for _, name := range sorted(all) {
		lines = append(lines, all[name]...)
	}
	chunks, records, _ := chunksOf(lines)
	var out []byte
	at := now
	pass := func() {
		for _, c := range chunks {
			at = at.Add(time.Second)
			out, _, _ = e.Filter(out[:0], c, "bench", at)
		}
	}
	heap := func() uint64 {
		for range 2 { // what pools hold (detect's memory of values, 2.5 MB a thread) is there after some collections and not after others
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	// Windows fill for the first three million records (correlate's rings, 6 MB here) and are then what they are: the warm-up is a tenth,
	// and of ten million the second half adds nothing at all.
	for warm := 0; warm < max(5*records, total/10); warm += records {
		pass()
	}
	before, half := heap(), uint64(0)
	for done, told := 0, 0; done < total; done += records {
		if pass(); done-told >= 1_000_000 {
			told = done
			t.Logf("%d records: %d KiB of heap", done, heap()>>10)
		}
		if half == 0 && done >= total/2 {
			half = heap()
		}
	}
	after := heap()
	if after > before+before/10+1<<20 {
		t.Errorf("%d records: the heap grew from %d to %d bytes", total, before, after)
	}
	if total >= 10_000_000 && after > half+half/100 {
		t.Errorf("%d records: the heap grew from %d to %d bytes in their second half", total, half, after)
	}
}
