package parse

import (
	"strings"
	"sync"
	"testing"

	"prescore/engine/event"
)

func TestRefuse(t *testing.T) {
	f := func(edit func(*Config), want string) {
		t.Helper()
		cfg := Defaults()
		edit(&cfg)
		if _, err := New(cfg, In{Names: event.NewNames()}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	tag := func(g Tag) func(*Config) { return func(c *Config) { c.Tag = []Tag{g} } }
	own := func(g Custom) func(*Config) { return func(c *Config) { c.Custom = []Custom{g} } }
	f(func(c *Config) { c.MessageFields = []string{""} }, "message_fields: a name must not be empty")
	f(tag(Tag{Format: "json"}), `tag[0].match: must not be empty; "*" matches every tag`)
	f(tag(Tag{Match: "*", Format: "jsn"}), `tag[0].format: unknown format "jsn": use auto, none, apache_error, auditd, cef, `)
	f(tag(Tag{Match: "*", Format: "csv", Delimiter: ";;"}), `tag[0].delimiter: must be one character, not ";;"`)
	f(tag(Tag{Match: "*", Format: "json", Header: []string{"a"}}), `tag[0].format: header and delimiter are for the formats csv and tsv, not "json"`)
	f(tag(Tag{Match: "*", Format: "csv", PairDelimiter: ";"}), `tag[0].format: pair_delimiter and value_delimiter are for the formats kv, cef and leef, not "csv"`)
	f(tag(Tag{Match: "*", Format: "csv", Header: []string{"a", ""}}), "tag[0].header: a column's name must not be empty")
	f(own(Custom{Regex: "(?P<a>x)"}), "custom[0].name: must not be empty")
	f(own(Custom{Name: "json", Regex: "(?P<a>x)"}), `custom[0].name: "json" is taken: choose another name, without "/"`)
	f(own(Custom{Name: "mine"}), "custom[0].regex: write either regex or dissect")
	f(own(Custom{Name: "mine", Regex: "("}), "custom[0].regex: error parsing regexp: ")
	f(own(Custom{Name: "mine", Dissect: "x"}), "custom[0].dissect: the pattern has no field: write %{name} for each")
}

func TestTags(t *testing.T) {
	cfg := Defaults()
	cfg.Tag = []Tag{{Match: "app.*.csv", Format: "csv", Header: []string{"a", "b"}, Delimiter: ";"}, {Match: "raw", Format: "none"}, {Match: "kv.*", Format: "kv", PairDelimiter: "&", ValueDelimiter: ":"},
		{Match: "j", Format: "json"}, {Match: "auto", Format: "auto"}}
	cfg.Custom = []Custom{{Name: "mine", Match: "own.*", Regex: `^user (?P<user>\w+) did (?P<what>.*)$`}, {Name: "mine2", Match: "own.*", Dissect: "%{a}|%{b}|%{c}"}}
	r, ev := open(t, cfg)
	f := func(tag, in, formats, want string) {
		t.Helper()
		ev.Reset()
		ev.Tag = tag
		ev.Add("log", event.Str(in), 0)
		r.Apply(ev)
		if ev.Formats != formats || show(ev) != want {
			t.Errorf("%s: %s\n got %s: %s\nwant %s: %s", tag, in, ev.Formats, show(ev), formats, want)
		}
	}
	f("app.x.csv", `1;"2;3"`, "csv", "a=1|b=2;3")
	f("raw", `{"a":1}`, "", "")
	f("kv.x", `a:1&b:2&c`, "kv", "a=1|b=2|c=true")
	f("auto", `{"a":1}`, "json", "a=1")
	f("j", `a=1 b=2`, "kv", "a=1|b=2") // it is not JSON: what it is is found, and the event says so
	if len(ev.Problems) == 0 || ev.Problems[len(ev.Problems)-1].Code != "not_json" {
		t.Errorf("problems %v", ev.Problems)
	}
	f("own.x", `user bob did a thing`, "mine", "user=bob|what=a thing")
	f("own.x", `1|2|3`, "mine2", "a=1|b=2|c=3")
	f("own.x", `{"a":1}`, "json", "a=1")
}

func TestWarnings(t *testing.T) {
	cfg := Defaults()
	cfg.Tag = []Tag{{Match: "a.*"}, {Match: "*"}, {Match: "b", Format: "json"}, {Match: "a.*", Format: "cef"}}
	r, _ := open(t, cfg)
	want := `parse.tag[2] never holds: parse.tag[1] matches "*" before it|parse.tag[3] never holds: parse.tag[0] matches "a.*" before it`
	if got := strings.Join(r.Warnings(), "|"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestProblems(t *testing.T) {
	r, ev := open(t, Defaults())
	f := func(in, want string) {
		t.Helper()
		line(r, ev, in)
		got := ""
		for _, p := range ev.Problems {
			got += "!" + p.Code
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	f(`{"a":1,}`, "!bad_json")
	f(`{"a":1,"b":`, "!json_cut")
	f(`{"a":1} tail`, "!json_trailing")
	f(`{go map[a:b]}`, "")
	f(`[{"a":1},]`, "!bad_json")
	f(`<34>1 2003-13-11T22:14:15Z h a - - - m`, "!bad_timestamp")
	f(`<87]123 -`, "!bad_priority")
	f(`CEF:0|a|b|c`, "!bad_cef")
	f(`<Event><System><EventID>1</EventID>`, "!xml_cut")
	f(`<Event`, "!xml_cut")
	f(`words`, "")
}

func TestHeaders(t *testing.T) {
	cfg := Defaults()
	cfg.Tag = []Tag{{Match: "fixed", Format: "csv"}}
	r, ev := open(t, cfg)
	f := func(tag, in, want string) {
		t.Helper()
		ev.Reset()
		ev.Tag = tag
		ev.Add("log", event.Str(in), 0)
		r.Apply(ev)
		if show(ev) != want {
			t.Errorf("%s: %q\n got %s\nwant %s", tag, in, show(ev), want)
		}
	}
	f("a", "1,2,3,4", "")
	f("a", "time,src,dst,act", "csv.header=time,src,dst,act")
	f("a", "1,2,3,4", "time=1|src=2|dst=3|act=4")
	f("b", "1,2,3,4", "")
	f("a", "time,src,dst,act", "csv.header=time,src,dst,act")
	f("a", "alice,logged,in,again", "time=alice|src=logged|dst=in|act=again")
	f("a", `{"x":1}`, "x=1")
	f("a", "time;src;dst;act;by", "csv.header=time;src;dst;act;by")
	f("a", "1;2;3;4;5", "time=1|src=2|dst=3|act=4|by=5")
	f("fixed", "user,act", "csv.header=user,act")
	f("fixed", "bob,login", "user=bob|act=login")
	f("c", "aa,bb,cc,dd\n1,2,3,4\n5,6,7,8", "aa=1|bb=2|cc=3|dd=4|aa=5|bb=6|cc=7|dd=8")
	f("z", "#path\tmine", "zeek.directive=path|zeek.value=mine")
	f("z", "#fields\tts\tuser", "zeek.directive=fields|zeek.value=ts\tuser")
	f("z", "#types\ttime\tstring", "zeek.directive=types|zeek.value=time\tstring")
	f("z", "1693975906.500310\tbob", "zeek.path=mine|ts=1693975906.500310|user=bob")
	f("z", "1693975906.500310\tbob\tx", "")
	long := strings.Repeat("n", maxHeaderLine+1)
	f("fixed2", "#fields\t"+long, "zeek.directive=fields|zeek.value="+long)
	if r.HeadersRefused() != 1 || ev.Problems[0].Code != "too_many_headers" {
		t.Errorf("%d refused, problems %v", r.HeadersRefused(), ev.Problems)
	}
}

// TestMaxTags holds that the header lines of many tags stay within their bound.
func TestMaxTags(t *testing.T) {
	r, ev := open(t, Defaults())
	for i := range maxTags + 10 {
		ev.Reset()
		ev.Tag = "t" + strings.Repeat("x", i)
		ev.Add("log", event.Str("aa,bb,cc,dd"), 0)
		r.Apply(ev)
	}
	if n := len(*r.headers.tags.Load()); n != maxTags || r.HeadersRefused() != 10 {
		t.Errorf("%d tags, %d refused", n, r.HeadersRefused())
	}
}

func TestStructured(t *testing.T) {
	r, ev := open(t, Defaults())
	put := func(fields ...string) {
		ev.Reset()
		for i := 0; i < len(fields); i += 2 {
			ev.Add(fields[i], event.Str(fields[i+1]), 0)
		}
		r.Apply(ev)
	}
	f := func(formats, line, want string) {
		t.Helper()
		if ev.Formats != formats || ev.Line != line || show(ev) != want {
			t.Errorf("got %q, line %q: %s\nwant %q, line %q: %s", ev.Formats, ev.Line, show(ev), formats, line, want)
		}
	}
	put("pri", "34", "host", "h", "ident", "su", "message", "a=1 b=2")
	f("kv", "", "a=1|b=2")
	put("MESSAGE", "words", "PRIORITY", "6", "SYSLOG_IDENTIFIER", "sshd", "_PID", "7", "_HOSTNAME", "h", "_UID", "0", "_COMM", "sshd")
	f("", "", "")
	put("log", "words", "stream", "stdout")
	f("", "words", "")
	put("log", `{"a":1}`, "stream", "stdout", "time", "T", "kubernetes.a", "x", "kubernetes.b", "x", "kubernetes.c", "x", "kubernetes.d", "x")
	f("json", `{"a":1}`, "a=1")
	put("log", `{"a":1}`, "b", "x", "c", "x", "d", "x", "e", "x", "f", "x", "g", "x")
	f("json", "", "a=1")
	put("other", "words")
	f("", "", "")
	put("log", "")
	f("", "", "")
}

// TestThreads reads header lines and rows under many tags at once; the race detector has the rest to say.
func TestThreads(t *testing.T) {
	r, first := open(t, Defaults())
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ev := event.New(first.Names)
			for i := range 200 {
				for _, text := range []string{"aa,bb,cc,dd", "1,2,3,4", `{"message":"<34>Oct 11 22:14:15 h su: x"}`, "#fields\ta\tb"} {
					ev.Reset()
					ev.Tag = string(rune('a' + (g+i)%5))
					ev.Add("log", event.Str(text), 0)
					r.Apply(ev)
					if ev.Format == "" && text[0] != '1' {
						t.Errorf("%q has no format", text)
						return
					}
				}
			}
		}()
	}
	wg.Wait()
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, tag string
		want         bool
	}{{"*", "", true}, {"a.*", "a.b.c", true}, {"*.c", "a.b.c", true}, {"a*c", "ab", false}, {"a", "a", true}, {"a", "ab", false}, {"a*b*c", "axxbyyc", true}, {"", "", true}} {
		if got := glob(c.pattern, c.tag); got != c.want {
			t.Errorf("%q of %q: %v", c.pattern, c.tag, got)
		}
	}
}
