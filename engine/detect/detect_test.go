package detect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prescore/engine/detect/route"
	"prescore/engine/event"
	"prescore/engine/redact"
)

const whoami = `title: Whoami
id: r-1
level: medium
tags: [attack.discovery, attack.t1033]
logsource: {product: windows, category: process_creation}
detection:
  img: {Image|endswith: '\whoami.exe'}
  cli: {CommandLine|contains: ' /all'}
  orphan: {ParentImage: null}
  condition: img and cli and not orphan
---
title: Whoami as system
id: r-2
level: high
risk_score: 61
logsource: {product: windows, category: process_creation}
detection:
  sel:
    Image|endswith: '\whoami.exe'
    User|contains: SYSTEM
  condition: sel
---
title: Broken
id: r-3
logsource: {product: windows}
detection: {s: {A|nope: 1}, condition: s}
`

// room makes a room of one file of rules.
func room(t testing.TB, rules string, change func(*Config)) (*Room, *event.Names) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "rules", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "rules", "deep", "a.yml"), rules)
	table, err := os.ReadFile("../../conf/logsources.toml")
	if err != nil {
		t.Fatal(err)
	}
	red, err := redact.New(redact.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "relative.csv"), "rule,score\n# more\nr-2, 10\n")
	cfg := Defaults()
	cfg.Rules = []string{"rules/**.yml"}
	if change != nil {
		change(&cfg)
	}
	names := event.NewNames()
	r, err := New(cfg, In{Names: names, Dir: dir, Logsources: table, Redact: red})
	if err != nil {
		t.Fatal(err)
	}
	return r, names
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sysmon makes a process creation; kv are fields.
func sysmon(names *event.Names, kv ...string) *event.Event {
	ev := event.New(names)
	fill(ev, kv...)
	return ev
}

func fill(ev *event.Event, kv ...string) {
	ev.Source = "sysmon"
	ev.Add("Channel", event.Str("Microsoft-Windows-Sysmon/Operational"), 0)
	ev.Add("EventID", event.IntOf(1), 0)
	for i := 0; i+1 < len(kv); i += 2 {
		ev.Add(kv[i], event.Str(kv[i+1]), 0)
	}
}

func TestApply(t *testing.T) {
	r, names := room(t, whoami, func(c *Config) { c.RelativeRisk = "relative.csv" })
	ev := sysmon(names, "Image", `C:\Windows\WHOAMI.exe`, "CommandLine", "whoami /all --password hunter2", "ParentImage", "x", "User", `NT AUTHORITY\SYSTEM`)
	ev.Baseline = 2
	r.Apply(ev)
	if len(ev.Findings) != 2 {
		t.Fatalf("%+v", ev.Findings)
	}
	a, b := ev.Findings[0], ev.Findings[1]
	if a.Rule != "r-1" || a.Risk != 50 || a.Level != event.Medium || b.Rule != "r-2" || b.Risk != 71 || ev.Baseline != 7 {
		t.Errorf("%+v %v", ev.Findings, ev.Baseline)
	}
	if strings.Join(ev.Techniques, " ") != "T1033" || strings.Join(ev.Tactics, " ") != "discovery" {
		t.Error(ev.Techniques, ev.Tactics)
	}
	got := map[string]string{}
	for _, m := range a.Matches {
		got[m.Field] = m.Value
	}
	if got["Image"] != `C:\Windows\WHOAMI.exe` || got["CommandLine"] != "whoami /all --password ***" || len(got) != 2 {
		t.Errorf("%q", got)
	}
	ev.Baseline = 9.5
	ev.Findings = ev.Findings[:0]
	if r.Apply(ev); ev.Baseline != 9.5 {
		t.Error("a finding lowered the baseline", ev.Baseline)
	}
	if c := r.Counts(); c.Findings != 4 {
		t.Error(c)
	}
	if w := strings.Join(r.Warnings(), "\n"); !strings.Contains(w, `a.yml:26: rule "r-3": A|nope: unknown modifier "nope"`) {
		t.Error(w)
	}
	if f := strings.Join(r.Files(), " "); !strings.Contains(f, "a.yml") || !strings.Contains(f, "deep ") {
		t.Error(f)
	}
}

