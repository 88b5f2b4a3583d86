// Package clf reads the logs of web servers: the Common and Combined Log Format with what servers put before and after them, and
// the error logs of Apache and nginx.
package clf

import (
	"strings"

	"prescore/engine/event"
)

// maxPrefix is how far into a line the time in brackets may begin, in bytes: before it stand a virtual host, a list of forwarded
// addresses and a user.
const maxPrefix = 512

// access says where the parts of an access log's line are.
type access struct {
	open, close int // the brackets of the time
}

// find looks for the time "[10/Oct/2000:13:55:36 -0700]"; false where there is none.
func find(s string) (access, bool) {
	limit := min(len(s), maxPrefix)
	for i := 0; ; {
		j := strings.IndexByte(s[i:limit], '[')
		if j < 0 {
			return access{}, false
		}
		i += j
		if isTime(s, i+1) {
			c := strings.IndexByte(s[i:min(len(s), i+40)], ']')
			if c > 0 {
				return access{i, i + c}, true
			}
		}
		i++
	}
}

// isTime reports whether "10/Oct/2000:13:55:36" stands at i; the day may have one digit.
func isTime(s string, i int) bool {
	if i+1 < len(s) && s[i+1] == '/' {
		i--
	}
	return i+20 <= len(s) && s[i+2] == '/' && s[i+6] == '/' && s[i+11] == ':' && s[i+14] == ':' && s[i+17] == ':' &&
		s[i+1]-'0' < 10 && s[i+3]|0x20 >= 'a'
}

// IsAccess reports whether a text looks like a line of an access log.
func IsAccess(s string) bool {
	a, ok := find(s)
	if !ok {
		return false
	}
	rest := s[a.close+1:]
	return strings.HasPrefix(rest, ` "`) || a.open == 0 && strings.IndexByte(rest, '"') > 0
}

// Access reads a line of an access log: client, ident, user, time, request with its three parts, status, bytes, and, as far as they
// are there, referrer and user agent and the quoted value after them (clf.forwarded_for). A list of addresses before the client
// becomes clf.forwarded_for, a virtual host before it clf.vhost. "-" is absent. false where the line is none; nothing was added.
func Access(ev *event.Event, s string, layer uint8) bool {
	a, ok := find(s)
	if !ok {
		return false
	}
	rest := s[a.close+1:]
	if a.open == 0 { // Apache's ssl_request_log: the time comes first
		return sslRequest(ev, s[1:a.close], rest, layer)
	}
	if !strings.HasPrefix(rest, ` "`) {
		return false
	}
	head(ev, s[:a.open], layer)
	set(ev, "clf.time", s[a.open+1:a.close], layer)
	req, rest := quoted(rest[1:])
	request(ev, req, layer)
	status, rest := word(rest)
	number(ev, "clf.status", status, layer)
	size, rest := word(rest)
	number(ev, "clf.bytes", size, layer)
	for _, name := range [...]string{"clf.referrer", "clf.user_agent", "clf.forwarded_for"} {
		if rest = strings.TrimLeft(rest, " "); rest == "" || rest[0] != '"' {
			break
		}
		var v string
		v, rest = quoted(rest)
		set(ev, name, v, layer)
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		set(ev, "clf.rest", rest, layer)
	}
	return true
}

// head reads what stands before the time: [vhost[:port]] client ident user, and lists of forwarded addresses.
func head(ev *event.Event, s string, layer uint8) {
	s = strings.TrimSpace(s)
	if s != "" && s[0] == '"' {
		var list string
		list, s = quoted(s)
		set(ev, "clf.forwarded_for", list, layer)
		s = strings.TrimLeft(s, " ")
	} else if i := strings.LastIndexByte(s, ','); i >= 0 {
		_, after := word(strings.TrimLeft(s[i+1:], " "))
		end := len(s) - len(after)
		if strings.Count(after, " ") >= 2 {
			set(ev, "clf.forwarded_for", strings.TrimSpace(s[:end]), layer)
			s = after
		}
	}
	user, before := lastWord(s)
	ident, before := lastWord(before)
	if before == "" { // a line without ident
		before, ident = ident, "-"
	}
	client, vhost := lastWord(before)
	if vhost == "" {
		client = before
	}
	set(ev, "clf.vhost", vhost, layer)
	set(ev, "clf.client", client, layer)
	set(ev, "clf.ident", ident, layer)
	set(ev, "clf.user", user, layer)
}

func sslRequest(ev *event.Event, at, rest string, layer uint8) bool {
	client, rest := word(rest)
	protocol, rest := word(rest)
	cipher, rest := word(rest)
	rest = strings.TrimLeft(rest, " ")
	if rest == "" || rest[0] != '"' {
		return false
	}
	set(ev, "clf.time", at, layer)
	set(ev, "clf.client", client, layer)
	set(ev, "clf.tls_version", protocol, layer)
	set(ev, "clf.tls_cipher", cipher, layer)
	req, rest := quoted(rest)
	request(ev, req, layer)
	size, _ := word(rest)
	number(ev, "clf.bytes", size, layer)
	return true
}

// request adds the request line and its parts.
func request(ev *event.Event, s string, layer uint8) {
	set(ev, "clf.request", s, layer)
	method, rest := word(s)
	if method == s || method == "" {
		return
	}
	for i := 0; i < len(method); i++ {
		if c := method[i]; (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return
		}
	}
	set(ev, "clf.method", method, layer)
	if i := strings.LastIndexByte(rest, ' '); i >= 0 && strings.HasPrefix(rest[i+1:], "HTTP/") {
		set(ev, "clf.protocol", rest[i+1:], layer)
		rest = rest[:i]
	}
	set(ev, "clf.path", rest, layer)
}

// set adds text; "-" and nothing are absent.
func set(ev *event.Event, name, v string, layer uint8) {
	if v != "" && v != "-" {
		ev.Add(name, event.Str(v), layer)
	}
}

// number adds an integer, or text where it is none.
func number(ev *event.Event, name, v string, layer uint8) {
	n := uint64(0)
	for i := 0; i < len(v); i++ {
		if v[i]-'0' > 9 || i > 17 {
			set(ev, name, v, layer)
			return
		}
		n = n*10 + uint64(v[i]-'0')
	}
	if v != "" {
		ev.Add(name, event.Value{S: v, N: n, K: event.Int}, layer)
	}
}

// quoted cuts the text between the quote s begins with and the next without a backslash.
func quoted(s string) (v, rest string) {
	for i, end := 1, -1; i < len(s); {
		if end < i { // the last quote found was behind a backslash
			j := strings.IndexByte(s[i:], '"')
			if j < 0 {
				break
			}
			end = i + j
		}
		k := strings.IndexByte(s[i:end], '\\')
		if k < 0 {
			return s[1:end], s[end+1:]
		}
		i += k + 2
	}
	return s[1:], ""
}

func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, " ")
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

func lastWord(s string) (w, before string) {
	s = strings.TrimRight(s, " ")
	if i := strings.LastIndexByte(s, ' '); i >= 0 {
		return s[i+1:], strings.TrimRight(s[:i], " ")
	}
	return s, ""
}
