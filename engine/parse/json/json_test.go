package json

import (
	"fmt"
	"math/rand/v2"
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

// TestWarmChangesNothing: an event that has met other documents reads one as an event does that has met none, also where keys are
// escaped, repeated, of the same length or cut.
func TestWarmChangesNothing(t *testing.T) {
	names := event.NewNames()
	for _, n := range []string{"a", "b", "a.b", "a.c", "a.b.c", "host", "hast", "host.name", `q"`, "é", "a.", "value"} {
		names.Intern(n)
	}
	keys := []string{"a", "b", "c", "host", "hast", "name", `q\"`, `\u0061`, "é", "", "a.b", "\t", "long" + strings.Repeat("g", 150)}
	values := []string{"1", "-0", "1.5e3", "true", "null", `"x"`, `"a\\b\u00e4\ud83d\ude00c"`, `"` + strings.Repeat(`C:\\dir`, 9) + `"`, "[]", "{}", `["p","q"]`}
	rng := rand.New(rand.NewPCG(1, 2))
	var object func(depth int) string
	object = func(depth int) string {
		var m []string
		for range rng.IntN(6) {
			v := values[rng.IntN(len(values))]
			if depth < 3 && rng.IntN(4) == 0 {
				v = object(depth + 1)
			} else if depth < 3 && rng.IntN(8) == 0 {
				v = "[" + object(depth+1) + ", " + object(depth+1) + "]"
			}
			m = append(m, `"`+keys[rng.IntN(len(keys))]+`"`+[]string{":", " : "}[rng.IntN(2)]+v)
		}
		return "{" + strings.Join(m, ",") + "}"
	}
	full := func(ev *event.Event) (out string) {
		for i := range ev.Fields {
			f := &ev.Fields[i]
			out += fmt.Sprintf("%q %d %v|", f.Name, f.ID, f.Value)
		}
		return out + fmt.Sprint(ev.Problems)
	}
	warm := event.New(names)
	for range 10_000 {
		text := object(0)
		if rng.IntN(4) == 0 {
			text = text[:rng.IntN(len(text)+1)]
		}
		warm.Reset()
		cold := event.New(names)
		if got, want := Parse(warm, text, 1), Parse(cold, text, 1); got != want || full(warm) != full(cold) {
			t.Fatalf("%s:\n got %d %s\nwant %d %s", text, got, full(warm), want, full(cold))
		}
	}
}
