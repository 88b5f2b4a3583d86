package parse

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

func open(t testing.TB, cfg Config, extra ...string) (*Room, *event.Event) {
	t.Helper()
	names := event.NewNames()
	for _, n := range extra {
		names.Intern(n)
	}
	r, err := New(cfg, In{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	return r, event.New(names)
}

// line puts a text into the event as in_tail does, and applies the room.
func line(r *Room, ev *event.Event, text string) {
	ev.Reset()
	ev.Add("log", event.Str(text), 0)
	r.Apply(ev)
}

// show writes the fields above layer 0 as "name=value|...".
func show(ev *event.Event) string {
	var b strings.Builder
	for _, f := range ev.Fields {
		if f.Layer == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.Name)
		b.WriteByte('=')
		b.WriteString(f.Value.Text(&ev.Arena))
	}
	return b.String()
}

func TestNesting(t *testing.T) {
	r, ev := open(t, Defaults())
	f := func(in, formats, want string) {
		t.Helper()
		line(r, ev, in)
		if ev.Formats != formats {
			t.Errorf("%s: formats %q, want %q", in, ev.Formats, formats)
		}
		if got := show(ev); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
		if ev.Line != in {
			t.Errorf("%s: line %q", in, ev.Line)
		}
	}
	f(`{"a":{"b":[1,2.50,{"c":null}]}}`, "json", `a.b=1|a.b=2.50|a.b.c=`)
	f(`<34>Oct 11 22:14:15 mymachine su: {"x":true}`, "rfc3164/json",
		`syslog.priority=34|syslog.facility=4|syslog.severity=2|syslog.timestamp=Oct 11 22:14:15|syslog.hostname=mymachine|syslog.appname=su|syslog.message={"x":true}|x=true`)
	f(`{"stream":"stdout","log":"<34>1 - h a - - - {\"k\":7}"}`, "json/rfc5424/json",
		`stream=stdout|log=<34>1 - h a - - - {"k":7}|syslog.priority=34|syslog.facility=4|syslog.severity=2|syslog.version=1|syslog.hostname=h|syslog.appname=a|syslog.message={"k":7}|k=7`)
	f(`plain words`, "", "")
}
