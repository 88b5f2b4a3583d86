package sigma

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Bounds on a condition: SigmaHQ's longest has under 2,000 bytes and nests four deep.
const (
	maxCondition      = 64 << 10
	maxConditionDepth = 32
)

// conditions parses a condition over named searches.
type conditions struct {
	names map[string]*Expr
	toks  []string
	pos   int
	depth int
}

// parseCondition resolves a condition. names are the detection's search identifiers.
func parseCondition(text string, names map[string]*Expr) (*Expr, error) {
	if len(text) > maxCondition {
		return nil, fmt.Errorf("condition of %d bytes: at most %d", len(text), maxCondition)
	}
	if strings.Contains(text, "|") {
		return nil, fmt.Errorf("condition %q: aggregation behind | is no longer part of Sigma: write a correlation", text)
	}
	c := &conditions{names: names, toks: tokens(text)}
	if len(c.toks) == 0 {
		return nil, fmt.Errorf("condition is empty")
	}
	e, err := c.or()
	if err == nil && c.pos < len(c.toks) {
		err = fmt.Errorf("%q does not follow", c.toks[c.pos])
	}
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", text, err)
	}
	return e, nil
}

func tokens(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')':
			out = append(out, s[i:i+1])
			i++
		default:
			j := i
			for j < len(s) && !strings.ContainsRune(" \t\r\n()", rune(s[j])) {
				j++
			}
			out = append(out, s[i:j])
			i = j
		}
	}
	return out
}

// peek reports whether the next token is the keyword.
func (c *conditions) peek(word string) bool {
	return c.pos < len(c.toks) && strings.EqualFold(c.toks[c.pos], word)
}

func (c *conditions) or() (*Expr, error) { return c.chain("or", OpOr, c.and) }

func (c *conditions) and() (*Expr, error) { return c.chain("and", OpAnd, c.not) }

func (c *conditions) chain(word string, op Op, sub func() (*Expr, error)) (*Expr, error) {
	e := &Expr{Op: op}
	for {
		k, err := sub()
		if err != nil {
			return nil, err
		}
		e.Kids = append(e.Kids, k)
		if !c.peek(word) {
			return single(e), nil
		}
		c.pos++
	}
}

func (c *conditions) not() (*Expr, error) {
	negate := false
	for c.peek("not") {
		c.pos++
		negate = !negate
	}
	e, err := c.primary()
	if err == nil && negate {
		e = &Expr{Op: OpNot, Kids: []*Expr{e}}
	}
	return e, err
}

func (c *conditions) primary() (*Expr, error) {
	if c.pos >= len(c.toks) {
		return nil, fmt.Errorf("it ends where a search identifier should stand")
	}
	t := c.toks[c.pos]
	c.pos++
	if t == "(" {
		if c.depth++; c.depth > maxConditionDepth {
			return nil, fmt.Errorf("more than %d parentheses deep", maxConditionDepth)
		}
		e, err := c.or()
		if err != nil {
			return nil, err
		}
		if !c.peek(")") {
			return nil, fmt.Errorf("a parenthesis is not closed")
		}
		c.pos++
		c.depth--
		return e, nil
	}
	if c.peek("of") {
		c.pos++
		return c.of(t)
	}
	if e := c.names[t]; e != nil {
		return named(t, e), nil
	}
	return nil, fmt.Errorf("no search identifier %q", t)
}

// named wraps an identifier's search so that its name is kept for people.
func named(name string, e *Expr) *Expr {
	c := *e
	c.Name = name
	return &c
}

// of reads what follows "1 of", "all of", "any of", "3 of".
func (c *conditions) of(count string) (*Expr, error) {
	if c.pos >= len(c.toks) {
		return nil, fmt.Errorf("nothing follows %q of", count)
	}
	pattern := c.toks[c.pos]
	c.pos++
	var hit []string
	for n := range c.names {
		if strings.EqualFold(pattern, "them") {
			if !strings.HasPrefix(n, "_") {
				hit = append(hit, n)
			}
		} else if glob(pattern, n) && (strings.HasPrefix(pattern, "_") || !strings.HasPrefix(n, "_")) {
			hit = append(hit, n)
		}
	}
	if len(hit) == 0 {
		return nil, fmt.Errorf("no search identifier fits %q", pattern)
	}
	sort.Strings(hit)
	e := &Expr{}
	for _, n := range hit {
		e.Kids = append(e.Kids, named(n, c.names[n]))
	}
	switch strings.ToLower(count) {
	case "all":
		e.Op = OpAnd
	case "1", "any":
		e.Op = OpOr
	default:
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q of: write 1, any, all or a number", count)
		}
		if n > len(hit) {
			return nil, fmt.Errorf("%d of %s: only %d fit", n, pattern, len(hit))
		}
		e.Op, e.N = OpAtLeast, n
	}
	return e, nil
}

// glob matches a name against a pattern with "*".
func glob(pattern, name string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for {
		part, next, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], next
	}
}
