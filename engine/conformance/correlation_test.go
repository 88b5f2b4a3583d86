package conformance

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"prescore/engine"
	"prescore/engine/correlate"
	"prescore/engine/detect/sigma"
	"prescore/engine/entity"
	"prescore/engine/event"
)

// correlator holds Sigma rules and correlations with their state, as the engine would.
type correlator struct {
	rules  []*sigma.Rule
	outer  map[string]bool // titles of correlations that no other refers to
	names  *event.Names
	room   *correlate.Room
	ev     *event.Event
	last   int64
	serial int
}

func newCorrelator(yaml string) (*correlator, error) {
	set := sigma.NewSet(sigma.Options{})
	set.Add("case.yml", []byte(yaml))
	set.Close()
	for _, p := range set.Problems {
		return nil, fmt.Errorf("%s", p.String())
	}
	c := &correlator{rules: set.Rules, names: event.NewNames(), outer: map[string]bool{}}
	inner := map[string]bool{}
	for _, co := range set.Correlations {
		for _, ref := range co.Refs {
			inner[ref] = true
		}
	}
	for _, co := range set.Correlations {
		if !inner[co.Ident()] {
			c.outer[co.Title] = true
		}
	}
	st, err := entity.New(entity.Defaults(), entity.In{Names: c.names})
	if err != nil {
		return nil, err
	}
	cfg := correlate.Defaults()
	cfg.Shipped = false
	c.room, err = correlate.New(cfg, correlate.In{
		State: st, Names: c.names, Rules: engine.Correlations(set.Correlations),
		Base: func(ref string) (string, bool) { return ref, true }, // Sigma's reader resolved it
	})
	if err != nil {
		return nil, err
	}
	c.ev = event.New(c.names)
	return c, nil
}

// record lets Sigma's plain evaluation read an event.
type record struct{ ev *event.Event }

func (r record) Values(field string, do func(event.Value) bool) bool {
	found := false
	for i := range r.ev.Fields {
		if f := &r.ev.Fields[i]; f.Name == field {
			found = true
			if !do(f.Value) {
				break
			}
		}
	}
	return found
}

func (r record) All(do func(event.Value) bool) {
	for i := range r.ev.Fields {
		do(r.ev.Fields[i].Value)
	}
}

// offset moves the small times of cases away from 1970, by whole days so that tumbling windows start where they did.
const offset = 10_000 * 86_400

// apply takes one event through rules and correlations. The event is valid until the next.
func (c *correlator) apply(t float64, fields map[string]any) *event.Event {
	ev := c.ev
	ev.Reset()
	if t < offset {
		t += offset
	}
	c.serial++
	c.last = int64(math.Round(t * 1e9))
	ev.Arrival, ev.HostTime, ev.ID = c.last, c.last, fmt.Sprint("e", c.serial)
	keys := make([]string, 0, len(fields))
	for k := range fields {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		addJSON(ev, k, fields[k])
	}
	for _, r := range c.rules {
		if sigma.Eval(r.Cond, record{ev}) {
			ev.Findings = append(ev.Findings, event.Finding{Rule: r.Ident(), Title: r.Title, Level: r.Level})
		}
	}
	c.room.Apply(ev)
	return ev
}

func addJSON(ev *event.Event, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			addJSON(ev, name+"."+k, x)
		}
	case []any:
		for _, x := range v {
			addJSON(ev, name, x)
		}
	case string:
		ev.Add(name, event.Str(v), 0)
	case bool:
		ev.Add(name, event.BoolOf(v), 0)
	case float64:
		if v == math.Trunc(v) {
			ev.Add(name, event.IntOf(int64(v)), 0)
		} else {
			ev.Add(name, event.FloatOf(v), 0)
		}
	case nil:
		ev.Add(name, event.Value{K: event.Null}, 0)
	}
}

type timedEvent struct {
	T     float64        `json:"t"`
	Event map[string]any `json:"event"`
}

// TestSigmaCorrelationCases holds correlations against timed events: at which step they hold, and what they counted.
func TestSigmaCorrelationCases(t *testing.T) {
	const file = "correlation/sigma_correlation_cases.ndjson"
	type step struct {
		timedEvent
		Fired     *bool    `json:"correlation_fired"`
		Titles    []string `json:"correlation_titles"`
		Include   []string `json:"correlation_titles_include"`
		Value     *float64 `json:"aggregated_value"`
		Hits      *int     `json:"detections"`
		HitTitles []string `json:"detection_titles"`
		Group     map[string]any
	}
	cases, wrong := 0, 0
	eachLine(t, file, func(_ int, c struct {
		Name  string `json:"name"`
		Rules string `json:"rules_yaml"`
		Steps []step `json:"steps"`
	}) {
		cases++
		bad := func(format string, args ...any) {
			wrong++
			t.Logf("%s: %s", c.Name, fmt.Sprintf(format, args...))
		}
		co, err := newCorrelator(c.Rules)
		if err != nil {
			bad("%v", err)
			return
		}
		for i, s := range c.Steps {
			ev := co.apply(s.T, s.Event)
			var titles, hits []string
			value, group := math.NaN(), map[string]string{}
			for _, f := range ev.Findings {
				if f.Correlated {
					titles = append(titles, f.Title)
					value = f.Value
				} else {
					hits = append(hits, f.Title)
				}
			}
			for _, in := range ev.Incidents {
				for _, g := range in.Group {
					group[g.Field] = g.Value
				}
			}
			switch {
			case s.Fired != nil && *s.Fired != (len(titles) > 0):
				bad("step %d: holds %v, want %v", i+1, len(titles) > 0, *s.Fired)
				return
			case s.Titles != nil && strings.Join(titles, "|") != strings.Join(s.Titles, "|"):
				bad("step %d: %q, want %q", i+1, titles, s.Titles)
				return
			case !includes(titles, s.Include) || !includes(hits, s.HitTitles):
				bad("step %d: %q and %q, want %q and %q", i+1, titles, hits, s.Include, s.HitTitles)
				return
			case s.Value != nil && math.Abs(value-*s.Value) > 1e-9:
				bad("step %d: counted %v, want %v", i+1, value, *s.Value)
				return
			case s.Hits != nil && len(hits) != *s.Hits:
				bad("step %d: %d detections, want %d", i+1, len(hits), *s.Hits)
				return
			}
			for k, v := range s.Group {
				if len(group) > 0 && group[k] != fmt.Sprint(v) {
					bad("step %d: group %v, want %v", i+1, group, s.Group)
					return
				}
			}
		}
	})
	report(t, file, cases, wrong, 0, "")
}

