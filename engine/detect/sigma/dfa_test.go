package sigma

import (
	"math/rand"
	"regexp/syntax"
	"sync"
	"testing"
)

// TestDFAIsRegexp holds the automaton equal to regexp over texts made of what expressions look for.
func TestDFAIsRegexp(t *testing.T) {
	exprs := []struct{ re, flags string }{
		{`abc`, ""}, {`^abc$`, ""}, {`^a|b$`, "m"}, {`a.c`, ""}, {`a.c`, "s"}, {`\bab\b`, ""}, {`\Bab`, ""}, {`(a|b)*c`, ""}, {`a{2,4}b`, "i"},
		{`[^a]b`, ""}, {`$`, ""}, {`^$`, ""}, {`x*`, ""}, {`\$\{`, ""}, {`(?:^|\n)b`, ""}, {`a\z`, ""}, {`\A\s`, ""}, {`^\w+\b.`, "m"}, {`k`, "i"}, {`[a-c]{3}\s[ab]{2}`, ""},
		{`\$\{\S*(a|b)\s.*c`, ""}, {`xa?$`, ""}, {`x.*^a`, "m"}, {`x\bab`, ""}, {`ab.*cx`, ""}, {`_(a|bc)+\z`, ""},
	}
	pieces := []string{"a", "b", "c", "ab", "abc", "ABC", "\n", " ", "_", "x", "${", "K", ".", ""}
	r := rand.New(rand.NewSource(1))
	yes, waiting := 0, 0
	for _, e := range exprs {
		re, err := CompileRegex(e.re, e.flags)
		if err != nil || !re.Fast() {
			t.Fatalf("%s: %v, %v", e.re, err, re)
		}
		if re.automaton().waits != 0 {
			waiting++
		}
		for range 2000 {
			s := ""
			for range r.Intn(7) {
				s += pieces[r.Intn(len(pieces))]
			}
			want, _ := re.Match(s)
			if got, _ := re.MatchASCII(s); got != want {
				t.Fatalf("%q (%s) on %q: %v, regexp says %v", e.re, e.flags, s, got, want)
			}
			if want {
				yes++
			}
		}
	}
	if yes < 5000 || waiting < 5 {
		t.Errorf("only %d matches, only %d expressions wait for a character", yes, waiting)
	}
}

func FuzzDFA(f *testing.F) {
	f.Add(`a(b|c)*d$`, "xabcbd")
	f.Add(`(?m)^\s*\bfoo\B.`, "\nfoo_x")
	f.Add(`(?is)x.{0,5}y`, "X\nY")
	f.Fuzz(func(t *testing.T, expr, text string) {
		if len(expr) > 60 || len(text) > 200 {
			return
		}
		re, err := CompileRegex(expr, "")
		if err != nil {
			return
		}
		b := []byte(text)
		for i := range b {
			b[i] &= 0x7f
		}
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := syntax.Compile(tree.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		for i := range prog.Inst {
			in := &prog.Inst[i]
			for c := 0; c < end && isRune(in.Op); c++ {
				if reads := readsOf(in); reads.has(c) != in.MatchRune(rune(c)) {
					t.Errorf("%q: %v reads %d: %v", expr, in, c, reads.has(c))
				}
			}
		}
		want, _ := re.Match(string(b))
		if got, _ := re.MatchASCII(string(b)); got != want {
			t.Errorf("%q on %q: %v, regexp says %v", expr, b, got, want)
		}
	})
}

// TestAutomatonIsShared: threads that ask at once have one automaton.
func TestAutomatonIsShared(t *testing.T) {
	re, err := CompileRegex(`a{1,20}b|c[^d]{3}`, "i")
	if err != nil {
		t.Fatal(err)
	}
	var got [8]*dfa
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = re.automaton() })
	}
	all.Wait()
	for _, d := range got {
		if d == nil || d != got[0] {
			t.Error(got)
		}
	}
}

// BenchmarkAutomaton is what an expression costs that is read and then asked for the first time.
func BenchmarkAutomaton(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if re, err := CompileRegex(`(?i)\\\\[a-z0-9]{1,32}\.(?:exe|dll|ps1)\b.*(?:foo|bar|baz){1,4}`, ""); err != nil || !re.Fast() {
			b.Fatal(err, re)
		}
	}
}

func BenchmarkRegex(b *testing.B) {
	re, err := CompileRegex(`\\[a-zA-Z0-9]{1,32}\.[a-zA-Z0-9]{1,6}\.[ "']{1}`, "")
	if err != nil {
		b.Fatal(err)
	}
	text := `C:\Windows\system32\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File C:\x.ps1`
	for name, do := range map[string]func(string) (bool, bool){"table": re.MatchASCII, "regexp": re.Match} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if hit, _ := do(text); hit {
					b.Fatal("matches")
				}
			}
		})
	}
}
