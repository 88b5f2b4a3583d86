package sigma

import (
	"regexp/syntax"
	"slices"
)

// Bounds on the automaton of one expression. Past them the expression runs as regexp runs it, at some thirty times the cost; of
// SigmaHQ's none is past them.
const (
	maxStates = 2048
	maxTable  = 1 << 16 // transitions: 128 KiB
)

// dfa answers whether an expression matches anywhere in a text that is ASCII, at one table look-up a byte. It is built whole when
// the rule is compiled, so that evaluation shares it without a lock. Text with other runes goes to regexp.
type dfa struct {
	class   [128]uint8 // of a byte; the class after the last is the end of the text
	classes int
	next    []uint16 // by state*classes + class
}

// The states that are not positions in the expression.
const (
	stateDead  = 0 // nothing can match any more
	stateMatch = 1
	stateFirst = 2
)

// end stands for the end of the text among the symbols.
const end = 128

// match runs the automaton.
func (d *dfa) match(s string) bool {
	state := uint16(stateFirst)
	next, classes := d.next, d.classes
	for i := 0; i < len(s); i++ {
		if state = next[int(state)*classes+int(d.class[s[i]&0x7f])]; state <= stateMatch {
			return state == stateMatch
		}
	}
	return next[int(state)*classes+classes-1] == stateMatch
}

// around is what an empty-width test sees before a position.
type around uint8

const (
	atStart around = iota
	afterNewline
	afterWord
	afterOther
)

// builder of a dfa by subsets.
type subsets struct {
	prog   *syntax.Prog
	symbol []int // a symbol of each class
	lines  bool  // the expression asks for lines
	bounds bool  // and for word boundaries
	ids    map[string]uint16
	sets   []subset
	mark   []uint32 // by instruction: the generation that visited it
	gen    uint32

	open, out, stack []uint32 // of a step, used again
	key              []byte
}

type subset struct {
	pcs    []uint32
	before around
}

// newDFA builds the automaton of a program, nil where it is over a bound.
func newDFA(prog *syntax.Prog) *dfa {
	b := &subsets{prog: prog, ids: map[string]uint16{}, mark: make([]uint32, len(prog.Inst)), sets: make([]subset, stateFirst)}
	for i := range prog.Inst {
		if in := &prog.Inst[i]; in.Op == syntax.InstEmptyWidth {
			op := syntax.EmptyOp(in.Arg)
			b.lines = b.lines || op&(syntax.EmptyBeginLine|syntax.EmptyEndLine) != 0
			b.bounds = b.bounds || op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
		}
	}
	d := &dfa{}
	b.classify(d)
	b.gen++
	b.id(b.reach(nil, uint32(prog.Start)), atStart)
	for n := stateFirst; n < len(b.sets); n++ {
		if len(b.sets) > maxStates || len(b.sets)*d.classes > maxTable {
			return nil
		}
		for _, sym := range b.symbol {
			d.next = append(d.next, b.step(b.sets[n], sym))
		}
	}
	d.next = append(make([]uint16, stateFirst*d.classes), d.next...)
	for c := range d.classes {
		d.next[stateMatch*d.classes+c] = stateMatch
	}
	return d
}

// classify gives symbols that no instruction tells apart one class; the end has the last.
func (b *subsets) classify(d *dfa) {
	seen := map[string]uint8{}
	for c := range end {
		sig := []byte{byte(b.kind(c))}
		for i := range b.prog.Inst {
			if in := &b.prog.Inst[i]; isRune(in.Op) {
				if in.MatchRune(rune(c)) {
					sig = append(sig, 1)
				} else {
					sig = append(sig, 0)
				}
			}
		}
		n, ok := seen[string(sig)]
		if !ok {
			n = uint8(len(b.symbol))
			seen[string(sig)] = n
			b.symbol = append(b.symbol, c)
		}
		d.class[c] = n
	}
	b.symbol = append(b.symbol, end)
	d.classes = len(b.symbol)
}

func isRune(op syntax.InstOp) bool {
	return op == syntax.InstRune || op == syntax.InstRune1 || op == syntax.InstRuneAny || op == syntax.InstRuneAnyNotNL
}

// kind gives what a symbol is to an empty-width test behind it, as far as the expression asks.
func (b *subsets) kind(c int) around {
	switch {
	case c == '\n' && b.lines:
		return afterNewline
	case b.bounds && isWord(c):
		return afterWord
	}
	return afterOther
}

func isWord(c int) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// reach adds to pcs what an instruction leads to without reading: up to those that read, test or match.
func (b *subsets) reach(pcs []uint32, pc uint32) []uint32 {
	stack := append(b.stack[:0], pc)
	for len(stack) > 0 {
		pc = stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if b.mark[pc] == b.gen {
			continue
		}
		b.mark[pc] = b.gen
		switch in := &b.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, in.Arg, in.Out)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, in.Out)
		case syntax.InstFail:
		default:
			pcs = append(pcs, pc)
		}
	}
	b.stack = stack
	return pcs
}

// step gives the state after a symbol.
func (b *subsets) step(s subset, sym int) uint16 {
	ops := b.between(s.before, sym)
	// what the tests at this position let through
	b.gen++
	open := append(b.open[:0], s.pcs...)
	defer func() { b.open = open }()
	for _, pc := range open {
		b.mark[pc] = b.gen
	}
	for i := 0; i < len(open); i++ {
		switch in := &b.prog.Inst[open[i]]; {
		case in.Op == syntax.InstMatch:
			return stateMatch
		case in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg)&^ops == 0:
			open = b.reach(open, in.Out)
		}
	}
	if sym == end {
		return stateDead
	}
	b.gen++
	out := b.out[:0]
	for _, pc := range open {
		if in := &b.prog.Inst[pc]; isRune(in.Op) && in.MatchRune(rune(sym)) {
			out = b.reach(out, in.Out)
		}
	}
	out = b.reach(out, uint32(b.prog.Start)) // a match may start anywhere
	b.out = out
	return b.id(out, b.kind(sym))
}

// between gives the empty-width tests that hold between what is before and a symbol.
func (b *subsets) between(before around, sym int) syntax.EmptyOp {
	var ops syntax.EmptyOp
	if before == atStart {
		ops |= syntax.EmptyBeginText | syntax.EmptyBeginLine
	}
	if before == afterNewline {
		ops |= syntax.EmptyBeginLine
	}
	if sym == end {
		ops |= syntax.EmptyEndText | syntax.EmptyEndLine
	}
	if sym == '\n' {
		ops |= syntax.EmptyEndLine
	}
	if (before == afterWord) != (sym < end && isWord(sym)) {
		ops |= syntax.EmptyWordBoundary
	} else {
		ops |= syntax.EmptyNoWordBoundary
	}
	return ops
}

// id gives the number of a state, a new one where it has none. It changes pcs and does not keep it.
func (b *subsets) id(pcs []uint32, before around) uint16 {
	if before != atStart {
		// what asks for the start of the text can hold no more
		pcs = slices.DeleteFunc(pcs, func(pc uint32) bool {
			in := &b.prog.Inst[pc]
			return in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg)&syntax.EmptyBeginText != 0
		})
	}
	if len(pcs) == 0 {
		return stateDead
	}
	slices.Sort(pcs)
	key := append(b.key[:0], byte(before))
	for _, pc := range pcs {
		key = append(key, byte(pc), byte(pc>>8))
	}
	b.key = key
	if n, ok := b.ids[string(key)]; ok {
		return n
	}
	n := uint16(len(b.sets))
	b.ids[string(key)] = n
	b.sets = append(b.sets, subset{slices.Clone(pcs), before})
	return n
}
