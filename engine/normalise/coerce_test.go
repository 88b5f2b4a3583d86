package normalise

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"prescore/engine/event"
)

func TestAddress(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var mem event.Arena
		if got, _ := address(in, &mem); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f("10.1.2.3", "10.1.2.3")
	f("010.001.002.003", "10.1.2.3")
	f("10.1.2.3:443", "10.1.2.3")
	f("::ffff:10.1.2.3", "10.1.2.3")
	f("::FFFF:0a01:0203", "10.1.2.3")
	f("2001:DB8:0:0:0:0:0:1", "2001:db8::1")
	f("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")
	f("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")
	f("fe80::1%eth0", "fe80::1")
	f("[2001:db8::1]:443", "2001:db8::1")
	f("::", "::")
	for _, bad := range []string{"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:x", "gg::1", "1::2::3", "1:2:3:4:5:6:7:8:9", ":", "host", "[::1", "1:2:3:4:5:6:7:"} {
		f(bad, "")
	}
}

// FuzzAddress holds address against the standard library: what both take for an address is the same one, in RFC 5952 form.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"10.1.2.3", "2001:db8::1", "::ffff:1.2.3.4", "[::1]:80", "fe80::1%x", "1:2:3:4:5:6:1.2.3.4", "::1:2:3:4:5:6:7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var mem event.Arena
		got, ok := address(s, &mem)
		want, err := netip.ParseAddr(s)
		if err == nil && len(s) >= 2 && len(s) <= maxAddress {
			if !ok || got != want.Unmap().WithZone("").String() {
				t.Fatalf("%q: got %q %v, want %v", s, got, ok, want)
			}
		}
		if ok {
			if a, err := netip.ParseAddr(got); err != nil || a.String() != got {
				t.Fatalf("%q: %q is no address in its own form (%v)", s, got, err)
			}
		}
	})
}

func TestCoerce(t *testing.T) {
	_, ev := fixture(t)
	c := &clock{}
	f := func(typ event.Type, in event.Value, want string, code string) {
		t.Helper()
		v, got := c.coerce(ev, typ, in)
		if v.Text(&ev.Arena) != want || got != code {
			t.Errorf("%v %v: got %q %q, want %q %q", typ, in, v.Text(&ev.Arena), got, want, code)
		}
	}
	s := event.Str
	f(event.TypeInt, s("42"), "42", "")
	f(event.TypeInt, s("0x1f4"), "500", "")
	f(event.TypeInt, s("1,234"), "1234", "")
	f(event.TypeInt, event.FloatOf(3.7), "3", "")
	f(event.TypeInt, s("many"), "", codeWrongType)
	f(event.TypeInt, s("0xffffffffffffffff"), "", codeOutOfRange)
	f(event.TypePort, event.IntOf(70000), "", codeOutOfRange)
	f(event.TypePort, event.IntOf(-1), "", codeOutOfRange)
	f(event.TypeBool, s("Yes"), "true", "")
	f(event.TypeBool, s("perhaps"), "", codeWrongType)
	f(event.TypeFloat, s("0.25"), "0.25", "")
	f(event.TypeMAC, s("00-1A-2b-3C-4d-5E"), "00:1a:2b:3c:4d:5e", "")
	f(event.TypeMAC, s("001a.2b3c.4d5e"), "00:1a:2b:3c:4d:5e", "")
	f(event.TypeMAC, s("00:1a"), "", codeWrongType)
	f(event.TypeDomain, s("WWW.Example.COM."), "www.example.com", "")
	f(event.TypeHash, s("AABB"), "aabb", "")
	f(event.TypeHash, s("xyz"), "", codeWrongType)
	f(event.TypeUser, s(`CORP\jo`), "jo", "")
	f(event.TypeEmail, s("<Jo@Example.COM>"), "jo@example.com", "")
	f(event.TypeIP, s("203.0.113.9, 10.0.0.1"), "203.0.113.9", "")
	f(event.TypeIP, s("nowhere at all"), "", codeWrongType)
	for _, nothing := range []string{"", "-", "N/A", "(null)"} {
		f(event.TypeIP, s(nothing), "", "")
		f(event.TypeInt, s(nothing), "", "")
	}
	f(event.TypeString, event.Value{K: event.Null}, "", "")
}

