package syslog

import (
	"strings"

	"prescore/engine/event"
)

// Lengths of the header's fields in bytes (RFC 5424, 6).
const (
	maxHostname = 255
	maxAppname  = 48
	maxProcID   = 128
	maxMsgID    = 32
	maxSDName   = 32
)

// Is5424 reports whether a text begins as RFC 5424 does: a priority, a version of one to three digits, and a blank before what can
// be a timestamp.
func Is5424(s string) bool {
	s = unframe(s)
	_, i := priority(s)
	if i < 0 {
		return false
	}
	j := i
	for j < len(s) && j < i+3 && s[j]-'0' < 10 {
		j++
	}
	if j == i || s[i] == '0' || j+1 >= len(s) || s[j] != ' ' {
		return false
	}
	if j++; s[j] == '-' {
		return true
	}
	for i = j; i < j+4 && digit(s, i); i++ {
	}
	return i > j && (i == len(s) || s[i] == '-')
}

// Parse5424 reads a message of RFC 5424 into fields of the layer, and gives what follows the header and "". Where the header is
// damaged it gives the code of the problem, which it also reports: fields before the damage are added, and the rest is given as it
// stands. A message without a priority gives "bad_priority" and adds nothing.
func Parse5424(ev *event.Event, s string, layer uint8) (message, problem string) {
	s = unframe(s)
	pri, i := priority(s)
	if i < 0 {
		ev.Problem(room, "bad_priority", "")
		return s, "bad_priority"
	}
	addPriority(ev, pri, layer)
	p := parser{ev: ev, s: s, i: i, layer: layer}
	p.header()
	if p.problem != "" {
		ev.Problem(room, p.problem, "")
		if p.i < len(s) {
			ev.Add(nameUnparsed, event.Str(s[p.i:]), layer)
		}
		return s[p.i:], p.problem
	}
	if p.i < len(s) {
		ev.Add(nameMessage, event.Str(s[p.i:]), layer)
	}
	return s[p.i:], ""
}

type parser struct {
	ev      *event.Event
	s       string
	i       int
	layer   uint8
	problem string
}

// header reads version to structured data; i is after the blank that follows them, or where the damage begins.
func (p *parser) header() {
	start := p.i
	v := 0
	for p.i < start+3 && digit(p.s, p.i) {
		v = v*10 + int(p.s[p.i]-'0')
		p.i++
	}
	if p.i == start || p.s[start] == '0' {
		p.i, p.problem = start, "bad_version"
		return
	}
	p.ev.Add(nameVersion, event.IntOf(int64(v)), p.layer)
	if !p.blank("bad_version") || !p.timestamp() || !p.blank("bad_timestamp") ||
		!p.word(nameHostname, maxHostname, "bad_hostname") || !p.blank("bad_hostname") ||
		!p.word(nameAppname, maxAppname, "bad_appname") || !p.blank("bad_appname") ||
		!p.word(nameProcID, maxProcID, "bad_procid") || !p.blank("bad_procid") ||
		!p.word(nameMsgID, maxMsgID, "bad_msgid") || !p.blank("bad_msgid") || !p.structured() {
		return
	}
	if p.i < len(p.s) {
		p.blank("bad_structured_data")
	}
}

// blank passes one space.
func (p *parser) blank(problem string) bool {
	if p.i >= len(p.s) || p.s[p.i] != ' ' {
		p.problem = problem
		return false
	}
	p.i++
	return true
}

// word reads one field of printable US-ASCII, or the nil value.
func (p *parser) word(name string, limit int, problem string) bool {
	s, i := p.s, p.i
	for i < len(s) && s[i] > ' ' && s[i] < 0x7f {
		i++
	}
	if n := i - p.i; n == 0 || n > limit || i < len(s) && s[i] != ' ' {
		p.problem = problem
		return false
	}
	if w := s[p.i:i]; w != "-" {
		p.ev.Add(name, event.Str(w), p.layer)
	}
	p.i = i
	return true
}

// timestamp reads the nil value or RFC 3339 as RFC 5424 narrows it: capital T and Z, at most six digits of a fraction, no leap
// second. What is a time all the same (more digits, as several vendors write, or a zone too many) is reported, kept under another
// name, and read on from.
func (p *parser) timestamp() bool {
	if p.i < len(p.s) && p.s[p.i] == '-' {
		p.i++
		return true
	}
	name := nameTimestamp
	end, digits := rfc3339(p.s, p.i)
	if end < 0 || digits > 6 || end < len(p.s) && p.s[end] != ' ' {
		if end = stamp(p.s, p.i); end < 0 || end >= len(p.s) || p.s[end] != ' ' {
			p.problem = "bad_timestamp"
			return false
		}
		name = nameLooseTime
		p.ev.Problem(room, "bad_timestamp", "")
	}
	p.ev.Add(name, event.Str(p.s[p.i:end]), p.layer)
	p.i = end
	return true
}

