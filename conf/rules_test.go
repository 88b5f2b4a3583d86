package conf_test

import (
	"bufio"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"prescore/conf"
	"prescore/engine/detect/attack"
	"prescore/engine/detect/match"
	"prescore/engine/detect/route"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/normalise"
	"prescore/engine/parse"
)

// ruleCase is a record and whether the rule of a file matches it.
type ruleCase struct {
	Rule   string // path below rules, without .yml
	Want   bool
	Source string // what the mappings call the record's source
	Log    string // as in_tail delivers it
}

// way is the first rooms and the matcher, over the starter rules.
type way struct {
	parse     *parse.Room
	normalise *normalise.Room
	ev        *event.Event
	set       *sigma.Set
	matcher   *match.Matcher
	scratch   *match.Scratch
}

func starters(t *testing.T) *sigma.Set {
	t.Helper()
	set := sigma.NewSet(sigma.Options{})
	err := fs.WalkDir(conf.Rules(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !strings.HasSuffix(path, ".yml") {
			t.Errorf("%s: is no rule", path)
		}
		text, err := fs.ReadFile(conf.Rules(), path)
		set.Add(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set.Close()
	return set
}

func newWay(t *testing.T) *way {
	t.Helper()
	names := event.NewNames()
	w := &way{set: starters(t)}
	var err error
	if w.parse, err = parse.New(parse.Defaults(), parse.In{Names: names}); err != nil {
		t.Fatal(err)
	}
	if w.normalise, err = normalise.New(normalise.Defaults(), normalise.In{Names: names, Builtin: conf.Sources()}); err != nil {
		t.Fatal(err)
	}
	var table struct {
		Logsource []route.Row `toml:"logsource"`
	}
	if err := toml.Unmarshal(conf.Logsources, &table); err != nil {
		t.Fatal(err)
	}
	router, err := route.New(table.Logsource, names, "logsource")
	if err != nil {
		t.Fatal(err)
	}
	if w.matcher, err = match.New(w.set.Rules, router, match.NewFields(names)); err != nil {
		t.Fatal(err)
	}
	if lost := w.matcher.Unrouted(); len(lost) > 0 {
		t.Errorf("no event is ever given to the rules of %v", lost)
	}
	w.ev, w.scratch = event.New(names), w.matcher.NewScratch()
	return w
}

// matches gives the files of the rules that match a line.
func (w *way) matches(line string) []string {
	ev := w.ev
	ev.Reset()
	ev.Arrival = 1795340400e9 // 2026-11-22T09:00:00Z
	ev.AddID(ev.Names.Lookup("log"), "log", event.Str(line), 0)
	w.parse.Apply(ev)
	w.normalise.Apply(ev)
	var out []string
	for _, i := range w.matcher.Run(ev, w.scratch) {
		out = append(out, strings.TrimSuffix(w.set.Rules[i].File, ".yml"))
	}
	return out
}

// TestRules holds that each starter rule loads without a complaint, matches what it is for, and leaves alone what only looks like it.
func TestRules(t *testing.T) {
	w := newWay(t)
	for _, p := range w.set.Problems {
		t.Errorf("%s", p)
	}
	f, err := os.Open("testdata/rules.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := map[string][2]int{}
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan(); n++ {
		var c ruleCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatalf("testdata/rules.ndjson:%d: %v", n, err)
		}
		got := w.matches(c.Log)
		if w.ev.Source != c.Source {
			t.Errorf("line %d: source %q, want %q: %s", n, w.ev.Source, c.Source, c.Log)
		}
		s := seen[c.Rule]
		if c.Want {
			s[0]++
		} else {
			s[1]++
		}
		seen[c.Rule] = s
		if slices.Contains(got, c.Rule) != c.Want {
			t.Errorf("line %d: %s: match is %v, want %v (matched: %v): %s", n, c.Rule, !c.Want, c.Want, got, c.Log)
		}
	}
	for _, r := range w.set.Rules {
		if s := seen[strings.TrimSuffix(r.File, ".yml")]; s[0] == 0 || s[1] == 0 {
			t.Errorf("%s: has %d records that it matches and %d that it does not", r.File, s[0], s[1])
		}
	}
}

// TestRuleTags holds that each rule names techniques and tactics that ATT&CK has, and tactics that belong to its techniques.
func TestRuleTags(t *testing.T) {
	table, err := attack.Load(conf.Attack())
	if err != nil {
		t.Fatal(err)
	}
	set := starters(t)
	check := func(m *sigma.Meta) {
		var techniques, tactics, possible []string
		for _, tag := range m.Tags {
			technique, tactic := table.Tag(tag)
			if i, ok := table.Technique(technique); ok {
				techniques = append(techniques, technique)
				possible = append(possible, i.Tactics(attack.V19)...) // as events get them, so that one step does not count as two
			} else if tactic != "" {
				tactics = append(tactics, tactic)
			} else {
				t.Errorf("%s: tag %s is nothing of ATT&CK's", m.File, tag)
			}
		}
		for _, x := range tactics {
			if !slices.Contains(possible, x) {
				t.Errorf("%s: tactic %s is of none of %v", m.File, x, techniques)
			}
		}
		if m.Level == event.Informational && len(m.Tags) == 0 {
			return // what says little alone is no step of an attack: its tactic would count as one
		}
		if len(techniques) == 0 || len(tactics) == 0 {
			t.Errorf("%s: names %v and %v", m.File, techniques, tactics)
		}
	}
	for _, r := range set.Rules {
		check(&r.Meta)
	}
	for _, c := range set.Correlations {
		check(&c.Meta)
	}
	if len(set.Rules) < 40 || len(set.Correlations) != 1 {
		t.Errorf("%d rules and %d correlations", len(set.Rules), len(set.Correlations))
	}
}
