package attack

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"prescore/conf"
	"prescore/engine/event"
)

var confFS = conf.Attack()

func load(t testing.TB) *Table {
	t.Helper()
	table, err := Load(confFS)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTechnique(t *testing.T) {
	table := load(t)
	i, ok := table.Technique("t1059.001")
	if !ok || i.ID != "T1059.001" || i.Name() != "PowerShell" || i.Parent != "T1059" || i.In[V18].Status != Active || i.In[V19].Status != Active {
		t.Errorf("%+v", i)
	}
	i, _ = table.Technique("T1027")
	if strings.Join(i.Tactics(V18), " ") != "defense-evasion" || strings.Join(i.Tactics(V19), " ") != "stealth" {
		t.Errorf("both versions side by side: %v %v", i.Tactics(V18), i.Tactics(V19))
	}
	i, _ = table.Technique("T1562.001")
	if strings.Join(i.Tactics(V19), " ") != "defense-evasion" || i.In[V19].Status != Removed {
		t.Errorf("a version that has it no longer leaves it the older one's tactics: %+v", i)
	}
	i, _ = table.Technique("T1685")
	if strings.Join(i.Tactics(V18), " ") != "defense-impairment" {
		t.Errorf("an older version that does not have it yet: %+v", i)
	}
	if _, ok := table.Technique("T0000"); ok {
		t.Error("T0000 is known")
	}
}

func TestSuccessor(t *testing.T) {
	table := load(t)
	f := func(id, want string) {
		t.Helper()
		if got := table.Successor(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	f("T1086", "T1059.001") // revoked in 18
	f("T1059.001", "T1059.001")
	f("T1562.001", "T1685") // removed in 19
	f("T1070.001", "T1685.005")
	f("T9999", "T9999")
}

func TestTactic(t *testing.T) {
	table := load(t)
	f := func(name, want string) {
		t.Helper()
		if got, _ := table.Tactic(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for _, s := range []string{"Initial Access", "TA0001", "ta0001", "initial_access", "InitialAccess", "initial-access", "INITIAL ACCESS"} {
		f(s, "initial-access")
	}
	for _, s := range []string{"Command and Control", "command_and_control", "CommandAndControl", "Command & Control", "TA0011"} {
		f(s, "command-and-control")
	}
	f("defense-evasion", "defense-evasion")
	f("Stealth", "stealth")
	f("TA0112", "defense-impairment")
	f("TA9999", "")
	f("nonsense", "")
	f("", "")
	if id, name := table.TacticID("lateral-movement"); id != "TA0008" || name != "Lateral Movement" {
		t.Errorf("%q %q", id, name)
	}
}

func TestTag(t *testing.T) {
	table := load(t)
	f := func(tag, technique, tactic string) {
		t.Helper()
		if a, b := table.Tag(tag); a != technique || b != tactic {
			t.Errorf("%s: %q %q", tag, a, b)
		}
	}
	f("attack.t1059.001", "T1059.001", "")
	f("attack.T9999", "T9999", "")
	f("attack.privilege-escalation", "", "privilege-escalation")
	f("attack.defense_evasion", "", "defense-evasion")
	f("attack.ta0002", "", "execution")
	f("attack.g0016", "", "")
	f("cve.2021.44228", "", "")
}

func TestLoadRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := Load(fstest.MapFS{versionFiles[V18]: {Data: []byte(text)}, versionFiles[V19]: {Data: []byte("")}})
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("# x\nhello\n", "enterprise-18.1.tsv:2: is neither a tactic nor a technique")
	f("T1001\tgone\tx\t\tName\n", `enterprise-18.1.tsv:1: status "gone" or successor "": is none`)
	f(strings.Repeat("#", maxDataBytes+1), "enterprise-18.1.tsv: is 1048577 bytes long; at most 1048576 are read")
}

func TestLoadIsFast(t *testing.T) {
	best := time.Hour
	for range 5 {
		at := time.Now()
		load(t)
		best = min(best, time.Since(at))
	}
	if best > 20*time.Millisecond { // 1 to 2 ms on an idle machine
		t.Errorf("both versions took %v", best)
	}
}

func open(t testing.TB, cfg Config) (*Room, *event.Names) {
	t.Helper()
	names := event.NewNames()
	r, err := New(cfg, In{FS: confFS, Names: names, Dir: "testdata", Read: os.ReadFile})
	if err != nil {
		t.Fatal(err)
	}
	return r, names
}

func TestVendorFields(t *testing.T) {
	r, names := open(t, Defaults())
	ev := event.New(names)
	f := func(want string, kv ...string) {
		t.Helper()
		ev.Reset()
		for i := 0; i < len(kv); i += 2 {
			ev.Add(kv[i], event.Str(kv[i+1]), 0)
		}
		r.Apply(ev)
		if got := strings.Join(ev.Techniques, " ") + "|" + strings.Join(ev.Tactics, " "); got != want {
			t.Errorf("%v: %q, want %q", kv, got, want)
		}
	}
	f("T1059.001|execution", "attack_technique", "T1059.001")
	f("T1059.001|execution", "attack_technique", "t1059.001")
	f("T1078|initial-access", "attck_technique", "T1078", "attck_tactics", "Initial Access")
	f("T1078 T1110|credential-access", "rule.mitre.id", "T1078", "rule.mitre.id", "T1110", "rule.mitre.tactic", "Credential Access")
	f("T1078 T1110|persistence", "threat.technique.id", "T1078, T1110", "threat.tactic.name", "persistence")
	f("T1059 T1059.001|execution", "threat.technique.id", "T1059", "threat.technique.subtechnique.id", "T1059.001")
	f("T1059|execution", "tags", "container", "tags", "mitre_execution", "tags", "T1059")
	f("T1552.005|credential-access", "tags", "attack.t1552.005", "tags", "attack.credential-access", "tags", "T10599", "tags", "team.t1000")
	f("T1003.001|credential-access", "AttackTechniques", `["LSASS Memory (T1003.001)"]`)
	f("T1059.001|execution", "mitre_technique", "https://attack.mitre.org/techniques/T1059/001/")
	f("T1087|discovery lateral-movement", "mitre_technique_id", "T1087", "mitre_tactics", `["Discovery","LateralMovement"]`)
	f("AML.T0051|", "attack_technique", "AML.T0051")
	f("T9999.001|", "attack_technique", "T9999.001")
	f("|ImpairProcessControl", "tactics", "ImpairProcessControl")
	f("|", "tactics", "None", "technique", "a longer text without an id", "tags", "x")
	f("T1562.001|defense-evasion", "attack_technique", "T1562.001")
	f("T1685|defense-impairment", "attack_technique", "T1685")

	ev.Reset()
	ev.Set(event.KeyTechnique, event.Str("T1059.001"))
	ev.Set(event.KeyTactic, event.Str("TA0002"))
	r.Apply(ev)
	if len(ev.Techniques) != 1 || ev.Tactics[0] != "execution" {
		t.Errorf("canonical keys: %v %v", ev.Techniques, ev.Tactics)
	}

	c := Defaults()
	c.Version = "18"
	r, names = open(t, c)
	ev = event.New(names)
	ev.Add("attack_technique", event.Str("T1027"), 0)
	r.Apply(ev)
	if len(ev.Tactics) != 1 || ev.Tactics[0] != "defense-evasion" {
		t.Errorf("version 18: %v", ev.Tactics)
	}
}

func TestAllocations(t *testing.T) {
	r, names := open(t, Defaults())
	ev := event.New(names)
	ev.Add("rule.mitre.id", event.Str("T1110"), 0)
	ev.Add("rule.mitre.tactic", event.Str("Credential Access"), 0)
	ev.Add("tags", event.Str("mitre_execution"), 0)
	ev.Set(event.KeyProcess, event.Str(`C:\Windows\System32\PowerShell.EXE`))
	ev.Set(event.KeyAPI, event.Str("ConsoleLogin"))
	ev.Set(event.KeyEventCode, event.IntOf(10))
	ev.Set(event.KeyTargetProcess, event.Str("LSASS.exe"))
	ev.Source = "sysmon"
	n := testing.AllocsPerRun(100, func() {
		ev.Techniques, ev.Tactics = ev.Techniques[:0], ev.Tactics[:0]
		r.Apply(ev)
	})
	if n != 0 || len(ev.Techniques) != 4 {
		t.Errorf("%v allocations, %v", n, ev.Techniques)
	}
}

// FuzzVendor holds that any text in a vendor's field gives well-formed results: every technique stands in the text, but for its case
// and the slash of an URL, and nothing is noted twice.
func FuzzVendor(f *testing.F) {
	for _, s := range []string{"T1059.001", "attack.t1059", "[\"T1078\", \"x (T1110)\"]", "Initial Access/Execution", "AML.T0051", "T1059/001", ".T1059"} {
		f.Add(s)
	}
	r, names := open(f, Defaults())
	f.Fuzz(func(t *testing.T, s string) {
		ev := event.New(names)
		ev.Add("attack_technique", event.Str(s), 0)
		ev.Add("attack_tactics", event.Str(s), 0)
		ev.Add("tags", event.Str(s), 0)
		r.Apply(ev)
		flat := strings.ToLower(strings.ReplaceAll(s, "/", "."))
		for i, id := range ev.Techniques {
			if !strings.Contains(flat, strings.ToLower(strings.ReplaceAll(id, "/", "."))) {
				t.Fatalf("%q gave %q", s, id)
			}
			for _, other := range ev.Techniques[:i] {
				if other == id {
					t.Fatalf("%q gave %q twice", s, id)
				}
			}
		}
	})
}

// TestShortnames: what is written as the table has it is found as other spellings of it are, and most at once.
func TestShortnames(t *testing.T) {
	table := load(t)
	n := 0
	for _, c := range table.tactics {
		for _, s := range []string{c.short, strings.ToUpper(c.short), c.id, c.name, c.short + "x"} {
			short, ok := table.Tactic(s)
			k := tacticKey(s, new([maxTactic]byte))
			if want, is := table.tactics[string(k)]; short != want.short || ok != is {
				t.Errorf("%q: %q %v, want %q %v", s, short, ok, want.short, is)
			}
		}
		if table.shorts[shortSlot(c.short)] == c.short {
			n++
		}
	}
	if n < len(table.tactics)*3/4 {
		t.Errorf("%d of %d shortnames are found at once", n, len(table.tactics))
	}
	if _, ok := table.Tactic(""); ok {
		t.Error("nothing is a tactic")
	}
}

// BenchmarkTactics is an event that names two tactics in a field that is a canonical key's as well.
func BenchmarkTactics(b *testing.B) {
	r, names := open(b, Defaults())
	ev := event.New(names)
	ev.Add("attck_tactics", event.Str("initial-access"), 0)
	ev.Add("attck_tactics", event.Str("lateral-movement"), 0)
	ev.Set(event.KeyTactic, event.Str("initial-access"))
	for b.Loop() {
		ev.Techniques, ev.Tactics = ev.Techniques[:0], ev.Tactics[:0]
		r.Apply(ev)
	}
	if len(ev.Tactics) != 2 {
		b.Fatal(ev.Tactics)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

// BenchmarkApply is a process event with a mapped name, and one without anything.
func BenchmarkApply(b *testing.B) {
	r, names := open(b, Defaults())
	for _, process := range []string{`C:\Windows\System32\powershell.exe`, `C:\Windows\explorer.exe`} {
		b.Run(process[strings.LastIndexByte(process, '\\')+1:], func(b *testing.B) {
			ev := event.New(names)
			ev.Set(event.KeyProcess, event.Str(process))
			ev.Set(event.KeyEventCode, event.Str("1"))
			ev.Source = "sysmon"
			b.ReportAllocs()
			for b.Loop() {
				ev.Techniques, ev.Tactics = ev.Techniques[:0], ev.Tactics[:0]
				r.Apply(ev)
			}
		})
	}
}

// TestMarksChangeNothing: with the marks an event comes out as it does when every name is looked for.
func TestMarksChangeNothing(t *testing.T) {
	r, names := open(t, Defaults())
	rng := rand.New(rand.NewPCG(1, 2))
	values := []string{"T1059.001", "execution", "attack.t1003", "mitre_execution", "none", "x", "AML.T0051", "TA0001", "", "Impact, Discovery"}
	fields := slices.Concat(techniqueFields, tacticFields, tagFields, []string{"user", "host", "message"})
	a, b := event.New(names), event.New(names)
	said := 0
	for round := range 5000 {
		a.Reset()
		b.Reset()
		for range rng.IntN(5) {
			name, v := fields[rng.IntN(len(fields))], event.Str(values[rng.IntN(len(values))])
			a.Add(name, v, 0)
			b.Add(name, v, 0)
		}
		if rng.IntN(4) == 0 {
			k, v := event.KeyTactic, event.Str(values[rng.IntN(len(values))])
			a.Set(k, v)
			b.Set(k, v)
		}
		r.Apply(a)
		r.take(b, marked{several, several, several})
		r.applyMap(b)
		if !slices.Equal(a.Techniques, b.Techniques) || !slices.Equal(a.Tactics, b.Tactics) {
			t.Fatalf("round %d: %q %q, want %q %q", round, a.Techniques, a.Tactics, b.Techniques, b.Tactics)
		}
		said += len(a.Techniques) + len(a.Tactics)
	}
	if said == 0 {
		t.Error("no event said anything")
	}
}
