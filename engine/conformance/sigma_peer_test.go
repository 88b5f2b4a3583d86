//go:build unix

package conformance

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// peerEvents is how many events both engines are given, the match set's repeated.
const peerEvents = 20_000

// BenchmarkSigmaPeer compares with rsigma, where it is on the path (or RSIGMA names it): the same rules, the same events as flat JSON
// that say their log source to it, one process each, the processor's time of loading rules subtracted. It reports prescore's events a
// second from line to findings, rsigma's, and their ratio.
func BenchmarkSigmaPeer(b *testing.B) {
	peer := findPeer(b)
	w := newWay(b, nil)
	dir := b.TempDir()
	for id, r := range w.rules {
		if err := os.WriteFile(filepath.Join(dir, id+".yml"), []byte(r.Yaml), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for lane, lines := range sigmaLanes(b, w) {
		if !strings.HasPrefix(lane, "windows") {
			continue
		}
		b.Run(lane, func(b *testing.B) {
			events := w.asJSON(b, lines)
			one, all := filepath.Join(b.TempDir(), "one.ndjson"), filepath.Join(b.TempDir(), "all.ndjson")
			repeat(b, one, events, 1)
			repeat(b, all, events, peerEvents)
			load := runPeer(b, peer, dir, one)
			theirs := float64(peerEvents-1) / (runPeer(b, peer, dir, all) - load).Seconds()
			start, n := processorTime(), 0
			for b.Loop() {
				w.pass(events[n%len(events)])
				n++
			}
			ours := float64(n) / (processorTime() - start).Seconds()
			b.ReportMetric(ours, "events/s")
			b.ReportMetric(theirs, "rsigma-events/s")
			b.ReportMetric(ours/theirs, "ratio")
		})
	}
}

// repeat writes n lines, the events again and again.
func repeat(t testing.TB, path string, events []string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := bufio.NewWriter(f)
	for i := range n {
		o.WriteString(events[i%len(events)])
		o.WriteByte('\n')
	}
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
}

// runPeer gives the processor's time of one run.
func runPeer(t testing.TB, peer, rules, events string) time.Duration {
	t.Helper()
	c := exec.Command(peer, "engine", "eval", "-r", rules, "--logsource-routing", "--output-format", "ndjson", "-q", "-e", "@"+events)
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v", peer, err)
	}
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
