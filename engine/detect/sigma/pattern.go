package sigma

import (
	"strings"
	"unicode/utf8"
)

// Elem is a piece of a Segment: text, or a number of runes whatever they are ("?").
type Elem struct {
	Lit string
	Any int
}

// Segment is what stands between two "*".
type Segment []Elem

// Pattern is a Sigma string with its wildcards: segments with "*" between them. Start means that no "*" stands before the first
// segment, End that none stands behind the last. No segment at all is "" where both are set, and else "*".
type Pattern struct {
	Segs       []Segment
	Start, End bool
	Cased      bool // literals as written; else they are folded
}

// ParsePattern reads a Sigma string: "*" and "?" are wildcards, a backslash escapes a wildcard or a backslash and is itself
// before anything else (specification, "Escape Character").
func ParsePattern(s string) Pattern {
	if isLiteral(s) {
		return Literal(s)
	}
	p := Pattern{Start: true, End: true}
	var seg Segment
	var lit []byte
	flush := func() {
		if len(lit) > 0 {
			seg = append(seg, Elem{Lit: string(lit)})
			lit = lit[:0]
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i+1 < len(s) && (s[i+1] == '*' || s[i+1] == '?' || s[i+1] == '\\') {
				i++
			}
			lit = append(lit, s[i])
		case '?':
			flush()
			if n := len(seg); n > 0 && seg[n-1].Any > 0 {
				seg[n-1].Any++
			} else {
				seg = append(seg, Elem{Any: 1})
			}
		case '*':
			flush()
			if len(seg) > 0 {
				p.Segs = append(p.Segs, seg)
				seg = nil
			} else if len(p.Segs) == 0 {
				p.Start = false
			}
			p.End = false
			continue
		default:
			lit = append(lit, c)
		}
		p.End = true
	}
	flush()
	if len(seg) > 0 {
		p.Segs = append(p.Segs, seg)
	}
	return p
}

// isLiteral reports whether a Sigma string has no wildcard and no escape.
func isLiteral(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?':
			return false
		case '\\':
			if i+1 < len(s) && s[i+1] == '\\' {
				return false
			}
		}
	}
	return true
}

// Literal makes a pattern of plain text.
func Literal(s string) Pattern {
	p := Pattern{Start: true, End: true}
	if s != "" {
		one := &struct {
			seg  [1]Segment
			elem [1]Elem
		}{elem: [1]Elem{{Lit: s}}}
		one.seg[0] = one.elem[:]
		p.Segs = one.seg[:]
	}
	return p
}

// Plain gives the text of a pattern without wildcards, false where it has some.
func (p *Pattern) Plain() (string, bool) {
	switch {
	case !p.Start || !p.End || len(p.Segs) > 1:
		return "", false
	case len(p.Segs) == 0:
		return "", true
	case len(p.Segs[0]) == 1 && p.Segs[0][0].Any == 0:
		return p.Segs[0][0].Lit, true
	}
	return "", false
}

// Finish folds the literals of a pattern that is not cased; the pattern is then ready for Match.
func (p *Pattern) Finish(cased bool) {
	if p.Cased = cased; cased {
		return
	}
	for _, seg := range p.Segs {
		for i := range seg {
			seg[i].Lit = Fold(seg[i].Lit)
		}
	}
}

// Match reports whether s matches: s folded (Fold) unless the pattern is Cased. Linear in len(s) times the longest segment.
func (p *Pattern) Match(s string) bool {
	segs := p.Segs
	if len(segs) == 0 {
		return !p.Start || !p.End || s == ""
	}
	if p.Start {
		n := segs[0].ahead(s, 0)
		if n < 0 {
			return false
		}
		if segs = segs[1:]; len(segs) == 0 {
			return !p.End || n == len(s)
		}
		s = s[n:]
	}
	if p.End {
		last := len(segs) - 1
		n := segs[last].behind(s)
		if n < 0 {
			return false
		}
		s, segs = s[:n], segs[:last]
	}
	for _, seg := range segs {
		n := seg.find(s)
		if n < 0 {
			return false
		}
		s = s[n:]
	}
	return true
}

// ahead gives where the segment ends if it stands at i of s, -1 where it does not stand there.
func (g Segment) ahead(s string, i int) int {
	for _, e := range g {
		if e.Any == 0 {
			if !strings.HasPrefix(s[i:], e.Lit) {
				return -1
			}
			i += len(e.Lit)
			continue
		}
		for range e.Any {
			if i >= len(s) {
				return -1
			}
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
		}
	}
	return i
}

// behind gives where the segment starts if it stands at the end of s, -1 where it does not.
func (g Segment) behind(s string) int {
	end := len(s)
	for k := len(g) - 1; k >= 0; k-- {
		if e := g[k]; e.Any == 0 {
			if !strings.HasSuffix(s[:end], e.Lit) {
				return -1
			}
			end -= len(e.Lit)
			continue
		}
		for range g[k].Any {
			if end == 0 {
				return -1
			}
			_, n := utf8.DecodeLastRuneInString(s[:end])
			end -= n
		}
	}
	return end
}

// find gives where the first occurrence of the segment in s ends, -1 where there is none.
func (g Segment) find(s string) int {
	if len(g) == 1 && g[0].Any == 0 {
		if i := strings.Index(s, g[0].Lit); i >= 0 {
			return i + len(g[0].Lit)
		}
		return -1
	}
	for i := 0; i <= len(s); {
		if g[0].Any == 0 {
			n := strings.Index(s[i:], g[0].Lit)
			if n < 0 {
				return -1
			}
			i += n
		}
		if n := g.ahead(s, i); n >= 0 {
			return n
		}
		if i == len(s) {
			return -1
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return -1
}
