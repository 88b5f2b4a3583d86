package parse

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prescore/engine/event"
)

// lanes are the demo's logs, a line a record, as the lanes of plugin/bench have them; their lines differ in names, order and kind.
var lanes = []struct{ name, file, hold string }{
	{"linux", "auth.log", ""}, {"cloud", "cloudtrail.log", ""}, {"firewall", "fortigate.log", ""},
	{"process", "ws-042-sysmon.log", "<EventID>1</EventID>"}, {"windows", "ws-042-sysmon.log", ""}, {"winlogbeat", "dc01-winlogbeat.log", ""},
}

// laneLines gives the lines of a log of the demo that hold a text.
func laneLines(t testing.TB, file, hold string) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../fixtures/demo", file))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.Contains(l, hold) {
			lines = append(lines, l)
		}
	}
	return lines
}

// endpointLines are events such as the endpoint lane of plugin/bench has.
func endpointLines() (lines []string) {
	tactics := []string{`[]`, `["execution"]`, `["initial-access","lateral-movement"]`}
	for i := range 100 {
		lines = append(lines, fmt.Sprintf(`{"event_id":"EVT-%08d","timestamp":"2024-05-10T%02d:%02d:01.%03dZ","event_type":"process_creation","host":"ws-%03d",`+
			`"user_principal":"user%03d@corp.example","process_name":"svchost.exe","command_line":"C:\\Windows\\System32\\svchost.exe -k netsvcs -p","process_id":%d,"parent_process":"services.exe",`+
			`"src_ip":"10.0.%d.%d","dest_ip":"10.0.2.10","asset_criticality":"medium","attck_tactics":%s,"identity_risk_score":0.%d,`+
			`"cross_source_confidence":0.85,"baseline_severity":%d}`, i, i%24, i%60, i, i%300, i%400, 1000+i*7, i%8, i%250, tactics[i%3], 10+i%90, 1+i%10))
	}
	return lines
}

// TestRememberedChangesNothing: an event that remembers the names of the lines before reads a line as one that remembers none, whole or
// with bytes and parts of it exchanged: what is expected is a faster way to the same fields, and never another way to read them.
func TestRememberedChangesNothing(t *testing.T) {
	r, warm := open(t, Defaults(), "srcip", "action", "Image", "EventID", "userIdentity.arn", "Provider_Name", "syslog.hostname")
	full := func(ev *event.Event) string {
		out := fmt.Sprint(ev.Formats, ev.Line, ev.Problems)
		for i := range ev.Fields {
			f := &ev.Fields[i]
			out += fmt.Sprintf("%q %d %v %d|", f.Name, f.ID, f.Value, f.Layer)
		}
		return out
	}
	lines := [][]string{endpointLines()[:20], slices.Sorted(maps.Values(samples))}
	for _, l := range lanes {
		lines = append(lines, laneLines(t, l.file, l.hold))
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 5_000 {
		log := lines[rng.IntN(len(lines))]
		s := []byte(log[rng.IntN(len(log))])
		for range rng.IntN(4) {
			k := rng.IntN(len(s))
			to := k + rng.IntN(min(len(s)-k, 40))
			switch rng.IntN(5) {
			case 0:
				s[k] = "<>&'\"/ =:;,{}[]ax0\\\n\xff"[rng.IntN(21)]
			case 1:
				s = slices.Delete(s, k, to)
			case 2:
				s = slices.Insert(s, to, s[k:to]...)
			case 3:
				s = slices.Concat(s[:k], []byte(log[rng.IntN(len(log))])[min(k, 20):])
			case 4:
				s = s[:k+1]
			}
		}
		cold := event.New(warm.Names)
		line(r, warm, string(s))
		line(r, cold, string(s))
		if got, want := full(warm), full(cold); got != want {
			t.Fatalf("%s\n got %s\nwant %s", s, got, want)
		}
	}
}

// BenchmarkLanes reads line after line of a log; one operation is one record.
func BenchmarkLanes(b *testing.B) {
	all := map[string][]string{"endpoint": endpointLines()}
	order := []string{"endpoint"}
	for _, l := range lanes {
		all[l.name], order = laneLines(b, l.file, l.hold), append(order, l.name)
	}
	r, warm := open(b, Defaults())
	for _, name := range order {
		lines := all[name]
		b.Run(name, func(b *testing.B) {
			ev := event.New(warm.Names)
			for i := 0; b.Loop(); i++ {
				line(r, ev, lines[i%len(lines)])
			}
		})
	}
}
