package json

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
	f := func(in string, kind Result, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if got := Parse(ev, in, 1); got != kind || show(ev) != want {
			t.Errorf("%.200s\n got %d %s\nwant %d %s", in, got, show(ev), kind, want)
		}
	}
	f(` {"a":1,"b":{"c":[true,false,null,"x"],"d":{}},"e":[]} `, OK, "a=1|b.c=true|b.c=false|b.c=|b.c=x|b.d=|e=")
	f(`[{"a":1},{"a":2}]`, OK, "a=1|a=2")
	f(`["x"]`, OK, "value=x")
	f(`{"a":1,"a":2}`, OK, "a=1|a=2")
	f(`{"a":"\u00e9\ud83d\ude00\ud83d\n\/\"","\u0062":"\\"}`, OK, "a=é😀\ufffd\n/\"|b=\\")
	f("{\"a\":\"\xff\"}", OK, "a=\xff")
	f(`{"a":12345678901234567890,"b":-0,"c":1.50,"d":1e5,"e":-7}`, OK, "a=12345678901234567890|b=-0|c=1.50|d=1e5|e=-7")
	f("{\"a\":\"x\ty\"}", OK, "a=x\ty!json_control_character")
	f(`{"a":1,"b":"cut he`, Cut, "a=1!json_cut")
	f(`{"a":{"b":1`, Cut, "a.b=1!json_cut")
	f(`{"a":1} and more`, More, "a=1!json_trailing")
	f(`{"field": "value`, Bad, "")
	for _, bad := range []string{``, `x`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a":01}`, `{"a":1.}`, `{"a":+1}`, `{"a":"\x"}`, `{"a":"\u12"}`, `[1,]`, `{"a":tru}`, `{} is empty`, `{"a":nul`} {
		f(bad, Bad, "")
	}
	deep := strings.Repeat(`{"a":`, event.MaxDepth) + `{"b":[1,"}"]}` + strings.Repeat("}", event.MaxDepth)
	f(deep, OK, strings.Repeat("a.", event.MaxDepth-1)+`a={"b":[1,"}"]}!too_deep`)
	long := strings.Repeat("n", maxName)
	f(`{"`+long+`":{"b":1}}`, OK, long+"=1!long_name")
}

// TestNumbers holds that integers are integers and that what could be rounded keeps its text.
func TestNumbers(t *testing.T) {
	f := func(in string, k event.Kind) {
		t.Helper()
		ev := event.New(event.NewNames())
		if Parse(ev, `{"a":`+in+`}`, 1); ev.Fields[0].Value.K != k || ev.Fields[0].Value.S != in {
			t.Errorf("%s: kind %d, text %q", in, ev.Fields[0].Value.K, ev.Fields[0].Value.S)
		}
	}
	f("999999999999999999", event.Int)
	f("-999999999999999999", event.Int)
	f("1000000000000000000", event.Number)
	f("0.1", event.Number)
	f("-0", event.Number)
}

func TestMaxFields(t *testing.T) {
	ev := event.New(event.NewNames())
	if got := Parse(ev, "["+strings.Repeat("1,", event.MaxFields+5)+"1]", 1); got != More || len(ev.Fields) != event.MaxFields {
		t.Errorf("%d, %d fields", got, len(ev.Fields))
	}
}
