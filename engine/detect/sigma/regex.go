package sigma

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync/atomic"
)

const (
	// maxRegexText bounds the text of a regular expression: the longest of SigmaHQ has under 1,000 bytes.
	maxRegexText = 16 << 10
	// MaxRegexInst bounds its compiled instructions: linear-time expressions still differ by 400 times in cost; 2,048 refuses
	// none of SigmaHQ's.
	MaxRegexInst = 2048
)

// Regex is a compiled regular expression with what bounds its cost and what guards it.
type Regex struct {
	Re    *regexp.Regexp
	Inst  int        // compiled instructions: cost is Inst times bytes at most
	Needs [][]string // folded; a text that matches holds one of each of these
	Chars Chars      // a text that matches has all of these, folded
	Least int        // and at least so many bytes
	Pairs [][]Pair   // and, folded, one pair of each group

	fast atomic.Pointer[dfa] // nil until a text asks for it
}

// tooLarge stands for the automaton of an expression that has none.
var tooLarge = &dfa{}

// automaton gives the expression's automaton, nil where it would be too large. It is built when the first text asks: of SigmaHQ's
// expressions most are ruled out by what their texts need, on an agent that runs. Its bounds make that a few milliseconds at worst.
func (r *Regex) automaton() *dfa {
	d := r.fast.Load()
	if d == nil {
		if d = r.build(); !r.fast.CompareAndSwap(nil, d) {
			d = r.fast.Load()
		}
	}
	if d == tooLarge {
		return nil
	}
	return d
}

// build makes the automaton of an expression that compiled before.
func (r *Regex) build() *dfa {
	tree, err := syntax.Parse(r.Re.String(), syntax.Perl)
	if err != nil {
		return tooLarge
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return tooLarge
	}
	if d := newDFA(prog); d != nil {
		return d
	}
	return tooLarge
}

// Chars is a set of ASCII characters.
type Chars [2]uint64

func (c *Chars) add(b byte) { c[b>>6&1] |= 1 << (b & 63) }

// Holds reports whether every character of o is in c.
func (c Chars) Holds(o Chars) bool { return o[0]&^c[0]|o[1]&^c[1] == 0 }

// CharsOf gives the characters of a text; what is not ASCII counts as some of them.
func CharsOf(s string) Chars {
	var low, high uint64 // not in memory, where each byte would wait for the last
	for i := 0; i < len(s); i++ {
		b := s[i] & 0x7f
		low |= 1 << b
		high |= 1 << (b - 64) // a shift by 64 and more gives 0
	}
	return Chars{low, high}
}

// CompileRegex compiles a `re` value with flags out of "ims"; it refuses what a linear-time engine cannot run, with the reason.
func CompileRegex(text, flags string) (*Regex, error) {
	if len(text) > maxRegexText {
		return nil, fmt.Errorf("regular expression of %d bytes: at most %d", len(text), maxRegexText)
	}
	full := text
	if flags != "" {
		full = "(?" + flags + ")" + text
	}
	tree, err := syntax.Parse(full, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %s", text, regexReason(text, err))
	}
	tree = tree.Simplify()
	prog, err := syntax.Compile(tree)
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %v", text, err)
	}
	if n := len(prog.Inst); n > MaxRegexInst {
		return nil, fmt.Errorf("regular expression %q: compiles to %d instructions, at most %d run", text, n, MaxRegexInst)
	}
	re, err := regexp.Compile(full)
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %v", text, err)
	}
	return &Regex{Re: re, Inst: len(prog.Inst), Needs: required(tree), Chars: chars(tree), Least: least(tree), Pairs: pairGroups(tree)}, nil
}

// regexReason says why a linear-time engine refuses, in the words of who wrote it for a backtracking one.
func regexReason(text string, err error) string {
	var se *syntax.Error
	if !errors.As(err, &se) {
		return err.Error()
	}
	for _, c := range []struct{ mark, reason string }{
		{"(?=", "lookahead"}, {"(?!", "lookahead"}, {"(?<=", "lookbehind"}, {"(?<!", "lookbehind"}, {"(?>", "an atomic group"},
		{"(?(", "a conditional group"}, {"(?R", "recursion"}, {"(?&", "recursion"},
	} {
		if strings.Contains(text, c.mark) {
			return c.reason + " cannot run in linear time"
		}
	}
	if se.Code == syntax.ErrInvalidEscape && len(se.Expr) == 2 && se.Expr[1] >= '1' && se.Expr[1] <= '9' {
		return "a back reference cannot run in linear time"
	}
	return fmt.Sprintf("%s: %q", se.Code, se.Expr)
}

// Bounds on the literals taken from a regular expression: short ones filter nothing, many cost more than they save.
const (
	minNeed  = 3
	maxNeed  = 64
	maxNeeds = 16
)

// required gives sets of literals, folded; a match holds one of each set. It gives nil where none can be named.
func required(re *syntax.Regexp) (sets [][]string) {
	switch re.Op {
	case syntax.OpLiteral:
		if s := Fold(string(re.Rune)); len(s) >= minNeed {
			return [][]string{{s}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			sets = append(sets, required(sub)...)
		}
		slices.SortStableFunc(sets, func(a, b []string) int {
			switch {
			case rarer(a, b):
				return -1
			case rarer(b, a):
				return 1
			}
			return 0
		})
		sets = slices.CompactFunc(sets, slices.Equal[[]string])
		return sets[:min(len(sets), maxNeeds)]
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			r := required(sub)
			if r == nil || len(all)+len(r[0]) > maxNeed {
				return nil
			}
			all = append(all, r[0]...)
		}
		return [][]string{all}
	}
	return nil
}

// rarer reports whether the shortest literal of a is longer than b's, or as long with fewer alternatives.
func rarer(a, b []string) bool {
	sa, sb := shortest(a), shortest(b)
	return sa > sb || sa == sb && len(a) < len(b)
}

func shortest(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}

// chars gives the characters that every match has.
func chars(re *syntax.Regexp) (c Chars) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if f := FoldRune(r); f < 0x80 {
				c.add(byte(f))
			}
		}
	case syntax.OpCharClass:
		if len(re.Rune) == 2 && re.Rune[0] == re.Rune[1] && FoldRune(re.Rune[0]) < 0x80 {
			c.add(byte(FoldRune(re.Rune[0])))
		}
	case syntax.OpCapture, syntax.OpPlus:
		return chars(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return chars(re.Sub[0])
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			s := chars(sub)
			c[0], c[1] = c[0]|s[0], c[1]|s[1]
		}
	case syntax.OpAlternate:
		c = chars(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			s := chars(sub)
			c[0], c[1] = c[0]&s[0], c[1]&s[1]
		}
	}
	return c
}

// least gives how many bytes a match has at least.
func least(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return least(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * least(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += least(sub)
		}
		return n
	case syntax.OpAlternate:
		n := least(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, least(sub))
		}
		return n
	}
	return 0
}
