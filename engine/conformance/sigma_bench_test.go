package conformance

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"prescore/engine/detect"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// sigmaLaneNames are the lanes in the order in which they are measured.
var sigmaLaneNames = []string{"windows_process", "windows_json", "windows_xml", "linux", "cloud_json"}

// sigmaLanes are the events of the match sets by kind, as lines. Process creations are those of all Windows events, as flat JSON.
func sigmaLanes(t testing.TB, w *way) map[string][]string {
	lanes := map[string][]string{}
	caps := captures{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ ID, XML string }) { lanes["windows_xml"] = append(lanes["windows_xml"], c.XML) })
	eachLine(t, "sigma/windows_matches.ndjson", func(_ int, e expected) {
		if strings.HasPrefix(e.ID, "otrf:") {
			lanes["windows_json"] = append(lanes["windows_json"], caps.line(t, e.ID))
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
	var processes []string
	for _, l := range slices.Concat(lanes["windows_json"], lanes["windows_xml"]) {
		w.line(l)
		if slices.ContainsFunc(w.detect.LogSources(w.ev), func(s sigma.LogSource) bool { return s.Category == "process_creation" }) {
			processes = append(processes, l)
		}
	}
	lanes["windows_process"] = w.asJSON(t, processes)
	return lanes
}

// asJSON gives events as flat JSON under Sigma's names, with the log source that they are of.
func (w *way) asJSON(t testing.TB, lines []string) []string {
	var out []string
	for _, l := range lines {
		w.line(l)
		obj := map[string]any{}
		for _, src := range w.detect.LogSources(w.ev) {
			for k, v := range map[string]string{"product": src.Product, "category": src.Category, "service": src.Service} {
				if v != "" {
					obj[k] = v
				}
			}
		}
		for i := range w.ev.Fields {
			f := &w.ev.Fields[i]
			name := f.Name
			if f.ID != 0 {
				name = w.ev.Names.Name(f.ID)
			}
			if name != "log" && f.Value.K >= event.Bool {
				obj[name] = strings.ToValidUTF8(strings.Clone(f.Value.Text(&w.ev.Arena)), "?")
			}
		}
		text, err := json.Marshal(obj)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// BenchmarkSigma is the detect room alone, on events that are parsed and normalised, with all rules and with a hundred.
func BenchmarkSigma(b *testing.B) {
	lanes := sigmaLanes(b, newWay(b, nil))
	for _, rules := range []int{100, 0} {
		w := newWay(b, func(c *detect.Config) {
			if rules > 0 {
				c.Only = someRules(b, rules)
			}
		})
		for _, lane := range sigmaLaneNames {
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
	w := newWay(b, nil)
	lanes := sigmaLanes(b, w)
	for _, lane := range sigmaLaneNames {
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
