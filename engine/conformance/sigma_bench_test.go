package conformance

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"prescore/engine/detect"
	"prescore/engine/event"
)

// processCreation finds the process creations of Sysmon and of the Security log, however the exporter spaces and quotes JSON.
var processCreation = regexp.MustCompile(`"(EventID|event_id|EventCode)"\s*:\s*"?(1|4688)"?\s*[,}]`)

// sigmaLanes are the events of the match sets by kind, as lines.
func sigmaLanes(t testing.TB) map[string][]string {
	lanes := map[string][]string{}
	caps := captures{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ ID, XML string }) { lanes["windows_xml"] = append(lanes["windows_xml"], c.XML) })
	eachLine(t, "sigma/windows_matches.ndjson", func(_ int, e expected) {
		if strings.HasPrefix(e.ID, "otrf:") {
			l := caps.line(t, e.ID)
			lanes["windows_json"] = append(lanes["windows_json"], l)
			if processCreation.MatchString(l) {
				lanes["windows_process"] = append(lanes["windows_process"], l)
			}
		}
	})
	eachLine(t, "sigma/nonwindows_matches.ndjson", func(_ int, e expected) {
		switch {
		case len(e.Event) > 0:
			lanes["cloud_json"] = append(lanes["cloud_json"], string(e.Event))
		case e.Raw != "":
			lanes["linux"] = append(lanes["linux"], e.Raw)
		case strings.Contains(e.ID, "syslog_") || strings.Contains(e.ID, ".log:") && !strings.Contains(e.ID, "zeek"):
			lanes["linux"] = append(lanes["linux"], caps.line(t, e.ID))
		}
	})
	return lanes
}

// BenchmarkSigma is the detect room alone, on events that are parsed and normalised, with all rules and with a hundred.
func BenchmarkSigma(b *testing.B) {
	lanes := sigmaLanes(b)
	for _, rules := range []int{100, 0} {
		w := newWay(b, func(c *detect.Config) {
			if rules > 0 {
				c.Only = someRules(b, rules)
			}
		})
		for _, lane := range []string{"windows_process", "windows_json", "windows_xml", "linux", "cloud_json"} {
			events, size := w.events(lanes[lane])
			b.Run(fmt.Sprintf("%s/rules=%d", lane, len(w.detect.Rules())), func(b *testing.B) {
				b.SetBytes(int64(size / len(events)))
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					ev := events[n%len(events)]
					ev.Findings, ev.Techniques, ev.Tactics = ev.Findings[:0], ev.Techniques[:0], ev.Tactics[:0]
					w.detect.Apply(ev)
					n++
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// someRules gives the ids of n rules, spread evenly over the corpus.
func someRules(t testing.TB, n int) []string {
	var all, ids []string
	eachLine(t, "sigma/rules_all.ndjson", func(_ int, r sigmaRule) { all = append(all, r.ID) })
	for i := range n {
		ids = append(ids, all[i*len(all)/n])
	}
	return ids
}

// events makes an event of each line, up to detect, and gives their bytes in all.
func (w *way) events(lines []string) (events []*event.Event, size int) {
	for _, l := range lines {
		ev := event.New(w.ev.Names)
		ev.Add("log", event.Str(l), 0)
		ev.Arrival = 1_700_000_000e9
		w.parse.Apply(ev)
		w.normalise.Apply(ev)
		events = append(events, ev)
		size += len(l)
	}
	return events, size
}

// BenchmarkSigmaWay is the way from a line to findings, with all rules.
func BenchmarkSigmaWay(b *testing.B) {
	lanes := sigmaLanes(b)
	w := newWay(b, nil)
	for _, lane := range []string{"windows_process", "windows_json", "windows_xml", "linux", "cloud_json"} {
		b.Run(lane, func(b *testing.B) {
			n, size := 0, 0
			for _, l := range lanes[lane] {
				size += len(l)
			}
			b.SetBytes(int64(size / len(lanes[lane])))
			for b.Loop() {
				w.pass(lanes[lane][n%len(lanes[lane])])
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// pass takes a line through the rooms.
func (w *way) pass(line string) {
	w.ev.Reset()
	w.ev.Add("log", event.Str(line), 0)
	w.ev.Arrival = 1_700_000_000e9
	w.parse.Apply(w.ev)
	w.normalise.Apply(w.ev)
	w.detect.Apply(w.ev)
}

// sigmaMemory is the budget of all rules in bytes.
const sigmaMemory = 100 << 20

// TestSigmaMemory holds what all rules keep in memory within its budget.
func TestSigmaMemory(t *testing.T) {
	live := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	w := newWay(t, nil)
	w.rules = nil
	after := live()
	t.Logf("%d rules keep %d KiB", len(w.detect.Rules()), (after-before)>>10)
	if after-before > sigmaMemory {
		t.Errorf("all rules keep %d bytes, at most %d", after-before, sigmaMemory)
	}
	runtime.KeepAlive(w)
}
