package xml

import (
	"strings"
	"unicode/utf8"

	"prescore/engine/event"
)

// resolve writes s to the arena with its entities resolved. What is no entity stays as it stands.
func resolve(a *event.Arena, s string) string {
	b := a.Grab(len(s)) // an entity is never shorter than what it stands for
	n := resolveTo(b, s)
	a.Shrink(len(s) - n)
	return event.View(b[:n])
}

func resolveTo(b []byte, s string) int {
	n := 0
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return n + copy(b[n:], s)
		}
		n += copy(b[n:], s[:i])
		s = s[i:]
		r, size := entity(s)
		if size == 0 {
			b[n] = '&'
			n++
			s = s[1:]
			continue
		}
		n += utf8.EncodeRune(b[n:], r)
		s = s[size:]
	}
}

// entity reads an entity at the start of s and gives how many bytes it takes; 0 where it is none.
func entity(s string) (rune, int) {
	end := strings.IndexByte(s[:min(len(s), 12)], ';') // the longest, "&#x0010FFFF;", has 12
	if end < 3 {
		return 0, 0
	}
	switch s[1:end] {
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "amp":
		return '&', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	}
	if s[1] != '#' {
		return 0, 0
	}
	r, d, base := rune(0), s[2:end], rune(10)
	if d[0]|0x20 == 'x' {
		d, base = d[1:], 16
	}
	if d == "" {
		return 0, 0
	}
	for i := 0; i < len(d); i++ {
		v := rune(16)
		switch c := d[i]; {
		case c-'0' < 10:
			v = rune(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = rune(c|0x20-'a') + 10
		}
		if v >= base {
			return 0, 0
		}
		if r = r*base + v; r > utf8.MaxRune {
			return 0, 0
		}
	}
	if utf8.RuneLen(r) > end+1 {
		return 0, 0
	}
	return r, end + 1
}

// pieces writes to the arena the text of a content in which comments, instructions or CDATA stand.
func pieces(a *event.Arena, s string) string {
	size := len(s)
	b := a.Grab(size)
	n := 0
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		n += resolveTo(b[n:], s[:i])
		s = s[i:]
		end := markup(s, 0)
		if end < 0 {
			s = ""
			break
		}
		if strings.HasPrefix(s, cdata) {
			n += copy(b[n:], s[len(cdata):end-3])
		}
		s = s[end:]
	}
	n += resolveTo(b[n:], s)
	a.Shrink(size - n)
	return event.View(b[:n])
}
