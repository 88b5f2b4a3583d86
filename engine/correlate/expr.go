package correlate

import (
	"fmt"
	"strings"
)

// expr is a condition over the steps of a rule, in reverse Polish order: steps by number, then the operators.
type expr []int8

const (
	opAnd int8 = -1 - iota
	opOr
	opNot
)

// maxExprDepth bounds the nesting of a condition; rules are written by people.
const maxExprDepth = 32

// holds evaluates over a mask of the steps that occurred. The stack cannot overflow: a condition has at most maxSteps names and
// each pushes one.
func (x expr) holds(mask uint32) bool {
	var stack uint64
	n := 0
	for _, op := range x {
		switch op {
		case opAnd, opOr:
			a, b := stack>>(n-1)&1, stack>>(n-2)&1
			n -= 2
			stack &= 1<<n - 1
			if op == opAnd {
				stack |= a & b << n
			} else {
				stack |= (a | b) << n
			}
			n++
		case opNot:
			stack ^= 1 << (n - 1)
		default:
			stack |= uint64(mask>>uint(op)&1) << n
			n++
		}
	}
	return stack&1 == 1
}

// negated gives the steps that stand under an odd number of nots in every place.
func (x expr) negated(steps int) uint32 {
	// A step is negated where the condition, all else equal, only ever gets false by its occurring.
	var out uint32
	for s := range steps {
		rises, falls := false, false
		for mask := range uint32(1) << steps {
			if mask>>uint(s)&1 == 1 {
				continue
			}
			without, with := x.holds(mask), x.holds(mask|1<<uint(s))
			rises = rises || with && !without
			falls = falls || without && !with
		}
		if falls && !rises {
			out |= 1 << uint(s)
		}
	}
	return out
}

// parseExpr reads a condition: names, and, or, not, parentheses; not binds tightest, then and.
func parseExpr(text string, step func(name string) (int, bool)) (expr, error) {
	p := exprParser{step: step}
	text = strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text)
	p.words = strings.Fields(text)
	if len(p.words) > 16*maxSteps {
		return nil, fmt.Errorf("condition has more than %d words", 16*maxSteps)
	}
	x, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if len(p.words) > 0 {
		return nil, fmt.Errorf("condition: unexpected %q", p.words[0])
	}
	names := 0
	for _, op := range x {
		if op >= 0 {
			names++
		}
	}
	if names > 60 {
		return nil, fmt.Errorf("condition names more than 60 rules")
	}
	return x, nil
}

type exprParser struct {
	words []string
	step  func(string) (int, bool)
}

func (p *exprParser) next() string {
	if len(p.words) == 0 {
		return ""
	}
	return strings.ToLower(p.words[0])
}

func (p *exprParser) or(depth int) (expr, error) { return p.chain(depth, "or", opOr, p.and) }

func (p *exprParser) and(depth int) (expr, error) { return p.chain(depth, "and", opAnd, p.not) }

func (p *exprParser) chain(depth int, word string, op int8, part func(int) (expr, error)) (expr, error) {
	if depth > maxExprDepth {
		return nil, fmt.Errorf("condition is nested deeper than %d", maxExprDepth)
	}
	x, err := part(depth)
	for err == nil && p.next() == word {
		p.words = p.words[1:]
		var y expr
		if y, err = part(depth); err == nil {
			x = append(append(x, y...), op)
		}
	}
	return x, err
}

func (p *exprParser) not(depth int) (expr, error) {
	odd := false
	for p.next() == "not" {
		p.words = p.words[1:]
		odd = !odd
	}
	x, err := p.atom(depth)
	if err == nil && odd {
		x = append(x, opNot)
	}
	return x, err
}

func (p *exprParser) atom(depth int) (expr, error) {
	if len(p.words) == 0 {
		return nil, fmt.Errorf("condition ends early")
	}
	w := p.words[0]
	p.words = p.words[1:]
	if w == "(" {
		x, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.next() != ")" {
			return nil, fmt.Errorf("condition lacks a closing parenthesis")
		}
		p.words = p.words[1:]
		return x, nil
	}
	s, ok := p.step(w)
	if !ok {
		return nil, fmt.Errorf("condition names %q, which is not one of its rules", w)
	}
	return expr{int8(s)}, nil
}
