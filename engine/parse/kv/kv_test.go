package kv

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

func TestLogfmt(t *testing.T) {
	f := func(in string, ok bool, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if got := Logfmt(ev, in, 1); got != ok || show(ev) != want {
			t.Errorf("%s\n got %v %s\nwant %v %s", in, got, show(ev), ok, want)
		}
	}
	f(`a=1 b="x y" c d= e="\u0041\n"`, true, "a=1|b=x y|c=|d=|e=A\n")
	f(`a=1 b="x`, false, "a=1")
	f(`a=1 b=c=d`, false, "a=1")
}

func TestPairs(t *testing.T) {
	f := func(in string, d Dialect, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if Pairs(ev, in, 1, d); show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	f(`a=1 b="x \"y\" C:\dir" c='d e' f`, Dialect{}, `a=1|b=x "y" C:\dir|c=d e`)
	f(`a=1 f`, Dialect{Bare: true}, `a=1|f=true`)
	f(`a=1|b=x y|c=`, Dialect{Pair: '|'}, `a=1|b=x y|c=`)
	f(`a: 1, b: "x, y", c`, Dialect{Pair: ',', Value: ':', Bare: true}, `a=1|b=x, y|c=true`)
	f(`[a:"1"; b:"2"]`, Dialect{Pair: ';', Value: ':'}, `a=1|b=2`)
	f(`failure; logname= uid=0, rhost=h user=u`, Dialect{Loose: true}, `logname=|uid=0|rhost=h|user=u`)
	f(`"a"="1","b c"="2,3"`, Dialect{Pair: ','}, `a=1|b c=2,3`)
	f(`it's a=1 b='open`, Dialect{Loose: true}, `a=1|b='open`)
}

func TestSniff(t *testing.T) {
	f := func(in string, ok bool, want Dialect) {
		t.Helper()
		if d, got := Sniff(in); got != ok || got && d != want {
			t.Errorf("%s: %v %+v", in, got, d)
		}
	}
	f(`date=2019 time=11 x="y"`, true, Dialect{})
	f(`a=1|b=2|c=3`, true, Dialect{Pair: '|'})
	f(`a=1, b=2, c=3`, true, Dialect{Pair: ','})
	f(`SrcIP: 1.2.3.4, DstIP: 1.2.3.5, Protocol: tcp`, true, Dialect{Pair: ',', Value: ':'})
	f(`check pass; logname= uid=0 euid=0 tty=ssh`, true, Dialect{Loose: true})
	f("01/14/2015 08:30:54 PM\nLogName=Security\nEventCode=4663\nType=x", true, Dialect{Pair: '\n'})
	f(`@@306,up,"apMac"="54:EC","radio"="11g/n","to"="1"`, true, Dialect{Loose: true})
	f(`rc=1`, false, Dialect{})
	f(`GET /a?b=c&d=e&f=g&h=i`, false, Dialect{})
	f(`no pairs here`, false, Dialect{})
	f(`Warning: it broke, see: the manual`, false, Dialect{})
}

func TestAudit(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if !IsAudit(in) {
			t.Errorf("%s is no record of audit", in)
		}
		if Audit(ev, in, 1); show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	const m = "audit.time=1.5|audit.serial=7|msg=audit(1.5:7)|"
	f(`type=SYSCALL msg=audit(1.5:7): a0=41 comm="ls" exe=2F62696E2F6C73 key=(null)`, "type=SYSCALL|"+m+"a0=41|comm=ls|exe=/bin/ls|key=")
	f(`type=EXECVE msg=audit(1.5:7): argc=2 a0="sh" a1=2D6320782079`, "type=EXECVE|"+m+"argc=2|a0=sh|a1=-c x y")
	f(`type=PROCTITLE msg=audit(1.5:7): proctitle=617270002D61`, "type=PROCTITLE|"+m+"proctitle=arp -a")
	f(`node=h type=USER_LOGIN msg=audit(1.5:7): pid=1 msg='op=login acct="root" addr=? res=failed'`,
		`node=h|type=USER_LOGIN|`+m+`pid=1|msg=op=login acct="root" addr=? res=failed|op=login|acct=root|addr=|res=failed`)
	f("type=X msg=audit(1.5:7): uid=0\x1dUID=\"root\" SADDR={ saddr_fam=inet laddr=1.2.3.4 }", "type=X|"+m+`uid=0|UID=root|SADDR= saddr_fam=inet laddr=1.2.3.4 `)
	f(`type=AUOMS_EXECVE audit(1.5:7): cmdline="sh -c \"x\"" success=yes`, `type=AUOMS_EXECVE|audit.time=1.5|audit.serial=7|cmdline=sh -c "x"|success=yes`)
	f(`[12.5] audit: type=1400 audit(1.5:7): apparmor="DENIED" name="/x"`, `type=1400|audit.time=1.5|audit.serial=7|apparmor=DENIED|name=/x`)
}
