package csv

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// show writes the fields as "name=value|...".
func show(ev *event.Event) string {
	var b strings.Builder
	for i, f := range ev.Fields {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.Name + "=" + f.Value.Text(&ev.Arena))
	}
	for _, p := range ev.Problems {
		b.WriteString("!" + p.Code)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	f := func(in string, header []string, delim byte, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		for rest := in; rest != ""; {
			rest = Parse(ev, rest, 1, header, delim)
		}
		if show(ev) != want {
			t.Errorf("%q\n got %s\nwant %s", in, show(ev), want)
		}
	}
	ab := []string{"a", "b"}
	f("1,2\n", ab, ',', "a=1|b=2")
	f("1,2\r\n3,4", ab, ',', "a=1|b=2|a=3|b=4")
	f(`"x ""y"", z","l`+"\r\n"+`m"`, ab, ',', "a=x \"y\", z|b=l\r\nm")
	f("1\t", ab, '\t', "a=1|b=")
	f("1,2,3", ab, ',', "a=1|b=2|column3=3!csv_columns")
	f("1", ab, ',', "a=1!csv_columns")
	f(`"open,2`, ab, ',', "a=open,2!csv_columns")
	f(`"a"b,2`, ab, ',', "a=ab|b=2")
}

func TestDelimiter(t *testing.T) {
	for in, want := range map[string]byte{"a,b;c,d": ',', "a;b;c": ';', "a\tb": '\t', "a|b|c": '|', "abc": 0, `"a,b,c";d`: ';', "a;b\n1,2,3": ';'} {
		if got := Delimiter(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestHeader(t *testing.T) {
	for in, want := range map[string]bool{"time,src,dst,action": true, `"Source IP","b","c","d"`: true, "time,src,dst": false, "1,b,c,d": false, "a,b,c,": false, "well, it, is, prose": false, "a b,c,d,e": false} {
		if got := IsHeader(in, ','); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
	names, rest := Header("a, b ,,d\r\n1,2", ',')
	if strings.Join(names, "|") != "a|b|column3|d" || rest != "1,2" {
		t.Errorf("%q, %q", names, rest)
	}
}
