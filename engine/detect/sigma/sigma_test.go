package sigma

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// fields is a record for tests: values by field, "" among them in order.
type fields map[string][]event.Value

func (f fields) Values(name string, do func(event.Value) bool) bool {
	vs, ok := f[name]
	for _, v := range vs {
		if !do(v) {
			break
		}
	}
	return ok
}

func (f fields) All(do func(event.Value) bool) {
	for _, vs := range f {
		for _, v := range vs {
			if !do(v) {
				return
			}
		}
	}
}

func rec(kv ...any) fields {
	f := fields{}
	for i := 0; i+1 < len(kv); i += 2 {
		var v event.Value
		switch x := kv[i+1].(type) {
		case string:
			v = event.Str(x)
		case int:
			v = event.IntOf(int64(x))
		case float64:
			v = event.FloatOf(x)
		case bool:
			v = event.BoolOf(x)
		case nil:
			v = event.Value{K: event.Null}
		}
		f[kv[i].(string)] = append(f[kv[i].(string)], v)
	}
	return f
}

const head = "title: t\nid: i\nlogsource: {product: p}\n"

// load reads one rule whose detection is given.
func load(t *testing.T, detection string) (*Rule, []Problem) {
	t.Helper()
	s := NewSet(Options{Placeholders: map[string][]string{"srv": {"web*", `db\*1`}}})
	s.Add("f.yml", []byte(head+"detection:\n  "+strings.ReplaceAll(detection, "\n", "\n  ")+"\n"))
	s.Close()
	if len(s.Rules) == 0 {
		return nil, s.Problems
	}
	return s.Rules[0], s.Problems
}

