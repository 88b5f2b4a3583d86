package json

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"prescore/engine/event"
)

// maxIntDigits is how many digits always fit an int64; longer numbers stay text.
const maxIntDigits = 18

// scalar reads a string, a number or a literal at i.
func (p *scanner) scalar(i int) (event.Value, int) {
	s := p.s
	switch c := s[i]; {
	case c == '"':
		t, j := p.text(i + 1)
		return event.Value{S: t, K: event.String}, j
	case c == '-' || c >= '0' && c <= '9':
		return p.number(i)
	case c == 't':
		return p.literal(i, "true", event.Value{N: 1, K: event.Bool})
	case c == 'f':
		return p.literal(i, "false", event.Value{K: event.Bool})
	case c == 'n':
		return p.literal(i, "null", event.Value{K: event.Null})
	}
	return event.Value{}, -1
}

func (p *scanner) literal(i int, word string, v event.Value) (event.Value, int) {
	rest := p.s[i:]
	if len(rest) >= len(word) && rest[:len(word)] == word {
		return v, i + len(word)
	}
	if len(rest) < len(word) && word[:len(rest)] == rest {
		return v, p.fail(len(p.s))
	}
	return v, -1
}

// number reads a number. Where the text ends right after it, it may have been cut, but so the document was.
func (p *scanner) number(i int) (event.Value, int) {
	s, start := p.s, i
	neg := s[i] == '-'
	if neg {
		i++
	}
	first, n := i, uint64(0)
	for i < len(s) && s[i]-'0' < 10 {
		n = n*10 + uint64(s[i]-'0')
		i++
	}
	digits := i - first
	if digits == 0 {
		return event.Value{}, p.fail(i)
	}
	if s[first] == '0' && digits > 1 {
		return event.Value{}, -1
	}
	if i < len(s) && (s[i] == '.' || s[i]|0x20 == 'e') {
		return p.fraction(start, i)
	}
	if digits > maxIntDigits || neg && n == 0 {
		return event.Value{S: s[start:i], K: event.Number}, i
	}
	if neg {
		n = -n
	}
	return event.Value{S: s[start:i], N: n, K: event.Int}, i
}

func (p *scanner) fraction(start, i int) (event.Value, int) {
	s := p.s
	if s[i] == '.' {
		i++
		d := i
		for i < len(s) && s[i]-'0' < 10 {
			i++
		}
		if i == d {
			return event.Value{}, p.fail(i)
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		d := i
		for i < len(s) && s[i]-'0' < 10 {
			i++
		}
		if i == d {
			return event.Value{}, p.fail(i)
		}
	}
	return event.Value{S: s[start:i], K: event.Number}, i
}

// text reads the string whose first byte is at i, after the quote: a view where it has no escapes, unescaped in the Arena where it
// has.
func (p *scanner) text(i int) (string, int) {
	if t, j := p.quick(i); j > 0 {
		return t, j
	}
	esc, end, loose := scan(p.s, i)
	if end < 0 {
		return "", p.fail(len(p.s))
	}
	p.loose = p.loose || loose
	if !esc {
		return p.s[i:end], end + 1
	}
	t, ok := Unescape(&p.ev.Arena, p.s[i:end])
	if !ok {
		return "", -1
	}
	return t, end + 1
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scan finds the end of the string at i: whether it has escapes, where its closing quote is (negative: nowhere), whether it has
// control characters. Eight bytes at a time; a byte is of interest where it is a quote, a backslash or below a space.
func scan(s string, i int) (esc bool, end int, loose bool) {
	b := event.BytesOf(s)
	for {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			if m := special(w); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(s) {
			return esc, -1, loose
		}
		switch c := s[i]; {
		case c == '"':
			return esc, i, loose
		case c == '\\':
			esc = true
			i += 2
			continue
		case c < ' ':
			loose = true
		}
		i++
	}
}

// Unescape writes s, the inside of a JSON string whose backslashes each have a byte behind them, without its escapes to the arena;
// false where an escape is none of RFC 8259's. Half surrogates become U+FFFD, as the standard leaves open.
func Unescape(a *event.Arena, s string) (string, bool) {
	d := a.Grab(len(s)) // an escape is never shorter than what it stands for
	n := 0
	for i := 0; ; i++ {
		n, i = plain(d, s, n, i)
		if i == len(s) {
			break
		}
		i++ // scan saw to it that a byte follows
		c := s[i]
		switch c {
		case '"', '\\', '/':
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, ok := hex4(s, i+1)
			if !ok {
				a.Shrink(len(s))
				return "", false
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low, ok := rune(-1), i+2 < len(s) && s[i+1] == '\\' && s[i+2] == 'u'
				if ok {
					low, ok = hex4(s, i+3)
				}
				if full := utf16.DecodeRune(r, low); ok && full != utf8.RuneError {
					r, i = full, i+6
				} else {
					r = utf8.RuneError
				}
			}
			n += utf8.EncodeRune(d[n:], r)
			continue
		default:
			a.Shrink(len(s))
			return "", false
		}
		d[n] = c
		n++
	}
	a.Shrink(len(s) - n)
	return event.View(d[:n]), true
}

// plain copies s from i to d at n, up to the next backslash, and gives where both have come to. d is as long as s.
func plain(d []byte, s string, n, i int) (int, int) {
	b := event.BytesOf(s)
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		binary.LittleEndian.PutUint64(d[n:], w) // what is too much is overwritten
		k := w ^ 0x5c5c5c5c5c5c5c5c
		if m := (k - lows) &^ k & highs; m != 0 {
			run := bits.TrailingZeros64(m) >> 3
			return n + run, i + run
		}
		n, i = n+8, i+8
	}
	for i < len(b) && b[i] != '\\' {
		d[n] = b[i]
		n, i = n+1, i+1
	}
	return n, i
}

func hex4(s string, i int) (rune, bool) {
	if i+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
