package sigma

import (
	"math/bits"
	"regexp/syntax"
	"slices"
	"unicode"
)

// Bounds on the automaton of one expression. Past them the expression runs as regexp runs it, at some thirty times the cost; of
// SigmaHQ's none is past them.
const (
	maxStates = 2048
	maxTable  = 1 << 16 // transitions: 128 KiB
)

// dfa answers whether an expression matches anywhere in a text that is ASCII, at one table look-up a byte. It is built whole,
// so that evaluation shares it without a lock. Text with other runes goes to regexp.
type dfa struct {
	class   [128]uint8 // of a byte; the class after the last is the end of the text
	classes int
	next    []uint16 // by state*classes + class

	// Where only one character takes an expression out of waiting for its beginning, a text is looked through for that.
	opens byte   // the character, where waits is not 0
	waits uint16 // the state of a text that has not had it
}

// The states that are not positions in the expression.
const (
	stateDead  = 0 // nothing can match any more
	stateMatch = 1
	stateFirst = 2
)

// end stands for the end of the text among the symbols.
const end = 128

// around is what an empty-width test sees before a position.
type around uint8

const (
	atStart around = iota
	afterNewline
	afterWord
	afterOther
)

// subsets builds a dfa: its states are sets of instructions, kept as bits.
type subsets struct {
	prog   *syntax.Prog
	symbol []int // a symbol of each class
	lines  bool  // the expression asks for lines
	bounds bool  // and for word boundaries

	words   int      // of a set
	reads   []Chars  // by instruction: the symbols that it reads
	behind  []uint64 // by instruction, a set: what it leads to without reading, up to what reads, tests or matches
	known   []bool   // whether that has been found
	tests   []uint64 // the instructions that test
	starts  []uint64 // those that test for the start of the text
	matches []uint64 // those that match
	sets    []uint64 // by state
	hashes  []uint64 // by state
	before  []around // by state
	slots   []uint16 // a power of two: numbers of states by their hash, at most half full

	open, out, tested []uint64 // of a step, used again
	stack             []uint32
	visited           []bool
}

// newDFA builds the automaton of a program, nil where it is over a bound.
func newDFA(prog *syntax.Prog) *dfa {
	b := &subsets{prog: prog, words: (len(prog.Inst) + 63) / 64, slots: make([]uint16, 64)}
	b.read()
	d := &dfa{}
	b.classify(d)
	b.sets, b.before, b.hashes = make([]uint64, stateFirst*b.words), make([]around, stateFirst), make([]uint64, stateFirst)
	d.next = make([]uint16, stateFirst*d.classes)
	for c := range d.classes {
		d.next[stateMatch*d.classes+c] = stateMatch
	}
	b.id(append(b.out[:0], b.reach(uint32(prog.Start))...), atStart)
	for n := stateFirst; n < len(b.before); n++ {
		if len(b.before) > maxStates || len(b.before)*d.classes > maxTable {
			return nil
		}
		for _, sym := range b.symbol {
			d.next = append(d.next, b.step(n, sym))
		}
	}
	d.next = slices.Clone(d.next)
	d.wait()
	return d
}

// read looks at each instruction once.
func (b *subsets) read() {
	n := len(b.prog.Inst)
	sets := make([]uint64, (n+6)*b.words)
	cut := func(size int) (set []uint64) {
		set, sets = sets[:size*b.words:size*b.words], sets[size*b.words:]
		return set
	}
	b.behind, b.tests, b.starts, b.matches, b.open, b.out, b.tested = cut(n), cut(1), cut(1), cut(1), cut(1), cut(1), cut(1)
	b.reads, b.known, b.visited = make([]Chars, n), make([]bool, n), make([]bool, n)
	for i := range b.prog.Inst {
		switch in := &b.prog.Inst[i]; in.Op {
		case syntax.InstEmptyWidth:
			op := syntax.EmptyOp(in.Arg)
			b.lines = b.lines || op&(syntax.EmptyBeginLine|syntax.EmptyEndLine) != 0
			b.bounds = b.bounds || op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			put(b.tests, i)
			if op&syntax.EmptyBeginText != 0 {
				put(b.starts, i)
			}
		case syntax.InstMatch:
			put(b.matches, i)
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			b.reads[i] = readsOf(in)
		}
	}
}

func put(set []uint64, i int) { set[i/64] |= 1 << (i % 64) }

func join(set, other []uint64) {
	for w := range set {
		set[w] |= other[w]
	}
}

// readsOf gives the symbols that an instruction reads, as its MatchRune has it.
func readsOf(in *syntax.Inst) (c Chars) {
	switch in.Op {
	case syntax.InstRuneAny:
		return Chars{^uint64(0), ^uint64(0)}
	case syntax.InstRuneAnyNotNL:
		return Chars{^uint64(1 << '\n'), ^uint64(0)}
	}
	add := func(r rune) {
		if r >= 0 && r < end {
			c.add(byte(r))
		}
	}
	if len(in.Rune) == 1 {
		first := in.Rune[0]
		add(first)
		if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
			for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
				add(r)
			}
		}
		return c
	}
	for i := 0; i+1 < len(in.Rune); i += 2 {
		for r := max(in.Rune[i], 0); r <= min(in.Rune[i+1], end-1); r++ {
			add(r)
		}
	}
	return c
}

