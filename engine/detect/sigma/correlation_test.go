package sigma

import (
	"strings"
	"testing"
	"time"
)

const twoRules = head + "name: first\ndetection: {s: {A: 1}, condition: s}\n---\ntitle: u\nid: j\nname: second\nlogsource: {product: p}\ndetection: {s: {A: 2}, condition: s}\n---\n"

func correlate(text string) *Set {
	s := NewSet(Options{})
	s.Add("c.yml", []byte(twoRules+text))
	s.Close()
	return s
}

func TestCorrelation(t *testing.T) {
	s := correlate(`title: later
id: k2
correlation:
  type: temporal_ordered
  rules: [chain, second]
  group-by: [who]
  timespan: 1h
  aliases:
    who: {chain: User, second: TargetUser}
---
title: c
id: k1
name: chain
level: high
correlation:
  type: value_count
  rules: [i, second]
  group-by: [User, Host]
  timespan: 90m
  window: session
  gap: 30s
  condition: {field: [A, B], gt: 2, lte: 5}
  generate: true
`)
	if len(s.Correlations) != 2 || s.Correlations[0].ID != "k1" {
		t.Fatal(s.Problems)
	}
	c, l := s.Correlations[0], s.Correlations[1]
	if c.Type != ValueCount || c.Timespan != 90*time.Minute || c.Window != Session || c.Gap != 30*time.Second || !c.Generate ||
		strings.Join(c.Refs, " ") != "i j" || strings.Join(c.Fields, " ") != "A B" || len(c.Criteria) != 2 || c.Level.String() != "high" {
		t.Errorf("%+v", c)
	}
	for n, want := range map[float64]bool{2: false, 3: true, 5: true, 6: false} {
		if c.Criteria[0].Holds(n) && c.Criteria[1].Holds(n) != want {
			t.Error(n)
		}
	}
	if s.Rules[0].Silent || s.Rules[1].Silent { // the first correlation generates
		t.Error("silent")
	}
	if strings.Join(l.Refs, " ") != "k1 j" || l.Aliases["who"]["k1"] != "User" || l.Aliases["who"]["j"] != "TargetUser" || l.Type != TemporalOrdered {
		t.Errorf("%+v", l)
	}
	b := correlate("title: b\nid: b\ncorrelation: {type: temporal, rules: [first, second], group-by: [U], timespan: 5m, condition: first and not second}\n").Correlations[0]
	if r := correlate("title: b\nid: b\ncorrelation: {type: temporal, rules: [first], group-by: [U], timespan: 5m}\n").Rules; !r[0].Silent || r[1].Silent {
		t.Error("not silent")
	}
	for _, seen := range [][2]bool{{true, false}, {true, true}, {false, false}} {
		if got := b.Bool.Holds(func(ref int) bool { return seen[ref] }); got != (seen[0] && !seen[1]) {
			t.Error(seen, got)
		}
	}
}

func TestCorrelationRefusals(t *testing.T) {
	f := func(body, want string) {
		t.Helper()
		s := correlate("title: c\nid: k\nname: self\ncorrelation: {" + body + "}\n")
		if len(s.Correlations) != 0 || len(s.Problems) != 1 || !strings.HasSuffix(s.Problems[0].String(), want) {
			t.Errorf("%s gives %v, want %s", body, s.Problems, want)
		}
	}
	f("rules: [i], timespan: 1m", `c.yml:16: rule "k": correlation without a type`)
	f("type: nope, rules: [i], timespan: 1m", `unknown correlation type "nope": write event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile, value_median`)
	f("type: event_count, timespan: 1m, condition: {gte: 1}", "correlation names no rules")
	f("type: event_count, rules: [i], condition: {gte: 1}", "correlation without a timespan")
	f("type: event_count, rules: [i], timespan: 1x, condition: {gte: 1}", `"1x" is not a time: write a number and s, m, h or d`)
	f("type: event_count, rules: [i], timespan: 1m", "correlation of type event_count needs a condition")
	f("type: event_count, rules: [i], timespan: 1m, condition: {gte: x}", `gte: "x" is not a number`)
	f("type: value_sum, rules: [i], timespan: 1m, condition: {gte: 1}", "correlation of type value_sum needs a field in its condition")
	f("type: event_count, rules: [zz], timespan: 1m, condition: {gte: 1}", `correlation refers to rule "zz", which is not loaded`)
	f("type: event_count, rules: [self], timespan: 1m, condition: {gte: 1}", "correlation refers to itself, over others, or to a correlation that was refused")
	f("type: temporal, rules: [i], timespan: 1m, window: session", "a session window needs a gap")
}
