package sigma

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// quick reads the YAML that nearly all rules are written in: block maps and lists, plain, quoted and block scalars, comments. It gives the
// nodes that the library gives, but for columns, comments and styles, at a tenth of its cost, which is what loading thousands of rules
// waits for. Whatever it does not know (flow collections, anchors, tags, quoted text over several lines, tabs, carriage returns, errors)
// it gives back for the library to read.
//
// Its nodes are used again for the next file: what is kept of them are their strings.
type quick struct {
	text  []byte
	lines []quickLine
	line  int // where it reads: of what the document has, len(lines) at its end
	col   int // where on the line, -1 at the end
	depth int

	nodes chunks[yaml.Node]
	lists chunks[*yaml.Node]
	kids  []*yaml.Node // of the maps and lists that are open
	words map[string]string
	buf   []byte
}

// quickLine is a line without its break: text[from:to], of which the first indent bytes are spaces.
type quickLine struct{ from, to, indent int }

const (
	maxQuickDepth = 32   // maps and lists in each other: four times what a detection may have is the library's
	maxQuickKey   = 256  // bytes of a key; YAML's own bound is 1,024 characters
	maxQuickWords = 4096 // short texts, of which most are names of fields, that are kept to be shared
)

// reset forgets all nodes.
func (q *quick) reset() {
	q.nodes.reset()
	q.lists.reset()
}

// read gives the root of a document that is a map, nil where the library is to read it.
func (q *quick) read(text []byte) *yaml.Node {
	q.text, q.kids, q.depth = text, q.kids[:0], 0
	if !q.split() {
		return nil
	}
	q.line, q.col = -1, -1
	if len(q.lines) > 0 && bytes.HasPrefix(text, []byte("---")) {
		if q.lines[0].to != len("---") {
			return nil
		}
		q.line = 0
	}
	q.advance()
	if q.col < 0 {
		return nil
	}
	if key, _ := q.key(); key == nil {
		return nil
	}
	n := q.mapping(q.col)
	if q.col >= 0 {
		return nil
	}
	return n
}

// split finds the lines; false where a character is none that quick reads.
func (q *quick) split() bool {
	q.lines = q.lines[:0]
	text := q.text
	for from := 0; from < len(text); {
		to := len(text)
		if n := bytes.IndexByte(text[from:], '\n'); n >= 0 {
			to = from + n
		}
		l := quickLine{from: from, to: to}
		for from+l.indent < to && text[from+l.indent] == ' ' {
			l.indent++
		}
		for i := from + l.indent; i < to; {
			c := text[i]
			if c-' ' < 0x7f-' ' {
				i++
				continue
			}
			r, n := utf8.DecodeRune(text[i:to])
			if r < 0xa0 || r == utf8.RuneError || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff {
				return false
			}
			i += n
		}
		if bytes.HasPrefix(text[from:to], []byte("...")) || to == len(text) && l.indent > 0 && from+l.indent == to {
			return false
		}
		q.lines = append(q.lines, l)
		from = to + 1
	}
	return true
}

// advance goes to the next line that is neither blank nor a comment.
func (q *quick) advance() {
	for q.line++; q.line < len(q.lines); q.line++ {
		if l := q.lines[q.line]; l.from+l.indent < l.to && q.text[l.from+l.indent] != '#' {
			q.col = l.indent
			return
		}
	}
	q.col = -1
}

