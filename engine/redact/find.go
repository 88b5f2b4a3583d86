package redact

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unsafe"
)

// Bounds of the look around a separator, in bytes; past them a name is not one.
const (
	maxKey   = 64  // a name before a separator
	maxBlank = 4   // blanks between a name and its separator
	maxAhead = 64  // what is read past a comma to see whether another name follows
	maxProg  = 128 // how far before -p the program's name may stand
)

const ones = 0x0101010101010101

// zeros gives 0x80 in each byte of v that is zero, and sometimes in one above such a byte: what it marks is looked at again.
func zeros(v uint64) uint64 { return (v - ones) &^ v & (0x80 * ones) }

// find gives the bounds of the first secret in s at or after from.
//
// Every secret follows a byte of one of two kinds, and eight bytes are looked at in one step: = : and > (with ; < and ?, which lie
// between them), and - or / after a blank or a quote (0x2d and 0x2f differ in one bit, so do 0x20 and 0x22).
func (r *Redactor) find(s string, from int) (start, end int, ok bool) {
	if from == 0 {
		if start, end, ok = netUser(s, 0); ok {
			return start, end, true
		}
	}
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	for i := from; i < len(b); i += 8 {
		x := word(b, i)
		hits := opens(x)
		if hits == 0 {
			continue
		}
		blank := zeros(x&(0xfd*ones)^0x20*ones) << 8
		if i == 0 || opensFlag(s[i-1]) { // the byte before the word
			blank |= 0x80
		}
		hits &^= zeros(x&(0xfd*ones)^0x2d*ones) &^ blank
		for ; hits != 0; hits &= hits - 1 {
			j := i + bits.TrailingZeros64(hits)>>3
			if !r.worth(s, j, from) {
				continue
			}
			if start, end, ok = r.at(s, j, from); ok {
				return start, end, true
			}
		}
	}
	return 0, 0, false
}

// opens marks the bytes of a word that a secret may follow, a few others too.
func opens(x uint64) uint64 {
	low := x &^ (0x80 * ones) // no sum below carries
	return (low+(0x80-':')*ones)&^(low+(0x80-'@')*ones)&^x&(0x80*ones) | zeros(x&(0xfd*ones)^0x2d*ones)
}

// worth reports whether at can find a secret at s[i]: what it says no to, at does too.
func (r *Redactor) worth(s string, i, low int) bool {
	switch s[i] {
	case ':', '=': // after three bytes for a name, or before // or a scheme
		if i+1 >= len(s) || i-low < minName && !beforeValue[s[i+1]] {
			return false
		}
		return s[i+1] == '/' || !r.plain(s, i, low)
	case '>':
		return i-low >= minName
	case '-', '/':
		return true
	}
	return false
}

// plain reports whether the separator at s[i] has neither the name of a secret before it nor that of a scheme behind it, as in clean
// text nearly all have; false where that takes a closer look.
func (r *Redactor) plain(s string, i, low int) bool {
	b := i - 1
	if b < low || closesKey[s[b]] {
		return false
	}
	hit, second, third := uint64(0), byte(noByte), byte(noByte)
	for low = max(low, i-maxKey); b >= low && keyByte[s[b]]; b-- { // no pattern's first three letters: no pattern
		first := s[b]
		hit |= r.begins(first, second, third)
		second, third = first, second
	}
	if hit&1 != 0 {
		return false
	}
	v := i + 1
	if s[v] == '=' || s[v] == '>' {
		v++
	}
	if v = skipBlanks(s, v); v < len(s) && (s[v] == '"' || s[v] == '\'') {
		v++
	}
	return v >= len(s) || lower(s[v]) != 'b' // without a name before them, those of bearer and basic count alone
}

// closesKey are the bytes that may stand between a name and its separator.
var closesKey = table(" \"'`]")

// minName is the length of the shortest name: no pattern is shorter.
const minName = 3

// beforeValue are the bytes that may follow a separator without a name before it, if a secret is to follow.
var beforeValue = table("/=> \t\"'bBdDnNaA")

// word gives the eight bytes of b from i on, those behind its end zero.
func word(b []byte, i int) uint64 {
	if i+8 <= len(b) {
		return binary.LittleEndian.Uint64(b[i:])
	}
	return tail(b, i)
}

// tail gives the last bytes of b, from i on and fewer than eight, as they stand in a word whose other bytes are zero.
func tail(b []byte, i int) uint64 {
	n := len(b) - i
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b[len(b)-8:]) >> (8 * (8 - n) & 63)
	}
	if n >= 4 {
		return uint64(binary.LittleEndian.Uint32(b[i:])) | uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))<<(8*(n-4)&63)
	}
	x := uint64(0)
	for k := range n {
		x |= uint64(b[i+k]) << (8 * k & 63)
	}
	return x
}

// opensFlag reports whether a flag may follow c.
func opensFlag(c byte) bool { return c == ' ' || c == '"' }

// at gives the secret whose separator or flag stands at s[i]. Names are read back to low, where the last secret ended.
func (r *Redactor) at(s string, i, low int) (start, end int, ok bool) {
	switch s[i] {
	case ':':
		if i+2 < len(s) && s[i+1] == '/' && s[i+2] == '/' {
			return userinfo(s, i+3)
		}
		return r.named(s, i, low)
	case '=':
		return r.named(s, i, low)
	case '>':
		return r.element(s, i, low)
	case '-', '/':
		if i == 0 || opensFlag(s[i-1]) {
			return r.flag(s, i)
		}
	}
	return 0, 0, false
}

