package engine

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
)

// TestWorkedExamples holds the numbers that the formula's authors worked out to flow cases, whatever those expect besides.
func TestWorkedExamples(t *testing.T) {
	type want struct {
		severity  int // 0: not worked out
		risk      float64
		technique string
		problem   string
	}
	for name, all := range map[string]map[string]want{
		// 3 x 3.0 x 1.2 x (1 + 0.75 x 1.3) x 0.92 = 19.62, and 1 + 9 x (1 - 0.5^(19.62/5)) = 9.4; above and below the scale is clamped.
		"seed-severity": {"evt-9f8a2c": {severity: 9}, "evt-over": {severity: 10, problem: "baseline_out_of_range"}, "evt-under": {severity: 1, problem: "baseline_out_of_range"}, "evt-plain": {severity: 6}},
		"seed-parser":   {"EVT-001": {technique: "T1059.001"}, "EVT-002": {}, "EVT-003": {}},
		// A rule's 30, the organisation's 10 and intelligence's 25.
		"seed-risk": {"r1": {risk: 65, technique: "T1059.001"}, "r2": {risk: 40}, "r3": {risk: 25}, "r4": {risk: 70}},
	} {
		c := readFlow(t, filepath.Join(flows, name))
		out, _, _ := c.open(t).Filter(nil, bytes.Join(c.objects, nil), "flow", c.now)
		seen := 0
		for _, obj := range split(t, out) {
			var doc struct {
				Prescore struct {
					ID       string
					Severity int
					Risk     float64
					Attack   struct{ Techniques []string }
					Problems []struct{ Code string }
				}
			}
			if err := json.Unmarshal(body(obj), &doc); err != nil {
				t.Fatal(err)
			}
			p := doc.Prescore
			w, ok := all[p.ID]
			if !ok {
				continue
			}
			seen++
			if w.severity != 0 && p.Severity != w.severity || p.Risk != w.risk {
				t.Errorf("%s: severity %d, risk %v; not %d, %v", p.ID, p.Severity, p.Risk, w.severity, w.risk)
			}
			if w.technique != "" && !slices.Contains(p.Attack.Techniques, w.technique) {
				t.Errorf("%s: techniques %q without %s", p.ID, p.Attack.Techniques, w.technique)
			}
			if w.problem != "" && (len(p.Problems) == 0 || p.Problems[0].Code != w.problem) {
				t.Errorf("%s: problems %v without %s", p.ID, p.Problems, w.problem)
			}
		}
		if seen != len(all) {
			t.Errorf("%s: %d of %d records came out", name, seen, len(all))
		}
	}
}
