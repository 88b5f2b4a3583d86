package match

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// pieces are what random rules and events are made of: short, alike, and of every kind that folding treats differently.
var pieces = []string{"a", "ab", "abc", "abcd", "bcda", "ABCDE", "dcba", "cmd.exe", `\cmd.exe`, `C:\Windows\cmd.exe`, "powershell", "PowerShell -enc",
	" -e ", "é", "É", "straße", "STRASSE", "\u212a", "ſ", "s", "k", "1", "10", "10.1.2.3", "2024-05-10T14:32:00Z", "true", "x\xff\xfey", "", "*", "?", `\`, "aaaaab", "aab"}

var fieldNames = []string{"A", "B", "C", "Image", "CommandLine"}

func pick[T any](r *rand.Rand, list []T) T { return list[r.Intn(len(list))] }

// randomText joins words, upper-casing some.
func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.Intn(4) {
		w := pick(r, pieces)
		if r.Intn(4) == 0 {
			w = strings.ToUpper(w)
		}
		b.WriteString(w)
	}
	return b.String()
}

// quote writes a YAML scalar.
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "'", "''") + "'"
}

func randomItem(r *rand.Rand) string {
	key := pick(r, fieldNames)
	list := func(one func() string) string {
		n := 1
		if r.Intn(2) == 0 {
			n += r.Intn(7)
		}
		vals := make([]string, n)
		for i := range vals {
			vals[i] = one()
		}
		return "[" + strings.Join(vals, ", ") + "]"
	}
	text := func() string {
		t := randomText(r)
		for range r.Intn(3) {
			i := r.Intn(len(t) + 1)
			i = runeStart(t, i)
			t = t[:i] + pick(r, []string{"*", "?", `\*`}) + t[i:]
		}
		return quote(t)
	}
	switch r.Intn(12) {
	case 0:
		return key + ": null"
	case 1:
		return fmt.Sprintf("%s|exists: %v", key, r.Intn(2) == 0)
	case 2:
		return key + "|re" + pick(r, []string{"", "|i"}) + ": " + list(func() string {
			return pick(r, []string{`'a[bc]+d'`, `'^abc'`, `'cmd\.exe$'`, `'(abcd|powershell)'`, `'\d+'`, `'x?'`, `'(?:bcd){1,2}'`})
		})
	case 3:
		return fmt.Sprintf("%s|%s: %d", key, pick(r, []string{"gt", "gte", "lt", "lte", "neq", "hour|gte", "week"}), r.Intn(20))
	case 4:
		return key + "|fieldref" + pick(r, []string{"", "|startswith", "|endswith", "|contains", "|cased", "|neq"}) + ": " + pick(r, fieldNames)
	case 5:
		return key + "|cidr: 10.0.0.0/8"
	case 6:
		return key + "|" + pick(r, []string{"base64", "base64offset|contains", "wide|base64offset|contains"}) + ": " + quote(pick(r, pieces[:8]))
	}
	mod := pick(r, []string{"", "|contains", "|startswith", "|endswith", "|contains|all", "|contains|windash", "|cased", "|contains|cased", "|contains|neq", "|contains|all|windash"})
	return key + mod + ": " + list(text)
}

// randomRule writes a rule of one of so many products.
func randomRule(r *rand.Rand, id, products int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: t\nid: r%d\nlogsource: {product: p%d}\ndetection:\n", id, r.Intn(products))
	n := 1 + r.Intn(3)
	for i := range n {
		fmt.Fprintf(&b, "  s%d:\n", i)
		switch r.Intn(6) {
		case 0:
			for range 1 + r.Intn(3) {
				fmt.Fprintf(&b, "    - %s\n", quote(pick(r, pieces[2:])))
			}
		case 1:
			for range 1 + r.Intn(3) {
				fmt.Fprintf(&b, "    - %s\n", randomItem(r))
			}
		default:
			seen := map[string]bool{}
			for range 1 + r.Intn(3) {
				it := randomItem(r)
				if key, _, _ := strings.Cut(it, ": "); !seen[key] {
					seen[key] = true
					fmt.Fprintf(&b, "    %s\n", it)
				}
			}
		}
	}
	cond := pick(r, []string{"1 of s*", "all of them", "s0", "not s0", "s0 and not 1 of s*"})
	if n > 1 {
		cond = pick(r, []string{cond, "2 of s*", "s0 or s1", "s0 and not s1", "not (s0 or s1)"})
	}
	fmt.Fprintf(&b, "  condition: %s\n", cond)
	return b.String()
}

func fillRandom(r *rand.Rand, ev *event.Event) {
	ev.Reset()
	for range 1 + r.Intn(6) {
		v := event.Str(randomText(r))
		switch r.Intn(10) {
		case 0:
			v = event.IntOf(int64(r.Intn(20)))
		case 1:
			v = event.Value{K: event.Null}
		case 2:
			v = event.BoolOf(r.Intn(2) == 0)
		case 3:
			v = event.FloatOf(float64(r.Intn(40)) / 4)
		case 4, 5: // a piece of another field, as the fields of a line are
			if n := len(ev.Fields); n > 0 {
				whole := ev.Fields[r.Intn(n)].Value.S
				from := runeStart(whole, r.Intn(len(whole)+1))
				v = event.Str(whole[from:runeStart(whole, from+r.Intn(len(whole)-from+1))])
			}
		}
		ev.Add(pick(r, fieldNames), v, 0)
	}
	if r.Intn(3) == 0 {
		ev.Set(event.KeyProcessPath, event.Str(randomText(r)))
	}
}

// runeStart gives i, or where the next character of s begins.
func runeStart(s string, i int) int {
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return i
}

// shown gives what Evidence shows of a rule, field and value in turn.
func (s *Scratch) shown(rule int32) (out []string) {
	s.Evidence(rule, func(m Shown) bool {
		out = append(out, m.Field, m.Value)
		return true
	})
	return out
}

// compareAll makes Evidence compare every value, or not where it need not.
func (s *Scratch) compareAll(on bool) {
	for i := range s.m.lanes {
		for k := range s.m.lanes[i].items {
			it := &s.m.lanes[i].items[k]
			it.texts = !on && len(it.vals) > 0 && !slices.ContainsFunc(it.vals, func(v value) bool { return v.test >= testExists })
		}
	}
}

// TestIndexedIsPlain holds the matcher equal to the plain evaluator over random rules and random events, and what it shows to what
// comparing every value shows.
func TestIndexedIsPlain(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 20
	}
	matched := 0
	for seed := range rounds {
		r := rand.New(rand.NewSource(int64(seed)))
		set := sigma.NewSet(sigma.Options{})
		var text strings.Builder
		for i := range 1 + r.Intn(60) {
			text.WriteString(randomRule(r, i, 3))
		}
		set.Add("random.yml", []byte(text.String()))
		set.Close()
		for _, p := range set.Problems {
			if p.Fatal && !strings.Contains(p.Text, "of a value with wildcards") {
				t.Fatalf("seed %d: %s\n%s", seed, p, text.String())
			}
		}
		names := event.NewNames()
		m, err := New(set.Rules, nil, NewFields(names))
		if err != nil {
			t.Fatal(err)
		}
		if seed%3 == 0 { // no room for the words of several lanes
			for i := range m.merged {
				m.merged[i].Store(&words{})
			}
		}
		ev, s, lanes := event.New(names), m.NewScratch(), m.All()
		for range 150 {
			fillRandom(r, ev)
			hits := map[int32]bool{}
			for _, n := range m.RunLanes(ev, lanes, s) {
				if hits[n] {
					t.Fatalf("seed %d: rule %d twice", seed, n)
				}
				hits[n] = true
				shown := s.shown(n)
				s.compareAll(true)
				if all := s.shown(n); !slices.Equal(shown, all) {
					t.Fatalf("seed %d: rule %d shows %q, with every comparison %q\n%+v", seed, n, shown, all, ev.Fields)
				}
				s.compareAll(false)
			}
			rec := Record{Event: ev, Fields: m.Fields()}
			for i, ru := range set.Rules {
				want := sigma.Eval(ru.Cond, rec)
				if want {
					matched++
				}
				if hits[int32(i)] != want {
					t.Fatalf("seed %d: rule %s: indexed %v, plain %v\n%s\n%+v", seed, ru.ID, hits[int32(i)], want, sigma.Explain(ru.Cond, rec), ev.Fields)
				}
			}
		}
	}
	if matched < 100*rounds {
		t.Errorf("only %d matches: the random rules test nothing", matched)
	}
}

// TestPatternIsPlain holds Pattern.Match over folded text equal to the textbook matcher.
func FuzzPattern(f *testing.F) {
	f.Add(`a*b?c`, "AxxBzC")
	f.Add(`*\\*`, `a\b`)
	f.Add(`?é*`, "xÉ")
	f.Fuzz(func(t *testing.T, pat, text string) {
		if len(pat) > 64 || len(text) > 256 {
			return
		}
		set := sigma.NewSet(sigma.Options{})
		set.Add("f", []byte("title: t\nid: r\nlogsource: {product: p}\ndetection: {s: {A: "+quote(strings.Map(printable, pat))+"}, condition: s}\n"))
		if set.Close(); len(set.Rules) != 1 {
			return
		}
		names := event.NewNames()
		m, err := New(set.Rules, nil, NewFields(names))
		if err != nil {
			t.Fatal(err)
		}
		ev := event.New(names)
		ev.Add("A", event.Str(text), 0)
		got := len(m.RunLanes(ev, m.All(), m.NewScratch())) == 1
		if want := sigma.Eval(set.Rules[0].Cond, Record{Event: ev, Fields: m.Fields()}); got != want {
			t.Errorf("%q on %q: indexed %v, plain %v", pat, text, got, want)
		}
	})
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
