package attack

import (
	"os"
	"strings"
	"testing"

	"prescore/engine/event"
)

func TestMap(t *testing.T) {
	r, names := open(t, Defaults())
	ev := event.New(names)
	f := func(want, source string, kv ...any) {
		t.Helper()
		ev.Reset()
		ev.Source = source
		for i := 0; i < len(kv); i += 2 {
			ev.Set(kv[i].(event.Key), event.Str(kv[i+1].(string)))
		}
		r.Apply(ev)
		if got := strings.Join(ev.Techniques, " ") + "|" + strings.Join(ev.Tactics, " "); got != want {
			t.Errorf("%s %v: %q, want %q", source, kv, got, want)
		}
	}
	for process, want := range map[string]string{
		"powershell.exe": "T1059.001|execution", "cmd.exe": "T1059.003|execution", "mimikatz.exe": "T1003.001|credential-access",
		"certutil.exe": "T1105|command-and-control", "whoami.exe": "T1033|discovery", "whoami": "T1033|discovery", "POWERSHELL.EXE": "T1059.001|execution",
		"/usr/bin/crontab": "T1053.003|persistence", `C:\x\rundll32.exe`: "T1218.011|stealth", "explorer.exe": "|", "powershell.exe.bak": "|", "": "|",
	} {
		f(want, "", event.KeyProcess, process)
	}
	f("T1059.001|execution", "sysmon", event.KeyProcess, "harmless.exe", event.KeyProcessOriginalName, "PowerShell.EXE")
	f("T1078.004|initial-access", "cloudtrail", event.KeyAPI, "ConsoleLogin")
	f("T1562.008|defense-evasion", "cloudtrail", event.KeyAPI, "StopLogging")
	f("T1098.003|privilege-escalation", "azure_activity", event.KeyAPI, "Microsoft.Authorization/roleAssignments/write")
	f("T1098.001|persistence", "gcp_audit", event.KeyAPI, "google.iam.admin.v1.CreateServiceAccountKey")
	f("|", "cloudtrail", event.KeyAPI, "DescribeRegions")
	f("T1543.003|persistence", "windows_system", event.KeyEventCode, "7045")
	f("T1070.001|defense-evasion", "windows_security", event.KeyEventCode, "1102")
	f("|", "sshd", event.KeyEventCode, "1102")
	f("T1003.001|credential-access", "sysmon", event.KeyEventCode, "10", event.KeyTargetProcess, `C:\Windows\System32\LSASS.exe`)
	f("|", "sysmon", event.KeyEventCode, "10", event.KeyTargetProcess, `notlsass.exe`)
	f("|", "sysmon", event.KeyEventCode, "10")
	f("T1021.002|lateral-movement", "windows_security", event.KeyEventCode, "5140", event.KeyShare, `\\*\ADMIN$`)
}

// TestMapHoldsActiveTechniques holds that every entry names a technique that a version still has.
func TestMapHoldsActiveTechniques(t *testing.T) {
	r, _ := open(t, Defaults())
	n := 0
	check := func(what string, list []entry, keys *maybe) {
		if !keys.has([]byte(what)) {
			t.Errorf("%s: is not looked for", what)
		}
		for _, e := range list {
			n++
			if e.technique.In[V18].Status != Active && e.technique.In[V19].Status != Active {
				t.Errorf("%s: %s is active in no version", what, e.technique.ID)
			}
			for v := range NumVersions {
				if len(e.technique.Tactics(v)) > 1 && !e.named {
					t.Errorf("%s: %s has %v in %s: name the one that is meant, or one event counts as several steps", what, e.technique.ID, e.technique.Tactics(v), v)
				}
			}
		}
	}
	for k, e := range r.mapped.process {
		check(k, e, &r.mapped.processes)
	}
	for k, e := range r.mapped.api {
		check(k, e, &r.mapped.apis)
	}
	for k, list := range r.mapped.event {
		for _, e := range list {
			check(k, e.entry, &r.mapped.codes)
		}
	}
	if n < 150 {
		t.Errorf("%d entries", n)
	}
}

func TestMapOff(t *testing.T) {
	c := Defaults()
	c.Map = false
	r, names := open(t, c)
	ev := event.New(names)
	ev.Set(event.KeyProcess, event.Str("powershell.exe"))
	r.Apply(ev)
	if len(ev.Techniques) != 0 {
		t.Errorf("%v", ev.Techniques)
	}
}

func TestOwnMap(t *testing.T) {
	try := func(text string) (*Room, error) {
		c := Defaults()
		c.Maps = []string{"own.toml"}
		return New(c, In{FS: confFS, Names: event.NewNames(), Dir: "/d", Read: func(p string) ([]byte, error) {
			if p != "/d/own.toml" {
				return nil, os.ErrNotExist
			}
			return []byte(text), nil
		}})
	}
	r, err := try("[process]\n\"cmd.exe\" = []\nown = [\"T1204.002\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(r.mapped.process["cmd"]) != 0 || len(r.mapped.process["own"]) != 1 || len(r.Files()) != 1 {
		t.Errorf("%v %v", r.mapped.process["cmd"], r.Files())
	}
	f := func(text, want string) {
		t.Helper()
		if _, err := try(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f("[process]\na = [\"T0000\"]\n", `maps: /d/own.toml: process "a": "T0000" is a technique of no version`)
	f("[process]\na = [\"T1059:impact\"]\n", `maps: /d/own.toml: process "a": "impact" is no tactic of T1059`)
	f("[[event]]\nsource=\"x\"\ntechniques=[]\n", `maps: /d/own.toml: event 1: needs source and code`)
	f("[[event]]\nsource=\"x\"\ncode=\"1\"\nwhere={nope=\"1\"}\ntechniques=[]\n", `event 1: where: "nope" is no field of the vocabulary`)
	f("[proces]\n", `own.toml`)
}

// TestProgramIsLookedUp holds the short way to a program's name to the plain one: the whole name in lower case, then without ".exe".
func TestProgramIsLookedUp(t *testing.T) {
	r, _ := open(t, Defaults())
	long := strings.Repeat("x", maxMapKey)
	for _, dir := range []string{"", `C:\Windows\System32\`, "/usr/bin/", `C:\a/b\`} {
		for _, name := range []string{"", ".exe", "a.exe", "PowerShell.EXE", "powershell", "cmd.eXe", "whoami", "x.ex", "exe", "CERTUTIL.EXE", long, long[4:] + ".exe", long[3:] + ".exe", "t\xc9st.exe"} {
			s := dir + name
			k := strings.ToLower(name)
			if !strings.Contains(name, "\xc9") { // its bytes stay
				if len(name) > maxMapKey {
					k = ""
				} else if len(k) > 4 {
					k = strings.TrimSuffix(k, ".exe")
				}
				if got := foldText(program(s)); got != k {
					t.Errorf("%q: %q, want %q", s, got, k)
				}
			}
			for _, m := range []*maybe{&r.mapped.processes, &r.mapped.apis} {
				if got, want := m.folded(name), m.has([]byte(foldText(name))); got != want {
					t.Errorf("%q: may be there: %v, want %v", name, got, want)
				}
			}
		}
	}
}
