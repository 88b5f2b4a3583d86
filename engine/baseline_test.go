package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// The committed baseline: what a record of each of the demo's logs costs, as a ratio to a calibration loop measured in the same run, so
// that a slower machine does not fail it and a regression does. `make bench-check` compares, UPDATE=1 writes it anew.
const baselinePath = "../fixtures/bench/baseline.json"

const (
	tolerance  = 1.20 // a ratio above this times the baseline is a regression
	minTurns   = 15   // turns of calibration and lanes before the least of each is believed
	maxTurns   = 120  // what a noisy machine gets before a ratio that is still too high is a failure
	turnTime   = 4 * time.Millisecond
	allocSlack = 0.01 // allocations of a record that emitting an incident now and then may account for
)

// baseline is the file.
type baseline struct {
	Note  string              `json:"note"`
	Go    string              `json:"go"`
	Lanes map[string]laneCost `json:"lanes"`
}

type laneCost struct {
	Ratio  float64 `json:"ratio"`  // processor time of one record over that of one calibration unit
	Allocs float64 `json:"allocs"` // allocations of one record
}

// lane is one input through an engine of its own.
type lane struct {
	name    string
	e       *Engine
	chunks  [][]byte
	records int
	out     []byte
	at      time.Time
	least   float64 // nanoseconds of one record
	allocs  float64
}

func (l *lane) pass() {
	for _, c := range l.chunks {
		l.at = l.at.Add(time.Second)
		l.out, _, _ = l.e.Filter(l.out[:0], c, "bench", l.at)
	}
}

// turn measures passes for about turnTime.
func (l *lane) turn() {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, n := time.Now(), 0
	for time.Since(start) < turnTime {
		l.pass()
		n += l.records
	}
	ns := float64(time.Since(start).Nanoseconds()) / float64(n)
	runtime.ReadMemStats(&after)
	l.least = min(l.least, ns)
	l.allocs = min(l.allocs, float64(after.Mallocs-before.Mallocs)/float64(n))
}

// calibration is work like a record's, made of the standard library and the compiler's own code alone: a text is split into words,
// each is looked up in a table larger than the first cache, the text is hashed and copied.
type calibration struct {
	text  []byte
	table map[string]int
	out   []byte
	least float64 // nanoseconds of one unit
	sum   int
}

func newCalibration() *calibration {
	c := &calibration{table: map[string]int{}, least: math.MaxFloat64}
	for i := range 4096 {
		w := fmt.Sprintf("field.%d", i*7919%10007)
		c.table[w] = i
		if i%170 == 0 {
			c.text = append(append(c.text, w...), ' ')
		}
	}
	return c
}

func (c *calibration) unit() {
	c.out = c.out[:0]
	rest := c.text
	for {
		word, after, more := bytes.Cut(rest, []byte{' '})
		if !more {
			break
		}
		for _, b := range word {
			if b == '.' {
				c.sum++
			}
		}
		c.sum += c.table[string(word)]
		c.out = append(c.out, word...)
		rest = after
	}
	h := sha256.Sum256(c.text)
	c.sum += int(h[0])
}

func (c *calibration) turn() {
	start, n := time.Now(), 0
	for time.Since(start) < turnTime {
		for range 100 {
			c.unit()
		}
		n += 100
	}
	c.least = min(c.least, float64(time.Since(start).Nanoseconds())/float64(n))
}

// baselineLanes are the demo's logs, each through an engine as it comes.
func baselineLanes(t *testing.T) []*lane {
	t.Helper()
	files, err := filepath.Glob("../fixtures/demo/*.log")
	if err != nil || len(files) == 0 {
		t.Fatalf("fixtures/demo has no logs: %v", err)
	}
	var lanes []*lane
	for _, f := range files {
		chunks, records, _ := chunksOf(readLines(t, f))
		name := filepath.Base(f)
		lanes = append(lanes, &lane{name: name, e: open(t, benchClock), chunks: chunks, records: records, at: now, least: math.MaxFloat64, allocs: math.MaxFloat64})
	}
	for _, l := range lanes {
		l.pass()
		l.pass()
	}
	return lanes
}

// TestBaseline is `make bench-check`.
func TestBaseline(t *testing.T) {
	if os.Getenv("BENCH_CHECK") == "" {
		t.Skip("measures: run make bench-check")
	}
	update := os.Getenv("UPDATE") != ""
	var want baseline
	if data, err := os.ReadFile(baselinePath); err != nil && !update {
		t.Fatal(err)
	} else if err == nil {
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
	}
	lanes, cal := baselineLanes(t), newCalibration()
	for turn := 1; turn <= maxTurns; turn++ {
		cal.turn()
		for _, l := range lanes {
			l.turn()
		}
		if turn >= minTurns && (!update || turn >= 4*minTurns) && len(regressions(want, lanes, cal)) == 0 {
			break
		}
	}
	t.Logf("a calibration unit takes %.0f ns", cal.least)
	for _, l := range lanes {
		t.Logf("%-22s %7.0f ns a record, ratio %.3f (baseline %.3f), %.3f allocations", l.name, l.least, l.least/cal.least, want.Lanes[l.name].Ratio, l.allocs)
	}
	if update {
		writeBaseline(t, lanes, cal)
		return
	}
	for _, r := range regressions(want, lanes, cal) {
		t.Error(r)
	}
}

// regressions says in a sentence each what became slower than the baseline allows.
func regressions(want baseline, lanes []*lane, cal *calibration) (out []string) {
	for _, l := range lanes {
		w, ok := want.Lanes[l.name]
		switch ratio := l.least / cal.least; {
		case !ok:
			out = append(out, fmt.Sprintf("%s: the baseline does not have it: UPDATE=1 make bench-check", l.name))
		case ratio > w.Ratio*tolerance:
			out = append(out, fmt.Sprintf("%s: a record takes %.2f calibration units, the baseline %.2f: %.0f%% slower", l.name, ratio, w.Ratio, (ratio/w.Ratio-1)*100))
		case l.allocs > w.Allocs+allocSlack:
			out = append(out, fmt.Sprintf("%s: a record makes %.3f allocations, the baseline %.3f", l.name, l.allocs, w.Allocs))
		}
	}
	return out
}

func writeBaseline(t *testing.T, lanes []*lane, cal *calibration) {
	t.Helper()
	b := baseline{Note: "ratios to the calibration loop of engine/baseline_test.go; make bench-check compares, UPDATE=1 writes", Go: runtime.Version(), Lanes: map[string]laneCost{}}
	for _, l := range lanes {
		b.Lanes[l.name] = laneCost{math.Round(l.least/cal.least*1000) / 1000, math.Round(l.allocs*1000) / 1000}
	}
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(baselinePath, append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRegressions: the comparison finds what it is for.
func TestRegressions(t *testing.T) {
	want := baseline{Lanes: map[string]laneCost{"a": {Ratio: 2, Allocs: 0}}}
	cal := &calibration{least: 100}
	f := func(name string, ns, allocs float64, regress bool) {
		t.Helper()
		got := regressions(want, []*lane{{name: name, least: ns, allocs: allocs}}, cal)
		if (len(got) > 0) != regress {
			t.Errorf("%s at %v ns and %v allocations: %v", name, ns, allocs, got)
		}
	}
	f("a", 200, 0, false)
	f("a", 230, 0, false)
	f("a", 245, 0, true)
	f("a", 200, 1, true)
	f("b", 1, 0, true)
	slow := &calibration{least: 300} // a machine three times slower
	if got := regressions(want, []*lane{{name: "a", least: 690}}, slow); len(got) != 0 {
		t.Error(got)
	}
}