func TestDetections(t *testing.T) {
	f := func(detection string, r fields, want bool) {
		t.Helper()
		if !strings.Contains(detection, "condition:") {
			detection = "sel:\n  " + strings.ReplaceAll(detection, "\n", "\n  ") + "\ncondition: sel"
		}
		ru, ps := load(t, detection)
		if ru == nil {
			t.Fatalf("%s\nrefused: %v", detection, ps)
		}
		if got := Eval(ru.Cond, r); got != want {
			t.Errorf("%s\non %v: %v\n%s", detection, r, got, Explain(ru.Cond, r))
		}
	}
	// values
	f("A: x", rec("A", "X"), true)
	f("A: x", rec("B", "x"), false)
	f("A: [x, y]", rec("A", "Y"), true)
	f("A: x\nB: y", rec("A", "x"), false)
	f("- A: x\n- B: y", rec("B", "y"), true)
	f("A: 4688", rec("A", "4688"), true)
	f("A: 4688", rec("A", 4688), true)
	f("A: '4688'", rec("A", 4688), true)
	f("A: 0x1f", rec("A", 31), true)
	f("A: 0x1f", rec("A", "0x1F"), true)
	f("A: true", rec("A", true), true)
	f("A: true", rec("A", "True"), true)
	f("A: ''", rec("A", ""), true)
	f("A: ''", rec("B", "x"), false)
	f("A: null", rec("B", "x"), true)
	f("A: null", rec("A", nil), true)
	f("A: null", rec("A", ""), false)
	f("A: x", rec("A", "y", "A", "x"), true) // an array
	// wildcards and escapes
	f(`A: 'a*c'`, rec("A", "abbc"), true)
	f(`A: 'a?c'`, rec("A", "abbc"), false)
	f(`A: 'a?c'`, rec("A", "aéc"), true)
	f(`A: 'a\*c'`, rec("A", "abc"), false)
	f(`A: 'a\*c'`, rec("A", "a*c"), true)
	f(`A: 'a\\*'`, rec("A", `a\b`), true)
	f(`A: 'a\\\*'`, rec("A", `a\*`), true)
	f(`A: 'a\b'`, rec("A", `a\b`), true)
	f(`A: 'a\\b'`, rec("A", `a\b`), true)
	f(`A: 'a\\\\b'`, rec("A", `a\\b`), true)
	f(`A: '*'`, rec("A", ""), true)
	f(`A: '?*'`, rec("A", ""), false)
	f(`A: '*a*a'`, rec("A", "a"), false)
	f(`A: '*.exe'`, rec("A", "x.EXE"), true)
	f(`A: '*ab?d*'`, rec("A", "ababxdx"), true)
	// modifiers
	f("A|contains: b", rec("A", "abc"), true)
	f("A|startswith: b", rec("A", "abc"), false)
	f("A|endswith: c", rec("A", "ABC"), true)
	f("A|contains|all: [a, c]", rec("A", "abc"), true)
	f("A|contains|all: [a, d]", rec("A", "abc"), false)
	f("A|contains|all|windash: [' -a', ' -b']", rec("A", "x /a –b"), true)
	f("A|contains|all|windash: [' -a', ' -b']", rec("A", "x /a -a"), false)
	f("A|cased: X", rec("A", "x"), false)
	f("A|contains|cased: X", rec("A", "aXa"), true)
	f("A|re: '^a.c$'", rec("A", "abc"), true)
	f("A|re: b", rec("A", "ABC"), false)
	f("A|re|i: b", rec("A", "ABC"), true)
	f("A|re|m: '^b$'", rec("A", "a\nb"), true)
	f("A|re|s: 'a.b'", rec("A", "a\nb"), true)
	f("A|re: 'a.b'", rec("A", "a\nb"), false)
	f("A|contains|windash: ' -enc'", rec("A", "p ―enc x"), true)
	f("A|contains|windash: 'a-b'", rec("A", "a/b"), false)
	f("A|base64: foo", rec("A", "Zm9v"), true)
	f("A|base64offset|contains: foobar", rec("A", "eGZvb2Jhcg=="), true)
	f("A|wide|base64offset|contains: ping", rec("A", "cABpAG4AZwA="), true)
	f("A|utf16be|base64: a", rec("A", "AGE="), true)
	f("A|utf16|base64: a", rec("A", "//5hAA=="), true)
	f("A|cidr: 10.0.0.0/8", rec("A", "10.1.2.3"), true)
	f("A|cidr: 10.0.0.0/8", rec("A", "::ffff:10.1.2.3"), true)
	f("A|cidr: 10.0.0.0/8", rec("A", "11.1.2.3"), false)
	f("A|cidr: 'fe80::/10'", rec("A", "fe80::1"), true)
	f("A|cidr: 10.0.0.0/8", rec("A", "beef"), false)
	f("A|gt: 5", rec("A", "6"), true)
	f("A|gte: 5", rec("A", 5), true)
	f("A|lt: 5", rec("A", 4.5), true)
	f("A|lte: 5", rec("A", "x"), false)
	f("A|neq: 5", rec("A", 5), false)
	f("A|neq: 5", rec("A", 6), true)
	f("A|neq: [5, 6]", rec("A", 6), false)
	f("A|contains|neq: x", rec("A", "axa"), false)
	f("A|fieldref: B", rec("A", "x", "B", "X"), true)
	f("A|fieldref: B", rec("A", "x"), false)
	f("A|fieldref|neq: B", rec("A", "x", "B", "y"), true)
	f("A|fieldref|endswith: B", rec("A", "xyz", "B", "z"), true)
	f("A|fieldref|startswith: B", rec("A", "xyz", "B", "z"), false)
	f("A|fieldref|contains: B", rec("A", "xyz", "B", "y"), true)
	f("A|exists: true", rec("A", nil), true)
	f("A|exists: false", rec("A", nil), false)
	f("A|exists: false", rec("B", 1), true)
	f("A|expand: '%srv%-1'", rec("A", "webfarm-1"), true)
	f("A|expand: '%srv%-1'", rec("A", "db*1-1"), true)
	f("A: '%srv%'", rec("A", "%srv%"), true)
	f("A|hour: 14", rec("A", "2024-05-10T14:32:00Z"), true)
	f("A|minute|gte: 30", rec("A", "2024-05-10 14:32:00"), true)
	f("A|day: 10", rec("A", "2024-05-10"), true)
	f("A|week: 19", rec("A", "2024-05-10"), true)
	f("A|month: 5", rec("A", "2024-05-10"), true)
	f("A|year|lt: 2024", rec("A", "2024-05-10"), false)
	f("A|hour: 14", rec("A", "noon"), false)
	// keywords
	f("- evil\n- bad", rec("A", "so BAD"), true)
	f("- evil", rec("A", "good"), false)
	f("'|all': [a, b]", rec("X", "xax", "Y", "b"), true)
	f("'|all': [a, c]", rec("X", "xax", "Y", "b"), false)
	f("'|re': '^b$'", rec("X", "xax", "Y", "b"), true)
	// conditions
	c := "a1: {A: 1}\na2: {A: 2}\nb: {B: 1}\n_x: {B: 9}\ncondition: "
	f(c+"1 of a*", rec("A", 2), true)
	f(c+"all of a*", rec("A", 2), false)
	f(c+"1 of them", rec("B", 9), false)
	f(c+"2 of them", rec("A", 2, "B", 1), true)
	f(c+"a1 or a2 and b", rec("A", 1), true)
	f(c+"(a1 or a2) and b", rec("A", 1), false)
	f(c+"not a1 and not b", rec("A", 2), true)
	f(c+"not (a1 or a2)", rec("A", 2), false)
	f(c+"NOT not a1", rec("A", 1), true)
	f("a: {A: 1}\nb: {B: 1}\ncondition: [a, b]", rec("B", 1), true)
}

