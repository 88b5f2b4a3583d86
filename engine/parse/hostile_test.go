package parse

import (
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/parse/cef"
	"prescore/engine/parse/cisco"
	"prescore/engine/parse/clf"
	"prescore/engine/parse/columns"
	"prescore/engine/parse/csv"
	"prescore/engine/parse/custom"
	"prescore/engine/parse/json"
	"prescore/engine/parse/kv"
	"prescore/engine/parse/syslog"
	"prescore/engine/parse/xml"
)

// repeat gives a head and then a unit over and over, n bytes in all.
func repeat(head, unit string) func(int) string {
	return func(n int) string { return head + strings.Repeat(unit, max(1, (n-len(head))/len(unit))) }
}

// hostile are texts that make a careless parser slow: each format's head, and what it has to look for without ever finding it, or
// finds all the time.
var hostile = []struct{ name, head, unit string }{
	{"json deep", "", `{"a":`}, {"json deep arrays", "", "["}, {"json wide", `{"a":1`, `,"a":1`}, {"json empty", `[{}`, `,{}`}, {"json escapes", `{"a":"`, `\u0041`},
	{"json backslashes", `{"a":"`, `\\`}, {"json blanks", `{`, ` `}, {"json digits", `{"a":`, `9`}, {"json long names", `{"` + strings.Repeat("n", 900) + `":{"b":1`, `,"b":1`},
	{"json opaque", strings.Repeat(`{"a":`, 40), `{"b":"\"`},
	{"5424 elements", `<1>1 - - - - - `, `[a b="c"]`}, {"5424 params", `<1>1 - - - - - [a`, ` b="\]"`}, {"5424 open", `<1>1 - - - - - [a b="`, `\\`}, {"5424 words", `<1>1 - `, `h`},
	{"3164 words", `<1>Oct 11 22:14:15 `, `h `}, {"3164 colons", `<1>`, `a: `}, {"3164 digits", `<1>`, `1: `}, {"3164 brackets", `<1>Oct 11 22:14:15 h a[`, `[`}, {"3164 blanks", `<1>`, ` `},
	{"syslog in syslog", ``, `<1>Oct 11 22:14:15 h a: `},
	{"cef backslashes", `CEF:0|a|b|c|d|e|1|a=`, `\`}, {"cef header", `CEF:0|`, `\`}, {"cef pipes", `CEF:0|`, `\|`}, {"cef equals", `CEF:0|a|b|c|d|e|1|`, `=`}, {"cef pairs", `CEF:0|a|b|c|d|e|1|`, `a=b `},
	{"cef words", `CEF:0|a|b|c|d|e|1|a=`, `b `}, {"cef labels", `CEF:0|a|b|c|d|e|1|`, `aLabel=b `}, {"cef escapes", `CEF:0|a|b|c|d|e|1|a=`, `\= `},
	{"leef tabs", "LEEF:1.0|a|b|c|d|", "\t"}, {"leef pairs", "LEEF:1.0|a|b|c|d|", "a=b\t"}, {"leef equals", "LEEF:2.0|a|b|c|d|^|", "="}, {"leef blanks", "LEEF:1.0|a|b|c|d|", "a=b "},
	{"logfmt quotes", `level=info a="`, `\"`}, {"logfmt pairs", `level=info`, ` a=b`}, {"logfmt bare", `level=info a=b`, ` a`},
	{"kv quotes", `a=b c="`, `\"`}, {"kv open quotes", `a=b c='`, ` d='x`}, {"kv equals", `a=b c=`, `=`}, {"kv pipes", `a=b`, `|c=d`}, {"kv words", `x y `, `a=b c `}, {"kv commas", `a=b, c=d`, `, e="`},
	{"auditd pairs", `type=A msg=audit(1.1:2): `, `a=41 `}, {"auditd hex", `type=PROCTITLE msg=audit(1.1:2): proctitle=`, `41`}, {"auditd quotes", `type=AUOMS_X audit(1.1:2): a="`, `\" b="`},
	{"auditd stamps", `type=A audit(`, `audit(`}, {"auditd msg", `type=A msg=audit(1.1:2): `, `msg='`},
	{"csv quotes", `"`, `""`}, {"csv commas", `a,b,c,d`, `,`}, {"csv names", `aa,bb,cc,dd`, `,ee`}, {"csv rows", "aa,bb,cc,dd", "\n1,2,3,4"},
	{"xml deep", ``, `<a>`}, {"xml event deep", `<Event>`, `<a>`}, {"xml wide", `<Event><System>`, `<a/>`}, {"xml entities", `<Event><System><a>`, `&amp;`}, {"xml ampersands", `<Event><System><a>`, `&`},
	{"xml comments", `<Event><System><a>`, `<!-- -->`}, {"xml cdata", `<Event><System><a>`, `<![CDATA[x]]>`}, {"xml attributes", `<Event><System><a `, `b="c" `}, {"xml data", `<Event><EventData>`, `<Data>x</Data>`},
	{"xml prolog", ``, `<!---->`}, {"xml open", `<Event `, `a="`}, {"xml opaque", strings.Repeat("<a>", 40), `<!--><b>`}, {"xml named", `<Event><EventData>`, `<Data Name="a b">x</Data>`},
	{"clf brackets", `h - - `, `[`}, {"clf request", `h - - [10/Oct/2000:13:55:36 -0700] "`, `\"`}, {"clf rest", `h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1 `, `"" `},
	{"apache brackets", `[Sun Dec 04 04:47:44 2005] [error]`, ` [pid 1]`}, {"apache client", `[Sun Dec 04 04:47:44 2005] [error]`, ` [client x`},
	{"nginx pairs", `2021/04/01 13:02:31 [error] 31#31: *1 x, client: `, `a, server: `}, {"nginx quotes", `2021/04/01 13:02:31 [error] 31#31: *1 x, client: a, request: "`, `\"`},
	{"zeek header", "#fields\t", "a\t"}, {"zeek row", "1693975906.500310\t", "-\t"}, {"cisco head", `%A`, `-1-`}, {"cisco text", `%ASA-6-302015: `, `x `},
	{"cri", `2016-10-06T00:17:09.669794202Z stdout F `, `x`}, {"panos", `1,2021/01/20 12:00:00,s,TRAFFIC`, `,x`}, {"panos quotes", `1,2021/01/20 12:00:00,s,TRAFFIC,"`, `""`},
	{"s3", strings.Repeat("a", 64) + ` b [06/Feb/2019:00:00:38 +0000] `, `"x" `}, {"prose", ``, `word, `}, {"blanks", ``, ` `}, {"zero bytes", ``, "\x00"}, {"high bytes", ``, "\xff"},
}

// TestHostileLines reads a megabyte of each through the whole room.
func TestHostileLines(t *testing.T) {
	names := event.NewNames()
	r, err := New(Defaults(), In{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hostile {
		linear(t, names, h.name, repeat(h.head, h.unit), func(ev *event.Event, text string) { line(r, ev, text) })
	}
}

// TestHostileParsers reads each of those texts with every parser, whether it is its format or not.
func TestHostileParsers(t *testing.T) {
	if testing.Short() {
		t.Skip("every parser on every hostile text takes a minute; run without -short")
	}
	header := []string{"a", "b", "c"}
	dissect, err := custom.Dissect("%{a->} %{b} [%{c}] %{+a}: %{d}")
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]func(*event.Event, string){
		"json":    func(ev *event.Event, s string) { json.Parse(ev, s, 1) },
		"rfc5424": func(ev *event.Event, s string) { _ = syslog.Is5424(s); syslog.Parse5424(ev, s, 1) },
		"rfc3164": func(ev *event.Event, s string) { _ = syslog.Is3164(s); syslog.Parse3164(ev, s, 1) },
		"cef":     func(ev *event.Event, s string) { cef.CEF(ev, s, 1, cef.Options{}) },
		"leef":    func(ev *event.Event, s string) { cef.LEEF(ev, s, 1, cef.Options{}) },
		"logfmt":  func(ev *event.Event, s string) { kv.Logfmt(ev, s, 1) },
		"kv":      func(ev *event.Event, s string) { kv.Sniff(s); kv.Pairs(ev, s, 1, kv.Dialect{Loose: true}) },
		"kv bare": func(ev *event.Event, s string) { kv.Pairs(ev, s, 1, kv.Dialect{Pair: ',', Value: ':', Bare: true}) },
		"auditd":  func(ev *event.Event, s string) { kv.Audit(ev, s, 1) },
		"csv": func(ev *event.Event, s string) {
			for csv.Delimiter(s); s != ""; {
				s = csv.Parse(ev, s, 1, header, ',')
			}
		},
		"xml":     func(ev *event.Event, s string) { xml.Parse(ev, s, 1) },
		"clf":     func(ev *event.Event, s string) { clf.Access(ev, s, 1) },
		"apache":  func(ev *event.Event, s string) { clf.ApacheError(ev, s, 1) },
		"nginx":   func(ev *event.Event, s string) { clf.NginxError(ev, s, 1) },
		"cisco":   func(ev *event.Event, s string) { cisco.Parse(ev, s, 1) },
		"panos":   func(ev *event.Event, s string) { columns.PANOS(ev, s, 1) },
		"s3":      func(ev *event.Event, s string) { columns.S3(ev, s, 1) },
		"dissect": func(ev *event.Event, s string) { dissect.Parse(ev, s, 1) },
	}
	names := event.NewNames()
	for _, h := range hostile {
		text := repeat(h.head, h.unit)(hostileSize)
		for name, read := range readers {
			if d := fastest(names, text, read, hostileLimit); d > hostileLimit {
				t.Errorf("%s reading %q took %v, at most %v are allowed", name, h.name, d, hostileLimit)
			}
		}
	}
}
