package correlate

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

const (
	second = int64(1e9)
	minute = 60 * second
	hour   = 60 * minute
	start  = 1_700_000_000 * second
)

// bench is a room with its state.
type bench struct {
	t     testing.TB
	names *event.Names
	st    *entity.Store
	r     *Room
	n     int
}

// shipped gives the rules that conf brings.
func shipped(t testing.TB) []File {
	t.Helper()
	paths, err := filepath.Glob("../../conf/correlations/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no shipped rules: %v", err)
	}
	var out []File
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, File{filepath.Base(p), text})
	}
	return out
}

func newBench(t testing.TB, change func(*entity.Config, *Config, *In)) *bench {
	t.Helper()
	b := &bench{t: t, names: event.NewNames()}
	ec, cc := entity.Defaults(), Defaults()
	in := In{Names: b.names, Base: func(ref string) (string, bool) { return ref, ref != "nowhere" }}
	if change != nil {
		change(&ec, &cc, &in)
	}
	var err error
	if b.st, err = entity.New(ec, entity.In{Names: b.names}); err != nil {
		t.Fatal(err)
	}
	in.State = b.st
	if b.r, err = New(cc, in); err != nil {
		t.Fatal(err)
	}
	return b
}

// withRules makes a bench of rules in TOML.
func withRules(t testing.TB, toml string) *bench {
	t.Helper()
	return newBench(t, func(_ *entity.Config, c *Config, in *In) {
		c.Shipped = true
		in.Shipped = []File{{"rules.toml", []byte(toml)}}
	})
}

// event makes an event at start plus at; f fills it.
func (b *bench) event(at int64, f func(ev *event.Event)) *event.Event {
	b.n++
	ev := event.New(b.names)
	ev.ID = fmt.Sprint("e", b.n)
	ev.Arrival = start + at
	ev.Set(event.KeyTime, event.TimeOf(start+at))
	ev.Baseline = 3
	if f != nil {
		f(ev)
	}
	return ev
}

func (b *bench) apply(at int64, f func(ev *event.Event)) *event.Event {
	ev := b.event(at, f)
	b.r.Apply(ev)
	return ev
}

// found gives the finding of a rule, nil where it did not hold.
func found(ev *event.Event, rule string) *event.Finding {
	for i := range ev.Findings {
		if ev.Findings[i].Rule == rule {
			return &ev.Findings[i]
		}
	}
	return nil
}

func incidentOf(list []event.Incident, rule string) *event.Incident {
	for i := range list {
		if list[i].Rule == rule {
			return &list[i]
		}
	}
	return nil
}

// The events of the cases.

func failedLogin(who, ip string) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Source, ev.Class, ev.Activity = "okta", event.Authentication, 1
		ev.Set(event.KeyOutcome, event.Str("failure"))
		ev.Entities[event.Principal], ev.Entities[event.Address] = who, ip
	}
}

func login(who, ip string) func(*event.Event) {
	return func(ev *event.Event) {
		failedLogin(who, ip)(ev)
		ev.Set(event.KeyOutcome, event.Str("success"))
	}
}

func upload(who string, bytes int64) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Source, ev.Class, ev.Activity = "fortigate", event.NetworkActivity, 6
		ev.Set(event.KeyDirection, event.Str("outbound"))
		ev.Set(event.KeyBytesOut, event.IntOf(bytes))
		ev.Entities[event.Principal], ev.Entities[event.Address] = who, "10.0.0.5"
	}
}

func attack(source, who, host, technique, tactic string) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Source, ev.Class = source, event.ProcessActivity
		ev.Entities[event.Principal], ev.Entities[event.Host] = who, host
		if technique != "" {
			ev.AddTechnique(technique)
		}
		if tactic != "" {
			ev.AddTactic(tactic)
		}
	}
}

func finding(rule string, fields ...string) func(*event.Event) {
	return func(ev *event.Event) {
		ev.Findings = append(ev.Findings, event.Finding{Rule: rule, Title: rule, Level: event.Low})
		for i := 0; i+1 < len(fields); i += 2 {
			ev.Add(fields[i], event.Str(fields[i+1]), 0)
		}
	}
}
