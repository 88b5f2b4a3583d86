package conformance

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// refusedRules bounds the rules that may be refused, in percent.
const refusedRules = 1

func TestSigmaRulesAll(t *testing.T) {
	w := newWay(t, nil)
	var refused []string
	for _, p := range w.detect.Problems() {
		if p.Fatal && p.Rule == "" {
			t.Errorf("refused without a name: %s", p)
		}
		if p.Fatal {
			refused = append(refused, p.Rule)
			t.Log(p)
		}
	}
	n := len(w.detect.Rules()) + len(refused) + w.detect.Copies()
	if all := len(w.rules) + w.copies; n != all {
		t.Errorf("%d of %d rules are neither loaded nor refused", all-n, all)
	}
	report(t, "sigma/rules_all", n, len(refused), n*refusedRules/100, fmt.Sprintf("refused by name: %s", strings.Join(refused, " ")))
}

// expected is what a match set says of an event.
type expected struct {
	ID, Src    string
	Class      int         `json:"logsource_class"`
	Logsources [][]*string `json:"logsources"`
	Event      json.RawMessage
	Raw        string
	Omitted    []string `json:"array_fields_omitted"`
	Matches    []struct {
		RuleID string `json:"rule_id"`
		Status string
	}
}

// want says what a rule must do: 1 match, 0 not match, -1 not scored.
func (e *expected) want(rule string) int {
	for _, m := range e.Matches {
		if m.RuleID == rule {
			switch m.Status {
			case "match", "majority_match":
				return 1
			case "majority_no_match":
				return 0
			}
			return -1
		}
	}
	return 0
}

// score compares what matched with what is expected of the rules that were evaluated. A match that is not expected is right where
// the rule asks for a field under Sigma's name and the record has it under its own ("c-uri" and Zeek's "uri"): the engines that
// the corpus is agreed by know no other names than the record's, and a rule must match whatever shape an event has. Such a pair is
// one that does not match by the record's own names alone.
type score struct{ pairs, missing, extra, renamed int }

// ownNames is a record under its own names only.
type ownNames struct{ ev *event.Event }

func (o ownNames) Values(name string, do func(event.Value) bool) bool {
	found := false
	for i := range o.ev.Fields {
		if f := &o.ev.Fields[i]; f.Name == name {
			if found = true; !do(f.Value) {
				break
			}
		}
	}
	return found
}

func (o ownNames) All(do func(event.Value) bool) {
	for i := range o.ev.Fields {
		if !do(o.ev.Fields[i].Value) {
			return
		}
	}
}

func (s *score) add(t *testing.T, w *way, e *expected, evaluated []string, got map[string]bool) {
	for _, id := range evaluated {
		want := e.want(id)
		if want < 0 {
			continue
		}
		s.pairs++
		switch {
		case want == 1 && !got[id]:
			s.missing++
			t.Logf("missing: %s: %s %s (source %q, class %s)", e.ID, id, w.rules[id].Title, w.ev.Source, w.ev.Class.Name())
		case want == 0 && got[id] && !sigma.Eval(w.loaded[id].Cond, ownNames{w.ev}):
			s.renamed++
			t.Logf("by the vocabulary: %s: %s %s", e.ID, id, w.rules[id].Title)
		case want == 0 && got[id]:
			s.extra++
			t.Logf("extra: %s: %s %s", e.ID, id, w.rules[id].Title)
		}
	}
}

func (s *score) report(t *testing.T, file string, allowed int) {
	report(t, file, s.pairs, s.missing+s.extra, allowed, fmt.Sprintf("%d missing, %d extra, %d found by the vocabulary", s.missing, s.extra, s.renamed))
}

