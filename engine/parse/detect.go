package parse

import (
	"prescore/engine/parse/syslog"
)

// detect says which format a text is in, by its first byte and then by what confirms it; fNone where it is none. It does not read
// the whole text: that the text holds to its format is for the parser to say.
func detect(s string) format {
	if s == "" {
		return fNone
	}
	switch c := s[0]; {
	case c == '{':
		return fJSON
	case c == '[':
		if jsonArray(s) {
			return fJSON
		}
		return fNone
	case c == '<' && len(s) > 1 && (s[1] <= '9' || s[1] == '>'):
		return detectSyslog(s)
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
		return detectSyslog(s)
	}
	return fNone
}

func detectSyslog(s string) format {
	if syslog.Is5424(s) {
		return f5424
	}
	if syslog.Is3164(s) {
		return f3164
	}
	return fNone
}

// jsonArray reports whether a text that begins with "[" can be JSON rather than the bracket of a log line ("[Thu Jun 09 ...]",
// "[1234]: text").
func jsonArray(s string) bool {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '"', '[':
			return true
		}
		return false
	}
	return false
}

// begin takes away what may stand before a text without being part of it: a byte order mark and blanks.
func begin(s string) string {
	if len(s) >= 3 && s[:3] == "\ufeff" {
		s = s[3:]
	}
	for s != "" && (s[0] == ' ' || s[0] == '\t' || s[0] == '\r' || s[0] == '\n') {
		s = s[1:]
	}
	return s
}
