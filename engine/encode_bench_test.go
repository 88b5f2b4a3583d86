package engine

import (
	"fmt"
	"testing"

	"prescore/engine/decode"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// outputs are the ways a record can leave.
var outputs = []struct{ name, set string }{
	{"none", "output.schema=none"}, {"flat", "output.schema=flat"}, {"ecs", "output.schema=ecs"}, {"ocsf", "output.schema=ocsf"},
	{"ecs-merge", "output.schema=ecs; output.layout=merge"}, {"ecs-replace", "output.schema=ecs; output.layout=replace"},
	{"ocsf-merge", "output.schema=ocsf; output.layout=merge"}, {"ocsf-replace", "output.schema=ocsf; output.layout=replace"},
}

// BenchmarkEncode is the room encode alone, over events as the rooms before leave them: endpoint events of one shape and twelve keys,
// and the demo's logs of five sources.
func BenchmarkEncode(b *testing.B) {
	var demo [][]byte
	for i, line := range mixes(b)["demo"] {
		if i%17 == 0 { // an event each has a memory of its own here, which one after the other in a filter shares
			demo = append(demo, line)
		}
	}
	for _, o := range outputs {
		b.Run("endpoint/"+o.name, func(b *testing.B) { encodeAlone(b, o.set, false, endpoints(16)) })
		b.Run("demo/"+o.name, func(b *testing.B) { encodeAlone(b, o.set, true, demo) })
	}
}

// endpoints gives JSON records as an agent on an endpoint sends them.
func endpoints(n int) (lines [][]byte) {
	programs := []string{`C:\\Windows\\System32\\svchost.exe -k netsvcs -p`, `C:\\Program Files\\Browser\\browser.exe --type=renderer --lang=en`, `C:\\Windows\\explorer.exe`}
	for i := range n {
		lines = append(lines, fmt.Appendf(nil, `{"event_id":"EVT-%08d","timestamp":"2024-05-10T14:32:%02d.%03dZ","event_type":"process_creation","host":"ws-%03d",`+
			`"user_principal":"user%03d@corp.example","process_name":"svchost.exe","command_line":"%s","process_id":%d,"parent_process":"services.exe",`+
			`"src_ip":"10.0.%d.%d","dest_ip":"10.0.2.10","asset_criticality":"high","attck_tactics":%s,"identity_risk_score":0.%02d,`+
			`"cross_source_confidence":0.%d,"baseline_severity":%d}`,
			i, i%60, 37*i%1000, 7*i%300, 11*i%400, programs[i%len(programs)], 1000+113*i, i%8, 29*i%250, []string{"[]", "[]", `["execution"]`}[i%3], 17*i%100, 50+7*i%50, 1+i%10))
	}
	return lines
}

func encodeAlone(b *testing.B, set string, text bool, lines [][]byte) {
	e, err := Open(Options{Set: set})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(e.Close)
	workers := make([]*worker, len(lines))
	for i, line := range lines {
		w := newWorker(e.rooms.Load())
		record := append(wire.AppendEventTime([]byte{0x92, 0x92}, now.UnixNano()), 0x80)
		if text {
			record = wire.AppendStr(append(record, "\x81\xa3log"...), string(line))
		} else if record, err = wire.FromJSON(record, line); err != nil {
			b.Fatal(err)
		}
		w.evs[0].Arrival = now.UnixNano()
		if _, err := decode.Next(w.evs[0], record); err != nil {
			b.Fatal(err)
		}
		w.apply(func(string, *event.Event) {})
		workers[i] = w
	}
	var out []byte
	b.ReportAllocs()
	i, total := 0, 0
	for b.Loop() {
		w := workers[i]
		out = w.rooms.encode.Append(out[:0], w.evs[0])
		total += len(out)
		if i++; i == len(workers) {
			i = 0
		}
	}
	if n, err := wire.Skip(out); err != nil || n != len(out) {
		b.Fatalf("%x: %v", out, err)
	}
	b.ReportMetric(float64(total)/float64(b.N), "B-out")
}