func TestRefusals(t *testing.T) {
	f := func(detection, want string) {
		t.Helper()
		ru, ps := load(t, detection)
		if ru != nil || len(ps) != 1 || !ps[0].Fatal || ps[0].String() != want {
			t.Errorf("%s\ngives %v, want %s", detection, ps, want)
		}
	}
	f("s: {A: x}", `f.yml:5: rule "i": no condition`)
	f("s: {A: x}\ncondition: t", `f.yml:6: rule "i": condition "t": no search identifier "t"`)
	f("s: {A: x}\ncondition: s | count() > 5", `f.yml:6: rule "i": condition "s | count() > 5": aggregation behind | is no longer part of Sigma: write a correlation`)
	f("s: {A: x}\ncondition: (s", `f.yml:6: rule "i": condition "(s": a parenthesis is not closed`)
	f("s: {A: x}\ncondition: s s", `f.yml:6: rule "i": condition "s s": "s" does not follow`)
	f("s: {A: x}\ncondition: 2 of s*", `f.yml:6: rule "i": condition "2 of s*": 2 of s*: only 1 fit`)
	f("s: {A: x}\ncondition: 1 of t*", `f.yml:6: rule "i": condition "1 of t*": no search identifier fits "t*"`)
	f("s: {A|frob: x}\ncondition: s", `f.yml:5: rule "i": A|frob: unknown modifier "frob"`)
	f("s: {A|i: x}\ncondition: s", `f.yml:5: rule "i": A|i: modifier "i": it follows re`)
	f("s:\n  A|re: 'a(?=b)'\ncondition: s", `f.yml:6: rule "i": A|re: regular expression "a(?=b)": lookahead cannot run in linear time`)
	f("s:\n  A|re: '(a)\\1'\ncondition: s", `f.yml:6: rule "i": A|re: regular expression "(a)\\1": a back reference cannot run in linear time`)
	f("s:\n  A|re: '(a{50}){50}'\ncondition: s", `f.yml:6: rule "i": A|re: regular expression "(a{50}){50}": invalid repeat count: "{50}"`)
	f("s:\n  A|re: '(\\w{9}x){200}'\ncondition: s", `f.yml:6: rule "i": A|re: regular expression "(\\w{9}x){200}": invalid repeat count: "{200}"`)
	f("s:\n  A|cidr: x\ncondition: s", `f.yml:6: rule "i": A|cidr: "x" is not a network in CIDR form`)
	f("s:\n  A|gt: x\ncondition: s", `f.yml:6: rule "i": A|gt: "x" is not a number`)
	f("s:\n  A|base64: 'x*'\ncondition: s", `f.yml:6: rule "i": A|base64: "x*": base64 of a value with wildcards`)
	f("s:\n  A|expand: '%nope%'\ncondition: s", `f.yml:6: rule "i": A|expand: placeholder %nope% has no values: set it under placeholders`)
	f("s:\n  A|exists: maybe\ncondition: s", `f.yml:6: rule "i": A|exists: exists takes true or false, not "maybe"`)
	f("s:\n  A: {B: c}\ncondition: s", `f.yml:6: rule "i": A: a value must be text, a number, true, false or null, or a list of them`)
	f("s: {}\ncondition: s", `f.yml:5: rule "i": empty map`)
	f("s: "+strings.Repeat("[", 20)+"b"+strings.Repeat("]", 20)+"\ncondition: s", `f.yml:5: rule "i": detection nests deeper than 16 levels`)
	f("s: {A|contains|windash: '-a -b -c -d -e -f'}\ncondition: s", `f.yml:5: rule "i": A|contains|windash: "-a -b -c -d -e -f": windash makes more than 1024 values of one`)
}

