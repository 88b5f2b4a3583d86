// Package syslog reads syslog headers: RFC 5424 as the standard has it, with best effort on damage, and RFC 3164 with what devices
// make of it. What follows the header is given back for other parsers.
package syslog

import (
	"prescore/engine/event"
)

// room is the name under which the package reports problems.
const room = "parse"

// The names of the fields.
const (
	namePriority  = "syslog.priority"
	nameFacility  = "syslog.facility"
	nameSeverity  = "syslog.severity"
	nameVersion   = "syslog.version"
	nameTimestamp = "syslog.timestamp"
	nameHostname  = "syslog.hostname"
	nameAppname   = "syslog.appname"
	nameProcID    = "syslog.procid"
	nameMsgID     = "syslog.msgid"
	nameSequence  = "syslog.sequence"
	nameMessage   = "syslog.message"
	nameSD        = "syslog.sd"
	nameUnparsed  = "syslog.unparsed" // what stands after the place where a damaged header could not be read on
	nameLooseTime = "syslog.timestamp_raw"
)

const maxPriority = 191 // 23 facilities of 8 severities (RFC 5424, 6.2.1)

// priority reads "<PRI>" at the start and gives PRI and the index after it; -1 where there is none. A number above maxPriority or
// with leading zeros is none.
func priority(s string) (pri, next int) {
	if len(s) < 3 || s[0] != '<' {
		return 0, -1
	}
	i := 1
	for i < len(s) && i < 4 && s[i]-'0' < 10 {
		pri = pri*10 + int(s[i]-'0')
		i++
	}
	if i == 1 || i >= len(s) || s[i] != '>' || pri > maxPriority || s[1] == '0' && i > 2 {
		return 0, -1
	}
	return pri, i + 1
}

func addPriority(ev *event.Event, pri int, layer uint8) {
	ev.Add(namePriority, event.IntOf(int64(pri)), layer)
	ev.Add(nameFacility, event.IntOf(int64(pri>>3)), layer)
	ev.Add(nameSeverity, event.IntOf(int64(pri&7)), layer)
}

// unframe takes away the octet count of RFC 6587 ("83 <34>1 ...") where the text begins with one. A count that does not fit is
// taken away as well: the frame was cut.
func unframe(s string) string {
	i := 0
	for i < len(s) && i < 6 && s[i]-'0' < 10 {
		i++
	}
	if i > 0 && i+1 < len(s) && s[i] == ' ' && s[i+1] == '<' {
		return s[i+1:]
	}
	return s
}

func digit(s string, i int) bool { return i < len(s) && s[i]-'0' < 10 }

// two reads two digits at i, which must be there; negative where they are not digits.
func two(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}
