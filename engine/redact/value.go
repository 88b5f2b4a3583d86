package redact

import "strings"

// endsValue are the bytes that can end a value without quotes; which of them do where is valueAt's to say.
var endsValue = table(" \t\r\n\"'`&;,|<>)]}")

// valueAt gives the bounds of the value that starts at s[v], unless it is harmless. quote is the quote that the name stands in, 0 where it stands in none:
// such a value ends with the quote. No value is not a secret.
func valueAt(s string, v int, quote byte) (start, end int, ok bool) {
	start, end, ok = bounds(s, v, quote)
	return start, end, ok && !harmless(s[start:end])
}

func bounds(s string, v int, quote byte) (start, end int, ok bool) {
	if v >= len(s) {
		return 0, 0, false
	}
	switch c := s[v]; {
	case quote != 0:
		end = quoted(s, v, quote)
		return v, end, end > v
	case c == '\\' && v+1 < len(s) && (s[v+1] == '"' || s[v+1] == '\''): // JSON inside JSON
		v += 2
		n := strings.Index(s[v:], s[v-2:v])
		if n < 0 {
			n = len(s) - v
		}
		return v, v + n, n > 0
	case c == '"' || c == '\'' || c == '`':
		end = quoted(s, v+1, c)
		return v + 1, end, end > v+1
	case c == '{' || c == '[':
		end = bracketed(s, v)
		return v, end, true
	}
	end = bare(s, v)
	return v, end, end > v
}

// quoted gives where the quote q closes that was opened before s[v], the end of s where it never does. A backslash escapes.
func quoted(s string, v int, q byte) int {
	for ; v < len(s); v++ {
		if s[v] == '\\' {
			v++
		} else if s[v] == q {
			return v
		}
	}
	return len(s)
}

// bracketed gives where the structure that opens at s[v] ends, quotes heeded; the end of s where it does not.
func bracketed(s string, v int) int {
	depth := 0
	for ; v < len(s); v++ {
		switch s[v] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return v + 1
			}
		case '"':
			v = quoted(s, v+1, '"')
		}
	}
	return len(s)
}

// bare gives where the value without quotes that starts at s[v] ends: at a blank, at & | < > and ), at a quote that closes
// something around it, and at a comma, a semicolon or a closing bracket when what follows reads like the text around the value and
// not like the rest of a password.
func bare(s string, v int) int {
	for i := v; i < len(s); i++ {
		c := s[i]
		if !endsValue[c] {
			continue
		}
		switch c {
		case '"', '\'', '`', ']', '}', ',', ';', '&', ')':
			if !closes(s, i) {
				continue
			}
		}
		return i
	}
	return len(s)
}

// closes reports whether the byte at s[i] ends a bare value: the end of the text, a blank, another closing byte or another name
// and its separator follow.
func closes(s string, i int) bool {
	j := i + 1
	if j >= len(s) || endsValue[s[j]] || s[j] == '\\' {
		return true
	}
	for n := 0; j < len(s) && n < maxAhead; j, n = j+1, n+1 {
		switch c := s[j]; {
		case keyByte[c]:
		case c == '=' || c == ':':
			return n > 0
		default:
			return false
		}
	}
	return false
}

// flag finds the value of the flag at s[i]: --password value, -token value, "--password","value", and the flags that mean a
// password in some programs only.
func (r *Redactor) flag(s string, i int) (start, end int, ok bool) {
	n := i + 1
	for n < len(s) && s[n] == '-' && n < i+2 {
		n++
	}
	e := n
	for e < len(s) && e-n <= maxKey && (keyByte[s[e]]) {
		e++
	}
	if e == n {
		return 0, 0, false
	}
	if e-n > 3 && e < len(s) && (s[e] == ' ' || s[e] == '"') && r.KeyIsSecret(s[n:e]) && !strings.HasPrefix(s[n:e], "no-") {
		return r.argument(s, i, e)
	}
	switch {
	case s[i] == '/' && e == n+1 && lower(s[n]) == 'c':
		return netUser(s, skipBlanks(s, e)) // cmd /c net user
	case s[i] == '-' && n == i+1:
		return short(s, i, n, e)
	}
	return 0, 0, false
}

// argument gives the value of the flag that starts at s[i] and ends at s[e].
func (r *Redactor) argument(s string, i, e int) (start, end int, ok bool) {
	var quote byte
	if i > 0 && s[i-1] == '"' && s[e] == ' ' {
		quote = '"' // sh -c "mysql --password x"
		e = skipBlanks(s, e)
		if e < len(s) && s[e] == '"' {
			return 0, 0, false
		}
		end = bare(s, e)
		return e, end, end > e
	}
	if s[e] == '"' { // an array of arguments
		e++
		for e < len(s) && (s[e] == ',' || s[e] == ' ') {
			e++
		}
		if e >= len(s) || s[e] != '"' {
			return 0, 0, false
		}
		return valueAt(s, e, quote)
	}
	return valueAt(s, skipBlanks(s, e), quote)
}
