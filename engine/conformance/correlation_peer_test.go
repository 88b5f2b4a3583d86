//go:build unix

package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"prescore/conf"
	"prescore/engine"
	"prescore/engine/correlate"
	"prescore/engine/detect"
	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/normalise"
	"prescore/engine/parse"
	"prescore/engine/wire"
)

const (
	peerLogins = 100_000 // events, one a second: about 29 of one user in eight hours
	peerUsers  = 1000
	peerRounds = 3 // of which the quickest counts: other work on the machine only adds
)

// peerRules gives five detections and five correlations over them.
func peerRules() string {
	var b strings.Builder
	for i, d := range [][2]string{
		{"failed", "{EventID: 4625}"}, {"success", "{EventID: 4624}"}, {"elevated", "{EventID: 4672}"},
		{"discovery", `{EventID: 4688, NewProcessName|endswith: ['\whoami.exe', '\net.exe']}`},
		{"encoded", "{EventID: 4688, CommandLine|contains: ' -enc '}"},
	} {
		fmt.Fprintf(&b, "title: %s\nname: %[1]s\nid: 7c0e2d6a-0000-4000-8000-1%011d\nlogsource: {product: windows, service: security}\n"+
			"detection: {selection: %s, condition: selection}\nlevel: low\n---\n", d[0], i, d[1]) // rsigma links by id
	}
	for i, c := range [][5]string{
		{"guessing", "event_count", "failed", "TargetUserName", "{gte: 4}"},
		{"many sources", "value_count", "failed", "TargetUserName", "{field: IpAddress, gte: 4}"},
		{"spraying", "value_count", "failed", "IpAddress", "{field: TargetUserName, gte: 9}"},
		{"stolen", "temporal", "failed, success, discovery", "TargetUserName", "{gte: 3}"},
		{"takeover", "temporal_ordered", "failed, elevated, encoded", "TargetUserName", "{gte: 3}"},
	} {
		fmt.Fprintf(&b, "title: %s\nid: 7c0e2d6a-0000-4000-8000-%012d\nlevel: high\ncorrelation: {type: %s, rules: [%s], group-by: [%s], timespan: 8h, condition: %s}\n---\n",
			c[0], i, c[1], c[2], c[3], c[4])
	}
	return strings.TrimSuffix(b.String(), "---\n")
}

// logins makes the events, ascending in time, no two alike.
func logins() (lines []string, first time.Time) {
	rnd := rand.New(rand.NewPCG(5, 5))
	first = time.Date(2024, 5, 10, 8, 0, 0, 0, time.UTC)
	for i := range peerLogins {
		id, more := 4688, ""
		switch p := rnd.IntN(100); {
		case p < 8:
			id = 4625
		case p < 16:
			id = 4624
		case p < 20:
			id = 4672
		default:
			exe := []string{"svchost", "chrome", "whoami", "net", "powershell", "cmd", "conhost", "git", "go", "excel"}[rnd.IntN(10)]
			arg := []string{"-k", "/c dir", " -enc QQBB", "status"}[rnd.IntN(4)]
			more = fmt.Sprintf(`,"NewProcessName":"C:\\Windows\\System32\\%s.exe","CommandLine":"%[1]s.exe %s"`, exe, arg)
		}
		lines = append(lines, fmt.Sprintf(`{"TimeCreated":"%s","EventID":%d,"EventRecordID":%d,"Channel":"Security","Provider_Name":"Microsoft-Windows-Security-Auditing",`+
			`"Computer":"pc%03d.example.org","TargetUserName":"user%04d","TargetDomainName":"EXAMPLE","IpAddress":"10.0.0.%d","LogonType":3%s}`,
			first.Add(time.Duration(i)*time.Second).Format("2006-01-02T15:04:05Z"), id, i+1, rnd.IntN(200), rnd.IntN(peerUsers), 1+rnd.IntN(64), more))
	}
	return lines, first
}

