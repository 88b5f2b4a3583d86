package kv

import (
	"strings"

	"prescore/engine/event"
)

// IsAudit reports whether a text is a record of the Linux audit system: auditd's own ("type=SYSCALL msg=audit(...): ..."), with a
// node before it, the kernel's ("audit: type=1400 audit(...): ...") or AUOMS's ("type=AUOMS_EXECVE audit(...): ...").
func IsAudit(s string) bool {
	if len(s) < 12 {
		return false
	}
	switch s[0] {
	case 't':
		if !strings.HasPrefix(s, "type=") {
			return false
		}
	case 'n':
		if !strings.HasPrefix(s, "node=") {
			return false
		}
	case 'a':
		if !strings.HasPrefix(s, "audit: type=") && !strings.HasPrefix(s, "audit(") {
			return false
		}
	case '[': // the kernel's seconds since boot
		i := strings.IndexByte(s[:min(len(s), 24)], ']')
		return i > 0 && strings.HasPrefix(s[i:], "] audit: type=")
	default:
		return false
	}
	return strings.Contains(s[:min(len(s), maxSniff)], "audit(")
}

// Audit reads a record of the Linux audit system. The time and serial number of "audit(1604994496.155:92733)" become audit.time and
// audit.serial; values that the kernel wrote in hexadecimal because of their bytes become text, with blanks for zero bytes; the
// pairs inside msg='...' are added beside it; "(null)" and "?" are Null.
func Audit(ev *event.Event, s string, layer uint8) {
	if i := strings.Index(s, "type="); i > 0 && (s[0] == '[' || s[0] == 'a') {
		s = s[i:]
	}
	audit(ev, s, layer, false, false)
}

// enriched stands between the kernel's pairs and those auditd resolved (auditd.conf, log_format = ENRICHED).
const enriched = '\x1d'

func audit(ev *event.Event, s string, layer uint8, inner, exec bool) {
	for i := 0; i < len(s); {
		for i < len(s) && (s[i] <= ' ' || s[i] == ',' || s[i] == enriched) {
			i++
		}
		start := i
		for i < len(s) && s[i] > ' ' && s[i] != '=' && s[i] != '(' {
			i++
		}
		key := s[start:i]
		if i == len(s) || len(ev.Fields) >= event.MaxFields {
			return
		}
		if s[i] == '(' && key == "audit" {
			i = stamp(ev, s, i, layer)
			continue
		}
		if s[i] != '=' {
			if i++; s[i-1] == '(' {
				for i < len(s) && s[i] > ' ' {
					i++
				}
			}
			continue
		}
		i++
		if key == "" {
			continue
		}
		if key == "msg" && strings.HasPrefix(s[i:], "audit(") {
			end := stamp(ev, s, i+len("audit"), layer)
			ev.Add(key, event.Str(strings.TrimRight(s[i:end], ": ")), layer)
			i = end
			continue
		}
		var v string
		var plain bool
		v, plain, i = auditValue(s, i)
		if key == "type" && v == "EXECVE" {
			exec = true
		}
		if key == "msg" && !inner && !plain {
			ev.Add(key, event.Str(v), layer)
			audit(ev, v, layer, true, exec)
			continue
		}
		if !plain {
			if strings.IndexByte(v, '\\') >= 0 && strings.HasPrefix(s, "type=AUOMS") {
				v = unquote(&ev.Arena, v)
			}
			ev.Add(key, event.Str(v), layer)
			continue
		}
		if v == "(null)" || v == "?" {
			ev.Add(key, event.Value{K: event.Null}, layer)
			continue
		}
		if encoded(key, exec) {
			if t, ok := unhex(&ev.Arena, v); ok {
				v = t
			}
		}
		ev.Add(key, event.Str(v), layer)
	}
}

// stamp reads "(seconds.millis:serial):" at i and gives the index after it.
func stamp(ev *event.Event, s string, i int, layer uint8) int {
	end := strings.IndexByte(s[i:min(len(s), i+64)], ')')
	if end < 0 {
		return len(s)
	}
	t := s[i+1 : i+end]
	if c := strings.IndexByte(t, ':'); c > 0 {
		ev.Add("audit.time", event.Str(t[:c]), layer)
		ev.Add("audit.serial", event.Str(t[c+1:]), layer)
	}
	i += end + 1
	if i < len(s) && s[i] == ':' {
		i++
	}
	return i
}

// auditValue reads a value at i: plain is false where it stood in quotes or braces.
func auditValue(s string, i int) (v string, plain bool, next int) {
	if i == len(s) {
		return "", true, i
	}
	c := s[i]
	if c == '{' {
		c = '}'
	}
	if c == '"' || c == '\'' || c == '}' {
		end := strings.IndexByte(s[i+1:], c)
		if end < 0 {
			return s[i+1:], false, len(s)
		}
		if c == '"' && end > 0 && s[i+end] == '\\' { // AUOMS escapes quotes
			if e, _ := closing(s, i+1, c); e >= 0 {
				end = e - i - 1
			}
		}
		return s[i+1 : i+1+end], false, i + end + 2
	}
	start := i
	for i < len(s) && s[i] > ' ' && s[i] != enriched {
		i++
	}
	return strings.TrimRight(s[start:i], ","), true, i
}

// encoded reports whether the kernel writes the value of a key in hexadecimal where it has bytes that a log line cannot hold
// (audit_log_untrustedstring): only then is a run of digits text.
func encoded(key string, exec bool) bool {
	switch key {
	case "proctitle", "exe", "comm", "name", "cwd", "acct", "cmd", "path", "dir", "key", "data", "ocomm", "watch", "vm", "grp", "new_name", "old_name", "file":
		return true
	}
	if !exec || len(key) < 2 || key[0] != 'a' {
		return false
	}
	for _, c := range []byte(key[1:]) { // a0, a1[2]
		if c-'0' > 9 && c != '[' && c != ']' {
			return false
		}
	}
	return true
}

// unhex reads pairs of upper-case hexadecimal digits.
func unhex(a *event.Arena, s string) (string, bool) {
	if len(s) < 2 || len(s)%2 != 0 {
		return "", false
	}
	b := a.Grab(len(s) / 2)
	for i := range b {
		hi, lo := hexDigit[s[2*i]], hexDigit[s[2*i+1]]
		if hi|lo > 15 {
			a.Shrink(len(b))
			return "", false
		}
		if b[i] = hi<<4 | lo; b[i] == 0 {
			b[i] = ' '
		}
	}
	return event.View(b), true
}

// hexDigit gives the value of a digit, 255 for every other byte.
var hexDigit = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("0123456789ABCDEF") {
		t[c] = byte(i)
	}
	return t
}()
