package enrich

import (
	"strings"
	"unicode/utf8"
)

// maxKey is the longest text looked up, in bytes: the longest domain name has 253, URLs of indicators rarely have more.
const maxKey = 512

// keyBuf is where a text is folded for a lookup, on the caller's stack.
type keyBuf [maxKey]byte

// fold gives s in lower case, s itself where it is so already; "" where it is longer than maxKey. Only ASCII is folded in place;
// tables fold their keys with foldKey, which does the same.
func fold(s string, buf *keyBuf) []byte {
	if len(s) > maxKey {
		return nil
	}
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buf[i] = c
	}
	return buf[:len(s)]
}

// foldKey is fold for tables.
func foldKey(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// host finds a host name, and where it is a full name that is not known, its first label.
func (r *Room) host(name string, buf *keyBuf) (int32, bool) {
	k := fold(strings.TrimSuffix(name, "."), buf)
	if len(k) == 0 {
		return 0, false
	}
	if v, ok := r.hosts[string(k)]; ok {
		return v, true
	}
	for i, c := range k {
		if c == '.' {
			v, ok := r.hosts[string(k[:i])]
			return v, ok && i > 0
		}
	}
	return 0, false
}

// hostLike reports whether s can be the name of a host, an account or another thing that a table lists: no blanks, valid UTF-8.
func hostLike(s string) bool {
	return len(s) <= maxKey && utf8.ValidString(s) && !strings.ContainsAny(s, "\t\r\n")
}