func TestDocuments(t *testing.T) {
	s := NewSet(Options{})
	s.Add("m.yml", []byte(`action: global
title: base
logsource: {product: p}
level: high
---
id: a
detection: {s: {A: 1}, condition: s}
---
id: b
level: low
detection: {s: {A: 2}, condition: s}
---
action: repeat
id: c
detection: {s: {B: 3}}
---
id: bad
detection: {s: {A: 2}
---
action: reset
---
id: d
title: own
logsource: {product: p}
detection: {s: {A: 2}, condition: s}
---
id: d
title: again
logsource: {product: p}
detection: {s: {A: 3}, condition: s}
`))
	s.Close()
	var got []string
	for _, r := range s.Rules {
		got = append(got, r.ID+"/"+r.Title+"/"+r.Level.String())
	}
	if g := strings.Join(got, " "); g != "a/base/high b/base/low c/base/low d/own/" {
		t.Error(g)
	}
	if c := s.Rules[2].Cond; len(c.Kids) != 2 || c.Kids[1].Item.Values[0].Text != "3" {
		t.Errorf("%+v", c)
	}
	want := []string{
		`m.yml:18: not YAML: did not find expected ',' or '}'`,
		`m.yml:27: rule "d": it has the id of the rule in m.yml:22`,
	}
	for i, p := range s.Problems {
		if i >= len(want) || p.String() != want[i] {
			t.Errorf("problem %d: %s", i, p)
		}
	}
	if len(s.Problems) != len(want) {
		t.Error(s.Problems)
	}
	c := NewSet(Options{})
	c.Add("a.yml", []byte(head+"detection: {s: {A: 1}, condition: s}\n"))
	c.Add("b.yml", []byte("---\n"+head+"detection: {s: {A: 1}, condition: s}\n\n"))
	if c.Close(); len(c.Rules) != 1 || c.Copies != 1 {
		t.Errorf("%d rules, %d copies, %v", len(c.Rules), c.Copies, c.Problems)
	}
}

func TestFilters(t *testing.T) {
	f := func(filter string, user string, want bool) {
		t.Helper()
		s := NewSet(Options{})
		s.Add("r.yml", []byte("title: t\nid: i\nname: n\nlogsource: {product: windows, category: c}\ndetection: {s: {A: 1}, condition: s}\n"))
		s.Add("f.yml", []byte(filter))
		s.Close()
		if got := Eval(s.Rules[0].Cond, rec("A", 1, "User", user)); got != want {
			t.Errorf("%s\n%s: %v %v", filter, user, got, s.Problems)
		}
	}
	body := "\n  selection: {User|startswith: adm_}\n  condition: not selection\n"
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: [i]"+body, "adm_x", false)
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: [i]"+body, "joe", true)
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: [n]"+body, "adm_x", false)
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: any"+body, "adm_x", false)
	f("title: f\nlogsource: {product: linux}\nfilter:\n  rules: [i]"+body, "adm_x", true)
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: [other]"+body, "adm_x", true)
	f("title: f\nlogsource: {product: windows}\nfilter:\n  rules: [i]\n  selection: {User|startswith: adm_}\n  condition: selection\n", "joe", false)
}

