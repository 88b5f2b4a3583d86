package conformance

import (
	"bytes"
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

// creationNames are what a process creation of the Security log has under other names than rules have it.
var creationNames = map[string]string{"Image": "NewProcessName", "ParentImage": "ParentProcessName"}

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
		if obj["EventID"] == "4688" {
			for name, own := range creationNames {
				if v, ok := obj[own]; ok && obj[name] == nil {
					obj[name] = v
				}
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

// laneEvents is how many events a lane takes: those of the match sets, again and again.
const laneEvents = 100_000

// BenchmarkSigmaWay is the way from a line to findings, with all rules, in events a second of the processor's time. What is found is
// what the match sets expect (expected), or the lane fails.
func BenchmarkSigmaWay(b *testing.B) {
	w := newWay(b, nil)
	lanes := sigmaLanes(b, w)
	want := w.expected(b, lanes)
	for _, lane := range sigmaLaneNames {
		lines := lanes[lane]
		b.Run(lane, func(b *testing.B) {
			b.ReportAllocs()
			n, size, findings, due := 0, 0, 0, 0
			start := processorTime()
			for b.Loop() {
				for i := range laneEvents {
					l := lines[i%len(lines)]
					w.pass(l)
					size += len(l)
					findings += len(w.ev.Findings)
					due += want[l]
				}
				n += laneEvents
			}
			took := processorTime() - start
			b.SetBytes(int64(size / (n / laneEvents)))
			b.ReportMetric(float64(n)/took.Seconds(), "events/s")
			b.ReportMetric(float64(took.Nanoseconds())/float64(n), "ns/event")
			b.ReportMetric(float64(findings)/float64(n), "findings/event")
			if findings != due {
				b.Errorf("%s: %d findings in %d events, %d are expected", lane, findings, n, due)
			}
		})
	}
}

// newMark stands where BenchmarkSigmaNew writes a number, from firstNew on: zeros in a row are what a rule looks for.
const (
	newMark  = "@@@@@@@@"
	firstNew = 37_123_456
)

// numbered is a line with the places of its numbers.
type numbered struct {
	line []byte
	at   []int
}

// write writes n at the places.
func (l *numbered) write(n int) {
	for _, at := range l.at {
		for i, k := at+len(newMark)-1, n; i >= at; i, k = i-1, k/10 {
			l.line[i] = '0' + byte(k%10)
		}
	}
}

// newLines are process creations whose command lines end in a number.
func newLines(t testing.TB, lines []string) (out []numbered) {
	for _, l := range lines {
		var obj map[string]string
		if err := json.Unmarshal([]byte(l), &obj); err != nil {
			t.Fatal(err)
		}
		for _, k := range []string{"CommandLine", "ParentCommandLine"} {
			if obj[k] != "" {
				obj[k] += " " + newMark
			}
		}
		text, err := json.Marshal(obj)
		if err != nil {
			t.Fatal(err)
		}
		n := numbered{line: text}
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(newMark))
			if i < 0 {
				break
			}
			n.at = append(n.at, from+i)
			from += i + len(newMark)
		}
		out = append(out, n)
	}
	return out
}

// BenchmarkSigmaNew is BenchmarkSigmaWay for process creations whose command lines never come again: what memory of values has no answer
// for. Before and after, the rules that match are held against the plain evaluator: those that do, and those that did before.
func BenchmarkSigmaNew(b *testing.B) {
	w := newWay(b, nil)
	lines := newLines(b, sigmaLanes(b, w)["windows_process"])
	matched := make([]map[string]bool, len(lines))
	n, findings := 0, 0
	check := func() {
		for i := range lines {
			n++
			lines[i].write(firstNew + n)
			got := w.line(event.View(lines[i].line))
			rec := w.detect.Record(w.ev)
			for _, ids := range []map[string]bool{got, matched[i]} {
				for id := range ids {
					if got[id] != sigma.Eval(w.loaded[id].Cond, rec) {
						b.Errorf("%s: %v, which is wrong: %s", id, got[id], lines[i].line)
					}
				}
			}
			matched[i] = got
		}
	}
	check()
	from, start := n, processorTime()
	for b.Loop() {
		for range laneEvents {
			n++
			l := &lines[n%len(lines)]
			l.write(firstNew + n)
			w.pass(event.View(l.line))
			findings += len(w.ev.Findings)
		}
	}
	took, events := processorTime()-start, float64(n-from)
	b.ReportMetric(events/took.Seconds(), "events/s")
	b.ReportMetric(float64(took.Nanoseconds())/events, "ns/event")
	b.ReportMetric(float64(findings)/events, "findings/event")
	check()
}

// expected gives how many findings each line of the lanes is to have, held against the match sets: all that they say matches is found,
// and whatever else is found the plain evaluator finds as well. It fails where that does not hold.
func (w *way) expected(t testing.TB, lanes map[string][]string) map[string]int {
	say := w.said(t)
	count := map[string]int{}
	for lane, lines := range lanes {
		for _, l := range lines {
			got := w.line(l)
			count[l] = len(got)
			e, ok := say[l]
			if !ok {
				if lane != "windows_process" { // whose lines are made of those of the others
					t.Fatalf("%s: an event that no match set has: %s", lane, l)
				}
				e = &expected{}
			}
			for _, m := range e.Matches {
				if e.want(m.RuleID) == 1 && w.loaded[m.RuleID] != nil && !got[m.RuleID] {
					t.Errorf("%s: %s: %s does not match", lane, e.ID, m.RuleID)
				}
			}
			rec := w.detect.Record(w.ev)
			for id := range got {
				if e.want(id) != 1 && !sigma.Eval(w.loaded[id].Cond, rec) {
					t.Errorf("%s: %s: %s matches", lane, e.ID, id)
				}
			}
		}
	}
	return count
}

// said gives what the match sets say of each line of the lanes.
func (w *way) said(t testing.TB) map[string]*expected {
	say := map[string]*expected{}
	caps := captures{}
	evtx := map[string]string{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ ID, XML string }) { evtx[c.ID] = c.XML })
	note := func(_ int, e expected) {
		switch {
		case evtx[e.ID] != "":
			say[evtx[e.ID]] = &e
		case len(e.Event) > 0:
			say[string(e.Event)] = &e
		case e.Raw != "":
			say[e.Raw] = &e
		case strings.HasPrefix(e.ID, "otrf:"):
			say[caps.line(t, e.ID)] = &e
		}
	}
	eachLine(t, "sigma/windows_matches.ndjson", note)
	eachLine(t, "sigma/nonwindows_matches.ndjson", note)
	return say
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
