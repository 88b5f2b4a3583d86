package syslog

import (
	"strings"

	"prescore/engine/event"
)

// maxTag bounds the program's name and the process id in bytes: RFC 3164 allows 32, devices write up to twice that.
const maxTag = 64

// Is3164 reports whether a text begins as RFC 3164 or one of its variants does: with a priority, with "Oct 11 22:14:15 ", or with
// an ISO time, a host and a program's tag as rsyslog writes files.
func Is3164(s string) bool { return is3164(s, true) }

func is3164(s string, quick bool) bool {
	s = unframe(s)
	if len(s) == 0 {
		return false
	}
	if len(s) > 24 && s[:2] == "1 " && s[6] == '-' {
		s = s[2:]
		if end := stamp(s, 0); end > 0 && s[10] == 'T' {
			_, _, ok := headless(trimBlanks(s[end:]))
			return ok
		}
		return false
	}
	if s[0] == '<' {
		_, i := priority(s)
		return i > 0
	}
	end := stamp(s, 0)
	if end < 0 || end >= len(s) || s[end] != ' ' && s[end] != ':' {
		return false
	}
	if s[0] > '9' || s[4] == ' ' {
		return true
	}
	if quick && s[4] == '-' && s[10] == 'T' && s[end] == ' ' {
		if _, next := common(s[end+1:]); next > 0 {
			return true
		}
	}
	host, rest := word(s[end:])
	if host == "" || s[4] != '-' || s[10] != 'T' { // a program's own log writes dates like these: only a process id tells syslog
		if _, pid, _ := tag(rest); pid == "" || !hostname(host) {
			_, pid, _ = tag(trimBlanks(s[end:]))
			return pid != ""
		}
		return true
	}
	if !hostname(host) {
		return false
	}
	_, _, next := tag(rest)
	w, _ := word(rest)
	return next >= 0 || begins(rest) || strings.IndexByte(w, '=') > 0
}

// Parse3164 reads a message of RFC 3164, as far as it has them: priority, sequence number, timestamp, host, program and process id;
// what follows becomes syslog.message and is given back.
func Parse3164(ev *event.Event, s string, layer uint8) (message string) {
	return parse3164(ev, s, layer, true)
}

func parse3164(ev *event.Event, s string, layer uint8, quick bool) (message string) {
	s = unframe(s)
	i := 0
	if len(s) > 0 && s[0] == '<' {
		pri, next := priority(s)
		if next < 0 {
			ev.Problem(room, "bad_priority", "")
			ev.Add(nameMessage, event.Str(s), layer)
			return s
		}
		addPriority(ev, pri, layer)
		i = next
	}
	rest := s[i:]
	host := ""
	end := stamp(rest, 0)
	if end <= 0 { // what begins with the time has nothing before it
		rest, host = lead(ev, rest, layer)
		end = stamp(rest, 0)
	}
	dated := end > 0
	if dated {
		ev.Add(nameTimestamp, event.Str(rest[:end]), layer)
		iso, seconds := rest[0] <= '9' && rest[4] == '-', rest[0] <= '9' && epoch(rest, 0) == end
		rest = trimLead(rest[end:])
		if quick && !seconds && host == "" {
			if h, next := common(rest); next > 0 {
				return h.add(ev, rest[next:], layer)
			}
		}
		if iso && host == "" {
			if m, ok := headless5424(ev, rest, layer); ok {
				return m
			}
		}
		if seconds {
			return meraki(ev, rest, layer)
		}
	}
	if !dated && host == "" {
		host, rest = undated(rest)
	} else if host == "" {
		rest = afterLevel(rest)
		host, rest = findHost(rest)
		rest = source(ev, rest, layer)
	}
	if host != "" {
		ev.Add(nameHostname, event.Str(host), layer)
	}
	if name, pid, next := tag(rest); next >= 0 {
		if name != "" {
			ev.Add(nameAppname, event.Str(name), layer)
		}
		if pid != "" && pid != "-" {
			ev.Add(nameProcID, event.Str(pid), layer)
		}
		if rest = rest[next:]; rest != "" && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
	if rest != "" {
		ev.Add(nameMessage, event.Str(rest), layer)
	}
	return rest
}

// trimLead takes the colon and blanks after a timestamp away.
func trimLead(s string) string {
	if s != "" && s[0] == ':' {
		s = s[1:]
	}
	return trimBlanks(s)
}

const forwarded = "Message forwarded from "

// findHost reads the host after a timestamp; "" where a tag or the message follows at once.
func findHost(s string) (host, rest string) {
	if strings.HasPrefix(s, forwarded) { // AIX
		if h, r := word(s[len(forwarded):]); len(h) > 1 && h[len(h)-1] == ':' {
			return h[:len(h)-1], r
		}
	}
	if begins(s) || strings.HasPrefix(s, "last message repeated ") || strings.HasPrefix(s, "-- MARK --") {
		return "", s
	}
	w, r := word(s)
	if len(w) > 1 && w[len(w)-1] == ':' && strings.HasPrefix(r, "%") && hostname(w[:len(w)-1]) {
		return w[:len(w)-1], r
	}
	if _, _, next := tag(s); next >= 0 || !hostname(w) {
		return "", s
	}
	if strings.HasPrefix(r, ": ") { // "host : %ASA-..."
		r = trimBlanks(r[2:])
	}
	return w, r
}

// begins reports whether a message of its own format begins at s, so that its first word is neither host nor tag.
func begins(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '%', '{', '[', '"', '<', '|':
		return true
	case 'C':
		return strings.HasPrefix(s, "CEF:")
	case 'L':
		return strings.HasPrefix(s, "LEEF:")
	}
	return false
}

