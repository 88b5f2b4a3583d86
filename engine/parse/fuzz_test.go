package parse

import (
	stdjson "encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

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
	"prescore/engine/parse/zeek"
)

// maxFuzz bounds a text of the fuzzer in bytes: an arena of one block holds what it needs, and the lines of TestHostileLines are longer.
const maxFuzz = 64 << 10

// fuzz runs a parser over texts and checks holds after each. ok says whether the text was in the format; where it was not, nothing
// may have been added. check may add what is true of the parser alone.
func fuzz(f *testing.F, seeds []string, parse func(*event.Event, string) (ok bool), check func(*testing.T, *event.Event, string, bool)) {
	for _, s := range seeds {
		f.Add(s)
	}
	for _, s := range samples {
		f.Add(s)
	}
	names := event.NewNames()
	for _, n := range []string{"EventID", "a", "b", "message", "log", "Image"} {
		names.Intern(n)
	}
	ev, arena := prepared(names)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > maxFuzz {
			return
		}
		s = strings.Clone(s)
		ev.Reset()
		ok := parse(ev, s)
		holds(t, ev, s, arena)
		if !ok && len(ev.Fields) > 0 {
			t.Fatalf("%q is refused, yet %q was added", s, ev.Fields[0].Name)
		}
		if check != nil {
			check(t, ev, s, ok)
		}
	})
}

// deep reports whether a document nests deeper than prescore reads.
func deep(s string) bool { return strings.Count(s, "{")+strings.Count(s, "[") > event.MaxDepth }

func FuzzJSON(f *testing.F) {
	fuzz(f, []string{`{"a":[1,{"b":null}],"c":"\ud83d\ude00\n"}`, `[`, `{"a":1e`, `{"a":"` + "\x01" + `"}`, `{"a":-0,"a":123456789012345678901}`},
		func(ev *event.Event, s string) bool { return json.Parse(ev, s, 1) != json.Bad },
		func(t *testing.T, ev *event.Event, s string, ok bool) {
			if deep(s) || len(ev.Fields) == event.MaxFields {
				return
			}
			ev.Reset()
			whole := json.Parse(ev, s, 1) == json.OK && len(ev.Problems) == 0
			first := strings.TrimLeft(s, " \t\r\n")
			if valid := stdjson.Valid([]byte(s)) && (first[0] == '{' || first[0] == '['); whole != valid && len(ev.Problems) == 0 {
				t.Fatalf("%q: read %v, encoding/json says %v", s, whole, valid)
			}
		})
}

func FuzzRFC5424(f *testing.F) {
	fuzz(f, []string{`<1>1 - - - - - [a b="\]"][c] m`, `<1>1 2003-10-11T22:14:15.0000003Z h a p i -`, `7 <1>1 -`, `<191>999 - - - - - - ` + "\ufeff"},
		func(ev *event.Event, s string) bool {
			_, problem := syslog.Parse5424(ev, s, 1)
			if problem == "" && ev.Find("syslog.version") == nil {
				panic("a message without a version is valid")
			}
			return problem != "bad_priority"
		},
		func(t *testing.T, ev *event.Event, s string, ok bool) {
			if p := ev.Find("syslog.priority"); ok && (p == nil || p.Value.N > 191) {
				t.Fatalf("%q: priority %v", s, p)
			}
		})
}

func FuzzRFC3164(f *testing.F) {
	fuzz(f, []string{`<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!`, `<189>29: sw: *Nov  5 09:00:00.123 UTC: %SYS-5-X: t`, `<0>1990 Oct 22 10:52:01 TZ-6 h 10.1.2.3 sched[0]: x`, `<1>1 1563249630.774 a b c`,
		`2024-05-10T14:32:00+02:00 h app - - - m`, `Oct 11 22:14:15 h [1]: x`, `<134>user.info h a: m`},
		func(ev *event.Event, s string) bool { syslog.Is3164(s); syslog.Parse3164(ev, s, 1); return true },
		func(t *testing.T, ev *event.Event, s string, _ bool) {
			if m := ev.Find("syslog.message"); m != nil && !strings.HasSuffix(s, m.Value.S) {
				t.Fatalf("%q: the message %q is not its end", s, m.Value.S)
			}
		})
}