func TestAdvice(t *testing.T) {
	s := NewSet(Options{Advise: true})
	s.Add("a.yml", []byte(`title: t
id: short
status: odd
date: 2024/01/02
tags: [Attack.T1, attack.t1059]
related:
  - {id: x, type: kin}
logsource: {product: p}
detection:
  a: {A|contains|all: [x]}
  b: {B: [null, 1]}
  c: {C: 1}
  condition: a or b
`))
	s.Close()
	var got []string
	if len(s.Problems) > 0 {
		t.Error(s.Problems)
	}
	for _, p := range s.Advice {
		got = append(got, p.String())
	}
	want := []string{
		`a.yml:10: rule "short": A|contains|all: all with a single value`,
		`a.yml:11: rule "short": B: null among other values`,
		`a.yml:2: rule "short": id is not a UUID`,
		`a.yml:3: rule "short": unknown status "odd": write stable, test, experimental, deprecated, unsupported`,
		`a.yml:1: rule "short": no level: it counts as informational`,
		`a.yml:4: rule "short": date is not of the form YYYY-MM-DD`,
		`a.yml:7: rule "short": related has the unknown type "kin": write derived, obsolete, merged, renamed, similar`,
		`a.yml:5: rule "short": tag "Attack.T1" is not of the form namespace.name in lower case`,
		`a.yml:12: rule "short": the condition does not use "c"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

func TestTags(t *testing.T) {
	m := Meta{Tags: []string{"attack.t1059.001", "attack.command-and-control", "attack.defense_evasion", "attack.g0007", "attack.s0001", "attack.ds0009", "cve.2021-1", "attack.T1003"}}
	if g := strings.Join(m.Techniques(), " "); g != "T1059.001 T1003" {
		t.Error(g)
	}
	if g := strings.Join(m.Tactics(), " "); g != "command-and-control defense-evasion" {
		t.Error(g)
	}
}

func TestFold(t *testing.T) {
	f := func(a, b string) {
		t.Helper()
		if Fold(a) != Fold(b) || !strings.EqualFold(a, b) {
			t.Errorf("%q and %q fold to %q and %q", a, b, Fold(a), Fold(b))
		}
	}
	f("KELVIN", "\u212aelvin")
	f("Straße", "STRAẞE")
	f("ſ", "S")
	f("ΣΑΣ", "σας")
	for r := rune(0); r < 0x1f000; r++ {
		s := string(r)
		if len(Fold(s)) > len(s) || !strings.EqualFold(s, Fold(s)) || Fold(Fold(s)) != Fold(s) {
			t.Fatalf("%q folds to %q", s, Fold(s))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "detection: {s: {A|re|i: 'a(b|c)'}, condition: 1 of s*}"))
	f.Add([]byte("action: global\nx: &a [*a]\n---\naction: repeat\n"))
	f.Add([]byte("title: c\ncorrelation: {type: event_count, rules: [i], group-by: [A], timespan: 1m, condition: {gte: 3}}\n---\n" + head))
	f.Add([]byte("title: f\nlogsource: {}\nfilter: {rules: any, s: {A: b}, condition: not s}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := NewSet(Options{Placeholders: map[string][]string{"p": {"a", "b"}}})
		s.Add("f", b)
		s.Close()
		for _, r := range s.Rules {
			Eval(r.Cond, rec("A", "abc", "B", 5)) // what was accepted can be evaluated
			if r.Ident() == "" {
				t.Error("a rule without identity")
			}
		}
		for _, p := range s.Problems {
			if p.Text == "" || p.File != "f" {
				t.Errorf("%+v", p)
			}
		}
	})
}