// TestRouting: a rule sees events of its log source and no others.
func TestRouting(t *testing.T) {
	for _, routing := range []string{RoutingLogsource, RoutingAll} {
		r, names := room(t, whoami, func(c *Config) { c.Routing = routing })
		ev := sysmon(names, "Image", `\whoami.exe`, "User", "SYSTEM")
		ev.Source = "fortigate"
		r.Apply(ev)
		if (len(ev.Findings) > 0) != (routing == RoutingAll) {
			t.Errorf("%s: %v", routing, ev.Findings)
		}
	}
	r, names := room(t, strings.Replace(whoami, "product: windows", "product: mine", 2), func(c *Config) {
		c.Logsource = []route.Row{{Product: "mine", Category: "process_creation", Source: []string{"own"}}}
	})
	ev := sysmon(names, "Image", `\whoami.exe`, "User", "SYSTEM")
	ev.Source = "own"
	if r.Apply(ev); len(ev.Findings) != 1 {
		t.Error(ev.Findings, r.Warnings())
	}
}

func TestSelection(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		r, _ := room(t, whoami, change)
		var ids []string
		for _, ru := range r.Rules() {
			ids = append(ids, ru.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	f(nil, "r-1 r-2")
	f(func(c *Config) { c.MinLevel = "high" }, "r-2")
	f(func(c *Config) { c.Only = []string{"r-1"} }, "r-1")
	f(func(c *Config) { c.Exclude = []string{"r-1"} }, "r-2")
	f(func(c *Config) { c.Tags = []string{"attack.T1033"} }, "r-1")
	f(func(c *Config) { c.Tags = []string{"attack.t1*"} }, "r-1")
	f(func(c *Config) { c.Products = []string{"linux"} }, "")
	f(func(c *Config) { c.Status = []string{"stable"} }, "")
}

func TestBounds(t *testing.T) {
	rule := "title: a\nid: %\nlogsource: {product: windows}\ndetection: {s: {CommandLine|contains: needle}, condition: s}\n"
	r, names := room(t, strings.Replace(rule, "%", "1", 1)+"---\n"+strings.Replace(rule, "%", "2", 1), func(c *Config) { c.MaxFindings = 1 })
	ev := sysmon(names, "CommandLine", strings.Repeat("x", 300<<10)+"needle")
	if r.Apply(ev); len(ev.Findings) != 0 || len(ev.Problems) != 1 || ev.Problems[0].Code != "value_cut" {
		t.Error(ev.Findings, ev.Problems)
	}
	ev = sysmon(names, "CommandLine", "needle")
	if r.Apply(ev); len(ev.Findings) != 1 || len(ev.Problems) != 1 || ev.Problems[0].Code != "too_many_findings" {
		t.Error(ev.Findings, ev.Problems)
	}
	if c := r.Counts(); c.FindingsCut != 1 || c.ValuesCut != 1 {
		t.Error(c)
	}
}

func TestRefusals(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		cfg := Defaults()
		change(&cfg)
		_, err := New(cfg, In{Names: event.NewNames(), Dir: "testdata"})
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f(func(c *Config) { c.MinLevel = "huge" }, `min_level: must be informational, low, medium, high or critical, not "huge"`)
	f(func(c *Config) { c.Routing = "no" }, `routing: must be "logsource" or "all", not "no"`)
	f(func(c *Config) { c.MaxFindings = 0 }, "max_findings: must be between 1 and 256, not 0")
	f(func(c *Config) { c.Risk.Low = 101 }, "risk.low: must be between 0 and 100, not 101")
	f(func(c *Config) { c.Baseline.High = 2 }, "baseline.high: must not be below the level before it (5)")
	f(func(c *Config) { c.Rules = []string{"nowhere"} }, "rules: "+filepath.Join("testdata", "nowhere")+": no such file or directory")
	f(func(c *Config) { c.RelativeRisk = "none.csv" }, "relative_risk: testdata/none.csv: cannot be read: open testdata/none.csv: no such file or directory")
	f(func(c *Config) { c.Logsource = []route.Row{{Product: "p", Class: []string{"nope"}}} }, `logsource: unknown class "nope"`)
	f(func(c *Config) { c.Status = []string{"old"} }, `status[0]: must be stable, test, experimental, deprecated or unsupported, not "old"`)
}

func TestRelative(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		_, err := relative("f.csv", []byte(in))
		if got := ""; err != nil {
			if got = err.Error(); got != want {
				t.Errorf("%q: %s, want %s", in, got, want)
			}
		} else if want != "" {
			t.Errorf("%q: accepted, want %s", in, want)
		}
	}
	f("rule,score\na,1\n", "")
	f("a,1\n", "")
	f("a\n", "relative_risk: f.csv:1: must be rule, score")
	f("a,1\nb,x\n", `relative_risk: f.csv:2: score must be a number between -100 and 100, not "x"`)
	f("a,1\na,2\n", `relative_risk: f.csv:2: rule "a" is given twice`)
}

func TestFits(t *testing.T) {
	f := func(pattern, path string, want bool) {
		t.Helper()
		if fits(pattern, path) != want {
			t.Errorf("%s %s: %v", pattern, path, !want)
		}
	}
	f("**", "a/b.yml", true)
	f("**.yml", "a/b.yml", true)
	f("**/*.yml", "b.yml", true)
	f("**/*.yml", "a/c/b.yml", true)
	f("*.yml", "a/b.yml", false)
	f("?.yml", "b.yml", true)
	f("a?b", "a/b", false)
}

// TestNothingAllocated holds the allocations of an event without a finding at none.
func TestNothingAllocated(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates by itself; run without -race")
	}
	r, names := room(t, whoami, nil)
	ev := event.New(names)
	do := func() {
		ev.Reset()
		fill(ev, "Image", `C:\Windows\cmd.exe`, "CommandLine", "cmd /C whoami /all", "ParentImage", `C:\Würzburg\é.exe`, "User", "joe")
		r.Apply(ev)
	}
	do()
	if n := testing.AllocsPerRun(100, do); n != 0 || len(ev.Findings) != 0 {
		t.Errorf("%v allocations, %v", n, ev.Findings)
	}
}