func (c *Chars) has(sym int) bool { return c[sym>>6&1]>>(sym&63)&1 != 0 }

// classify gives symbols that no instruction tells apart one class, in the order of their first; the end has the last.
func (b *subsets) classify(d *dfa) {
	var class [end]int
	for c := range end {
		class[c] = int(b.kind(c))
	}
	split := func(set Chars) { // a class is twice what it was, and one more where the set has the symbol
		for c := range end {
			class[c] *= 2
			if set.has(c) {
				class[c]++
			}
		}
		compact(&class)
	}
	compact(&class)
	var last Chars
	for i := range b.prog.Inst {
		if isRune(b.prog.Inst[i].Op) && b.reads[i] != last {
			last = b.reads[i]
			split(last)
		}
	}
	for c := range end {
		if class[c] == len(b.symbol) {
			b.symbol = append(b.symbol, c)
		}
		d.class[c] = uint8(class[c])
	}
	b.symbol = append(b.symbol, end)
	d.classes = len(b.symbol)
}

// compact numbers classes, all below 2*end, in the order of their first symbols.
func compact(class *[end]int) {
	var number [2 * end]int // from 1
	n := 0
	for c, k := range class {
		if number[k] == 0 {
			n++
			number[k] = n
		}
		class[c] = number[k] - 1
	}
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

// reach gives the set of what an instruction leads to without reading: what reads, tests or matches.
func (b *subsets) reach(pc uint32) []uint64 {
	set := b.behind[int(pc)*b.words : (int(pc)+1)*b.words]
	if b.known[pc] {
		return set
	}
	b.known[pc] = true
	clear(b.visited)
	stack := append(b.stack[:0], pc)
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if b.visited[pc] {
			continue
		}
		b.visited[pc] = true
		switch in := &b.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, in.Arg, in.Out)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, in.Out)
		case syntax.InstFail:
		default:
			put(set, int(pc))
		}
	}
	b.stack = stack
	return set
}

// step gives the state after a symbol.
func (b *subsets) step(state, sym int) uint16 {
	open := append(b.open[:0], b.sets[state*b.words:(state+1)*b.words]...)
	b.pass(open, b.between(b.before[state], sym))
	for w, m := range b.matches {
		if open[w]&m != 0 {
			return stateMatch
		}
	}
	if sym == end {
		return stateDead
	}
	out := append(b.out[:0], b.reach(uint32(b.prog.Start))...) // a match may start anywhere
	for w, left := range open {
		for ; left != 0; left &= left - 1 {
			pc := w*64 + bits.TrailingZeros64(left)
			if b.reads[pc].has(sym) {
				join(out, b.reach(b.prog.Inst[pc].Out))
			}
		}
	}
	return b.id(out, b.kind(sym))
}

// pass adds to a set what the tests of a position let through.
func (b *subsets) pass(open []uint64, ops syntax.EmptyOp) {
	clear(b.tested)
	for again := true; again; {
		again = false
		for w := range open {
			for left := open[w] & b.tests[w] &^ b.tested[w]; left != 0; left &= left - 1 {
				pc := w*64 + bits.TrailingZeros64(left)
				put(b.tested, pc)
				if in := &b.prog.Inst[pc]; syntax.EmptyOp(in.Arg)&^ops == 0 {
					join(open, b.reach(in.Out))
					again = true
				}
			}
		}
	}
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

// id gives the number of a state, a new one where it has none. It changes the set and does not keep it.
func (b *subsets) id(set []uint64, before around) uint16 {
	empty, hash := uint64(0), uint64(before)
	for w := range set {
		if before != atStart { // what asks for the start of the text can hold no more
			set[w] &^= b.starts[w]
		}
		empty |= set[w]
		hash = (hash ^ set[w]) * 0x9e3779b97f4a7c15
		hash ^= hash >> 32
	}
	if empty == 0 {
		return stateDead
	}
	if 2*len(b.before) >= len(b.slots) {
		b.slots = make([]uint16, 4*len(b.slots))
		for n := stateFirst; n < len(b.before); n++ {
			*b.slot(b.hashes[n], nil, 0) = uint16(n)
		}
	}
	s := b.slot(hash, set, before)
	if *s == 0 {
		*s = uint16(len(b.before))
		b.sets = append(b.sets, set...)
		b.before = append(b.before, before)
		b.hashes = append(b.hashes, hash)
	}
	return *s
}

// slot finds where the number of a state is, or is to be: 0 where the state is new. No set is a state that is known to be new.
func (b *subsets) slot(hash uint64, set []uint64, before around) *uint16 {
	mask := uint64(len(b.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		n := int(b.slots[i])
		if n == 0 || set != nil && b.hashes[n] == hash && b.before[n] == before && slices.Equal(b.sets[n*b.words:(n+1)*b.words], set) {
			return &b.slots[i]
		}
	}
}