func TestSigmaWindowsMatches(t *testing.T) {
	w := newWay(t, nil)
	b, err := os.ReadFile(corpus(t, "sigma/windows_classes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var classes struct {
		Rules [][]string `json:"class_rules"`
	}
	if err := json.Unmarshal(b, &classes); err != nil {
		t.Fatal(err)
	}
	of := make([]map[string]bool, len(classes.Rules))
	routed := map[string]bool{} // rules that were evaluated on some class: the corpus knows no log source for the others
	for i, list := range classes.Rules {
		of[i] = map[string]bool{}
		for _, id := range list {
			of[i][id], routed[id] = true, true
		}
	}
	evtx := map[string]string{}
	eachLine(t, "sigma/evtx_events.ndjson", func(_ int, c struct{ ID, XML string }) { evtx[c.ID] = c.XML })
	regression := map[string]regressionEvent{}
	eachLine(t, "sigma/regression_events.ndjson", func(_ int, c regressionEvent) { regression[fmt.Sprintf("sigmahq:%s:%d", c.RuleID, c.Idx)] = c })
	lines := captures{}
	var s score
	eachLine(t, "sigma/windows_matches.ndjson", func(_ int, e expected) {
		var got map[string]bool
		switch {
		case strings.HasPrefix(e.ID, "otrf:"):
			got = w.line(lines.line(t, e.ID))
		case e.Src == "sigmahq":
			got = w.record(t, regression[e.ID].Event)
		default:
			got = w.line(evtx[e.ID])
		}
		s.add(t, w, &e, classes.Rules[e.Class], got)
		for id := range got { // routing: no rule of another log source ran
			if routed[id] && !of[e.Class][id] {
				s.extra++
				t.Logf("extra: %s: %s %s is of another log source", e.ID, id, w.rules[id].Title)
			}
		}
	})
	s.report(t, "sigma/windows_matches", 0)
}

// regressionEvent is a line of sigma/regression_events.ndjson.
type regressionEvent struct {
	RuleID string `json:"rule_id"`
	Idx    int
	Event  json.RawMessage
	XML    string
}

func TestSigmaRegression(t *testing.T) {
	w := newWay(t, nil)
	json, xml := map[string]int{}, map[string]int{}
	eachLine(t, "sigma/regression_events.ndjson", func(_ int, c regressionEvent) {
		if w.line(string(c.Event))[c.RuleID] {
			json[c.RuleID]++
		}
		if w.line(c.XML)[c.RuleID] {
			xml[c.RuleID]++
		}
	})
	rules, wrong := 0, 0
	eachLine(t, "sigma/regression_manifest.ndjson", func(_ int, c struct {
		RuleID   string `json:"rule_id"`
		Title    string
		Expected struct{ Count int }
	}) {
		rules++
		if j, x := json[c.RuleID], xml[c.RuleID]; j < c.Expected.Count || x < c.Expected.Count {
			wrong++
			t.Logf("%s %s: %d from JSON, %d from XML, want %d", c.RuleID, c.Title, j, x, c.Expected.Count)
		}
	})
	report(t, "sigma/regression_events", rules, wrong, 0, "each from JSON and from XML")
}

// TestSigmaNonWindowsMatches takes the log sources of an event from the corpus, as the engines did that it is agreed by, and then
// from the event itself.
func TestSigmaNonWindowsMatches(t *testing.T) {
	w := newWay(t, nil)
	lines := captures{}
	var s, routed score
	eachLine(t, "sigma/nonwindows_matches.ndjson", func(_ int, e expected) {
		var evaluated []string
		sources := e.sources()
		for id, r := range w.rules {
			rule := sigma.LogSource{Product: r.Logsource.Product, Category: r.Logsource.Category, Service: r.Logsource.Service}
			if slices.ContainsFunc(sources, rule.Covers) {
				evaluated = append(evaluated, id)
			}
		}
		text := e.Raw
		if len(e.Event) > 0 {
			text = string(e.Event)
		} else if text == "" {
			text = lines.line(t, e.ID)
		}
		routed.add(t, w, &e, evaluated, w.line(text))
		w.ev.Findings = w.ev.Findings[:0]
		w.detect.ApplyAs(w.ev, sources...)
		s.add(t, w, &e, evaluated, w.findings())
	})
	s.report(t, "sigma/nonwindows_matches", 0)
	routed.report(t, "sigma/nonwindows_matches (routed by the record itself)", 0)
}

// sources gives the log sources that the corpus took an event for.
func (e *expected) sources() []sigma.LogSource {
	part := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	var out []sigma.LogSource
	for _, l := range e.Logsources {
		out = append(out, sigma.LogSource{Product: part(l[0]), Category: part(l[1]), Service: part(l[2])})
	}
	return out
}