// named finds the value after name= or name: .
func (r *Redactor) named(s string, i, low int) (start, end int, ok bool) {
	key, quote := keyBefore(s, i, low)
	v := i + 1
	if v < len(s) && (s[v] == '=' || s[v] == '>') {
		v++ // == => :=
	}
	v = skipBlanks(s, v)
	named := len(key) >= 3 && isKeyEnd(key[len(key)-1]) && r.KeyIsSecret(key)
	if w := scheme(s, v); w > v && (named || token(s, v, w)) { // Authorization: Bearer x
		if start, end, ok = credential(s, v, w, quote); ok && (named || random(s[start:end])) {
			return start, end, true
		}
	}
	if !named {
		return 0, 0, false
	}
	if v < len(s) && workingDir(key, s[v:]) {
		return 0, 0, false
	}
	return valueAt(s, v, quote)
}

func isKeyEnd(c byte) bool { return isLetter(c) || isDigit(c) }

// keyBefore gives the name that ends before s[i], over blanks and a closing quote, and the quote that stands before the name, 0
// where none does or where it was closed: a value inside it ends with it.
func keyBefore(s string, i, low int) (key string, quote byte) {
	e := i
	for n := 0; e > low && n < maxBlank && s[e-1] == ' '; n++ {
		e--
	}
	closed := false
	if e > low && (s[e-1] == '"' || s[e-1] == '\'' || s[e-1] == '`' || s[e-1] == ']') {
		e--
		closed = true
		if e > low && s[e-1] == '\\' {
			e--
		}
	}
	b := e
	for b > low && e-b < maxKey && keyByte[s[b-1]] {
		b--
	}
	if b > low && !closed && (s[b-1] == '"' || s[b-1] == '\'') {
		quote = s[b-1]
	}
	return s[b:e], quote
}

var keyByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = isLetter(byte(c)) || isDigit(byte(c)) || c == '_' || c == '-' || c == '.'
	}
	return t
}()

// schemes are the words that an HTTP credential follows (RFC 9110, section 11; names as IANA registers them, and "token", GitHub's).
var schemes = [...]string{"bearer", "basic", "digest", "negotiate", "ntlm", "aws4-hmac-sha256"}

// scheme gives where the credential after a scheme's name at s[v] starts, v where no such name stands there.
func scheme(s string, v int) int {
	q := v
	if q < len(s) && (s[q] == '"' || s[q] == '\'') {
		q++
	}
	if q >= len(s) {
		return v
	}
	switch lower(s[q]) {
	case 'b', 'd', 'n', 'a':
	default:
		return v
	}
	for _, w := range schemes {
		if n := q + len(w); n+1 < len(s) && s[n] == ' ' && foldEqual(s[q:n], w) {
			return skipBlanks(s, n)
		}
	}
	return v
}

// token reports whether the scheme at s[v] is one of a single word (Bearer, Basic) that stands at s[w]: one that could go on to the
// end of the text is looked at under a secret's name only, so that the work stays linear.
func token(s string, v, w int) bool {
	if s[v] == '"' || s[v] == '\'' {
		v++
	}
	return lower(s[v]) == 'b' && w < len(s) && s[w] != '{' && s[w] != '['
}

// credential gives the bounds of what follows the scheme at s[v] from s[w] on.
func credential(s string, v, w int, quote byte) (start, end int, ok bool) {
	if c := lower(s[v]); quote == 0 && (c == 'd' || c == 'a') { // a list of parameters, to the end of the line
		end = lineEnd(s, w)
		return w, end, end > w
	}
	return valueAt(s, w, quote)
}

// minRandom is how long what follows a scheme under a name that is no secret's must be: "Description: Basic accounts" is prose.
const minRandom = 8

// random reports whether v can be a credential and hardly a word: it has no blank, and a digit, a capital after a small letter, or
// one of = . _ in it.
func random(v string) bool {
	if len(v) < minRandom {
		return false
	}
	odd := false
	for i := range len(v) {
		switch c := v[i]; {
		case c <= ' ':
			return false
		case isDigit(c) || c == '=' || c == '.' || c == '_' || i > 0 && isUpper(c) && !isUpper(v[i-1]):
			odd = true
		}
	}
	return odd
}

// element finds the text of <name>text< and of <tag attribute="name">text<.
func (r *Redactor) element(s string, i, low int) (start, end int, ok bool) {
	e := i
	quoted := e > low && (s[e-1] == '"' || s[e-1] == '\'')
	if quoted {
		e--
	}
	b := e
	for b > low && e-b < maxKey && keyByte[s[b-1]] {
		b--
	}
	if b == low || !quoted && s[b-1] != '<' && s[b-1] != ':' || quoted && s[b-1] != s[e] {
		return 0, 0, false
	}
	if e-b < 3 || !r.KeyIsSecret(s[b:e]) {
		return 0, 0, false
	}
	n := strings.IndexByte(s[i+1:], '<')
	if n < 0 {
		n = len(s) - i - 1
	}
	return i + 1, i + 1 + n, n > 0 && !harmless(s[i+1:i+1+n])
}

// userinfo finds the password of user:password@ in an URL whose authority starts at s[i].
func userinfo(s string, i int) (start, end int, ok bool) {
	for j := i; j < len(s); j++ {
		switch c := s[j]; {
		case c == ':' && start == 0:
			start = j + 1
		case c == '@':
			end = j // the last one: a password may hold another
		case c == '/' || c == '?' || c == '#' || c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>':
			return start, end, start > 0 && end > start
		}
	}
	return start, end, start > 0 && end > start
}

func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

func lineEnd(s string, i int) int {
	if n := strings.IndexAny(s[i:], "\r\n"); n >= 0 {
		return i + n
	}
	return len(s)
}
