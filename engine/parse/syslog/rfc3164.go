package syslog

import (
	"strings"

	"prescore/engine/event"
)

// maxTag bounds the program's name and the process id in bytes: RFC 3164 allows 32, devices write up to twice that.
const maxTag = 64

// Is3164 reports whether a text begins as RFC 3164 or one of its variants does: with a priority, with "Oct 11 22:14:15 ", or with
// an ISO time, a host and a program's tag as rsyslog writes files.
func Is3164(s string) bool {
	s = unframe(s)
	if len(s) == 0 {
		return false
	}
	if len(s) > 24 && s[:2] == "1 " && s[6] == '-' {
		s = s[2:]
		if end := stamp(s, 0); end > 0 && s[10] == 'T' {
			_, _, ok := headless(strings.TrimLeft(s[end:], " "))
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
	host, rest := word(s[end:])
	if host == "" || s[4] != '-' || s[10] != 'T' { // a program's own log writes dates like these: only a process id tells syslog
		if _, pid, _ := tag(rest); pid == "" || !hostname(host) {
			_, pid, _ = tag(strings.TrimLeft(s[end:], " "))
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
	rest, host = lead(ev, rest, layer)
	end := stamp(rest, 0)
	dated := end > 0
	if dated {
		ev.Add(nameTimestamp, event.Str(rest[:end]), layer)
		iso, seconds := rest[0] <= '9' && rest[4] == '-', rest[0] <= '9' && epoch(rest, 0) == end
		rest = trimLead(rest[end:])
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

// meraki reads what follows seconds since 1970 on Meraki's devices: the host and the kind of message, which stands for a program.
func meraki(ev *event.Event, s string, layer uint8) string {
	if w, r := word(s); hostname(w) && r != "" {
		ev.Add(nameHostname, event.Str(w), layer)
		s = r
		if w, r = word(s); hostname(w) && r != "" {
			ev.Add(nameAppname, event.Str(w), layer)
			s = r
		}
	}
	ev.Add(nameMessage, event.Str(s), layer)
	return s
}

// lead reads what stands between priority and timestamp: blanks, Cisco's sequence number ("29: "), the host before it or after it
// ("29: core-sw1: *Nov  5 ..."), the mark of an unsynchronised clock ("*", "."), and a version in front of seconds since 1970
// (Meraki).
func lead(ev *event.Event, s string, layer uint8) (rest, host string) {
	s = strings.TrimLeft(s, " :")
	if len(s) > 24 && s[:2] == "1 " && s[2] <= '9' && stamp(s, 2) > 0 && epoch(s, 2) < 0 { // RFC 5424 whose priority a relay has taken away
		s = s[2:]
	}
	for range 3 {
		i := 0
		for digit(s, i) {
			i++
		}
		if i > 0 && i+1 < len(s) && s[i] == ':' && s[i+1] == ' ' {
			ev.Add(nameSequence, event.Str(s[:i]), layer)
			s = strings.TrimLeft(s[i+1:], " ")
			continue
		}
		if i == 1 && i+1 < len(s) && s[i] == ' ' && epoch(s, 2) > 0 {
			s = s[2:]
			break
		}
		if host == "" && stamp(s, mark(s)) < 0 {
			if w, r := word(s); len(w) > 1 && w[len(w)-1] == ':' && hostname(w[:len(w)-1]) && ciscoFollows(r) {
				host, s = w[:len(w)-1], r
				continue
			}
		}
		break
	}
	if m := mark(s); m > 0 && stamp(s, m) > 0 {
		s = s[m:]
	}
	return s, host
}

func mark(s string) int {
	if len(s) > 1 && (s[0] == '*' || s[0] == '.') {
		return 1
	}
	return 0
}

// ciscoFollows reports whether a sequence number or a timestamp and then Cisco's "%" message follow.
func ciscoFollows(s string) bool {
	i := 0
	for digit(s, i) {
		i++
	}
	if i > 0 && i+1 < len(s) && s[i] == ':' && s[i+1] == ' ' {
		s = s[i+2:]
	}
	end := stamp(s, mark(s))
	return end > 0 && strings.HasPrefix(strings.TrimLeft(s[end:], " :"), "%")
}

// trimLead takes the colon and blanks after a timestamp away.
func trimLead(s string) string {
	if s != "" && s[0] == ':' {
		s = s[1:]
	}
	return strings.TrimLeft(s, " ")
}

// undated reads the host before a message of Cisco's that has the device's uptime or nothing in place of a time
// ("sw1: 00:01:01: %SYS-5-..."). Other text without a time has no host.
func undated(s string) (host, rest string) {
	i := strings.Index(s[:min(len(s), maxHostname)], ": %")
	if i < 0 || i+3 >= len(s) || s[i+3] < 'A' || s[i+3] > 'Z' {
		return "", s
	}
	if w, _ := word(s[:i+1]); w[0] > '9' && hostname(w) && w[len(w)-1] == ':' {
		host = w[:len(w)-1]
	}
	return host, s[i+2:]
}

// afterLevel takes a word "facility.severity" away that some devices write after the time, as it stands in the priority too.
func afterLevel(s string) string {
	w, r := word(s)
	f, sev, ok := strings.Cut(w, ".")
	if !ok || len(w) > 16 || r == "" {
		return s
	}
	switch sev {
	case "emerg", "alert", "crit", "err", "warn", "warning", "notice", "info", "debug":
	default:
		return s
	}
	switch f {
	case "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "local0", "local1", "local2", "local3", "local4",
		"local5", "local6", "local7":
		return r
	}
	return s
}

// source reads the address that some relays write between host and program.
func source(ev *event.Event, s string, layer uint8) string {
	w, r := word(s)
	if len(w) < 7 || len(w) > 45 || s[0] > '9' || strings.Count(w, ".") != 3 {
		return s
	}
	for i := 0; i < len(w); i++ {
		if w[i] != '.' && w[i]-'0' > 9 {
			return s
		}
	}
	if _, _, next := tag(r); next < 0 {
		return s
	}
	ev.Add("syslog.source", event.Str(w), layer)
	return r
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
		r = strings.TrimLeft(r[2:], " ")
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
	s = strings.TrimLeft(s, " ")
	i := strings.IndexByte(s, ' ')
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " ")
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

// enterprise reports whether structured data with an enterprise's number in its id begins at s ("[junos@2636.1.1.1.2.18 ").
func enterprise(s string) bool {
	at := strings.IndexByte(s[:min(len(s), maxSDName)], '@')
	return at > 1 && digit(s, at+1) && strings.IndexByte(s[:at], ' ') < 0
}

// headless5424 reads what follows the timestamp where a device writes RFC 5424 without its version: host, program, process,
// message id and structured data.
func headless5424(ev *event.Event, s string, layer uint8) (message string, ok bool) {
	words, r, ok := headless(s)
	if !ok {
		return "", false
	}
	p := parser{ev: ev, s: r, layer: layer}
	for i, name := range [...]string{nameHostname, nameAppname, nameProcID, nameMsgID} {
		if words[i] != "-" {
			ev.Add(name, event.Str(words[i]), layer)
		}
	}
	if !p.structured() { // what begins like structured data is the message
		p.i = 0
	}
	if message = strings.TrimPrefix(r[p.i:], " "); message != "" {
		ev.Add(nameMessage, event.Str(message), layer)
	}
	return message, true
}

// headless cuts those four words and gives what follows them, where structured data does.
func headless(s string) (words [4]string, rest string, ok bool) {
	host, r := word(s)
	app, r := word(r)
	proc, r := word(r)
	id, r := word(r)
	if id != "" && id[0] == '[' && proc == "-" { // one word short: the process or the message id was left out
		r = s[strings.Index(s, id):]
		id = "-"
	}
	if r == "" || !(r[0] == '-' && (len(r) == 1 || r[1] == ' ')) && !(r[0] == '[' && (id == "-" || proc == "-" || enterprise(r))) {
		return words, "", false
	}
	if !hostname(host) || len(app) > maxAppname || len(id) > maxMsgID || strings.HasSuffix(app, ":") || strings.HasSuffix(proc, ":") {
		return words, "", false
	}
	return [4]string{host, app, proc, id}, r, true
}