func TestTransforms(t *testing.T) {
	table := event.NewNames()
	n := &names{table: table}
	tables := map[string]map[string]event.Value{"l": {"1": event.Str("one"), "*": event.Str("=")}}
	f := func(expr, in, want string) {
		t.Helper()
		st, err := n.expr(event.KeyMessage, "f | "+expr, tables)
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		ev := event.New(table)
		ev.Add("f", event.Str(in), 1)
		v := (&Room{}).get(ev, &st[0])
		if got := v.Text(&ev.Arena); got != want {
			t.Errorf("%s of %q: got %q, want %q", expr, in, got, want)
		}
	}
	f("basename", `C:\a\b.exe`, "b.exe")
	f("dirname", "/a/b/c", "/a/b")
	f("ext", "/a/b.TXT", "txt")
	f("account", `CORP\jo`, "jo")
	f("account", "jo@corp.example", "jo")
	f("realm", `CORP\jo`, "CORP")
	f("hash:SHA256", "MD5=aa,SHA256=bb,IMPHASH=cc", "bb")
	f("hash:SHA1", "MD5=aa", "")
	f("kv:rhost", "a=1 rhost=1.2.3.4 user=x", "1.2.3.4")
	f("kv:user", `logname=u user="a b"`, "a b")
	f("before::", "a:b:c", "a")
	f("after::", "a:b:c", "b:c")
	f("before_last::", "a:b:c", "a:b")
	f("after_last::", "a:b:c", "c")
	f("lookup:l", "1", "one")
	f("lookup:l", "2", "2")
	f("times:1000", "1.5", "1500")
	f("word:1", " a  b c", "b")
	f("csv:2", "a,b , c ,d", "c")
	f("url_host", "https://jo@www.example.com:8443/a?b#c", "www.example.com")
	f("url_port", "https://www.example.com:8443/a", "8443")
	f("url_path", "https://www.example.com/a/b?c=d", "/a/b")
	f("url_query", "/a?c=d#e", "c=d")
	f("url_scheme", "https://x/", "https")
	f("if:a*,*z", "abc", "abc")
	f("if:a*,*z", "bcd", "")
	f("unless:-", "x", "x")
	f("ip", "host", "")
	f("not_ip", "host", "host")
	f("audit", "audit(1700000000.5:77)", "1700000000.5")
	f("audit:id", "audit(1700000000.5:77)", "77")
	f("upper", "aB", "AB")
	f("strip::", "aa:bb", "aabb")
	f("head:2", "abc", "ab")
	f("is:x*", "xy", "true")
	f("const:yes", "anything", "yes")
}

func TestJoinIsBounded(t *testing.T) {
	table := event.NewNames()
	id := table.Intern("a")
	ev := event.New(table)
	for range 100 {
		ev.Add("a", event.Str(strings.Repeat("x", 1000)), 1)
	}
	if v := join(ev, id, " "); len(v.S) != maxJoined {
		t.Errorf("%d bytes, want %d", len(v.S), maxJoined)
	}
}

// TestLowerOfAnyLength holds lower against one byte at a time, with a capital or its neighbours at each place.
func TestLowerOfAnyLength(t *testing.T) {
	var mem event.Arena
	for n := range 40 {
		for at := range n {
			for _, c := range []byte{'A', 'Z', '@', '[', 'a', 0x80 | 'A', 0xff, 0} {
				b := bytes.Repeat([]byte{'x'}, n)
				b[at] = c
				want := bytes.Clone(b)
				if c == 'A' || c == 'Z' {
					want[at] += 0x20
				}
				if got := lower(string(b), &mem); got != string(want) {
					t.Fatalf("%q: %q, want %q", b, got, want)
				}
			}
		}
	}
}

// TestNothing: the words that stand for none, also beside their like, and as text of a move that takes the short way.
func TestNothing(t *testing.T) {
	for _, w := range []string{"", "-", "N/A", "n/a", "(null)", "(none)", "<null>", "?", "--", "<none>", "%%1793"} {
		if !nothing(event.Str(w)) {
			t.Errorf("%q is something", w)
		}
		if w != "" && w != "-" && nothing(event.Str(w+"x")) || nothing(event.Str("x"+w)) {
			t.Errorf("%q with an x is nothing", w)
		}
		if len(w) > maxNothing {
			t.Errorf("%q is longer than %d bytes", w, maxNothing)
		}
	}
	if !nothing(event.Value{K: event.Null}) || !nothing(event.Value{K: event.EmptyArray}) || nothing(event.IntOf(0)) || nothing(event.BoolOf(false)) {
		t.Error("null is nothing, zero is something")
	}
}

