package sigma

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// scalar reads a scalar below a map or list at column parent, and goes to the line behind it.
func (q *quick) scalar(parent int) *yaml.Node {
	b := q.rest()
	switch b[0] {
	case '\'', '"':
		return q.quoted(b)
	case '|', '>':
		return q.folded(b, parent)
	}
	if !startsPlain(b) {
		return nil
	}
	return q.unquoted(parent)
}

// unquoted reads a plain scalar, which goes on over the lines that are indented deeper than its parent.
func (q *quick) unquoted(parent int) *yaml.Node {
	line := q.line
	b, commented, ok := plainPart(q.rest())
	if !ok {
		return nil
	}
	buf, breaks := q.buf[:0], 0
	several := false
	for !commented && q.line+1 < len(q.lines) {
		l := q.lines[q.line+1]
		if l.from+l.indent == l.to {
			breaks++
			q.line++
			continue
		}
		if l.indent <= parent || q.text[l.from+l.indent] == '#' {
			break
		}
		var part []byte
		if part, commented, ok = plainPart(trimRight(q.text[l.from+l.indent : l.to])); !ok {
			return nil
		}
		if !several {
			several, buf = true, append(buf, b...)
		}
		if breaks == 0 {
			buf = append(buf, ' ')
		}
		for ; breaks > 0; breaks-- {
			buf = append(buf, '\n')
		}
		buf = append(buf, part...)
		q.line++
	}
	if several {
		b, q.buf = buf, buf
	}
	n := q.plain(b, line)
	q.advance()
	return n
}

// plainPart gives what of a line belongs to a plain scalar, and whether a comment follows; not ok where it would be a key.
func plainPart(b []byte) (part []byte, commented, ok bool) {
	for i := 0; i < len(b); {
		n := bytes.IndexAny(b[i:], ":#")
		if n < 0 {
			break
		}
		i += n
		switch {
		case b[i] == '#' && i > 0 && b[i-1] == ' ':
			return trimRight(b[:i]), true, true
		case b[i] == ':' && (i+1 == len(b) || b[i+1] == ' '):
			return nil, false, false
		}
		i++
	}
	return b, false, true
}

// quoted reads a quoted scalar of one line.
func (q *quick) quoted(b []byte) *yaml.Node {
	mark, line := b[0], q.line
	buf := q.buf[:0]
	i := 1
	for {
		n := 0
		for i+n < len(b) && b[i+n] != mark && (b[i+n] != '\\' || mark == '\'') {
			n++
		}
		buf = append(buf, b[i:i+n]...)
		if i += n; i+1 >= len(b) {
			break
		}
		if mark == '\'' {
			if b[i+1] != '\'' {
				break
			}
			buf = append(buf, '\'')
		} else if b[i] == '"' {
			break
		} else if c, known := escapes[b[i+1]]; known {
			buf = append(buf, c)
		} else {
			return nil
		}
		i += 2
	}
	q.buf = buf
	if i >= len(b) || b[i] != mark {
		return nil
	}
	if rest := b[i+1:]; len(rest) > 0 { // a comment, or else a key
		if text := bytes.TrimLeft(rest, " "); len(text) == len(rest) || text[0] != '#' {
			return nil
		}
	}
	n := q.node(yaml.ScalarNode, "!!str", q.word(buf), line)
	q.advance()
	return n
}

// escapes are those of double quotes that rules have.
var escapes = map[byte]byte{'\\': '\\', '"': '"', 'n': '\n', 't': '\t'}

// folded reads a block scalar: "|" keeps its breaks, ">" makes those between lines that are not indented deeper spaces.
func (q *quick) folded(b []byte, parent int) *yaml.Node {
	literal, chomp, line := b[0] == '|', byte(0), q.line
	if len(b) == 2 && (b[1] == '-' || b[1] == '+') {
		chomp = b[1]
	} else if len(b) > 1 {
		return nil
	}
	first := q.line + 1
	for first < len(q.lines) && q.blank(first) {
		first++
	}
	if first == len(q.lines) || q.lines[first].indent <= parent {
		return nil // it is empty
	}
	indent := q.lines[first].indent
	buf := q.buf[:0]
	breaks := 0 // line breaks behind the line before
	deeper, started := false, false
	for q.line++; q.line < len(q.lines); q.line++ {
		l := q.lines[q.line]
		if q.blank(q.line) && l.indent <= indent {
			breaks++
			continue
		}
		if l.indent < indent {
			break
		}
		if !started && l.from+l.indent == l.to {
			return nil // a blank line that is longer than the first is indented
		}
		text := q.text[l.from+indent : l.to]
		blank := text[0] == ' '
		switch {
		case !started:
		case !literal && !deeper && !blank:
			if breaks == 1 {
				buf = append(buf, ' ')
			}
			breaks--
		}
		for ; breaks > 0; breaks-- {
			buf = append(buf, '\n')
		}
		buf = append(buf, text...)
		breaks, deeper, started = 1, blank, true
	}
	if q.line == len(q.lines) && q.text[len(q.text)-1] != '\n' {
		breaks-- // the last line has none
	}
	if chomp == 0 {
		breaks = min(breaks, 1)
	}
	for ; breaks > 0 && chomp != '-'; breaks-- {
		buf = append(buf, '\n')
	}
	q.buf = buf
	q.line--
	q.advance()
	return q.node(yaml.ScalarNode, "!!str", string(buf), line)
}

// blank reports whether a line has nothing but spaces.
func (q *quick) blank(line int) bool {
	l := q.lines[line]
	return l.from+l.indent == l.to
}
