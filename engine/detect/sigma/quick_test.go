package sigma

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// sameNodes says how two nodes differ in what rules are read from, "" where they do not.
func sameNodes(got, want *yaml.Node) string {
	if got.Kind != want.Kind || got.Tag != want.Tag || got.Value != want.Value || got.Line != want.Line || len(got.Content) != len(want.Content) {
		return strings.Join([]string{"got", show(got), "want", show(want)}, " ")
	}
	for i := range got.Content {
		if s := sameNodes(got.Content[i], want.Content[i]); s != "" {
			return s
		}
	}
	return ""
}

func show(n *yaml.Node) string {
	return strings.Join([]string{n.Tag, string(rune('0' + n.Kind)), n.Value, string(rune('0' + n.Line)), string(rune('0' + len(n.Content)))}, "|")
}

// sameAsLibrary holds that what quick reads, the library reads in the same way. It reports whether quick read it.
func sameAsLibrary(t *testing.T, q *quick, text []byte) bool {
	t.Helper()
	q.reset()
	got := q.read(text)
	if got == nil {
		return false
	}
	want, err := parseDocument(text)
	if err != nil || want == nil {
		t.Fatalf("%q: quick reads it; the library: %v", text, err)
	}
	if s := sameNodes(got, want); s != "" {
		t.Fatalf("%q: %s", text, s)
	}
	return true
}

var quickTexts = []string{
	"title: a\nid: b\n", "---\ntitle: a", "# c\n\ntitle: a # d\n  # e\nx: y#z\n", "a: b\n c\n\n\n d\ne: f", "a:\n- b\n-  c\nd: e\n", "a:\n  - b: 1\n    c: 2\n  -\n    d: 0x1F\n",
	"a: |\n  b\n   c\n\n  d\n\n\ne: >-\n  f\n  g\n\n  h\n   i\n  j\nk: |+\n  l\n\n", "a: >\n  b\n   \n  c", "a: 'it''s # b: '  # c\nb: \"x\\\\y\\\"\\n\"\n", "a:\nb: ~\nc: null\nd: yes\ne: true\nf: 1.5\ng: 2024-01-02\nh: 2024/01/02\ni: .5\nj: 007",
	"a: b: c", "a: [b]", "a: {b: c}", "a: &x b", "a: *x", "a: !!str b", "a: 'b\n c'", "a: \"\\x41\"", "'a': b", "? a\n: b", "a:\tb", "a: b\r\n", "a:\n    b\n  c: d", "- a", "a: - b", "a: b\n   - c\n",
	"a: |2\n   b", "a: |\nb: c", "a: |\n\n    \n  b\n", "a: \u00e9\u2013\u2028", "a: \U0001f600 \u2013 x", "a: '\u00e9'", "a:\n  # c\n  b: c\n # d\n  e: f\n", "a: -1\nb: -x\nc: ---\n", "<<: a", "a: <<", "a : b", "a:b: c", "a: b:c d#e",
	"a:\n- b\n  - c\n", "a:\n- b\n c: d\n", "a: b\n#c\n  d\n", "a:\n  'b'\nc:\n  |\n  d\n", "a:\n  - - b\n    - c\n  - d\n", "...\na: b", "a: b\n...\n", "%a: b", "a: 'b' c", "a: 'b'#c", "a: b\n   ", "a: |\n  b\n ", "a: |-\n  b\n # c\n  d\n",
	"a: \"b", "a: 'b", "a: ''", "a: \"\"", "a: ''''", "-a: b\n?b: c\n", "a: b #", "a:\n -\n - b\n -\n", "a:\n  b:\n    c:\n    - d\n    -\n  e:\n",
}

// TestQuickAsLibrary: texts of each kind.
func TestQuickAsLibrary(t *testing.T) {
	q := &quick{}
	n := 0
	for _, text := range quickTexts {
		if sameAsLibrary(t, q, []byte(text)) {
			n++
		}
	}
	if n < len(quickTexts)/3 {
		t.Errorf("quick reads %d of %d texts", n, len(quickTexts))
	}
}

// TestQuickRules: the rules that come with prescore are what quick is for.
func TestQuickRules(t *testing.T) {
	files, err := filepath.Glob("../../../conf/rules/*/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	q := &quick{}
	n, all := 0, 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for len(text) > 0 {
			var part []byte
			part, _, text = nextDocument(text)
			all++
			if sameAsLibrary(t, q, part) {
				n++
			}
		}
	}
	t.Logf("%d of %d documents", n, all)
}

// FuzzQuick: what quick reads is what the library reads.
func FuzzQuick(f *testing.F) {
	for _, text := range quickTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		part, _, _ := nextDocument(b)
		sameAsLibrary(t, &quick{}, part)
	})
}
