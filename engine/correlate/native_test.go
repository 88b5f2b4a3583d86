package correlate

import (
	"strings"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// TestAbsence: A not followed by B within the time, told when the time is over; B in time prevents it.
func TestAbsence(t *testing.T) {
	const rules = `
[[rules]]
id = "no-logoff"
title = "no logoff"
type = "sequence"
level = "medium"
group_by = ["principal"]
within = "10m"
[[rules.steps]]
name = "on"
rule = "on"
[[rules.steps]]
name = "off"
absent = true
rule = "off"
`
	who := func(rule, who string) func(*event.Event) {
		return func(ev *event.Event) {
			finding(rule)(ev)
			ev.Entities[event.Principal] = who
		}
	}
	b := withRules(t, rules)
	b.apply(0, who("on", "alice"))
	b.apply(0, who("on", "bob"))
	b.apply(5*minute, who("off", "bob"))
	if got := b.r.Tick(start + 12*minute); len(got) != 0 {
		t.Fatalf("told before a late record could come: %v", got)
	}
	got := b.r.Tick(start + 16*minute)
	if len(got) != 1 || got[0].Rule != "no-logoff" || got[0].Group[0].Value != "alice" || got[0].Timeline[0].ID != "e1" {
		t.Fatalf("%+v", got)
	}
	got = b.r.Tick(start + 40*minute)
	if len(got) != 1 || got[0].State != event.IncidentClose || got[0].Reason != "quiet" {
		t.Fatalf("%+v", got)
	}
	// A late record that says it was there after all.
	b = withRules(t, rules)
	b.apply(0, who("on", "alice"))
	ev := b.event(9*minute, who("off", "alice"))
	ev.Arrival = start + 13*minute
	b.r.Apply(ev)
	if got := b.r.Tick(start + 30*minute); len(got) != 0 {
		t.Errorf("a late record does not count: %+v", got)
	}
	// Without a tick the next record of the group carries it.
	b = withRules(t, rules)
	b.apply(0, who("on", "alice"))
	ev = b.apply(hour, who("on", "alice"))
	if incidentOf(ev.Incidents, "no-logoff") == nil {
		t.Error("the next record does not carry the absence")
	}
}

// TestSequenceConditions: what must not lie between, how long a step may take, what must differ.
func TestSequenceConditions(t *testing.T) {
	b := withRules(t, `
[[rules]]
id = "r"
title = "r"
type = "sequence"
group_by = ["g"]
within = "10m"
differ = ["src_country"]
[[rules.steps]]
name = "a"
rule = "a"
[[rules.steps]]
name = "x"
absent = true
rule = "x"
[[rules.steps]]
name = "b"
rule = "b"
within = "2m"
`)
	n := 0
	f := func(want bool, what string, steps ...any) {
		t.Helper()
		n++
		var ev *event.Event
		for i := 0; i < len(steps); i += 3 {
			ev = b.apply(int64(n)*hour+int64(steps[i+1].(int))*second, func(ev *event.Event) {
				finding(steps[i].(string), "g", "same")(ev)
				ev.Set(event.KeySrcCountry, event.Str(steps[i+2].(string)))
			})
		}
		if (found(ev, "r") != nil) != want {
			t.Errorf("%s: %v", what, !want)
		}
	}
	f(true, "a, b", "a", 0, "DE", "b", 60, "FR")
	f(false, "the same country", "a", 0, "DE", "b", 60, "DE")
	f(false, "no country", "a", 0, "", "b", 60, "DE")
	f(false, "too long a step", "a", 0, "DE", "b", 121, "FR")
	f(false, "x between", "a", 0, "DE", "x", 30, "", "b", 60, "FR")
	f(true, "x before", "x", 0, "", "a", 10, "DE", "b", 60, "FR")
	f(true, "x between the first a and the second", "a", 0, "DE", "x", 30, "", "a", 40, "DE", "b", 60, "FR")
	f(true, "the newer a has the same country, the older another", "a", 0, "FR", "a", 30, "DE", "b", 60, "DE")
	f(false, "b, a", "b", 0, "DE", "a", 60, "FR")
}

// TestState: conditions on the entity.
func TestState(t *testing.T) {
	b := withRules(t, `
[[rules]]
id = "new-host"
title = "r"
type = "event_count"
group_by = ["host"]
within = "1h"
condition = { gte = 1 }
[[rules.steps]]
rule = "x"
state = { entity = "host", new_for = "30m" }
`+strings.Replace(riskRule, "risk = 50.0", `risk = 50.0, tier = ["privileged"]`, 1))
	x := func(ev *event.Event) {
		finding("x")(ev)
		ev.Entities[event.Host], ev.Entities[event.Principal], ev.Tier = "h", "alice", "Privileged"
	}
	ev := b.apply(0, x)
	if found(ev, "new-host") == nil || found(ev, "risky") != nil {
		t.Errorf("first: %+v", ev.Findings)
	}
	ev.Risk = 60
	b.r.Scored(ev)
	ev = b.apply(hour, x)
	if found(ev, "new-host") != nil || found(ev, "risky") == nil {
		t.Errorf("an hour later: %+v", ev.Findings)
	}
}

// TestNetworks: addresses of one network are one value.
func TestNetworks(t *testing.T) {
	b := withRules(t, `
[[rules]]
id = "r"
title = "r"
type = "value_count"
group_by = ["principal"]
within = "1h"
field = ["src_ip"]
network = 16
condition = { gte = 2 }
[[rules.steps]]
classes = ["authentication"]
`)
	f := func(ip string, want bool) {
		t.Helper()
		ev := b.apply(0, func(ev *event.Event) {
			login("alice", "")(ev)
			ev.Set(event.KeySrcIP, event.Str(ip))
		})
		if (found(ev, "r") != nil) != want {
			t.Errorf("%s: %v", ip, !want)
		}
	}
	f("198.51.100.7", false)
	f("198.51.7.9", false)
	f("203.0.113.1", true)
}

// TestDeltas: several findings' deltas join.
func TestDeltas(t *testing.T) {
	f := func(aggregate string, want float64, deltas ...float64) {
		t.Helper()
		b := newBench(t, func(_ *entity.Config, c *Config, _ *In) {
			c.Aggregate, c.Shipped = aggregate, false
			c.Weights.Low = 0.5
		})
		ev := b.apply(0, func(ev *event.Event) {
			for _, d := range deltas {
				ev.Findings = append(ev.Findings, event.Finding{Rule: "x", Level: event.Low, Delta: d})
			}
		})
		if ev.Baseline != want {
			t.Errorf("%s %v: baseline %v, want %v", aggregate, deltas, ev.Baseline, want)
		}
	}
	f("weighted_sum", 3)
	f("weighted_sum", 5.5, 2, 3)
	f("weighted_sum", 10, 9, 9)
	f("weighted_sum", 1, -9)
	f("ema", 5.5, 2, 3)
	f("ema", 5, 2)
}

func TestRefused(t *testing.T) {
	const one = "[[rules]]\nid = \"a\"\ntitle = \"a\"\nwithin = \"1m\"\n"
	f := func(toml, want string) {
		t.Helper()
		names := event.NewNames()
		st, err := entity.New(entity.Defaults(), entity.In{Names: names})
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(Defaults(), In{State: st, Names: names, Shipped: []File{{"f.toml", []byte(toml)}},
			Base: func(ref string) (string, bool) { return ref, ref == "base" }})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	f(one+`type = "event_count"
condition = { gte = 1 }
[[rules.steps]]
rule = "a"`, `f.toml: correlation "a": refers to itself: a -> a`)
	f(`[[rules]]
id = "a"
title = "a"
within = "1m"
type = "temporal"
[[rules.steps]]
rule = "b"
[[rules]]
id = "b"
title = "b"
within = "1m"
type = "temporal"
[[rules.steps]]
rule = "c"
[[rules]]
id = "c"
title = "c"
within = "1m"
type = "temporal"
[[rules.steps]]
rule = "a"`, `correlation "a": refers to itself: a -> b -> c -> a`)
	f(one+`type = "temporal"
[[rules.steps]]
rule = "nowhere"`, `correlation "a": refers to "nowhere", which is no rule`)
	f(one+`type = "tempral"`, `correlation "a": unknown type "tempral"`)
	f(one+`type = "event_count"
[[rules.steps]]
rule = "base"`, `correlation "a": event_count needs a condition`)
	f(one+`type = "value_count"
condition = { gte = 1 }
[[rules.steps]]
rule = "base"`, `correlation "a": value_count needs a field`)
	f(one+`type = "event_count"
condition = { gte = 1 }
[[rules.steps]]
name = "all"`, `correlation "a": step "all" matches everything`)
	f(one+`type = "event_count"
window = "session"
condition = { gte = 1 }
[[rules.steps]]
rule = "base"`, `correlation "a": its session window needs a gap`)
	f(one+`type = "sequence"
[[rules.steps]]
absent = true
rule = "base"`, `correlation "a": nothing starts it: every step is one that must not occur`)
	f(one+`type = "event_count"
condition = { atleast = 1 }`, `unknown comparison "atleast"`)
	f(one+`typ = "event_count"`, `f.toml:5`)
	f(one+`type = "event_count"
condition = { gte = 1 }
[[rules.steps]]
classes = ["authentification"]`, `step "step1": unknown class "authentification"`)
}

// TestSilent: a correlation that only feeds another is told without a score; with generate it stands for itself.
func TestSilent(t *testing.T) {
	rule := func(id, ref string, generate bool) Rule {
		return Rule{ID: id, Title: id, Level: event.High, Type: EventCount, Span: hour, Conds: []Cond{{GTE, 1}}, Generate: generate,
			Steps: []Step{{Name: "s", Any: []Match{{Ref: ref}}}}}
	}
	for _, generate := range []bool{false, true} {
		b := newBench(t, func(_ *entity.Config, cc *Config, in *In) {
			cc.Shipped, in.Rules = false, []Rule{rule("outer", "inner", generate), rule("inner", "s", false)}
		})
		ev := b.apply(0, finding("s"))
		inner, outer := found(ev, "inner"), found(ev, "outer")
		if inner == nil || inner.Silent == generate || (inner.Risk > 0) != generate || outer == nil || outer.Silent || outer.Risk != 80 {
			t.Errorf("generate %v: %+v", generate, ev.Findings)
		}
		if ev.BaselineGiven != 3 || ev.Baseline != 7 {
			t.Errorf("baseline %v from %v: a high finding raises it to 7", ev.Baseline, ev.BaselineGiven)
		}
		if (incidentOf(ev.Incidents, "inner") != nil) != generate || incidentOf(ev.Incidents, "outer") == nil {
			t.Errorf("generate %v: %+v", generate, ev.Incidents)
		}
	}
}

// TestReplay: a record of an id that went by neither counts nor scores again.
func TestReplay(t *testing.T) {
	b := newShipped(t)
	for i := range 20 {
		ev := b.event(int64(i)*second, failedLogin("root", "203.0.113.9"))
		ev.ID, ev.IDGiven = "same", true
		b.r.Apply(ev)
		if i == 0 {
			ev.Severity = 4
			b.st.Scored(ev)
		} else if !ev.Replayed || ev.Severity != 4 {
			t.Fatalf("record %d: replayed %v, severity %d", i, ev.Replayed, ev.Severity)
		}
		if found(ev, "prescore.brute-force-source") != nil {
			t.Fatal("one record sent many times is brute force")
		}
	}
}

// TestLenient: a Sigma correlation that cannot run is left out with a sentence, with those that refer to it; the others run.
func TestLenient(t *testing.T) {
	step := func(ref string) []Step { return []Step{{Name: ref, Any: []Match{{Ref: ref}}}} }
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) {
		c.Shipped = false
		in.Rules = []Rule{
			{ID: "good", Title: "g", Type: EventCount, Span: hour, Conds: []Cond{{GTE, 1}}, Steps: step("s")},
			{ID: "bad", Title: "b", Type: EventCount, Span: hour, Steps: step("s")},
			{ID: "on bad", Title: "o", Type: EventCount, Span: hour, Conds: []Cond{{GTE, 1}}, Steps: step("bad")},
			{ID: "lost", Title: "l", Type: EventCount, Span: hour, Conds: []Cond{{GTE, 1}}, Steps: step("nowhere")},
		}
	})
	want := []string{
		`correlation "bad": event_count needs a condition: left out`,
		`correlation "on bad": refers to "bad", which is no rule: left out`,
		`correlation "lost": refers to "nowhere", which is no rule: left out`,
	}
	if got := b.r.Warnings(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
	if ev := b.apply(0, finding("s")); found(ev, "good") == nil || len(ev.Findings) != 2 {
		t.Errorf("%+v", ev.Findings)
	}
}

// FuzzParse: whatever a rule file says, it is refused or it makes rules that New refuses or runs.
func FuzzParse(f *testing.F) {
	for _, s := range shipped(f) {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		rules, err := Parse(File{"f.toml", text})
		if err != nil || len(rules) > 100 {
			return
		}
		names := event.NewNames()
		cfg := entity.Defaults()
		cfg.MaxEntities, cfg.SeenIDs = 64, 0
		st, err := entity.New(cfg, entity.In{Names: names})
		if err != nil {
			t.Fatal(err)
		}
		r, err := New(Defaults(), In{State: st, Names: names, Rules: rules, Base: func(ref string) (string, bool) { return ref, true }})
		if err != nil {
			return
		}
		for i := range int64(20) {
			ev := event.New(names)
			ev.Arrival, ev.ID = start+i*minute, "e"
			login("alice", "10.0.0.1")(ev)
			attack("sysmon", "alice", "h", "T1055", "execution")(ev)
			r.Apply(ev)
		}
		r.Tick(start + 1000*hour)
	})
}