// word cuts s at its first blank and takes the blanks between away.
func word(s string) (w, rest string) {
	s = trimBlanks(s)
	i := 0
	for i < len(s) && s[i] != ' ' {
		if i++; i == shortWord {
			n := strings.IndexByte(s[i:], ' ')
			if n < 0 {
				return s, ""
			}
			i += n
		}
	}
	return s[:i], trimBlanks(s[i:])
}

// shortWord is how many bytes of a word are looked at one by one; beyond, a search is faster.
const shortWord = 16

// trimBlanks takes the blanks at the start of s away.
func trimBlanks(s string) string {
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	return s
}

// hostname reports whether w can be a host's name or address: letters, digits and what stands in names, IPv6 and zones.
func hostname(w string) bool {
	if w == "" || len(w) > maxHostname || w[0] == '/' {
		return false
	}
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c == '.', c == '-', c == '_', c == ':', c == '/', c == '%', c == '@', c >= 0x80:
		default:
			return false
		}
	}
	return true
}

// tag reads "name:", "name[pid]:", "name[pid]", "[pid]:" or "name -:" at the start of s and gives the index after it; -1 where there is
// none. The name may hold what programs have in theirs ("postfix/smtpd", "sshd(pam_unix)").
func tag(s string) (name, pid string, next int) {
	if begins(s) && (s[0] != '[' || s[1:] == "" || s[1]-'0' > 9) {
		return "", "", -1
	}
	i := 0
	for i < len(s) && i <= maxTag && tagByte[s[i]] {
		i++
	}
	if i == 0 && (s == "" || s[0] != '[') || i > maxTag || i == len(s) {
		return "", "", -1
	}
	switch s[i] {
	case ':':
		if i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t' || s[i+1] != '[' && begins(s[i+1:]) {
			return s[:i], "", i + 1
		}
	case '[':
		end := i + 1
		for end < len(s) && end <= i+maxTag && s[end] > ' ' && s[end] != ']' {
			end++
		}
		if end < len(s) && s[end] == ']' {
			next = end + 1
			if next < len(s) && s[next] == ':' {
				return s[:i], s[i+1 : end], next + 1
			}
			if i > 0 && (next == len(s) || s[next] == ' ') {
				return s[:i], s[i+1 : end], next
			}
		}
	case ' ':
		if strings.HasPrefix(s[i:], " -:") {
			return s[:i], "", i + 3
		}
	}
	return "", "", -1
}

// tagByte are the bytes of a program's name.
var tagByte = func() (t [256]bool) {
	for c := byte('!'); c < 0x7f; c++ {
		t[c] = true
	}
	for _, c := range []byte(`:[]={}"'<>%,;|\`) {
		t[c] = false
	}
	for c := 0x80; c < 256; c++ {
		t[c] = true
	}
	return t
}()
