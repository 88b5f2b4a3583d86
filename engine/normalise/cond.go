package normalise

import (
	"fmt"
	"sort"
	"strings"

	"prescore/engine/event"
)

// glob is one pattern of a list: text with stars, each for any bytes.
type glob struct {
	text       string   // the whole text where it has no inner star
	parts      []string // the texts between inner stars, where it has any
	seek       []needle // parts, or text where a star stands before and after it, to be looked for
	head, tail bool     // a star before, a star after
	not        bool
}

func (g *glob) match(s string) bool {
	if len(g.parts) > 0 {
		return g.matchParts(s)
	}
	switch {
	case g.head && g.tail:
		return g.seek[0].in(s) >= 0
	case g.head:
		return strings.HasSuffix(s, g.text)
	case g.tail:
		return strings.HasPrefix(s, g.text)
	}
	return s == g.text
}

func (g *glob) matchParts(s string) bool {
	last := len(g.parts) - 1
	for i, p := range g.parts {
		switch {
		case i == 0 && !g.head:
			if !strings.HasPrefix(s, p) {
				return false
			}
			s = s[len(p):]
		case i == last && !g.tail:
			return strings.HasSuffix(s, p)
		default:
			at := g.seek[i].in(s)
			if at < 0 {
				return false
			}
			s = s[at+len(p):]
		}
	}
	return true
}

// weight says how exact a pattern is: the bytes it names.
func (g *glob) weight() int {
	if len(g.parts) == 0 {
		return len(g.text)
	}
	n := 0
	for _, p := range g.parts {
		n += len(p)
	}
	return n
}

// longest gives the pattern's longest text.
func (g *glob) longest() string {
	if len(g.parts) == 0 {
		return g.text
	}
	best := ""
	for _, p := range g.parts {
		if len(p) > len(best) {
			best = p
		}
	}
	return best
}

// globsOf reads "a, b*, *c, *d*, !e"; "*" is any value.
func globsOf(list string) []glob {
	var out []glob
	for _, w := range strings.Split(list, ",") {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		g := glob{text: w}
		if strings.HasPrefix(w, "!") {
			g.not, g.text = true, w[1:]
		}
		g.trim()
		out = append(out, g)
	}
	return out
}

func (g *glob) trim() {
	if g.text == "*" {
		g.text, g.head, g.tail = "", true, true
	}
	if strings.HasPrefix(g.text, "*") {
		g.head, g.text = true, g.text[1:]
	}
	if strings.HasSuffix(g.text, "*") {
		g.tail, g.text = true, g.text[:len(g.text)-1]
	}
	if strings.Contains(g.text, "*") {
		for _, p := range strings.Split(g.text, "*") {
			if p != "" {
				g.parts, g.seek = append(g.parts, p), append(g.seek, needleOf(p))
			}
		}
	}
	if len(g.parts) == 0 && g.head && g.tail {
		g.seek = []needle{needleOf(g.text)}
	}
}

// anyGlob reports whether one of the patterns matches and none of the negated ones does; a list of negated ones alone matches the rest.
func anyGlob(list []glob, s string) bool {
	found, positive := false, false
	for i := range list {
		m := list[i].match(s)
		if list[i].not {
			if m {
				return false
			}
			continue
		}
		positive = true
		found = found || m
	}
	return found || !positive
}

// cond is one condition on a field: one of the patterns matches, or the field is absent.
type cond struct {
	get    step
	absent bool // "!": the record does not have it, or it is empty
	any    bool // the record has it, whatever it is
	format bool // the pattern is of ev.Format, not of a field
	globs  []glob
	first  *byteSet        // bytes that a value of one of the patterns begins with; nil: any
	words  map[string]bool // the exact ones of many patterns of a transformed value; globs has the rest
}

func (r *Room) holds(ev *event.Event, c *cond) bool {
	if c.format {
		if c.absent {
			return ev.Format == ""
		}
		return anyGlob(c.globs, ev.Format)
	}
	if c.any && len(c.get.ops) == 0 && c.get.id != 0 {
		f := ev.First(c.get.id)
		return f != nil && !nothing(f.Value)
	}
	v := r.get(ev, &c.get)
	if c.absent {
		return v.Empty()
	}
	if v.K == event.None {
		return false
	}
	s := v.Text(&ev.Arena)
	if c.first != nil && (s == "" || !c.first.has(s[0])) {
		return false
	}
	if c.words != nil {
		return c.words[s] || len(c.globs) > 0 && anyGlob(c.globs, s)
	}
	return anyGlob(c.globs, s)
}

