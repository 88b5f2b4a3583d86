package sigma

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPairs holds that what an expression matches has a pair of each of its groups, and that there are groups where literals or small
// classes touch.
func TestPairs(t *testing.T) {
	for _, c := range []struct {
		re, flags string
		groups    int
		texts     []string
	}{
		{`"(?:\{\d\})+"\s*-f`, "", 3, []string{`"{0}" -f`, `x"{1}{2}"-f`}},
		{`\\[a-z0-9]{1,32}\.[a-z]{1,6}\.[ "']`, "", 1, []string{`\a.exe. `, `\b.c.'`, `\b.c."`}},
		{`mask`, "i", 3, []string{"MASK", "ma\u017f\u212a"}},
		{`(ab|cd)e`, "", 0, []string{"abe", "cde"}},
		{`a?bc*d`, "", 0, []string{"bd", "abccd", "bcd"}},
		{`(?:xy){2,}[-/]z`, "", 5, []string{"xyxy-z", "xyxyxy/z"}},
		{`é\.é`, "", 0, []string{"é.é"}},
		{`x\by`, "", 0, nil},
		{`^$`, "", 0, []string{""}},
		{`[a-z]\$`, "", 0, []string{"q$"}},
	} {
		re, err := CompileRegex(c.re, c.flags)
		if err != nil {
			t.Fatal(err)
		}
		if len(re.Pairs) != c.groups {
			t.Errorf("%s: groups %q, expected %d", c.re, re.Pairs, c.groups)
		}
		for _, text := range c.texts {
			if !re.Re.MatchString(text) {
				t.Fatalf("%s does not match %q", c.re, text)
			}
			for _, g := range re.Pairs {
				has := false
				for _, p := range g {
					has = has || strings.Contains(Fold(text), string(p[:]))
				}
				if !has {
					t.Errorf("%s matches %q, which has none of %q", c.re, text, g)
				}
			}
		}
	}
}

// TestNeeds holds that what an expression matches has a literal of each of its sets.
func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		re, flags string
		needs     [][]string
		texts     []string
	}{
		{`COMMAND=\S*/(curl|wget)\s.*(/tmp/|/dev/shm/)`, "", [][]string{{"command="}, {"curl", "wget"}, {"tmp/", "dev/shm/"}}, []string{"COMMAND=/usr/bin/curl x -o /tmp/a", "COMMAND=/wget /dev/shm/"}},
		{`(?:abc){2}x?(d|efg)`, "", [][]string{{"abc"}}, []string{"abcabcd", "abcabcxefg"}},
		{`mask(ed)?.+ing`, "i", [][]string{{"mask"}, {"ing"}}, []string{"MASKED xING", "ma\u017f\u212axing"}},
		{`abc*|def`, "", nil, []string{"ab", "def"}},
	} {
		re, err := CompileRegex(c.re, c.flags)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(re.Needs) != fmt.Sprint(c.needs) {
			t.Errorf("%s needs %q, expected %q", c.re, re.Needs, c.needs)
		}
		for _, text := range c.texts {
			if !re.Re.MatchString(text) {
				t.Fatalf("%s does not match %q", c.re, text)
			}
			for _, set := range re.Needs {
				if !slices.ContainsFunc(set, func(lit string) bool { return strings.Contains(Fold(text), lit) }) {
					t.Errorf("%s matches %q, which has none of %q", c.re, text, set)
				}
			}
		}
	}
}

// TestCharsOf holds the set of a text's characters against one made byte by byte.
func TestCharsOf(t *testing.T) {
	for _, s := range []string{"", "a", "@?", "\x00\x7f", "C:\\Windows", "é", "\u212a{`}"} {
		var want Chars
		for i := 0; i < len(s); i++ {
			want.add(s[i] & 0x7f)
		}
		if got := CharsOf(s); got != want {
			t.Errorf("%q: %x, expected %x", s, got, want)
		}
	}
}