func FuzzCEF(f *testing.F) {
	fuzz(f, []string{`CEF:0|a\|b|c|d|e|f|5|a=b\=c d=e cs1=x cs1Label=y`, `CEF:1|||||||`, `CEF:0|a|b|c|d|e|1|a=\`},
		func(ev *event.Event, s string) bool { return cef.CEF(ev, s, 1, cef.Options{}) },
		func(t *testing.T, ev *event.Event, s string, ok bool) {
			if ok && (!cef.IsCEF(s) || len(ev.Fields) < 7) {
				t.Fatalf("%q: %d fields", s, len(ev.Fields))
			}
			ev.Reset()
			cef.CEF(ev, s, 1, cef.Options{Pair: '@', Value: '#'})
		})
}

func FuzzLEEF(f *testing.F) {
	fuzz(f, []string{"LEEF:2.0|a|b|c|d|0x5e|a=b^c=d", "LEEF:1.0|a|b|c|d|a=b\tc=d", "LEEF:2.0|a|b|c|d||"},
		func(ev *event.Event, s string) bool { return cef.LEEF(ev, s, 1, cef.Options{}) },
		func(t *testing.T, ev *event.Event, s string, ok bool) {
			if ok && !cef.IsLEEF(s) {
				t.Fatalf("%q is not LEEF", s)
			}
		})
}

func FuzzLogfmt(f *testing.F) {
	fuzz(f, []string{`a=1 b="x\ty" c`, `a="\u1"`, "\x80=1", `="`},
		func(ev *event.Event, s string) bool { kv.Logfmt(ev, s, 1); return true },
		func(t *testing.T, ev *event.Event, s string, _ bool) {
			for i := range ev.Fields {
				if k := ev.Fields[i].Name; k == "" || strings.ContainsAny(k, " =\"") || !utf8.ValidString(k) {
					t.Fatalf("%q: key %q", s, k)
				}
			}
		})
}

func FuzzPairs(f *testing.F) {
	fuzz(f, []string{`a=b c='d e' f="g`, `a: b, c: d`, `x y a=b, c=d; e=f`, `a=b|c=d`, `[a:"b"; c:"d"]`},
		func(ev *event.Event, s string) bool {
			d, ok := kv.Sniff(s)
			n := kv.Pairs(ev, s, 1, d)
			return ok && n > 0 || n > 0
		},
		func(t *testing.T, ev *event.Event, s string, _ bool) {
			ev.Reset()
			kv.Pairs(ev, s, 1, kv.Dialect{Pair: ',', Value: ':', Bare: true})
		})
}

func FuzzAudit(f *testing.F) {
	fuzz(f, []string{`type=EXECVE msg=audit(1.1:2): a0="x" a1=2D61 a2[1]=41`, "type=X msg=audit(1:2): a=b\x1dA=\"c\"", `type=USER_X msg=audit(1.1:2): pid=1 msg='op=x acct="y" res=z'`, `type=A audit(`},
		func(ev *event.Event, s string) bool { kv.IsAudit(s); kv.Audit(ev, s, 1); return true }, nil)
}

func FuzzCSV(f *testing.F) {
	fuzz(f, []string{"a,b\n\"c\"\"d\",e", `"a"b,c`, "a\r\n", `"`},
		func(ev *event.Event, s string) bool {
			d := csv.Delimiter(s)
			if d == 0 {
				d = ','
			}
			csv.IsHeader(s, d)
			for rest := s; rest != ""; {
				next := csv.Parse(ev, rest, 1, []string{"a", "b"}, d)
				if len(next) >= len(rest) {
					panic("no byte was read")
				}
				rest = next
			}
			return true
		},
		func(t *testing.T, ev *event.Event, s string, _ bool) {
			for i := range ev.Fields { // what is not quoted stands in the text as it is
				if v := ev.Fields[i].Value.S; !strings.Contains(s, `"`) && strings.ContainsAny(v, "\n") {
					t.Fatalf("%q: value %q", s, v)
				}
			}
		})
}

func FuzzXML(f *testing.F) {
	fuzz(f, []string{`<Event><System><EventID Qualifiers='1'>7</EventID></System><EventData><Data Name='A B'>x</Data><Data>&#x41;</Data></EventData></Event>`, `<a b="c">d<!-- e --><![CDATA[f]]></a>`,
		`<?xml?><!DOCTYPE a><a/>`, strings.Repeat("<a>", 40), `<Event><EventData><Data>`},
		func(ev *event.Event, s string) bool { xml.IsEvent(s); return xml.Parse(ev, s, 1) != xml.Bad }, nil)
}

func FuzzWebLogs(f *testing.F) {
	fuzz(f, []string{`1.2.3.4, 5.6.7.8 h - u [10/Oct/2000:13:55:36 -0700] "GET /a b HTTP/1.0" 200 - "-" "x\"y" "z" 1`, `[10/Oct/2000:13:55:36 -0700] h TLSv1.2 C "GET / HTTP/1.1" 7`,
		`[Sun Dec 04 04:47:44 2005] [core:error] [pid 1:tid 2] [client 1.2.3.4:5] AH1: x, referer: y`},
		func(ev *event.Event, s string) bool {
			a := clf.Access(ev, s, 1)
			b := !a && clf.ApacheError(ev, s, 1)
			return a || b || clf.NginxError(ev, s, 1)
		}, nil)
}

func FuzzColumns(f *testing.F) {
	fuzz(f, []string{"2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"},
		func(ev *event.Event, s string) bool {
			return columns.PANOS(ev, s, 1) || columns.VPCFlow(ev, s, 1) || columns.S3(ev, s, 1)
		}, nil)
}

func FuzzCisco(f *testing.F) {
	fuzz(f, []string{`%ASA-6-302015: x`, `%A-B-5-C x`, `%%01URL/4/F: x`},
		func(ev *event.Event, s string) bool { _, ok := cisco.Parse(ev, s, 1); return ok },
		func(t *testing.T, ev *event.Event, s string, ok bool) {
			if ok != cisco.Is(s) {
				t.Fatalf("%q: read %v, recognised %v", s, ok, !ok)
			}
		})
}

func FuzzZeek(f *testing.F) {
	fuzz(f, []string{"#fields\tts\tuid", "1.0\tC\\x09\t(empty)\t-\ta,b\tT"},
		func(ev *event.Event, s string) bool {
			zeek.Directive(s)
			l := zeek.New("x", "a\tb\tc\td\te\tf", "time\tstring\tcount\tport\tset[string]\tbool")
			l.Fits(s)
			if zeek.IsRow(s) {
				zeek.Known(s)
			}
			l.Row(ev, s, 1)
			return true
		}, nil)
}

func FuzzCustom(f *testing.F) {
	dissect, err := custom.Dissect("%{a->} %{b} [%{*k}=%{&k}] %{+a}: %{c}")
	if err != nil {
		f.Fatal(err)
	}
	re, err := custom.Regex(`^(?P<a>\w+) (?P<b>[^ ]*)(?: (?P<c>\d+))?$`)
	if err != nil {
		f.Fatal(err)
	}
	fuzz(f, []string{"x   y [k=v] z: rest", "word other 12"},
		func(ev *event.Event, s string) bool { return dissect.Parse(ev, s, 1) || re.Parse(ev, s, 1) }, nil)
}

// FuzzFixed reads any text in each format, as tags can fix it.
func FuzzFixed(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Add("")
	f.Add(" \n")
	f.Add("x")
	cfg := Defaults()
	for _, n := range formatNames[1:] {
		cfg.Tag = append(cfg.Tag, Tag{Match: n, Format: n})
	}
	names := event.NewNames()
	r, err := New(cfg, In{Names: names})
	if err != nil {
		f.Fatal(err)
	}
	ev, arena := prepared(names)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > maxFuzz {
			return
		}
		s = strings.Clone(s)
		for _, n := range formatNames[1:] {
			ev.Reset()
			ev.Tag = n
			ev.Add("log", event.Str(s), 0)
			r.Apply(ev)
			holds(t, ev, s, arena)
			if ev.Fields[0].Value.S != s {
				t.Fatalf("%q under %s: the record's own field changed", s, n)
			}
		}
	})
}