func TestExplain(t *testing.T) {
	r, names := room(t, whoami, nil)
	ev := sysmon(names, "Image", `C:\Windows\whoami.exe`, "CommandLine", "whoami", "ParentImage", "x")
	x, ok := r.Explain("r-1", ev)
	want := `no  all of
no    cli
no      CommandLine|contains:  /all  [record has ["whoami"]]
yes   img
yes     Image|endswith: \whoami.exe  [record has ["C:\\Windows\\whoami.exe"]]
yes   not
no      orphan
no        ParentImage: null  [record has ["x"]]
`
	if got := x.Trace.String(); !ok || !x.Routed || x.Matched || !sameLines(got, want) {
		t.Errorf("%v %v %v\n%s", ok, x.Routed, x.Matched, got)
	}
	ev.Source = "fortigate"
	if x, _ := r.Explain("r-2", ev); x.Routed {
		t.Error("routed")
	}
	if _, ok := r.Explain("none", ev); ok {
		t.Error("explained")
	}
}

// sameLines compares texts whose parts may stand in any order.
func sameLines(a, b string) bool {
	count := map[string]int{}
	for _, l := range strings.Split(a, "\n") {
		count[l]++
	}
	for _, l := range strings.Split(b, "\n") {
		count[l]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestLint(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yml"), whoami+"---\ntitle: Lost\nid: 0e95725d-7320-415d-80f7-004da920fc11\nlevel: low\nlogsource: {product: nowhere}\ndetection: {s: {A: 1}, condition: s}\n")
	table, err := os.ReadFile("../../conf/logsources.toml")
	if err != nil {
		t.Fatal(err)
	}
	list, err := LintFile(dir, table)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range list {
		got = append(got, strings.TrimPrefix(p.String(), dir+"/"))
	}
	want := []string{
		`a.yml:2: rule "r-1": id is not a UUID`,
		`a.yml:13: rule "r-2": id is not a UUID`,
		`a.yml:26: rule "r-3": A|nope: unknown modifier "nope"`,
		`a.yml:28: rule "0e95725d-7320-415d-80f7-004da920fc11": log source nowhere/-/-: no row of the table of log sources covers it, so that it never runs`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// BenchmarkUnwanted is an event that no rule is for.
func BenchmarkUnwanted(b *testing.B) {
	r, names := room(b, whoami, nil)
	ev := event.New(names)
	ev.Source = "vpc_flow"
	ev.Add("srcaddr", event.Str("10.0.0.1"), 0)
	b.ReportAllocs()
	for b.Loop() {
		r.Apply(ev)
	}
}
