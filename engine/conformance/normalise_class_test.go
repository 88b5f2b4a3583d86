package conformance

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"prescore/engine/event"
)

// arrived is when the corpora's events reach the engine: after the newest of them.
var arrived = time.Date(2025, 11, 20, 0, 0, 0, 0, time.UTC).UnixNano()

// TestWazuhClasses: each log of a product gets a class other than base_event, nothing is lost, nothing crashes. Cases of
// custom_test_ruleset are lines of programs that do not exist ("test_expr_negation[12345]: ..."), written to try a rule language; half of them say nothing that has a class ("test_match[12345]: test_match_2"). They are counted in
// a line of their own.
func TestWazuhClasses(t *testing.T) {
	r := newReader(t)
	var cases, classed, lost, all, allClassed int
	missing := map[string]int{}
	eachLine(t, "events/wazuh_cases.ndjson", func(n int, c struct {
		Raw     string `json:"raw"`
		Decoder string `json:"decoder"`
		Custom  bool   `json:"custom_test_ruleset"`
	}) {
		ev := r.read(c.Raw, arrived)
		if f := ev.Find("log"); f == nil || f.Value.S != c.Raw || !ev.Has(event.KeyTime) {
			lost++
		}
		all++
		if ev.Class != event.BaseEvent {
			allClassed++
		}
		if c.Custom {
			return
		}
		cases++
		if ev.Class != event.BaseEvent {
			classed++
		} else {
			missing[c.Decoder]++
		}
	})
	report(t, "events/wazuh_cases (with programs that do not exist)", all, all-allClassed, all/5, fmt.Sprintf("%d lost", lost))
	report(t, "events/wazuh_cases", cases, cases-classed, cases/10, fmt.Sprintf("%d lost, without a class: %v", lost, missing))
	if lost > 0 {
		t.Errorf("%d events lost what they said", lost)
	}
}

// TestPantherClasses: each audit event gets a class other than base_event, nothing is lost, nothing crashes.
func TestPantherClasses(t *testing.T) {
	r := newReader(t)
	var cases, wrong, lost int
	missing := map[string]int{}
	eachLine(t, "events/panther_events.ndjson", func(n int, c struct {
		Types []string        `json:"log_types"`
		Event json.RawMessage `json:"event"`
	}) {
		cases++
		ev := r.read(string(c.Event), arrived)
		if f := ev.Find("log"); f == nil || f.Value.S != string(c.Event) {
			lost++
		}
		if ev.Class == event.BaseEvent {
			wrong++
			missing[c.Types[0]]++
		}
	})
	report(t, "events/panther_events", cases, wrong, cases/10, fmt.Sprintf("%d lost, without a class: %v", lost, missing))
	if lost > 0 {
		t.Errorf("%d events lost what they said", lost)
	}
}
