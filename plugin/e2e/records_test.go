package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// metrics are the agent's, by name with labels.
type metrics map[string]float64

func (a *agent) metrics() metrics {
	m := metrics{}
	text, err := a.get("/api/v2/metrics/prometheus")
	if err != nil {
		return m
	}
	for _, line := range strings.Split(text, "\n") {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			if v, err := strconv.ParseFloat(line[i+1:], 64); err == nil {
				m[line[:i]] = v
			}
		}
	}
	return m
}

// sum adds up a metric over its labels; -1 where there is none.
func (m metrics) sum(name string) float64 {
	total, found := 0.0, false
	for k, v := range m {
		if strings.HasPrefix(k, name+"{") {
			total, found = total+v, true
		}
	}
	if !found {
		return -1
	}
	return total
}

// record is a record that came out.
type record map[string]any

// mark gives the key that prescore adds.
func (r record) mark() map[string]any {
	m, _ := r["prescore"].(map[string]any)
	return m
}

func (r record) text() string {
	s, _ := r["log"].(string)
	return s
}

// out reads the records of a file below out/; a line that is cut is not there yet. Our own sink's lines hold the record below "record".
func (a *agent) out(name string) []record {
	a.t.Helper()
	b, err := os.ReadFile(filepath.Join(a.dir, "out", name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.t.Fatal(err)
	}
	var list []record
	for _, line := range strings.SplitAfter(string(b), "\n") {
		if !strings.HasSuffix(line, "\n") || line == "\n" {
			continue
		}
		if n := strings.Count(line, `"prescore":{`); n > 1 {
			a.t.Errorf("%s: %d marks on one record: %s", name, n, line)
		}
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			a.t.Fatalf("%s: %v: %s", name, err, line)
		}
		if in, ok := r["record"].(map[string]any); ok {
			r = in
		}
		if k := r.mark()["kind"]; k == nil || k == "event" { // incidents and summaries are records of prescore's own
			list = append(list, r)
		}
	}
	return list
}

// arrive waits for n records in a file and gives them.
func (a *agent) arrive(name string, n int) []record {
	a.t.Helper()
	a.wait(fmt.Sprintf("%d records in %s", n, name), func() bool { return len(a.out(name)) >= n })
	return a.out(name)
}

// once wants each line to have come out exactly once, scored.
func once(t *testing.T, got []record, lines []string) {
	t.Helper()
	seen := map[string]int{}
	for _, r := range got {
		seen[r.text()]++
		if r.mark() == nil {
			t.Errorf("not scored: %v", r)
		}
	}
	for _, l := range lines {
		if seen[l] != 1 {
			t.Errorf("%d times: %q", seen[l], l)
		}
		delete(seen, l)
	}
	for l, n := range seen {
		t.Errorf("%d times, and not sent: %q", n, l)
	}
}

// lines makes n log lines, and their text.
func lines(from, n int) ([]string, string) {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("Nov 22 07:%02d:%02d web01 sshd[%d]: Failed password for root from 203.0.113.9 port %d ssh2", (from+i)/60%60, (from+i)%60, 1000+from+i, 40000+from+i))
	}
	return list, strings.Join(list, "\n") + "\n"
}

// bruteForce is the title of a correlation that fires at the tenth failed login within five minutes; rules gives the configuration that
// has it, and no other rule. logins makes failed logins at the present time: times far from the arrival do not count where they say.
const bruteForce = "Ten failed logins"

func (a *agent) rules() {
	a.t.Helper()
	a.file("rules.yml", `title: Failed login
id: 0f1c3a52-6b0e-4d3e-9a53-7f0a6f3a1c01
name: failed_login
status: test
logsource:
    product: linux
    service: sshd
detection:
    keywords:
        - Failed password
    condition: keywords
level: low
---
title: `+bruteForce+`
id: 0f1c3a52-6b0e-4d3e-9a53-7f0a6f3a1c02
status: test
correlation:
    type: event_count
    rules:
        - failed_login
    group-by:
        - src_ip
    timespan: 5m
    condition:
        gte: 10
level: high
`)
	a.file("prescore.toml", "[detect]\nrules = [\"rules.yml\"]\nstarter_rules = false\n")
}

func logins(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s web01 sshd[%d]: Failed password for root from 203.0.113.9 port %d ssh2\n", time.Now().UTC().Format(time.Stamp), 1000+from+i, 40000+from+i)
	}
	return b.String()
}

// found counts the records that carry a finding of a title.
func found(list []record, title string) int {
	n := 0
	for _, r := range list {
		findings, _ := r.mark()["findings"].([]any)
		for _, f := range findings {
			if m, ok := f.(map[string]any); ok && m["title"] == title {
				n++
			}
		}
	}
	return n
}
