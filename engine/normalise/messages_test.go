package normalise

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"prescore/engine/event"
)

// messageTexts are lines of the demo's log of logins, and texts made of pieces of patterns.
func messageTexts(t testing.TB, m *messages, rng *rand.Rand) (out []string) {
	data, err := os.ReadFile("../../fixtures/demo/auth.log")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if _, text, ok := strings.Cut(line, "]: "); ok {
			out = append(out, strings.TrimSpace(text))
		}
	}
	for range 300 {
		var b strings.Builder
		for range 1 + rng.IntN(3) {
			p := m.list[rng.IntN(len(m.list))]
			for _, q := range p.pieces[:1+rng.IntN(len(p.pieces))] {
				if q.capture {
					b.WriteString([]string{"root", "10.0.0.1", "4242", "", "a b", " ", "10.0.0"}[rng.IntN(7)])
				} else {
					b.WriteString(q.lit)
				}
			}
		}
		out = append(out, b.String())
	}
	return out
}

// TestTurnsChangeNothing: the first pattern that matches is the same one, with the same values, as where all are tried in their order.
func TestTurnsChangeNothing(t *testing.T) {
	names := event.NewNames()
	r := shippedRoom(t, names)
	ev := event.New(names)
	rng := rand.New(rand.NewPCG(8, 9))
	matched := 0
	for _, s := range r.sources {
		for k := range s.messages {
			m := &s.messages[k]
			for _, text := range messageTexts(t, m, rng) {
				text = strings.TrimLeft(text, " ")
				if text == "" {
					continue
				}
				var want *pattern
				var a, b [maxCaptures]taken
				for i := range m.list {
					if _, _, ok := m.list[i].match(text, &a, &ev.Arena); ok {
						want = &m.list[i]
						matched++
						break
					}
				}
				got := m.first(text, func(p *pattern) (int, bool) {
					_, seen, ok := p.match(text, &b, &ev.Arena)
					if ok {
						return 0, true
					}
					if seen == 0 {
						t.Fatalf("%q fails without a look", text)
					}
					return seen, false
				})
				if got != want || got != nil && a != b {
					t.Fatalf("%s: %q: %v, want %v", s.name, text, got, want)
				}
			}
			ev.Reset()
		}
	}
	if matched < 2000 {
		t.Errorf("only %d texts matched", matched)
	}
}

// FuzzNeedle holds the search by the rarest byte to the library's.
func FuzzNeedle(f *testing.F) {
	f.Add("session opened for user root(uid=0) by (uid=0)", ": ")
	f.Add(": : : : : : : : : : : : : : : : : : : : : : : : session", ": session")
	f.Add("::::::::::::::::::::::::::::::::a:", "a:")
	f.Add("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "aab")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, s, lit string) {
		n := needleOf(lit)
		if got, want := n.in(s), strings.Index(s, lit); got != want {
			t.Fatalf("%q in %q: %d, want %d", lit, s, got, want)
		}
	})
}

// BenchmarkMessages is the texts of the demo's log of logins, each with the patterns of sshd and of sudo.
func BenchmarkMessages(b *testing.B) {
	names := event.NewNames()
	r := shippedRoom(b, names)
	ev := event.New(names)
	for _, name := range []string{"sshd", "sudo"} {
		for _, s := range r.sources {
			if s.name != name {
				continue
			}
			m := &s.messages[0]
			texts := messageTexts(b, m, rand.New(rand.NewPCG(8, 9)))
			texts = texts[:len(texts)-300]
			id := m.get[0].id
			b.Run(name, func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					ev.Reset()
					ev.AddID(id, names.Name(id), event.Str(texts[i%len(texts)]), 1)
					var st state
					m.apply(r, ev, &st)
				}
			})
			break
		}
	}
}

// TestGlobIsSearched holds patterns to what their stars mean, one byte after the other.
func TestGlobIsSearched(t *testing.T) {
	var like func(p, s string) bool
	like = func(p, s string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return like(p[1:], s) || s != "" && like(p, s[1:])
		}
		return s != "" && s[0] == p[0] && like(p[1:], s[1:])
	}
	rng := rand.New(rand.NewPCG(10, 11))
	matched := 0
	for range 300_000 {
		p, s := make([]byte, 1+rng.IntN(7)), make([]byte, rng.IntN(14))
		for i := range p {
			p[i] = "ab: **"[rng.IntN(6)]
		}
		for i := range s {
			s[i] = "ab: "[rng.IntN(4)]
		}
		if strings.Contains(string(p), "**") { // one star is as good, and no mapping has two
			continue
		}
		g := glob{text: string(p)}
		g.trim()
		if want := like(string(p), string(s)); g.match(string(s)) != want {
			t.Fatalf("%q of %q: %v, want %v", p, s, !want, want)
		} else if want {
			matched++
		}
	}
	if matched < 10000 {
		t.Errorf("only %d matched", matched)
	}
}