// cost orders conditions: what is cheap to refuse comes first.
func (c *cond) cost() int {
	switch {
	case c.format:
		return 0
	case c.any || c.absent:
		return 1
	case c.words != nil || exactOnly(c.globs):
		return 2
	}
	return 3
}

func (r *Room) allHold(ev *event.Event, list []cond) bool {
	for i := range list {
		if !r.holds(ev, &list[i]) {
			return false
		}
	}
	return true
}

// conds compiles a table of conditions: field (or "=key", or "@format") -> patterns. A name that stands for several fields makes
// several alternatives: the result is a list of tables, of which one must hold.
func (n *names) conds(table map[string]any, tables map[string]map[string]event.Value) ([][]cond, error) {
	keys := make([]string, 0, len(table))
	for k := range table {
		if k != "@rank" {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	out := [][]cond{nil}
	for _, k := range keys {
		patterns, err := texts(table[k])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		var c cond
		if len(patterns) == 1 {
			c.absent = strings.TrimSpace(patterns[0]) == "!"
			c.globs = globsOf(patterns[0])
		} else {
			for _, p := range patterns {
				g := glob{text: p}
				g.trim()
				c.globs = append(c.globs, g)
			}
		}
		if !c.absent && len(c.globs) == 0 {
			return nil, fmt.Errorf("%s: a pattern is missing", k)
		}
		c.any = len(c.globs) == 1 && c.globs[0].text == "" && !c.globs[0].not && c.globs[0].head
		if k == "@format" {
			c.format = true
			for i := range out {
				out[i] = append(out[i][:len(out[i]):len(out[i])], c)
			}
			continue
		}
		steps, err := n.expr(0, k, tables)
		if err != nil {
			return nil, err
		}
		var next [][]cond
		if len(steps[0].ops) > 0 && !c.absent {
			c.index()
		}
		if !c.absent {
			c.begin()
		}
		for _, s := range steps {
			for _, list := range out {
				c.get = s
				next = append(next, append(list[:len(list):len(list)], c))
			}
		}
		if c.absent { // none of the names may be there
			next = nil
			for _, list := range out {
				for _, s := range steps {
					c.get = s
					list = append(list[:len(list):len(list)], c)
				}
				next = append(next, list)
			}
		}
		out = next
	}
	return out, nil
}

// byteSet is a set of bytes.
type byteSet [4]uint64

func setOf(bytes string) (b byteSet) {
	for i := range len(bytes) {
		b[bytes[i]>>6] |= 1 << (bytes[i] & 63)
	}
	return b
}

func (b *byteSet) has(c byte) bool { return b[c>>6]>>(c&63)&1 != 0 }

// begin notes with which bytes values must begin, where every pattern says that.
func (c *cond) begin() {
	var b byteSet
	add := func(text string) bool {
		if text != "" {
			b[text[0]>>6] |= 1 << (text[0] & 63)
		}
		return text != ""
	}
	for w := range c.words {
		if !add(w) {
			return
		}
	}
	for i := range c.globs {
		g := &c.globs[i]
		text := g.text
		if len(g.parts) > 0 {
			text = g.parts[0]
		}
		if g.head || g.not || !add(text) {
			return
		}
	}
	c.first = &b
}

// minWords is the number of exact patterns from which one look-up beats comparing each.
const minWords = 8

// index moves the exact patterns into a set, where they are many and none excludes.
func (c *cond) index() {
	words, rest := map[string]bool{}, []glob(nil)
	for _, g := range c.globs {
		switch {
		case g.not:
			return
		case g.head || g.tail || len(g.parts) > 0:
			rest = append(rest, g)
		default:
			words[g.text] = true
		}
	}
	if len(words) >= minWords {
		c.words, c.globs = words, rest
	}
}

// texts reads a text or a list of texts.
func texts(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case []any:
		var out []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("must be a text or a list of texts")
			}
			out = append(out, s)
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return nil, fmt.Errorf("must be a text or a list of texts")
}
