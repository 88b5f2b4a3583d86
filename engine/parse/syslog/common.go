package syslog

import "prescore/engine/event"

// header is what stands between timestamp and message where it is written as nearly all programs do.
type header struct{ host, name, pid string }

// common reads "host name: " and "host name[pid]: " at the start of s, where that can be nothing else, and gives the index of what
// follows; 0 where it is written in any other way, which is for findHost, tag and the others to read. A host has no dot here: it could
// be a facility and a severity.
func common(s string) (h header, next int) {
	i := 0
	for i < len(s) && i <= maxHostname && hostByte[s[i]] {
		i++
	}
	if i == 0 || i+1 >= len(s) || i > maxHostname || s[i] != ' ' || s[i+1]|0x20 < 'a' || s[i+1]|0x20 > 'z' {
		return h, 0
	}
	h.host = s[:i]
	i++
	k := i
	for k < len(s) && k <= i+maxTag && tagByte[s[k]] {
		k++
	}
	if k >= len(s) || k > i+maxTag {
		return h, 0
	}
	h.name = s[i:k]
	if h.name == "CEF" || h.name == "LEEF" {
		return h, 0
	}
	if s[k] == '[' {
		p := k + 1
		for k++; k < len(s) && k < p+maxTag && s[k]-'0' < 10; k++ {
		}
		if k >= len(s) || s[k] != ']' {
			return h, 0
		}
		h.pid = s[p:k]
		k++
	}
	if k+1 >= len(s) || s[k] != ':' || s[k+1] != ' ' {
		return h, 0
	}
	return h, k + 2
}

// add adds what was read, and the message behind it.
func (h *header) add(ev *event.Event, message string, layer uint8) string {
	ev.Add(nameHostname, event.Str(h.host), layer)
	ev.Add(nameAppname, event.Str(h.name), layer)
	if h.pid != "" {
		ev.Add(nameProcID, event.Str(h.pid), layer)
	}
	if message != "" {
		ev.Add(nameMessage, event.Str(message), layer)
	}
	return message
}

// hostByte are the bytes of a host's name without its domain.
var hostByte = func() (t [256]bool) {
	for c := range 256 {
		b := byte(c)
		t[c] = b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '-' || b == '_'
	}
	return t
}()

// Common reads a message that begins with a timestamp and goes on as nearly all programs write it, as Parse3164 does, where no other format
// can be meant; else it gives false and has added nothing.
func Common(ev *event.Event, s string, layer uint8) (message string, ok bool) {
	if len(s) < minCommon || s[0] <= '9' && (s[4] != '-' || s[10] != 'T') || s[0] < '0' || s[0] > 'Z' {
		return "", false
	}
	end := stamp(s, 0)
	if end < 0 || end >= len(s) || s[end] != ' ' {
		return "", false
	}
	h, next := common(s[end+1:])
	if next == 0 || h.host == "stdout" || h.host == "stderr" { // what a container wrote
		return "", false
	}
	ev.Add(nameTimestamp, event.Str(s[:end]), layer)
	return h.add(ev, s[end+1+next:], layer), true
}

// minCommon is how long a message with a timestamp, a host and a program's name is at least.
const minCommon = len("Oct 11 22:14:15 a b: ")
