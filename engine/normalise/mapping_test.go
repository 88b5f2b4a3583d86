package normalise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"prescore/conf"
	"prescore/engine/event"
)

// room1 builds a room of the built-in aliases and the mappings given.
func room1(mappings ...string) (*Room, *event.Event, error) {
	fsys := fstest.MapFS{"generic.toml": {Data: []byte("name = \"generic\"\nversion = 1\n")},
		"common.toml": {Data: []byte("name = \"common\"\nversion = 1\nabstract = true\n[alias]\nmessage = [\"message\"]\n")}}
	for i, m := range mappings {
		fsys[string(rune('a'+i))+".toml"] = &fstest.MapFile{Data: []byte(m)}
	}
	names := event.NewNames()
	r, err := New(Defaults(), In{Names: names, Builtin: fsys})
	if err != nil {
		return nil, nil, err
	}
	return r, event.New(names), nil
}

func TestMappingIsRefused(t *testing.T) {
	const head = "name = \"x\"\nversion = 1\n[[match]]\na = \"*\"\n"
	f := func(in, want string) {
		t.Helper()
		_, _, err := room1(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
	f("version = 1", "name is missing")
	f("name = \"x\"", "version must be 1 or more")
	f("name = \"x\"\nversion = 1", "match is missing")
	f("name = \"x\"\nversion = 1\nextends = [\"y\"]\n[[match]]\na=\"*\"", `extends "y", which is not a mapping`)
	f("name = \"x\"\nversion = 1\nextends = [\"x\"]\n[[match]]\na=\"*\"", "behind one another")
	f("name = \"x\"\nversion = 1\n[[match]]\na = \"!\"", "no condition names a field that must be there")
	f(head+"[fields]\nnobody = \"a\"", `"nobody" is not a key of the vocabulary`)
	f(head+"[fields]\nuser = \"a | frob\"", `"frob" is not a transform`)
	f(head+"[fields]\nuser = \"a | before\"", "before needs an argument")
	f(head+"[fields]\nuser = \"a | lookup:t\"", `lookup "t" is not a table`)
	f(head+"[fields]\nuser = \"%nobody\"", "%nobody is not an alias")
	f(head+"[set]\nclass = \"nothing/at_all\"", `class "nothing" is not one of OCSF's`)
	f(head+"[set]\nclass = \"authentication/dance\"", `class authentication has no activity "dance"`)
	f(head+"[[on]]\nfield = \"a\"\n[on.is]\nx = { baseline = 11 }", "baseline must be a number from 1 to 10")
	f(head+"[[on]]\nfield = \"a\"\n[on.is]\n\"x,x\" = { user = \"u\" }", `"x" stands twice`)
	f(head+"[[message]]\ntext = \"{user}{src_ip}\"", "two values with nothing between them")
	f(head+"[[message]]\ntext = \"{user\"", "no closing brace")
	f(head+"[severity]\nfrom = \"a\"\nscale = \"feelings\"", `scale "feelings" is not configured`)
	f(head+"oops = 1", "oops")
}

func TestUserReplacesAndAdds(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("s.toml", "name = \"sshd\"\nversion = 2\nrank = 60\n[[match]]\n\"syslog.appname\" = \"sshd\"\n[set]\nreason = \"mine\"\n")
	write("n.toml", "name = \"mine\"\nversion = 1\n[[match]]\nmagic = \"17\"\n[fields]\nuser = \"who\"\n")
	cfg := Defaults()
	cfg.Sources = dir
	names := event.NewNames()
	r, err := New(cfg, In{Names: names, Builtin: conf.Sources()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files()) != 3 {
		t.Errorf("files to watch: %v", r.Files())
	}
	ev := event.New(names)
	ev.Add("syslog.appname", event.Str("sshd"), 1)
	r.Apply(ev)
	if ev.Source != "sshd" || ev.Str(event.KeyReason) != "mine" {
		t.Errorf("%q %q: the user's mapping does not replace the built-in one", ev.Source, ev.Str(event.KeyReason))
	}
	ev.Reset()
	ev.Add("magic", event.IntOf(17), 1)
	ev.Add("who", event.Str(`CORP\Jo`), 1)
	r.Apply(ev)
	if ev.Source != "mine" || ev.Entities[event.Principal] != "jo" || ev.Str(event.KeyUserDomain) != "CORP" {
		t.Errorf("%q %q", ev.Source, ev.Entities)
	}
}

func TestRanksAndRows(t *testing.T) {
	r, ev, err := room1("name = \"low\"\nversion = 1\nrank = 10\n[[match]]\na = \"*\"\n",
		"name = \"high\"\nversion = 1\nrank = 20\n[[match]]\na = \"x*\"\nb = \"!\"\n[[on]]\nfield = \"a\"\n[on.is]\n\"xy*\" = { action = \"long\" }\n\"x*\" = { action = \"short\" }\nxyz = { action = \"exact\" }\n\"x*q*z\" = { action = \"inner\" }\n")
	if err != nil {
		t.Fatal(err)
	}
	f := func(a, b, source, action string) {
		t.Helper()
		ev.Reset()
		ev.Add("a", event.Str(a), 1)
		if b != "" {
			ev.Add("b", event.Str(b), 1)
		}
		r.Apply(ev)
		if ev.Source != source || ev.Str(event.KeyAction) != action {
			t.Errorf("%q %q: got %q %q, want %q %q", a, b, ev.Source, ev.Str(event.KeyAction), source, action)
		}
	}
	f("xyz", "", "high", "exact")
	f("xyw", "", "high", "long")
	f("xaa", "", "high", "short")
	f("xaqaz", "", "high", "inner")
	f("yy", "", "low", "")
	f("xyz", "there", "low", "")
}

// FuzzSearch holds that one pass over the text finds what trying each pattern finds.
func FuzzSearch(f *testing.F) {
	f.Add("the user login failed today", "*login*fail*,*fail*,*user*,*login*,*xyz*,*o*d*,a*,*z")
	f.Fuzz(func(t *testing.T, text, patterns string) {
		tb := &table{}
		for _, g := range globsOf(patterns) {
			if g.not {
				continue
			}
			tb.globs = append(tb.globs, globRow{glob: g, row: &row{}})
		}
		if len(tb.globs) > 64 || len(text) > maxSought {
			return
		}
		want := -1
		for i := range tb.globs {
			if tb.globs[i].match(text) {
				want = i
				break
			}
		}
		tb.seek(map[string]*automaton{})
		got := tb.glob(text)
		if want < 0 && got != nil || want >= 0 && got != tb.globs[want].row {
			t.Fatalf("%q in %q: the search says otherwise than the scan (%d)", patterns, text, want)
		}
	})
}

// FuzzApply holds that no record makes the room panic, and that a time is always set.
func FuzzApply(f *testing.F) {
	names := event.NewNames()
	r, err := New(Defaults(), In{Names: names, Builtin: conf.Sources()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("EventID", "1", "Channel", "Microsoft-Windows-Sysmon/Operational", "Hashes", "MD5=,SHA256", int64(5))
	f.Add("syslog.appname", "sshd", "syslog.message", "Failed password for x from y port z", "x", "", int64(-1))
	f.Add("eventName", "ConsoleLogin", "awsRegion", "x", "userIdentity.type", "Root", int64(1<<62))
	f.Add("log", "{", "message", "pam_unix(sshd:auth): authentication failure; rhost=1 user=", "ts", "9e99", int64(0))
	ev := event.New(names)
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2, n3, v3 string, n int64) {
		ev.Reset()
		ev.Arrival = 1742198400e9
		ev.Add(n1, event.Str(v1), 0)
		ev.Add(n2, event.Str(v2), 1)
		ev.Add(n3, event.Str(v3), 1)
		ev.Add(n1, event.IntOf(n), 2)
		r.Apply(ev)
		if !ev.Has(event.KeyTime) || ev.Baseline < minBaseline || ev.Baseline > maxBaseline {
			t.Fatalf("time %v, baseline %v", ev.Get(event.KeyTime), ev.Baseline)
		}
	})
}

func TestDriftIsSaidOnce(t *testing.T) {
	r, ev, err := room1("name = \"x\"\nversion = 1\n[[match]]\na = \"*\"\n")
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for i := range 2 * driftLearn {
		ev.Reset()
		ev.Add("a", event.Str("v"), 1)
		if i > driftLearn {
			for _, n := range []string{"n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"} {
				ev.Add(n, event.IntOf(1), 1)
			}
		}
		r.Apply(ev)
		for _, p := range ev.Problems {
			if p.Code == codeSchema {
				said++
			}
		}
	}
	if said != 1 || r.Drift()["x"] < driftRaise || r.FieldsNew() != r.Drift()["x"] {
		t.Errorf("said %d times, %d fields counted", said, r.Drift()["x"])
	}
}

// TestPartsAreShared: spellings of a mapping have their own plans, and share what is the same for all of them.
func TestPartsAreShared(t *testing.T) {
	r, _ := fixture(t)
	tables, automata := map[*automaton]int{}, 0
	memos := map[*memo[row]]bool{}
	for _, s := range r.sources {
		for _, list := range [][]table{s.early, s.late} {
			for i := range list {
				if a := list[i].search; a != nil {
					tables[a]++
					automata++
				}
				if m := list[i].memo; m != nil && memos[m] {
					t.Errorf("%s: a table has the memo of another", s.name)
				} else if m != nil {
					memos[m] = true
				}
			}
		}
	}
	if len(tables) == 0 || automata < 2*len(tables) {
		t.Errorf("%d automata of %d tables", len(tables), automata)
	}
}