// BenchmarkCorrelationPeer compares with rsigma, where it is on the path (or RSIGMA names it): the same correlations over the same
// events, the processor's time of loading rules left out. It reports the events a second of prescore from line to what fired, of its
// whole way (scored and written, chunk in, chunk out), and of rsigma, which writes what fired. Each rule must fire as often in both.
func BenchmarkCorrelationPeer(b *testing.B) {
	peer := findPeer(b)
	dir := b.TempDir()
	rules, config := filepath.Join(dir, "rules.yml"), filepath.Join(dir, "prescore.toml")
	one, all := filepath.Join(dir, "one.ndjson"), filepath.Join(dir, "all.ndjson")
	lines, first := logins()
	for path, text := range map[string]string{
		rules: peerRules(), one: lines[0] + "\n", all: strings.Join(lines, "\n") + "\n",
		config: "[detect]\nrules = [\"rules.yml\"]\nstarter_rules = false\n[correlate]\nshipped = false\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	_, load := correlatePeer(b, peer, rules, one)
	want, theirs := correlatePeer(b, peer, rules, all)
	got, rooms := correlated(b, rules, lines, first)
	if len(got) != 10 || !maps.Equal(got, want) {
		b.Fatalf("fired %v, rsigma %v", got, want)
	}
	total := 0
	for _, n := range got {
		total += n
	}
	whole := time.Duration(1 << 62)
	for b.Loop() {
		for range peerRounds {
			_, again := correlatePeer(b, peer, rules, all)
			_, part := correlated(b, rules, lines, first)
			theirs, rooms, whole = min(theirs, again), min(rooms, part), min(whole, filtered(b, config, lines, first, total))
		}
	}
	other := (peerLogins - 1) / (theirs - load).Seconds()
	b.ReportMetric(peerLogins/rooms.Seconds(), "events/s")
	b.ReportMetric(peerLogins/whole.Seconds(), "whole-events/s")
	b.ReportMetric(other, "rsigma-events/s")
	b.ReportMetric(peerLogins/rooms.Seconds()/other, "ratio")
	b.ReportMetric(peerLogins/whole.Seconds()/other, "whole-ratio")
}

// findPeer gives rsigma's path.
func findPeer(b *testing.B) string {
	if peer := os.Getenv("RSIGMA"); peer != "" {
		return peer
	}
	peer, err := exec.LookPath("rsigma")
	if err != nil {
		b.Skip("rsigma is not installed")
	}
	return peer
}

// correlatePeer gives how often each rule fired in one run of rsigma, by title, and the processor's time it took. While an ordered
// sequence is inside the window rsigma says so on every event of any of its rules; prescore says so where one ends, and only those
// are counted: what follows a detection of the last rule in the output.
func correlatePeer(b *testing.B, peer, rules, events string) (map[string]int, time.Duration) {
	c := exec.Command(peer, "engine", "eval", "-r", rules, "--timestamp-field", "TimeCreated", "--output-format", "ndjson", "-q", "-e", "@"+events)
	c.Env = append(os.Environ(), "RAYON_NUM_THREADS=1")
	out, err := c.Output()
	if err != nil {
		b.Fatalf("%s: %v", peer, err)
	}
	fired, event := map[string]int{}, ""
	for l := range bytes.Lines(out) {
		var hit struct {
			Title string `json:"rule_title"`
			Type  string `json:"correlation_type"`
		}
		if err := json.Unmarshal(l, &hit); err != nil {
			b.Fatalf("%s: %q: %v", peer, l, err)
		}
		if hit.Type == "" {
			event = hit.Title
		} else if hit.Type == "temporal_ordered" && event != "encoded" {
			continue
		}
		fired[hit.Title]++
	}
	u := c.ProcessState.SysUsage().(*syscall.Rusage)
	return fired, time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// correlated gives how often each rule fires in prescore's rooms up to correlate, by title, and the processor's time it took.
func correlated(b *testing.B, rules string, lines []string, first time.Time) (map[string]int, time.Duration) {
	ev := event.New(event.NewNames())
	p, err1 := parse.New(parse.Defaults(), parse.In{Names: ev.Names})
	n, err2 := normalise.New(normalise.Defaults(), normalise.In{Names: ev.Names, Builtin: conf.Sources()})
	cfg, cc := detect.Defaults(), correlate.Defaults()
	cfg.Rules, cfg.Starter, cc.Shipped = []string{rules}, false, false
	d, err3 := detect.New(cfg, detect.In{Names: ev.Names, Logsources: conf.Logsources})
	st, err4 := entity.New(entity.Defaults(), entity.In{Names: ev.Names})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		b.Fatal(err)
	}
	c, err := correlate.New(cc, correlate.In{State: st, Names: ev.Names, Rules: engine.Correlations(d.Correlations()),
		Base: func(ref string) (string, bool) { return ref, true }}) // Sigma's reader resolved it
	if err != nil {
		b.Fatal(err)
	}
	fired := map[string]int{}
	runtime.GC()
	start := processorTime()
	for i, l := range lines {
		ev.Reset()
		ev.Add("log", event.Str(l), 0)
		ev.Arrival, ev.ID = first.UnixNano()+int64(i)*1e9, strconv.Itoa(i)
		p.Apply(ev)
		n.Apply(ev)
		d.Apply(ev)
		c.Apply(ev)
		for j := range ev.Findings {
			fired[ev.Findings[j].Title]++
		}
	}
	return fired, processorTime() - start
}

// filtered gives the processor's time that a new engine takes for all events, in chunks of a hundred, which must find so much in all.
func filtered(b *testing.B, config string, lines []string, first time.Time, findings int) time.Duration {
	var chunks [][]byte
	for i, l := range lines {
		if i%100 == 0 {
			chunks = append(chunks, nil)
		}
		c := &chunks[len(chunks)-1]
		*c = wire.AppendMap(append(wire.AppendEventTime(append(*c, 0x92, 0x92), first.UnixNano()+int64(i)*1e9), 0x80), 1)
		*c = wire.AppendStr(wire.AppendStr(*c, "log"), l)
	}
	e, err := engine.Open(engine.Options{Config: config})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	runtime.GC()
	var out []byte
	start := processorTime()
	for i, c := range chunks {
		out, _, _ = e.Filter(out[:0], c, "peer", first.Add(time.Duration(i+1)*100*time.Second))
	}
	took := processorTime() - start
	if n := e.Totals(); n[engine.CountEvents] != uint64(len(lines)) || n[engine.CountFindings] != uint64(findings) {
		b.Errorf("%d events and %d findings, want %d and %d", n[engine.CountEvents], n[engine.CountFindings], len(lines), findings)
	}
	return took
}
