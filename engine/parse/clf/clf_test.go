package clf

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

func TestAccess(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if ok := Access(ev, in, 1); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	const at = "clf.time=10/Oct/2000:13:55:36 -0700"
	const get = "|clf.request=GET /a?b=c HTTP/1.0|clf.method=GET|clf.protocol=HTTP/1.0|clf.path=/a?b=c|clf.status=200|clf.bytes=23"
	const tail = `[10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.0" 200 23`
	f(`127.0.0.1 - frank `+tail, "clf.client=127.0.0.1|clf.user=frank|"+at+get)
	f(`::1 - - `+tail+` "http://r/" "Mozilla/5.0 \"x\"" "1.2.3.4"`, "clf.client=::1|"+at+get+`|clf.referrer=http://r/|clf.user_agent=Mozilla/5.0 \"x\"|clf.forwarded_for=1.2.3.4`)
	f(`www.example.com:443 1.2.3.4 - - `+tail, "clf.vhost=www.example.com:443|clf.client=1.2.3.4|"+at+get)
	f(`1.1.1.1, 2.2.2.2 3.3.3.3 - - `+tail, "clf.forwarded_for=1.1.1.1, 2.2.2.2|clf.client=3.3.3.3|"+at+get)
	f(`"1.1.1.1, 2.2.2.2" 3.3.3.3 - - `+tail, "clf.forwarded_for=1.1.1.1, 2.2.2.2|clf.client=3.3.3.3|"+at+get)
	f(`1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "-" 408 -`, "clf.client=1.2.3.4|"+at+"|clf.status=408")
	f(`[10/Oct/2000:13:55:36 -0700] 1.2.3.4 TLSv1.2 ECDHE "GET /a?b=c HTTP/1.0" 23`, at+"|clf.client=1.2.3.4|clf.tls_version=TLSv1.2|clf.tls_cipher=ECDHE"+
		"|clf.request=GET /a?b=c HTTP/1.0|clf.method=GET|clf.protocol=HTTP/1.0|clf.path=/a?b=c|clf.bytes=23")
	f(`not a common log line`, "")
}

func TestErrorLogs(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if ok := ApacheError(ev, in, 1) || NginxError(ev, in, 1); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	f(`[Sun Dec 04 04:47:44 2005] [notice] x [y]`, "apache.time=Sun Dec 04 04:47:44 2005|apache.level=notice|apache.message=x [y]")
	f(`[Mon Dec 26 16:15:55.103522 2016] [core:error] [pid 11379:tid 7] [client 1.2.3.4:80] AH1: x, referer: http://r/`,
		"apache.time=Mon Dec 26 16:15:55.103522 2016|apache.module=core|apache.level=error|apache.pid=11379|apache.tid=7|apache.client=1.2.3.4:80|apache.message=AH1: x, referer: http://r/|apache.referrer=http://r/")
	f(`2021/04/01 13:02:31 [error] 31#32: *1 open() "/x" failed, client: 1.2.3.4, server: s, request: "GET /a HTTP/1.1", host: "h:1"`,
		`nginx.time=2021/04/01 13:02:31|nginx.level=error|nginx.pid=31|nginx.tid=32|nginx.cid=1|nginx.client=1.2.3.4|nginx.server=s|nginx.request=GET /a HTTP/1.1|nginx.method=GET|nginx.path=/a|nginx.host=h:1|nginx.message=open() "/x" failed`)
	f(`2021/04/01 13:02:31 [notice] 1#1: start worker processes`, "nginx.time=2021/04/01 13:02:31|nginx.level=notice|nginx.pid=1|nginx.tid=1|nginx.message=start worker processes")
	f(`[error] [client 192.0.2.1] x`, "apache.level=error|apache.client=192.0.2.1|apache.message=x")
	f(`[error] no time`, "")
}

// FuzzLogs: whatever a text is, it is read or refused, and one that is refused leaves nothing behind.
func FuzzLogs(f *testing.F) {
	for _, s := range []string{"2021/04/01 13:02:31 [error] 31#31: *7 open() failed, client: 10.0.0.1, server: x", "2021/0]/01 13:02:31 [error] 31#31: x",
		"[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187] x", "[error] [client ::1] x, referer: y",
		`10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 "-" "x"`} {
		f.Add(s)
	}
	ev := event.New(event.NewNames())
	f.Fuzz(func(t *testing.T, s string) {
		for name, read := range map[string]func(*event.Event, string, uint8) bool{"nginx": NginxError, "apache": ApacheError, "access": Access} {
			ev.Reset()
			if !read(ev, s, 1) && len(ev.Fields) > 0 {
				t.Errorf("%s refused %q and left %d fields", name, s, len(ev.Fields))
			}
		}
	})
}
