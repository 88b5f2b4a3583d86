package syslog

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// show writes the fields without their prefix, and problems after "!".
func show(ev *event.Event) string {
	var b strings.Builder
	for i, f := range ev.Fields {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(strings.TrimPrefix(f.Name, "syslog.") + "=" + f.Value.Text(&ev.Arena))
	}
	for _, p := range ev.Problems {
		b.WriteString("!" + p.Code)
	}
	return b.String()
}

func Test5424(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if Parse5424(ev, in, 1); show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	const p = "priority=34|facility=4|severity=2|version=1"
	f(`<34>1 - - - - - -`, p)
	f(`21 <34>1 - - - - - - body`, p+"|message=body")
	f(`<34>1 2003-10-11T22:14:15.003Z h su 7 ID47 [a@1 b="c\]\"\\" d=""][e] m n`, p+`|timestamp=2003-10-11T22:14:15.003Z|hostname=h|appname=su|procid=7|msgid=ID47|sd.a@1.b=c]"\|sd.a@1.d=|sd.e=|message=m n`)
	f(`<34>1 2003-10-11T22:14:15.1234567Z h - - - - m`, p+"|timestamp_raw=2003-10-11T22:14:15.1234567Z|hostname=h|message=m!bad_timestamp")
	f(`<34>1 2003-02-29T22:14:15Z`, p+"|unparsed=2003-02-29T22:14:15Z!bad_timestamp")
	f(`<34>1 - `+strings.Repeat("h", 256)+` -`, p+"|unparsed="+strings.Repeat("h", 256)+" -!bad_hostname")
	f(`<34>1 - - - - - [a b="c"`, p+`|sd.a.b=c!bad_structured_data`)
	f(`<34>1 - - - - - [a b="c] m`, p+`|sd.a=|unparsed= b="c] m!bad_structured_data`)
	f(`<34>0 - - - - - -`, "priority=34|facility=4|severity=2|unparsed=0 - - - - - -!bad_version")
	f(`<192>1 -`, "!bad_priority")
	f(`<034>1 -`, "!bad_priority")
}

func Test3164(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if Parse3164(ev, in, 1); show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	const p = "priority=34|facility=4|severity=2|"
	f(`<34>Oct 11 22:14:15 mymachine su: 'su root' failed`, p+"timestamp=Oct 11 22:14:15|hostname=mymachine|appname=su|message='su root' failed")
	f(`Oct  1 22:14:15 h sshd(pam_unix)[19]: x`, "timestamp=Oct  1 22:14:15|hostname=h|appname=sshd(pam_unix)|procid=19|message=x")
	f(`<34>Oct 11 2003 22:14:15 h a[b]: x`, p+"timestamp=Oct 11 2003 22:14:15|hostname=h|appname=a|procid=b|message=x")
	f(`<34>Oct 11 22:14:15.123 CEST h a: x`, p+"timestamp=Oct 11 22:14:15.123 CEST|hostname=h|appname=a|message=x")
	f(`<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time`, "priority=165|facility=20|severity=5|timestamp=Aug 24 05:34:00 CST 1987|hostname=mymachine|appname=myproc|procid=10|message=%% It's time")
	f(`<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org 10.1.2.3 sched[0]: That's All Folks!`,
		"priority=0|facility=0|severity=0|timestamp=1990 Oct 22 10:52:01 TZ-6|source=10.1.2.3|hostname=scapegoat.dmz.example.org|appname=sched|procid=0|message=That's All Folks!")
	f(`<34>2003-10-11T22:14:15.003+02:00 h a: x`, p+"timestamp=2003-10-11T22:14:15.003+02:00|hostname=h|appname=a|message=x")
	f(`<34>2003-10-11T22:14:15Z h app 7 ID - m`, p+"timestamp=2003-10-11T22:14:15Z|hostname=h|appname=app|procid=7|msgid=ID|message=m")
	f(`<34>Oct 11 22:14:15 su: no host`, p+"timestamp=Oct 11 22:14:15|appname=su|message=no host")
	f(`<34>Oct 11 22:14:15 last message repeated 5 times`, p+"timestamp=Oct 11 22:14:15|message=last message repeated 5 times")
	f(`<34>Oct 11 22:14:15 Message forwarded from aix1: sshd[2]: x`, p+"timestamp=Oct 11 22:14:15|hostname=aix1|appname=sshd|procid=2|message=x")
	f(`<34>29: sw1: *Nov  5 09:00:00.123 UTC: %SYS-5-CONFIG_I: x`, p+"sequence=29|timestamp=Nov  5 09:00:00.123 UTC|hostname=sw1|message=%SYS-5-CONFIG_I: x")
	f(`<34>sw1: 00:01:01: %SYS-5-RESTART: x`, p+"hostname=sw1|message=%SYS-5-RESTART: x")
	f(`<34>Oct 11 22:14:15 user.info h authp: x`, p+"timestamp=Oct 11 22:14:15|hostname=h|appname=authp|message=x")
	f(`<34>1 1563249630.774247467 mx84 flows src=1.2.3.4`, p+"timestamp=1563249630.774247467|hostname=mx84|appname=flows|message=src=1.2.3.4")
	f(`<34>kernel: x`, p+"appname=kernel|message=x")
	f(`<34>words without a header`, p+"message=words without a header")
	f(`<34>`, p[:len(p)-1])
	f(`<999>x`, "message=<999>x!bad_priority")
}

func TestBegins(t *testing.T) {
	f := func(in string, is5424, is3164 bool) {
		t.Helper()
		if a, b := Is5424(in), Is3164(in); a != is5424 || b != is3164 {
			t.Errorf("%q: 5424 %v, 3164 %v", in, a, b)
		}
	}
	f("<1>1 - -", true, true)
	f("<1>1 2003-10-11T", true, true)
	f("<1>10 users logged in", false, true)
	f("<1>1 1563249630.774 a b", false, true)
	f("<1", false, false)
	f("Oct 11 22:14:15 h a: x", false, true)
	f("Oct 32 22:14:15 h a: x", false, false)
	f("2024-05-10T14:32:00Z h sshd[1]: x", false, true)
	f("2024-05-10 14:32:00 INFO starting up", false, false)
	f("2024-05-10 14:32:00 h sshd[1]: x", false, true)
	f("1 2019-05-15T16:26:19Z HOSTNAME CheckPoint 19710 - [a]", false, true)
	f("October was cold", false, false)
}
