package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"prescore/engine/detect/match"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

func sigmaSet(t testing.TB) *sigma.Set {
	s := sigma.NewSet(sigma.Options{})
	eachLine(t, "sigma/rules_all.ndjson", func(_ int, r sigmaRule) { s.Add(r.Path, []byte(r.Yaml)) })
	s.Close()
	return s
}

func TestSigmaWindowsMatches(t *testing.T) {
	set := sigmaSet(t)
	names := event.NewNames()
	fields := match.NewFields(names)
	t0 := time.Now()
	m, err := match.New(set.Rules, nil, fields)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("compile", time.Since(t0))
	scratch := m.NewScratch()
	byID := map[string]int{}
	for i, r := range set.Rules {
		byID[r.ID] = i
	}
	var classes struct {
		ClassRules [][]string `json:"class_rules"`
	}
	b, _ := os.ReadFile(corpus(t, "sigma/windows_classes.json"))
	json.Unmarshal(b, &classes)
	evtx := map[string]string{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ ID, XML string }) { evtx[c.ID] = c.XML })
	type reg struct {
		RuleID string `json:"rule_id"`
		Idx    int
		Event  json.RawMessage
		XML    string
	}
	regs := map[string]reg{}
	eachLine(t, "sigma/regression_events.ndjson", func(_ int, c reg) { regs[fmt.Sprintf("%s:%d", c.RuleID, c.Idx)] = c })
	caps := captureLines{}
	miss, extra, pairs := 0, 0, 0
	eachLine(t, "sigma/windows_matches.ndjson", func(_ int, c struct {
		ID, Src string
		Class   int `json:"logsource_class"`
		Matches []struct {
			RuleID string `json:"rule_id"`
			Status string
		}
	}) {
		ev := event.New(names)
		id := strings.TrimPrefix(c.ID, c.Src+":")
		switch {
		case strings.HasPrefix(c.ID, "otrf:"):
			i := strings.LastIndexByte(c.ID, ':')
			n, _ := strconv.Atoi(c.ID[i+1:])
			loadNXLog(t, ev, caps.line(t, c.ID[5:i], n))
		case c.Src == "sigmahq":
			loadEvtx(t, ev, regs[id].Event)
		default:
			loadXML(t, ev, evtx[c.ID])
		}
		want := map[string]string{}
		for _, m := range c.Matches {
			want[m.RuleID] = m.Status
		}
		rec := match.Record{Event: ev, Fields: fields}
		hits := m.RunLanes(ev, m.All(), scratch)
		for _, rid := range classes.ClassRules[c.Class] {
			n, ok := byID[rid]
			if !ok {
				continue
			}
			r := set.Rules[n]
			got := slices.Contains(hits, int32(n))
			if os.Getenv("NAIVE") != "" && got != sigma.Eval(r.Cond, rec) {
				t.Errorf("indexed is not naive: %s %s", c.ID, rid)
			}
			st := want[rid]
			if st == "disputed" || st == "match_single" {
				continue
			}
			pairs++
			switch {
			case got && st == "":
				extra++
				t.Logf("extra %s %s %s", c.ID, rid, r.Title)
			case !got && st != "":
				miss++
				t.Logf("missing %s %s %s %s\n%s", c.ID, rid, r.Title, st, sigma.Explain(r.Cond, rec))
			}
		}
	})
	report(t, "sigma/windows_matches", pairs, miss+extra, 0, fmt.Sprintf("%d missing, %d extra", miss, extra))
}

func TestSigmaRulesAll(t *testing.T) {
	set := sigmaSet(t)
	refused := map[string]string{}
	for _, p := range set.Problems {
		if p.Fatal {
			refused[p.Rule] = p.Text
			t.Log(p)
		}
	}
	n := len(set.Rules) + len(refused)
	report(t, "sigma/rules_all", n, len(refused), n/100, fmt.Sprintf("%d refused by name", len(refused)))
}