// TestQuickIsCoerced: where a move takes the short way, it sets what coerce makes of the value.
func TestQuickIsCoerced(t *testing.T) {
	r, ev := fixture(t)
	values := []event.Value{event.IntOf(0), event.IntOf(-1), event.IntOf(65535), event.IntOf(65536), event.FloatOf(0.5), event.FloatOf(math.Inf(1)),
		event.FloatOf(math.NaN()), event.FloatOf(math.Inf(-1)), event.FloatOf(math.MaxFloat64), event.FloatOf(math.Copysign(0, -1)), event.BoolOf(true), {K: event.Float, N: math.Float64bits(2), S: "2.0"}, {K: event.Int, N: 7, S: "7"}}
	for _, s := range []string{"10.20.30.40", "010.20.30.40", "256.20.30.40", "10.20.30.40.", "10.20.30", "a.host.example", "a.host.example.", "A.Host.example",
		"2024-05-10T14:32:00Z", "2024-05-10T14:32:00+02:00", "[2024-05-10T14:32:00Z]", "1773732740763630305", "9323372036854775807", "1773732740.25", "177373274", "17737327", "1773732740." + strings.Repeat("5", maxTimeText), "9F914D42706FE215", "9f914d42706fe215", "0065535", "65536", "-70000", "+5", "0x1f", "999999999999999999", "9999999999999999999", "4,294", "1.5", "8 9", "user1@corp.example", "CORP\\someone", "someone\\", "12345678", "plain text", "(nothing)"} {
		values = append(values, event.Str(s))
	}
	id := event.NameID(1)
	for key := event.Key(1); key < event.NumKeys; key++ {
		typ := event.Vocabulary[key].Type
		for _, v := range values {
			ev.Reset()
			ev.Arrival = 1715351520e9
			ev.AddID(id, ev.Names.Name(id), v, 0)
			st := step{key: key, typ: typ, id: id}
			r.moves(ev, moves(ev, []step{st}, nil))
			got, problems := ev.Get(key), fmt.Sprint(ev.Problems)
			ev.Reset()
			ev.Arrival = 1715351520e9
			ev.AddID(id, ev.Names.Name(id), v, 0)
			r.set(ev, key, typ, v, id)
			if want := ev.Get(key); got != want || problems != fmt.Sprint(ev.Problems) {
				t.Fatalf("%s of %v: %v %s, want %v %v", key, v, got, problems, want, ev.Problems)
			}
		}
	}
}

// TestIsHex: every byte at every place of texts of every length up to three words.
func TestIsHex(t *testing.T) {
	for n := 1; n <= 24; n++ {
		for at := range n {
			for c := range 256 {
				b := bytes.Repeat([]byte("a"), n)
				b[at] = byte(c)
				if got, want := isHex(string(b)), strings.IndexByte("0123456789abcdefABCDEF", byte(c)) >= 0; got != want {
					t.Fatalf("%q: %v, want %v", b, got, want)
				}
			}
		}
	}
	if isHex("") {
		t.Error("nothing is a number")
	}
}

func BenchmarkIsHex(b *testing.B) {
	s := "9F914D42706FE215501044ACD85A32D58AAEF1419D404FDDFA5D3B48F66CCD9F"
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		if !isHex(s) {
			b.Fatal("is none")
		}
	}
}

// TestMailLike holds one pass over a text to what it means: one at sign, not at the head; no blank; the first dot behind it not next to it.
func TestMailLike(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	mails := 0
	for range 300_000 {
		b := make([]byte, rng.IntN(9))
		for i := range b {
			b[i] = "ab@. "[[]int{0, 0, 0, 1, 1, 1, 2, 3, 3, 4}[rng.IntN(10)]]
		}
		s := string(b)
		i := strings.IndexByte(s, '@')
		want := i > 0 && i == strings.LastIndexByte(s, '@') && strings.IndexByte(s[i:], '.') > 1 && strings.IndexByte(s, ' ') < 0
		if mailLike(s) != want {
			t.Fatalf("%q: %v, want %v", s, !want, want)
		}
		if want {
			mails++
		}
	}
	if mails < 1000 {
		t.Errorf("only %d of them", mails)
	}
}
