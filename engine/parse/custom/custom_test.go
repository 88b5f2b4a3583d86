package custom

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

func TestDissect(t *testing.T) {
	f := func(pattern, in, want string) {
		t.Helper()
		p, err := Dissect(pattern)
		if err != nil {
			t.Fatal(err)
		}
		ev := event.New(event.NewNames())
		if ok := p.Parse(ev, in, 1); ok != (want != "") || show(ev) != want {
			t.Errorf("%s of %s\n got %s\nwant %s", pattern, in, show(ev), want)
		}
	}
	f("%{a} %{b}", "x y z", "a=x|b=y z")
	f("<%{a}> %{?skip} %{} %{b}.", "<x> 1 2 y.", "a=x|b=y")
	f("%{a->} %{b}", "x    y", "a=x|b=y")
	f("%{at} %{+at} %{b}", "Oct 11 y", "at=Oct 11|b=y")
	f("%{*k}=%{&k};%{b}", "n=v;y", "n=v|b=y")
	f("%{a}: %{b}", "no colon", "")
	f("head %{a}", "x", "")
}

func TestRegex(t *testing.T) {
	p, err := Regex(`^(?P<user>\w+)@(?<host>[\w.]+)(?: (?P<opt>\d+))?$`)
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New(event.NewNames())
	if !p.Parse(ev, "a@b.c", 1) || show(ev) != "user=a|host=b.c" {
		t.Error(show(ev))
	}
	ev.Reset()
	if p.Parse(ev, strings.Repeat("x", maxText+1), 1) || show(ev) != "!custom_too_long" {
		t.Error(show(ev))
	}
}

func TestRefuse(t *testing.T) {
	f := func(compile func(string) (*Pattern, error), in, want string) {
		t.Helper()
		if _, err := compile(in); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
	f(Dissect, "text", "the pattern has no field: write %{name} for each")
	f(Dissect, "%{a", "the field at byte 1 has no closing brace")
	f(Dissect, "%{a}%{b}", `no text stands between the field "a" and the next: where one ends could not be told`)
	f(Dissect, "%{} %{?x}", "the pattern has no named field")
	f(Dissect, "%{*a} x", "%{*a} and %{&a} must both be there")
	f(Regex, `(\d+)`, "the expression has no named group: write (?P<name>...) for each field")
	f(Regex, `(?P<a>x{500}){9}`, "error parsing regexp: invalid repeat count: `{9}`")
	f(Regex, `(?P<a>[a-z]{900}[0-9]{900}[a-z]{900})`, "the expression compiles to 2704 instructions, at most 2048 are allowed")
}