func includes(have, want []string) bool {
	for _, w := range want {
		found := false
		for _, h := range have {
			found = found || h == w
		}
		if !found {
			return false
		}
	}
	return true
}

// TestSequenceCases holds correlations against sequences of events: whether the outermost one holds at any time, the time after the
// last event included.
func TestSequenceCases(t *testing.T) {
	const file = "correlation/sequence_cases.ndjson"
	cases, wrong := 0, 0
	eachLine(t, file, func(_ int, c struct {
		Name   string       `json:"name"`
		Rules  string       `json:"rules_yaml"`
		Events []timedEvent `json:"events"`
		Want   bool         `json:"expect_fired"`
	}) {
		cases++
		co, err := newCorrelator(c.Rules)
		if err != nil {
			wrong++
			t.Logf("%s: %v", c.Name, err)
			return
		}
		fired := false
		for _, e := range c.Events {
			ev := co.apply(e.T, e.Event)
			for _, f := range ev.Findings {
				fired = fired || f.Correlated && co.outer[f.Title]
			}
			for _, in := range ev.Incidents {
				fired = fired || co.outer[in.Title]
			}
		}
		for _, in := range co.room.Tick(co.last + 60*86_400*1e9) {
			fired = fired || co.outer[in.Title]
		}
		if fired != c.Want {
			wrong++
			t.Logf("%s: holds %v, want %v", c.Name, fired, c.Want)
		}
	})
	report(t, file, cases, wrong, 0, "")
}

// TestBruteForceOracle counts failed logins of an OpenSSH log by source: the line at which each first reaches each threshold.
func TestBruteForceOracle(t *testing.T) {
	const file = "loghub/bruteforce_oracle.json"
	data, err := os.ReadFile(corpus(t, file))
	if err != nil {
		t.Fatal(err)
	}
	var sets []struct {
		Oracles []struct {
			Type      string         `json:"type"`
			Group     string         `json:"group_by"`
			Gte       int            `json:"gte"`
			Span      int            `json:"timespan_s"`
			First     map[string]int `json:"first_fire_line_by_group"`
			Sensitive []string       `json:"boundary_sensitive_groups"`
		} `json:"oracles"`
	}
	if err := json.Unmarshal(data, &sets); err != nil {
		t.Fatal(err)
	}
	failed := failedLogins(t)
	cases, wrong := 0, 0
	for _, s := range sets {
		for _, o := range s.Oracles {
			kind, field := "event_count", ""
			if strings.HasPrefix(o.Type, "value_count") {
				kind, field = "value_count", "        field: user\n"
			}
			co, err := newCorrelator(fmt.Sprintf(`title: Failed password
id: failed
logsource: {product: linux, service: sshd}
detection:
    selection: {failed: yes}
    condition: selection
---
title: Brute force
id: brute
correlation:
    type: %s
    rules: [failed]
    group-by: [%s]
    timespan: %ds
    condition:
%s        gte: %d
`, kind, o.Group, o.Span, field, o.Gte))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, f := range failed {
				ev := co.apply(f.t, map[string]any{"failed": "yes", "source_ip": f.ip, "user": f.user})
				for _, x := range ev.Findings {
					if x.Correlated && got[f.ip] == 0 {
						got[f.ip] = f.line
					}
				}
			}
			for _, g := range o.Sensitive {
				delete(got, g)
				delete(o.First, g)
			}
			for g, line := range o.First {
				cases++
				if got[g] != line {
					wrong++
					t.Logf("%s gte %d within %ds: %s at line %d, want %d", o.Type, o.Gte, o.Span, g, got[g], line)
				}
			}
			for g, line := range got {
				if _, there := o.First[g]; !there {
					cases++
					wrong++
					t.Logf("%s gte %d within %ds: %s at line %d, want never", o.Type, o.Gte, o.Span, g, line)
				}
			}
		}
	}
	report(t, file, cases, wrong, 0, fmt.Sprintf("%d failed logins", len(failed)))
}

type failedLogin struct {
	line     int
	t        float64
	ip, user string
}

var failedPassword = regexp.MustCompile(`^(\w{3} [ \d]\d \d\d:\d\d:\d\d) \S+ sshd\[\d+\]: Failed password for (?:invalid user )?(.*) from (\S+) port \d+`)

// failedLogins reads the failed logins of the OpenSSH log, its lines counted from 1.
func failedLogins(t *testing.T) []failedLogin {
	text, err := os.ReadFile(corpus(t, "loghub/OpenSSH_2k.log"))
	if err != nil {
		t.Fatal(err)
	}
	var out []failedLogin
	for i, line := range strings.Split(string(text), "\n") {
		m := failedPassword.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		at, err := time.Parse("Jan _2 15:04:05 2006", m[1]+" 2023")
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		out = append(out, failedLogin{i + 1, float64(at.Unix()), m[3], m[2]})
	}
	return out
}
