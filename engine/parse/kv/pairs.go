package kv

import (
	"strings"

	"prescore/engine/event"
)

// Dialect says how pairs are written.
type Dialect struct {
	Pair  byte // what stands between pairs; 0: blanks
	Value byte // what stands between key and value; 0: "="
	Bare  bool // words without a value are keys whose value is true; else they are passed over
	Loose bool // pairs stand among words: a comma or semicolon at the end of a value is punctuation
}

// maxKey bounds a key in bytes where pairs stand among words: the longest name of a known device has 50.
const maxKey = 64

// Pairs reads a text as pairs, and gives how many had a value. It never fails: quotes that do not close take the rest of the text,
// backslashes escape quotes and themselves only, and what has no key is passed over.
func Pairs(ev *event.Event, s string, layer uint8, d Dialect) int {
	if d.Value == 0 {
		d.Value = '='
	}
	if d.Value == ':' && s != "" && s[0] == '[' { // Check Point: [action:"Drop"; src:"10.0.0.1"]
		s = strings.TrimRight(s[1:], "] ")
	}
	i, n := 0, 0
	word := !wordByte(d.Value) && !wordByte(d.Pair) // no word has what ends a key in it
	if word {
		i, n = again(ev, s, layer, d)
	}
	for i < len(s) {
		for i < len(s) && (s[i] <= ' ' || s[i] == d.Pair) {
			i++
		}
		if name, ref := ev.ExpectedWord(); ref != 0 && word { // the key that came here the last time
			if end := i + len(name); end < len(s) && s[end] == d.Value && s[i:end] == name && len(name) <= maxKey {
				if i = end + 1; d.Pair != 0 {
					for i < len(s) && s[i] == ' ' {
						i++
					}
				}
				var v string
				v, i = value(ev, s, i, d)
				if !ev.Take(ref, name, event.Str(v), layer) {
					return n
				}
				n++
				continue
			}
		}
		start := i
		for i < len(s) && s[i] != d.Value && s[i] != d.Pair && (s[i] > ' ' || d.Pair != 0) {
			i++
		}
		key := trimRight(s[start:i])
		if i == len(s) || s[i] != d.Value {
			if d.Bare && key != "" && !ev.Add(key, event.Value{N: 1, K: event.Bool}, layer) {
				return n
			}
			continue
		}
		i++
		if d.Pair != 0 {
			for i < len(s) && s[i] == ' ' {
				i++
			}
		}
		var v string
		v, i = value(ev, s, i, d)
		if n := len(key); n > 1 && key[n-1] == '"' { // "key"="value"
			key = key[strings.LastIndexByte(key[:n-1], '"')+1 : n-1]
		} else if d.Loose {
			key = lastWord(key)
		}
		if key == "" {
			continue
		}
		if !ev.Add(key, event.Str(v), layer) {
			return n
		}
		n++
	}
	return n
}

// again reads pairs as far as they have, in their places, the keys that the record before had, and gives the index after them and how
// many they are.
func again(ev *event.Event, s string, layer uint8, d Dialect) (i, n int) {
	row, unlike := ev.Row(), event.Kind(0)
	for ; n < len(row); n++ {
		f, k := &row[n], i
		for k < len(s) && (s[k] <= ' ' || s[k] == d.Pair) {
			k++
		}
		end := k + len(f.Name)
		if end >= len(s) || s[end] != d.Value || !f.Standing(layer) || !f.Word() || s[k:end] != f.Name || len(f.Name) > maxKey {
			break
		}
		if k = end + 1; d.Pair != 0 {
			for k < len(s) && s[k] == ' ' {
				k++
			}
		}
		var v string
		v, i = value(ev, s, k, d)
		unlike |= f.Put(event.Str(v))
	}
	ev.RowAgain(n, unlike)
	return i, n
}

// wordByte are the bytes that event.ExpectedWord's names may have.
func wordByte(c byte) bool { return keyByte[c] && c != '@' }

// value reads a value at i and gives the index after it.
func value(ev *event.Event, s string, i int, d Dialect) (string, int) {
	if i < len(s) && (s[i] == '"' || s[i] == '\'' && d.Value == '=' && d.Pair == 0) {
		end, esc := closing(s, i+1, s[i])
		if end < 0 {
			if s[i] == '\'' {
				return unquoted(s, i, d)
			}
			end, esc = len(s), esc || strings.IndexByte(s[i+1:], '\\') >= 0
		}
		v := s[i+1 : end]
		if esc {
			v = unquote(&ev.Arena, v)
		}
		return v, min(end+1, len(s))
	}
	return unquoted(s, i, d)
}

func unquoted(s string, i int, d Dialect) (string, int) {
	start := i
	if d.Pair != 0 {
		if j := strings.IndexByte(s[i:], d.Pair); j >= 0 {
			i += j
		} else {
			i = len(s)
		}
		return trimRight(s[start:i]), i
	}
	i = blank(s, i)
	v := s[start:i]
	if d.Loose && len(v) > 1 && (v[len(v)-1] == ',' || v[len(v)-1] == ';') {
		v = v[:len(v)-1]
	}
	return v, i
}

// unquote takes the backslashes before quotes and backslashes away; others stay.
func unquote(a *event.Arena, s string) string {
	b := a.Grab(len(s))
	size, n := len(s), 0
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+1 == len(s) {
			n += copy(b[n:], s)
			break
		}
		n += copy(b[n:], s[:i])
		if c := s[i+1]; c != '"' && c != '\\' && c != '\'' {
			b[n] = '\\'
			n++
		}
		b[n] = s[i+1]
		n++
		s = s[i+2:]
	}
	a.Shrink(size - n)
	return event.View(b[:n])
}

// lastWord gives what may be a key at the end of s: the bytes after the last that a key cannot hold.
func lastWord(s string) string {
	i := len(s)
	for i > 0 && keyByte[s[i-1]] {
		i--
	}
	if len(s)-i > maxKey {
		return ""
	}
	return s[i:]
}

// keyByte are the bytes of a key where pairs stand among words.
var keyByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '@'
	}
	return t
}()

// trimRight takes blanks and line ends off the end.
func trimRight(s string) string {
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t' || s[len(s)-1] == '\r' || s[len(s)-1] == '\n') {
		s = s[:len(s)-1]
	}
	return s
}
