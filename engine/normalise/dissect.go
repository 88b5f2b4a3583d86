package normalise

import (
	"fmt"
	"strings"

	"prescore/engine/event"
)

// maxCaptures bounds the values one pattern takes out of a text; the widest product message known has 14.
const maxCaptures = 24

// piece is one part of a pattern: literal text, or a value up to what follows.
type piece struct {
	lit      string
	seek     needle    // lit, to be looked for
	optional bool      // the literal may be missing
	capture  bool      // a value
	key      event.Key // 0: skipped
	typ      event.Type
	short    bool // {key:word}: ends at a blank even where a literal comes later
	last     bool // {key:last}: reaches to the last place of the literal, so that a name cannot forge what follows it
}

// pattern is a text with values in it: `Failed {auth_method} for [invalid user ]{user} from {src_ip} port {src_port}`. A value
// reaches to the literal that follows; the last one to the end, or, for numbers, addresses and {key:word}, to where it ends. Text
// after the last literal is ignored. [literal] may be missing. {} skips.
type pattern struct {
	pieces []piece
	row    *row
	when   []cond
}

// ends reports whether a piece knows its end by itself.
func (p *piece) ends() bool {
	if !p.capture || p.short {
		return true
	}
	switch p.typ {
	case event.TypeInt, event.TypePort, event.TypeIP, event.TypeMAC:
		return p.key != 0
	}
	return false
}

func compilePattern(text string) ([]piece, error) {
	var out []piece
	captures := 0
	for text != "" {
		switch text[0] {
		case '{':
			end := strings.IndexByte(text, '}')
			if end < 0 {
				return nil, fmt.Errorf("%q has no closing brace", text)
			}
			name, how, _ := strings.Cut(text[1:end], ":")
			p := piece{capture: true, short: how == "word", last: how == "last"}
			if how != "" && how != "word" && how != "last" {
				return nil, fmt.Errorf("{%s:%s}: the forms are {key:word} and {key:last}", name, how)
			}
			if name != "" {
				k, ok := event.KeyNamed(name)
				if !ok {
					return nil, fmt.Errorf("{%s} is not a key of the vocabulary", name)
				}
				p.key, p.typ = k, event.Vocabulary[k].Type
			}
			if captures++; captures > maxCaptures {
				return nil, fmt.Errorf("more than %d values", maxCaptures)
			}
			if len(out) > 0 && !out[len(out)-1].ends() {
				return nil, fmt.Errorf("two values with nothing between them")
			}
			out = append(out, p)
			text = text[end+1:]
		case '[':
			end := strings.IndexByte(text, ']')
			if end < 0 {
				return nil, fmt.Errorf("%q has no closing bracket", text)
			}
			if len(out) > 0 && !out[len(out)-1].ends() {
				return nil, fmt.Errorf("[%s] cannot follow a value: the value would not know its end", text[1:end])
			}
			out = append(out, piece{lit: text[1:end], seek: needleOf(text[1:end]), optional: true})
			text = text[end+1:]
		default:
			var b strings.Builder
			i := 0
			for ; i < len(text) && text[i] != '{' && text[i] != '['; i++ {
				if text[i] == '\\' && i+1 < len(text) {
					i++
				}
				b.WriteByte(text[i])
			}
			out = append(out, piece{lit: b.String(), seek: needleOf(b.String())})
			text = text[i:]
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("is empty")
	}
	return out, nil
}

// first gives the byte a text that matches must start with, false where it may start with any.
func (p *pattern) first() (byte, bool) {
	if q := p.pieces[0]; !q.capture && !q.optional {
		return q.lit[0], true
	}
	return 0, false
}

type taken struct {
	key event.Key
	typ event.Type
	s   string
}

// match takes the values out of s and says how many they are. Numbers and addresses that are none make the pattern fail, so that
// patterns can differ by them. Of one that fails seen is how many of its pieces have been looked at: another that begins with the same
// ones fails as well.
func (p *pattern) match(s string, out *[maxCaptures]taken, mem *event.Arena) (n, seen int, ok bool) {
	for i := 0; i < len(p.pieces); i++ {
		q := &p.pieces[i]
		if !q.capture {
			if strings.HasPrefix(s, q.lit) {
				s = s[len(q.lit):]
			} else if !q.optional {
				return 0, i + 1, false
			}
			continue
		}
		var v string
		seen = i + 2 // how far a value reaches is said by what follows
		switch {
		case q.short:
			end := wordEnd(s)
			v, s = s[:end], s[end:]
		case i+1 < len(p.pieces) && !p.pieces[i+1].capture:
			end := -1
			if q.last {
				end = strings.LastIndex(s, p.pieces[i+1].lit)
			} else {
				end = p.pieces[i+1].seek.in(s)
			}
			if end < 0 {
				return 0, seen, false
			}
			v, s = s[:end], s[end+len(p.pieces[i+1].lit):]
			i++
		default:
			end := tokenEnd(q.typ, s)
			if q.typ == event.TypeIP {
				if !isAddress(s[:end], mem) { // a name, then: the whole word
					if end = strings.IndexAny(s, " \t,;)"); end < 0 {
						end = len(s)
					}
				}
			}
			v, s = s[:end], s[end:]
		}
		if q.key == 0 {
			continue
		}
		if !fits(q.typ, v, mem) {
			return 0, seen, false
		}
		out[n] = taken{q.key, q.typ, v}
		n++
	}
	return n, 0, true
}

// wordEnd gives where the first word of a text ends.
func wordEnd(s string) int {
	i := 0
	for i < len(s) && !endsWord.has(s[i]) {
		i++
	}
	return i
}

var endsWord = setOf(" \t,;")

func isAddress(s string, mem *event.Arena) bool {
	if canonical4(s) {
		return true
	}
	_, ok := address(s, mem)
	return ok
}

// tokenEnd says how far a value at the end of a pattern reaches.
func tokenEnd(t event.Type, s string) int {
	i := 0
	switch t {
	case event.TypeInt, event.TypePort:
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	case event.TypeIP:
		for i < len(s) && (hexDigit(s[i]) >= 0 || s[i] == '.' || s[i] == ':') {
			i++
		}
	case event.TypeMAC:
		for i < len(s) && (hexDigit(s[i]) >= 0 || s[i] == '.' || s[i] == ':' || s[i] == '-') {
			i++
		}
	default:
		i = len(s)
	}
	return i
}

// fits reports whether a value can be of its type; an address may also be a host's name.
func fits(t event.Type, v string, mem *event.Arena) bool {
	switch t {
	case event.TypeInt, event.TypePort:
		return v == "" || allDigits(v)
	case event.TypeIP:
		return v == "" || isAddress(v, mem) || hostLike(v)
	}
	return true
}
