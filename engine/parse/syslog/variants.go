package syslog

import (
	"strings"

	"prescore/engine/event"
)

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
	for s != "" && (s[0] == ' ' || s[0] == ':') {
		s = s[1:]
	}
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
			s = trimBlanks(s[i+1:])
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

// undated reads the host before a message of Cisco's that has the device's uptime or nothing in place of a time
// ("sw1: 00:01:01: %SYS-5-..."). Other text without a time has no host.
func undated(s string) (host, rest string) {
	i := ciscoMark(s[:min(len(s), maxHostname)])
	if i < 0 || i+3 >= len(s) || s[i+3] < 'A' || s[i+3] > 'Z' {
		return "", s
	}
	if w, _ := word(s[:i+1]); w[0] > '9' && hostname(w) && w[len(w)-1] == ':' {
		host = w[:len(w)-1]
	}
	return host, s[i+2:]
}

// ciscoMark gives where ": %" stands first, negative where nowhere: there are fewer percent signs than colons.
func ciscoMark(s string) int {
	for i := 0; ; i++ {
		n := strings.IndexByte(s[i:], '%')
		if n < 0 {
			return -1
		}
		if i += n; i >= 2 && s[i-1] == ' ' && s[i-2] == ':' {
			return i - 2
		}
	}
}

// afterLevel takes a word "facility.severity" away that some devices write after the time, as it stands in the priority too.
func afterLevel(s string) string {
	w, r := word(s)
	if len(w) > 16 || r == "" {
		return s
	}
	f, sev, ok := strings.Cut(w, ".")
	if !ok {
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
	if s == "" || s[0] > '9' {
		return s
	}
	w, r := word(s)
	if len(w) < 7 || len(w) > 45 || strings.Count(w, ".") != 3 {
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
	if app != "" && app[len(app)-1] == ':' { // the tag of RFC 3164
		return words, "", false
	}
	proc, r := word(r)
	id, r := word(r)
	if id != "" && id[0] == '[' && proc == "-" { // one word short: the process or the message id was left out
		r = s[strings.Index(s, id):]
		id = "-"
	}
	if r == "" || !(r[0] == '-' && (len(r) == 1 || r[1] == ' ')) && !(r[0] == '[' && (id == "-" || proc == "-" || enterprise(r))) {
		return words, "", false
	}
	if !hostname(host) || len(app) > maxAppname || len(id) > maxMsgID || strings.HasSuffix(proc, ":") {
		return words, "", false
	}
	return [4]string{host, app, proc, id}, r, true
}
