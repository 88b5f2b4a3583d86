package clf

import (
	"strings"

	"prescore/engine/event"
)

// IsApacheError reports whether a text begins with the bracketed time of Apache's error log ("[Sun Dec 04 04:47:44 2005]"), or,
// where a relay has taken the time away, with level and client ("[error] [client 192.0.2.1]").
func IsApacheError(s string) bool {
	return timed(s) || untimed(s)
}

func untimed(s string) bool {
	i := strings.Index(s[:min(len(s), 24)], "] [client ")
	if i < 1 || s[0] != '[' {
		return false
	}
	level := s[1:i]
	level = level[strings.IndexByte(level, ':')+1:]
	switch level {
	case "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug":
		return true
	}
	return false
}

func timed(s string) bool {
	if len(s) < 26 || s[0] != '[' || s[4] != ' ' || s[8] != ' ' || s[11] != ' ' || s[14] != ':' || s[17] != ':' {
		return false
	}
	i := strings.IndexByte(s[:min(len(s), 40)], ']')
	return i > 0 && i+2 < len(s) && s[i+1] == ' ' && s[i+2] == '['
}

// ApacheError reads a line of Apache's error log: time, module and level ("core:notice" or "notice"), process and thread id, client
// with its port, and the message with its referrer. false where the line is none; nothing was added.
func ApacheError(ev *event.Event, s string, layer uint8) bool {
	switch {
	case timed(s):
		end := strings.IndexByte(s, ']')
		set(ev, "apache.time", s[1:end], layer)
		s = s[end+1:]
	case !untimed(s):
		return false
	}
	for first := true; strings.HasPrefix(strings.TrimPrefix(s, " "), "["); first = false {
		s = strings.TrimPrefix(s, " ")
		end := strings.IndexByte(s, ']')
		if end < 0 || !apachePart(ev, s[1:end], first, layer) { // the bracket belongs to the message
			break
		}
		s = s[end+1:]
	}
	s = strings.TrimPrefix(s, " ")
	set(ev, "apache.message", s, layer)
	if i := strings.LastIndex(s, ", referer: "); i >= 0 {
		set(ev, "apache.referrer", s[i+len(", referer: "):], layer)
	}
	return true
}

// apachePart reads what stands between brackets after the time: module and level first, then process and client; false where it is
// neither.
func apachePart(ev *event.Event, part string, first bool, layer uint8) bool {
	key, v, pair := strings.Cut(part, " ")
	switch {
	case first:
		if m, level, ok := strings.Cut(part, ":"); ok {
			set(ev, "apache.module", m, layer)
			part = level
		}
		set(ev, "apache.level", part, layer)
	case pair && key == "pid":
		pid, tid, threads := strings.Cut(v, ":tid ")
		number(ev, "apache.pid", pid, layer)
		if threads {
			set(ev, "apache.tid", tid, layer)
		}
	case pair && (key == "client" || key == "remote"):
		set(ev, "apache.client", v, layer)
	default:
		return false
	}
	return true
}

// IsNginxError reports whether a text begins as nginx's error log does ("2021/04/01 13:02:31 [error] 31#31: ").
func IsNginxError(s string) bool {
	return len(s) > 26 && s[4] == '/' && s[7] == '/' && s[10] == ' ' && s[13] == ':' && s[16] == ':' && s[19] == ' ' && s[20] == '[' && s[0] == '2'
}

// NginxError reads a line of nginx's error log: time, level, process, thread and connection, the message, and the pairs behind it
// (client, server, request, upstream, host, referrer) under nginx.*. false where the line is none; nothing was added.
func NginxError(ev *event.Event, s string, layer uint8) bool {
	if !IsNginxError(s) {
		return false
	}
	at := s[:19]
	level, rest, closed := strings.Cut(s[21:], "]") // a bracket may stand in the time as well: only its separators are looked at
	if !closed {
		return false
	}
	pid, rest := word(rest)
	p, t, ok := strings.Cut(strings.TrimSuffix(pid, ":"), "#")
	if !ok {
		return false
	}
	set(ev, "nginx.time", at, layer)
	set(ev, "nginx.level", level, layer)
	number(ev, "nginx.pid", p, layer)
	number(ev, "nginx.tid", t, layer)
	if strings.HasPrefix(rest, "*") {
		var cid string
		cid, rest = word(rest)
		number(ev, "nginx.cid", cid[1:], layer)
	}
	msg := rest
	if i := strings.Index(rest, ", client: "); i >= 0 {
		msg = rest[:i]
		nginxPairs(ev, rest[i+2:], layer)
	}
	set(ev, "nginx.message", msg, layer)
	return true
}

func nginxPairs(ev *event.Event, s string, layer uint8) {
	for s != "" {
		key, rest, ok := strings.Cut(s, ": ")
		if !ok {
			return
		}
		var v string
		if rest != "" && rest[0] == '"' {
			v, s = quoted(rest)
			s = strings.TrimPrefix(s, ", ")
		} else {
			v, s, _ = strings.Cut(rest, ", ")
		}
		switch key {
		case "client":
			key = "nginx.client"
		case "server":
			key = "nginx.server"
		case "request":
			key = "nginx.request"
		case "upstream":
			key = "nginx.upstream"
		case "host":
			key = "nginx.host"
		case "referrer":
			key = "nginx.referrer"
		case "subrequest":
			key = "nginx.subrequest"
		default:
			continue
		}
		set(ev, key, v, layer)
		if key == "nginx.request" {
			if m, r := word(v); r != "" {
				set(ev, "nginx.method", m, layer)
				if i := strings.LastIndexByte(r, ' '); i >= 0 {
					r = r[:i]
				}
				set(ev, "nginx.path", r, layer)
			}
		}
	}
}