// rest is what stands on the line from where it reads, without the spaces at its end.
func (q *quick) rest() []byte {
	l := q.lines[q.line]
	return trimRight(q.text[l.from+q.col : l.to])
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func (q *quick) node(kind yaml.Kind, tag, value string, line int) *yaml.Node {
	n := q.nodes.one()
	*n = yaml.Node{Kind: kind, Tag: tag, Value: value, Line: line + 1}
	return n
}

// closed gives a map or list the nodes that were read since mark.
func (q *quick) closed(n *yaml.Node, mark int) *yaml.Node {
	n.Content = q.lists.some(len(q.kids) - mark)
	copy(n.Content, q.kids[mark:])
	q.kids = q.kids[:mark]
	return n
}

// block reads what begins where it stands, below a map or list at column parent.
func (q *quick) block(parent int) *yaml.Node {
	if q.depth++; q.depth > maxQuickDepth {
		return nil
	}
	defer func() { q.depth-- }()
	if isDash(q.rest()) {
		return q.list(q.col)
	}
	if key, _ := q.key(); key != nil {
		return q.mapping(q.col)
	}
	return q.scalar(parent)
}

func isDash(b []byte) bool { return b[0] == '-' && (len(b) == 1 || b[1] == ' ') }

// key gives the plain key that the line goes on with, and what stands behind its colon; nil where none does.
func (q *quick) key() (key, after []byte) {
	b := q.rest()
	if !startsPlain(b) {
		return nil, nil
	}
	for i, c := range b {
		switch {
		case c == '#' && b[i-1] == ' ':
			return nil, nil
		case c == ':' && (i+1 == len(b) || b[i+1] == ' '):
			if i > maxQuickKey {
				return nil, nil
			}
			return trimRight(b[:i]), b[i+1:]
		}
	}
	return nil, nil
}

// startsPlain reports whether a plain scalar may start so; a few may that it does not know.
func startsPlain(b []byte) bool {
	switch b[0] {
	case ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '?', ':':
		return false
	case '-':
		return len(b) > 1 && b[1] != ' '
	}
	return true
}

// mapping reads a map whose keys stand at a column.
func (q *quick) mapping(col int) *yaml.Node {
	n := q.node(yaml.MappingNode, "!!map", "", q.line)
	mark := len(q.kids)
	for q.col == col {
		key, after := q.key()
		if key == nil {
			return nil
		}
		k := q.plain(key, q.line)
		if k == nil {
			return nil
		}
		q.kids = append(q.kids, k)
		v := q.value(col, after)
		if v == nil {
			return nil
		}
		q.kids = append(q.kids, v)
	}
	if q.col > col {
		return nil
	}
	return q.closed(n, mark)
}

// list reads a list whose dashes stand at a column.
func (q *quick) list(col int) *yaml.Node {
	n := q.node(yaml.SequenceNode, "!!seq", "", q.line)
	mark := len(q.kids)
	for q.col == col && isDash(q.rest()) {
		v := q.value(col, q.rest()[1:])
		if v == nil {
			return nil
		}
		q.kids = append(q.kids, v)
	}
	if q.col > col {
		return nil
	}
	return q.closed(n, mark)
}

// value reads what stands behind a colon or dash of a map or list at a column.
func (q *quick) value(col int, after []byte) *yaml.Node {
	i := 0
	for i < len(after) && after[i] == ' ' {
		i++
	}
	if i < len(after) && after[i] != '#' {
		dash := q.rest()[0] == '-' && isDash(q.rest())
		q.col += len(q.rest()) - len(after) + i
		if dash {
			return q.block(col)
		}
		return q.scalar(col)
	}
	line, dash := q.line, isDash(q.rest())
	q.advance()
	switch {
	case q.col > col:
		return q.block(col)
	case q.col == col && !dash && isDash(q.rest()): // a list may stand under its key
		return q.block(col)
	}
	return q.node(yaml.ScalarNode, "!!null", "", line)
}

// plain gives the node of a plain scalar: the library says what it is, but for what is plainly text or a number.
func (q *quick) plain(b []byte, line int) *yaml.Node {
	if len(b) == 0 || string(b) == "<<" {
		return nil
	}
	n := q.node(yaml.ScalarNode, "", q.word(b), line)
	switch c := b[0]; {
	case c-'1' < 9 && len(b) <= 18 && digits(n.Value) || c == '0' && len(b) == 1:
		n.Tag = "!!int"
	case c-'0' < 10 || bytes.IndexByte([]byte("+-.~yYnNtTfFoO"), c) >= 0:
		n.Tag = n.ShortTag()
	default:
		n.Tag = "!!str"
	}
	return n
}

// word gives a text that is kept: short ones, which are mostly the names of fields, once.
func (q *quick) word(b []byte) string {
	const short = 48
	if len(b) > short {
		return string(b)
	}
	if s, ok := q.words[string(b)]; ok {
		return s
	}
	s := string(b)
	if q.words == nil {
		q.words = map[string]string{}
	}
	if len(q.words) < maxQuickWords {
		q.words[s] = s
	}
	return s
}

// chunks hands out values of memory that is used again after a reset.
type chunks[T any] struct {
	all  [][]T
	at   int // the chunk that is handed out
	used int // and how much of it
}

const chunkSize = 512

func (c *chunks[T]) reset() { c.at, c.used = 0, 0 }

func (c *chunks[T]) one() *T { return &c.some(1)[0] }

// some gives n values side by side.
func (c *chunks[T]) some(n int) []T {
	for ; c.at < len(c.all); c.at, c.used = c.at+1, 0 {
		if chunk := c.all[c.at]; c.used+n <= len(chunk) {
			out := chunk[c.used : c.used+n : c.used+n]
			c.used += n
			return out
		}
	}
	c.all = append(c.all, make([]T, max(chunkSize, n)))
	c.used = n
	return c.all[c.at][:n:n]
}