// FuzzApply puts any text through the room, twice under two tags: nothing it keeps of the first may change what it says of the
// second but for tables.
func FuzzApply(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	for _, s := range []string{"#path\tx", "#fields\ta\tb", "a,b,c,d", "1,2,3,4", `{"log":"<1>Oct 11 22:14:15 h a: {\"message\":\"a=b c=d\"}"}`, `{"EventID":1,"Channel":"Security","StringInserts":["a","b"]}`} {
		f.Add(s)
	}
	names := event.NewNames()
	r, err := New(Defaults(), In{Names: names})
	if err != nil {
		f.Fatal(err)
	}
	ev, arena := prepared(names)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > maxFuzz {
			return
		}
		s = strings.Clone(s)
		var formats [2]string
		for i, tag := range []string{"fuzz.one", "fuzz.two"} {
			ev.Reset()
			ev.Tag = tag
			ev.Add("log", event.Str(s), 0)
			r.Apply(ev)
			holds(t, ev, s, arena)
			if ev.Line != s || ev.Fields[0].Name != "log" || ev.Fields[0].Value.S != s {
				t.Fatalf("%q: line %q, first field %v", s, ev.Line, ev.Fields[0])
			}
			if (ev.Format == "") != (ev.Formats == "") || !strings.HasSuffix(ev.Formats, ev.Format) {
				t.Fatalf("%q: format %q of %q", s, ev.Format, ev.Formats)
			}
			if len(ev.Fields) > 1 && ev.Format == "" {
				t.Fatalf("%q has fields (%q) and no format", s, ev.Fields[1].Name)
			}
			formats[i] = strings.Clone(ev.Formats)
		}
		if formats[0] != formats[1] && !strings.Contains(formats[0]+formats[1], "csv") && !strings.Contains(formats[0]+formats[1], "zeek") {
			t.Fatalf("%q: %q, then %q", s, formats[0], formats[1])
		}
	})
}
