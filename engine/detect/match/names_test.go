package match

import (
	"fmt"
	"strings"
	"testing"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// TestShapes holds that one rule finds its fields in every shape of an event.
func TestShapes(t *testing.T) {
	set := sigma.NewSet(sigma.Options{})
	set.Add("r", []byte("title: t\nid: r\nlogsource: {product: p}\ndetection: {s: {Image|endswith: '\\cmd.exe', ParentImage|endswith: '\\word.exe'}, condition: s}\n"))
	if set.Close(); len(set.Rules) != 1 {
		t.Fatal(set.Problems)
	}
	f := func(want bool, set2 func(ev *event.Event)) {
		t.Helper()
		names := event.NewNames()
		m, err := New(set.Rules, nil, NewFields(names))
		if err != nil {
			t.Fatal(err)
		}
		ev := event.New(names)
		set2(ev)
		if got := len(m.RunLanes(ev, m.All(), m.NewScratch())) == 1; got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	add := func(kv ...string) func(*event.Event) {
		return func(ev *event.Event) {
			for i := 0; i+1 < len(kv); i += 2 {
				ev.Add(kv[i], event.Str(kv[i+1]), 0)
			}
		}
	}
	f(true, add("Image", `C:\cmd.exe`, "ParentImage", `C:\word.exe`))
	f(true, add("EventID", "4688", "Channel", "Security", "NewProcessName", `C:\cmd.exe`, "ParentProcessName", `C:\word.exe`))
	f(true, add("process.executable", `C:\cmd.exe`, "process.parent.executable", `C:\word.exe`))
	f(true, func(ev *event.Event) {
		ev.Set(event.KeyProcessPath, event.Str(`C:\CMD.exe`))
		ev.Set(event.KeyParentPath, event.Str(`C:\word.exe`))
	})
	f(false, func(ev *event.Event) { // the record's own name is asked first, and a Windows event has no other
		add("EventID", "1", "Channel", "x", "Image", `C:\other.exe`, "ParentImage", `C:\word.exe`)(ev)
		ev.Set(event.KeyProcessPath, event.Str(`C:\cmd.exe`))
	})
	f(false, add("NewProcessName", `C:\cmd.exe`, "ParentProcessName", `C:\word.exe`))
}

// TestKeywordsNotInSyntax: a keyword is found in values, not in the names and brackets of the document they came from.
func TestKeywordsNotInSyntax(t *testing.T) {
	set := sigma.NewSet(sigma.Options{})
	set.Add("r", []byte("title: t\nid: r\nlogsource: {product: p}\ndetection: {s: [password, Ünicode], condition: s}\n"))
	if set.Close(); len(set.Rules) != 1 {
		t.Fatal(set.Problems)
	}
	names := event.NewNames()
	m, err := New(set.Rules, nil, NewFields(names))
	if err != nil {
		t.Fatal(err)
	}
	run := func(line, formats, value string) bool {
		ev := event.New(names)
		ev.Add("log", event.Str(line), 0)
		ev.Line, ev.Formats = line, formats
		ev.Add("x", event.Str(value), 1)
		hit := len(m.RunLanes(ev, m.All(), m.NewScratch())) == 1
		if plain := sigma.Eval(set.Rules[0].Cond, Record{Event: ev, Fields: m.Fields()}); plain != hit {
			t.Errorf("%s: indexed %v, plain %v", line, hit, plain)
		}
		return hit
	}
	if run(`{"password": "x"}`, "json", "x") {
		t.Error("found in a name")
	}
	if !run(`{"a": "Password=x"}`, "json", "Password=x") || !run("user password", "rfc3164", "x") || !run("{password}", "", "x") || !run("x", "", "üNICODE") {
		t.Error("not found in a value")
	}
}

// TestRegexWork: expressions that cannot run as automata share a budget for each event, and what it cuts is counted.
func TestRegexWork(t *testing.T) {
	set := sigma.NewSet(sigma.Options{})
	for i := range 40 {
		set.Add("r", fmt.Appendf(nil, "title: t\nid: r%d\nlogsource: {product: p}\ndetection: {s: {A|re: '[x\u00e9]{%d}y'}, condition: s}\n", i, 40+i))
	}
	if set.Close(); len(set.Rules) != 40 {
		t.Fatal(set.Problems)
	}
	names := event.NewNames()
	m, err := New(set.Rules, nil, NewFields(names))
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewScratch()
	run := func(text string) (hits int, cut uint64) {
		ev := event.New(names)
		ev.Add("A", event.Str(text), 0)
		before := s.Counts.Regex
		hits = len(m.RunLanes(ev, m.All(), s))
		return hits, s.Counts.Regex - before
	}
	if hits, cut := run("\u00e9" + strings.Repeat("x", 100) + "y"); hits != 40 || cut != 0 {
		t.Errorf("short: %d hits, %d cut", hits, cut)
	}
	if hits, cut := run("\u00e9" + strings.Repeat("x", 90_000) + "y"); hits+int(cut) < 40 || cut == 0 || hits == 0 {
		t.Errorf("long: %d hits, %d cut", hits, cut)
	}
}
