package parse

import (
	"strings"

	"prescore/engine/parse/cef"
	"prescore/engine/parse/cisco"
	"prescore/engine/parse/clf"
	"prescore/engine/parse/columns"
	"prescore/engine/parse/kv"
	"prescore/engine/parse/syslog"
	"prescore/engine/parse/xml"
	"prescore/engine/parse/zeek"
)

// detect says which format a text is in, by its first byte and then by what confirms it; fNone where it is none. It does not read
// the whole text: that the text holds to its format is for the parser to say. d is set for pairs.
func detect(s string) (f format, d kv.Dialect) {
	if s == "" {
		return fNone, d
	}
	switch c := s[0]; {
	case c == '{':
		return fJSON, d
	case c == '<':
		f = detectAngle(s)
	case c == '[':
		f = detectBracket(s)
	case c == '%':
		if cisco.Is(s) {
			return fCisco, d
		}
	case c == '#':
		if _, _, ok := zeek.Directive(s); ok {
			return fZeek, d
		}
	case c >= '0' && c <= '9':
		f = detectDigit(s)
	case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		f = detectLetter(s)
	case c == '"' || c == ':':
		if clf.IsAccess(s) {
			return fCLF, d
		}
	}
	if f != fNone {
		return f, d
	}
	if d, ok := kv.Sniff(s); ok {
		if !d.Loose && d.Pair == 0 && kv.IsLogfmt(s) {
			return fLogfmt, d
		}
		return fKV, d
	}
	return fNone, d
}

func detectAngle(s string) format {
	if len(s) > 1 && (s[1]-'0' < 10 || s[1] == '>') {
		return detectSyslog(s)
	}
	if xml.IsEvent(s) {
		return fWinXML
	}
	if len(s) > 3 && strings.IndexByte(s[2:], '<') > 0 {
		return fXML
	}
	return fNone
}

func detectBracket(s string) format {
	switch {
	case jsonArray(s):
		return fJSON
	case clf.IsApacheError(s):
		return fApacheError
	case kv.IsAudit(s):
		return fAuditd
	case clf.IsAccess(s):
		return fCLF
	}
	return fNone
}

func detectDigit(s string) format {
	switch {
	case isCRI(s):
		return fCRI
	case clf.IsNginxError(s):
		return fNginxError
	case zeek.IsRow(s):
		return fZeek
	case columns.IsPANOS(s):
		return fPANOS
	case columns.IsVPCFlow(s):
		return fVPCFlow
	case columns.IsS3(s):
		return fS3
	}
	if f := detectSyslog(s); f != fNone {
		return f
	}
	if clf.IsAccess(s) {
		return fCLF
	}
	return fNone
}

func detectLetter(s string) format {
	switch s[0] {
	case 'C':
		if cef.IsCEF(s) {
			return fCEF
		}
	case 'L':
		if cef.IsLEEF(s) {
			return fLEEF
		}
	case 't', 'n', 'a':
		if kv.IsAudit(s) {
			return fAuditd
		}
	}
	if s[0] <= 'Z' && syslog.Is3164(s) {
		return f3164
	}
	if s[0] >= 'a' && s[0] <= 'f' && columns.IsS3(s) {
		return fS3
	}
	if clf.IsAccess(s) {
		return fCLF
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

// begin takes away what may stand around a text without being part of it: a byte order mark, blanks, the cookie of CEE before JSON;
// line ends and zero bytes behind it.
func begin(s string) string {
	for s != "" && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r' || s[len(s)-1] == 0) {
		s = s[:len(s)-1]
	}
	if len(s) >= 3 && s[:3] == "\ufeff" {
		s = s[3:]
	}
	for s != "" && (s[0] == ' ' || s[0] == '\t' || s[0] == '\r' || s[0] == '\n') {
		s = s[1:]
	}
	if len(s) > 5 && s[:5] == "@cee:" {
		s = strings.TrimLeft(s[5:], " ")
	}
	return s
}
