//go:build unix

package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// Both engines are given matchPeerEvents events, those of the match sets again and again, so that a run of the peer is several times its
// start; in turns, so that what else the machine does meets both; and of all rounds the least time of each counts, since other
// processes only add to it.
const (
	matchPeerEvents = laneEvents
	matchPeerRounds = 5
	// matchPeerFloor is how many times the peer's events a second a Windows lane must reach.
	matchPeerFloor = 3
)

// peerMisses are rules that the peer is known to miss on events that the match sets say match, with what it does not do.
var peerMisses = map[string]string{
	"ab6bffca-beff-4baa-af11-6733f296d57a": "endswith with the wildcard ?",
	"f6de9536-0441-4b3f-a646-f4e00f300ffd": "endswith with the wildcard ?",
}

// BenchmarkSigmaPeer compares with rsigma, where it is on the path (or RSIGMA names it): the same rules, the same events as flat JSON
// that say their log source to it, out of one file, the same matches; one process each, in the processor's time, the peer's time of
// loading rules subtracted. It reports prescore's events a second from line to findings, rsigma's, and their ratio, and fails where
// that is below matchPeerFloor. Each lane is one measurement, however many are asked for.
func BenchmarkSigmaPeer(b *testing.B) {
	peer := findPeer(b)
	w := newWay(b, nil)
	dir := b.TempDir()
	for id, r := range w.rules {
		if err := os.WriteFile(filepath.Join(dir, id+".yml"), []byte(r.Yaml), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	lanes := sigmaLanes(b, w)
	w.expected(b, lanes)
	for _, lane := range append(sigmaLaneNames, newLane) {
		if !strings.HasPrefix(lane, "windows") {
			continue
		}
		count, line := w.peerLines(b, lane, lanes)
		events := make([]string, count)
		for i := range events {
			events[i] = strings.Clone(line(i))
		}
		files := b.TempDir()
		one, each, all := filepath.Join(files, "one.ndjson"), filepath.Join(files, "each.ndjson"), filepath.Join(files, "all.ndjson")
		write(b, one, 1, line)
		write(b, each, count, line)
		write(b, all, matchPeerEvents, line)
		w.samePeer(b, lane, events, peerMatches(b, peer, dir, each))
		b.Run(lane, func(b *testing.B) {
			load, theirs, ours := time.Duration(1<<62), time.Duration(1<<62), time.Duration(1<<62)
			for range matchPeerRounds {
				load = min(load, runPeer(b, peer, dir, one, nil))
				theirs = min(theirs, runPeer(b, peer, dir, all, nil))
				ours = min(ours, w.runFile(b, all))
			}
			rate := func(took time.Duration) float64 { return matchPeerEvents / took.Seconds() }
			ratio := rate(ours) / rate(theirs-load)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rate(ours), "events/s")
			b.ReportMetric(rate(theirs-load), "rsigma-events/s")
			b.ReportMetric(load.Seconds(), "rsigma-load-s")
			b.ReportMetric(ratio, "ratio")
			if ratio < matchPeerFloor {
				b.Errorf("%s: prescore takes %.0f events a second, rsigma %.0f: %.1f times as many, at least %d are wanted", lane, rate(ours), rate(theirs-load), ratio, matchPeerFloor)
			}
		})
	}
}

// samePeer fails where a rule matches other events than the peer says, by number. It leaves out what the peer cannot know or is
// known to miss: it is told one category of an event and not the two that some have, it runs rules of any category on events
// without one, and peerMisses.
func (w *way) samePeer(b *testing.B, lane string, events []string, theirs map[string]int) {
	b.Helper()
	ours, mine, sources := map[string]int{}, map[string]bool{}, map[sigma.LogSource]bool{}
	for _, l := range events {
		var told sigma.LogSource
		if err := json.Unmarshal([]byte(l), &told); err != nil {
			b.Fatal(err)
		}
		for id := range w.line(l) {
			if c := w.loaded[id].Source.Category; c != "" && c != told.Category {
				mine[id] = true
			}
			ours[id]++
		}
		for _, s := range w.detect.LogSources(w.ev) {
			sources[s] = true
		}
	}
	for id := range w.loaded {
		ran := false
		for s := range sources {
			ran = ran || w.loaded[id].Source.Covers(s)
		}
		if _, misses := peerMisses[id]; ours[id] != theirs[id] && ran && !mine[id] && !misses {
			b.Errorf("%s: %s %s: %d matches, rsigma has %d", lane, id, w.rules[id].Title, ours[id], theirs[id])
		}
	}
}

// peerMatches gives how often each rule matches the events of a file, as the peer sees it.
func peerMatches(t testing.TB, peer, rules, events string) map[string]int {
	t.Helper()
	var out bytes.Buffer
	runPeer(t, peer, rules, events, &out)
	count := map[string]int{}
	for l := range bytes.Lines(out.Bytes()) {
		var m struct {
			ID string `json:"rule_id"`
		}
		if err := json.Unmarshal(l, &m); err != nil {
			t.Fatal(err)
		}
		count[m.ID]++
	}
	return count
}

// runFile takes every line of a file through the rooms and gives the processor's time of it.
func (w *way) runFile(t testing.TB, path string) time.Duration {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := processorTime()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<20), 1<<26)
	n := 0
	for ; sc.Scan(); n++ {
		w.pass(event.View(sc.Bytes()))
	}
	took := processorTime() - start
	if err := sc.Err(); err != nil || n != matchPeerEvents {
		t.Fatalf("%d of %d events: %v", n, matchPeerEvents, err)
	}
	return took
}

// newLane is process creations whose command lines never come again, so that nothing that is remembered of them helps.
const newLane = "windows_process_new"

// peerLines gives how many events a lane has, and its i-th line of any number.
func (w *way) peerLines(t testing.TB, lane string, lanes map[string][]string) (count int, line func(i int) string) {
	if lane != newLane {
		events := w.asJSON(t, lanes[lane])
		return len(events), func(i int) string { return events[i%len(events)] }
	}
	events := newLines(t, w.asJSON(t, lanes["windows_process"]))
	return len(events), func(i int) string {
		l := &events[i%len(events)]
		l.write(firstNew + i)
		return event.View(l.line)
	}
}

// write writes n lines.
func write(t testing.TB, path string, n int, line func(i int) string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	o := bufio.NewWriter(f)
	for i := range n {
		o.WriteString(line(i))
		o.WriteByte('\n')
	}
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
}

// runPeer gives the processor's time of one run; what it prints goes to out.
func runPeer(t testing.TB, peer, rules, events string, out io.Writer) time.Duration {
	t.Helper()
	c := exec.Command(peer, "engine", "eval", "-r", rules, "--logsource-routing", "--output-format", "ndjson", "-q", "-e", "@"+events)
	c.Stdout = out
	if err := c.Run(); err != nil {
		t.Fatalf("%s: %v", peer, err)
	}
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
