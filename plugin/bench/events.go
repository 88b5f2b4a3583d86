package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// The inputs: made endpoint events, and the demo's logs again and again.
const (
	endpoint = "endpoint"
	linux    = "linux"
	cloud    = "cloud"
	firewall = "firewall"
	windows  = "windows"
)

var inputs = map[string]func(path string, n int) error{
	endpoint: writeEvents,
	linux:    repeat("auth.log", ""),
	cloud:    repeat("cloudtrail.log", ""),
	firewall: repeat("fortigate.log", ""),
	windows:  repeat("ws-042-sysmon.log", "<EventID>1</EventID>"), // process starts
}

// repeat writes the lines of a log of fixtures/demo that hold a text, n lines in all.
func repeat(log, hold string) func(path string, n int) error {
	return func(path string, n int) error {
		data, err := os.ReadFile(filepath.Join("fixtures/demo", log))
		if err != nil {
			return err
		}
		lines := slices.DeleteFunc(bytes.SplitAfter(data, []byte("\n")), func(l []byte) bool {
			return len(bytes.TrimSpace(l)) == 0 || !bytes.Contains(l, []byte(hold))
		})
		if len(lines) == 0 {
			return fmt.Errorf("fixtures/demo/%s: no line holds %q", log, hold)
		}
		return write(path, n, func(i int) []byte { return lines[i%len(lines)] })
	}
}

// write writes n lines to a file.
func write(path string, n int, line func(i int) []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	for i := range n {
		if _, err := w.Write(line(i)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// writeEvents writes n endpoint events of about 440 bytes, one JSON object a line: process starts of a few hundred hosts and users,
// with the fields that the severity formula takes, so that every way of filtering has the same work before it.
func writeEvents(path string, n int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	var line []byte
	return write(path, n, func(i int) []byte {
		line = appendEvent(line[:0], i, rng)
		return line
	})
}

var (
	criticality = []string{"low", "medium", "high", "critical"}
	tactics     = []string{"[]", "[]", "[]", `["execution"]`, `["initial-access","lateral-movement"]`}
	programs    = []string{`C:\\Windows\\System32\\svchost.exe -k netsvcs -p`, `C:\\Program Files\\Browser\\browser.exe --type=renderer --lang=en`,
		`C:\\Windows\\explorer.exe`, `C:\\Windows\\System32\\conhost.exe 0xffffffff -ForceV1`, `C:\\Tools\\backup.exe /nightly /verify`}
)

// appendEvent appends the event of number i and a line's end.
func appendEvent(dst []byte, i int, rng *rand.Rand) []byte {
	return fmt.Appendf(dst, `{"event_id":"EVT-%08d","timestamp":"2024-05-10T%02d:%02d:%02d.%03dZ","event_type":"process_creation","host":"ws-%03d",`+
		`"user_principal":"user%03d@corp.example","process_name":"%s","command_line":"%s","process_id":%d,"parent_process":"services.exe",`+
		`"src_ip":"10.0.%d.%d","dest_ip":"10.0.2.10","asset_criticality":"%s","attck_tactics":%s,"identity_risk_score":%.2f,`+
		`"cross_source_confidence":%.2f,"baseline_severity":%d}`+"\n",
		i, i/3600000%24, i/60000%60, i/1000%60, i%1000, rng.IntN(300), rng.IntN(400), "svchost.exe", programs[rng.IntN(len(programs))],
		1000+rng.IntN(30000), rng.IntN(8), rng.IntN(250), criticality[rng.IntN(4)], tactics[rng.IntN(len(tactics))], rng.Float64(),
		0.5+rng.Float64()/2, 1+rng.IntN(10))
}