// rfc3339 checks a timestamp at i and gives the index after it, and how many digits its fraction has; -1 where it is none.
func rfc3339(s string, i int) (end, digits int) {
	if len(s) < i+20 {
		return -1, 0
	}
	yy, y, mo, d := two(s, i), two(s, i+2), two(s, i+5), two(s, i+8)
	h, mi, sec := two(s, i+11), two(s, i+14), two(s, i+17)
	if yy|y|mo|d|h|mi|sec < 0 || s[i+4] != '-' || s[i+7] != '-' || s[i+10] != 'T' || s[i+13] != ':' || s[i+16] != ':' {
		return -1, 0
	}
	if mo < 1 || mo > 12 || d < 1 || d > daysIn(yy*100+y, mo) || h > 23 || mi > 59 || sec > 59 {
		return -1, 0
	}
	i += 19
	if s[i] == '.' {
		i++
		for digit(s, i+digits) {
			digits++
		}
		if digits == 0 {
			return -1, 0
		}
		i += digits
	}
	if i < len(s) && s[i] == 'Z' {
		return i + 1, digits
	}
	if i+6 > len(s) || s[i] != '+' && s[i] != '-' || s[i+3] != ':' {
		return -1, 0
	}
	if zh, zm := two(s, i+1), two(s, i+4); zh < 0 || zm < 0 || zh > 23 || zm > 59 {
		return -1, 0
	}
	return i + 6, digits
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// structured reads the structured data: the nil value or elements. Each parameter becomes syslog.sd.<id>.<name>, an element
// without any the empty object syslog.sd.<id>.
func (p *parser) structured() bool {
	if p.i < len(p.s) && p.s[p.i] == '-' {
		p.i++
		return true
	}
	for first := true; ; first = false {
		if p.i >= len(p.s) || p.s[p.i] != '[' {
			if first {
				p.problem = "bad_structured_data"
			}
			return !first
		}
		if !p.element() {
			p.problem = "bad_structured_data"
			return false
		}
	}
}

// element reads one element from its bracket on; i is after it, or where the damaged parameter begins.
func (p *parser) element() bool {
	id, j := p.sdName(p.i + 1)
	if j < 0 || j >= len(p.s) || p.s[j] != ' ' && p.s[j] != ']' {
		return false
	}
	p.i = j
	for n := 0; ; n++ {
		if p.i >= len(p.s) {
			return false
		}
		if p.s[p.i] == ']' || p.s[p.i] != ' ' || !p.param(id) {
			done := p.s[p.i] == ']'
			if n == 0 {
				p.ev.Add(p.ev.Arena.Join(nameSD+".", id), event.Value{K: event.EmptyObject}, p.layer)
			}
			if done {
				p.i++
			}
			return done
		}
	}
}

// sdName reads an SD-NAME at i and gives the index after it; -1 where it has no or too many bytes.
func (p *parser) sdName(i int) (string, int) {
	j := i
	for j < len(p.s) && p.s[j] > ' ' && p.s[j] < 0x7f && p.s[j] != '=' && p.s[j] != ']' && p.s[j] != '"' {
		j++
	}
	if j == i || j-i > maxSDName {
		return "", -1
	}
	return p.s[i:j], j
}

// param reads ` name="value"` at i; where it is damaged i stays.
func (p *parser) param(id string) bool {
	s := p.s
	name, j := p.sdName(p.i + 1)
	if j < 0 || j+1 >= len(s) || s[j] != '=' || s[j+1] != '"' {
		return false
	}
	start, esc := j+2, false
	for j = start; ; j++ {
		if j >= len(s) {
			return false
		}
		if c := s[j]; c == '"' {
			break
		} else if c == ']' {
			return false
		} else if c == '\\' {
			if esc = true; j+1 >= len(s) || !escapable(s[j+1]) {
				return false
			}
			j++
		}
	}
	if j+1 < len(s) && s[j+1] != ' ' && s[j+1] != ']' {
		return false // a quote that was not escaped
	}
	v := s[start:j]
	if esc {
		v = unescape(&p.ev.Arena, v)
	}
	p.addParam(id, name, v)
	p.i = j + 1
	return true
}

func (p *parser) addParam(id, name, v string) {
	if len(p.ev.Fields) >= event.MaxFields { // the event says so; no name is built for nothing
		p.ev.Add(nameSD, event.Str(v), p.layer)
		return
	}
	full := p.ev.Arena.Grab(len(nameSD) + 2 + len(id) + len(name))
	n := copy(full, nameSD+".")
	n += copy(full[n:], id)
	full[n] = '.'
	copy(full[n+1:], name)
	p.ev.Add(event.View(full), event.Str(v), p.layer)
}

func escapable(c byte) bool { return c == '"' || c == '\\' || c == ']' }

// unescape takes the backslashes before quotes, backslashes and brackets away.
func unescape(a *event.Arena, s string) string {
	d := a.Grab(len(s))
	n := 0
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 >= len(s) {
			n += copy(d[n:], s)
			break
		}
		if n += copy(d[n:], s[:i]); !escapable(s[i+1]) {
			d[n] = '\\'
			n++
		}
		d[n] = s[i+1]
		n++
		s = s[i+2:]
	}
	a.Shrink(cap(d) - n)
	return event.View(d[:n])
}
