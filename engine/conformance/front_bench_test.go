package conformance

import (
	"fmt"
	"strings"
	"testing"

	"prescore/engine/decode"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// endpointEvents are process creations as an agent of an endpoint writes them, 440 bytes, with the fields that the severity formula
// takes. They differ from record to record as such events do.
func endpointEvents(n int) (lines []string) {
	criticality := []string{"low", "medium", "high", "critical"}
	tactics := []string{"[]", "[]", "[]", `["execution"]`, `["initial-access","lateral-movement"]`}
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"event_id":"EVT-%08d","timestamp":"2024-05-10T%02d:%02d:%02d.%03dZ","event_type":"process_creation","host":"ws-%03d",`+
			`"user_principal":"user%03d@corp.example","process_name":"svchost.exe","command_line":"C:\\Windows\\System32\\svchost.exe -k netsvcs -p","process_id":%d,`+
			`"parent_process":"services.exe","src_ip":"10.0.%d.%d","dest_ip":"10.0.2.10","asset_criticality":"%s","attck_tactics":%s,"identity_risk_score":%.2f,`+
			`"cross_source_confidence":%.2f,"baseline_severity":%d}`, i, i%24, i%60, i%59, i%1000, i%300, i*7%400, 1000+i*31%30000, i%8, i*13%250, criticality[i%4],
			tactics[i*3%5], float64(i%100)/100, 0.5+float64(i%50)/100, 1+i%10))
	}
	return lines
}

// frontLanes are lines by kind. Those whose name ends in _record are JSON that the host has parsed.
func frontLanes(t testing.TB) map[string][]string {
	lanes := map[string][]string{"endpoint_record": endpointEvents(100)}
	caps := captures{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ XML string }) { lanes["windows_xml"] = append(lanes["windows_xml"], c.XML) })
	eachLine(t, "sigma/windows_matches.ndjson", func(_ int, e expected) {
		if strings.HasPrefix(e.ID, "otrf:") {
			lanes["windows_flat"] = append(lanes["windows_flat"], caps.line(t, e.ID))
		}
	})
	lanes["windows_flat_record"] = lanes["windows_flat"]
	eachLine(t, "sigma/regression_events.ndjson", func(_ int, c struct{ Event rawJSON }) {
		lanes["windows_evtx"] = append(lanes["windows_evtx"], string(c.Event))
	})
	eachLine(t, "sigma/nonwindows_matches.ndjson", func(_ int, e expected) {
		switch {
		case len(e.Event) > 0:
			lanes["cloud"] = append(lanes["cloud"], string(e.Event))
		case e.Raw != "":
			lanes["linux"] = append(lanes["linux"], e.Raw)
		case strings.Contains(e.ID, "syslog_") || strings.Contains(e.ID, ".log:") && !strings.Contains(e.ID, "zeek"):
			lanes["linux"] = append(lanes["linux"], caps.line(t, e.ID))
		}
	})
	for _, c := range speedLines[1:] {
		lanes[c.name] = []string{c.line}
	}
	return lanes
}

// rawJSON keeps an object's text.
type rawJSON []byte

func (r *rawJSON) UnmarshalJSON(b []byte) error {
	*r = append((*r)[:0], b...)
	return nil
}

var frontNames = []string{"endpoint_record", "windows_xml", "windows_flat", "windows_flat_record", "windows_evtx", "linux", "cloud", "sshd", "syslog",
	"fortigate", "zeek", "apache_access", "generic"}

// newFront gives the first rooms, the same for all runs of a benchmark.
func newFront(t testing.TB) *reader {
	if fronts == nil {
		fronts = newReader(t)
	}
	return fronts
}

var fronts *reader

// chunk gives a line as a record of the host: below log, or as the object it is.
func chunk(t testing.TB, line string, object bool) []byte {
	t.Helper()
	b := append(wire.AppendEventTime([]byte{0x92, 0x92}, arrived), 0x80)
	if !object {
		return wire.AppendStr(wire.AppendStr(wire.AppendMap(b, 1), "log"), line)
	}
	b, err := wire.FromJSON(b, []byte(line))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (f *reader) pass(t testing.TB, chunk []byte) {
	f.ev.Reset()
	f.ev.Arrival = arrived
	if rec, err := decode.Next(f.ev, chunk); err != nil || rec.Kind != decode.Log {
		t.Fatal(rec.Kind, err)
	}
	f.parse.Apply(f.ev)
	f.normalise.Apply(f.ev)
}

// BenchmarkFront is the way from a record's bytes to the canonical event: decode, parse and normalise.
func BenchmarkFront(b *testing.B) {
	f := newFront(b)
	lanes := frontLanes(b)
	for _, lane := range frontNames {
		var chunks [][]byte
		size := 0
		for _, l := range lanes[lane] {
			chunks = append(chunks, chunk(b, l, strings.HasSuffix(lane, "_record")))
			size += len(l)
		}
		b.Run(lane, func(b *testing.B) {
			for _, c := range chunks {
				f.pass(b, c)
			}
			b.SetBytes(int64(size / len(chunks)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				f.pass(b, chunks[n%len(chunks)])
				n++
			}
			if !f.ev.Has(event.KeyTime) {
				b.Fatal("no time")
			}
		})
	}
}
