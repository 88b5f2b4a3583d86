package match

import (
	"strings"

	"prescore/engine/detect/sigma"
)

// pairs says which two bytes stand side by side in a folded text: what has a literal has all pairs of the literal. Rules ask for many
// literals in one command line, and nearly all of them are ruled out by a bit or two. A set that has more pairs than the text (two of
// the same hash) only makes a search that finds nothing.
type pairs [pairBits / 64]uint64

const (
	// pairBits leaves four of five bits clear after a command line of a thousand bytes; 512 bytes are cleared for each set.
	pairBits = 1 << 12
	// pairChecks is how many pairs of a literal are looked up: of common letters each rules out about nine of ten texts.
	pairChecks = 4
	// minSearches is the number of searches in one text that cost as much as its set.
	minSearches = 3
)

// pairHash gives the bit of a pair, its first byte in the low half.
func pairHash(p uint16) uint32 { return uint32(p) * 0x9e3779b1 >> 20 }

// add adds the pairs of a text.
func (p *pairs) add(s string) {
	if len(s) < 2 {
		return
	}
	prev := uint16(s[0]) << 8
	for i := 1; i < len(s); i++ {
		prev = prev>>8 | uint16(s[i])<<8
		h := pairHash(prev)
		p[h/64%uint32(len(p))] |= 1 << (h % 64)
	}
}

// pairNeed is the bits of a literal: the first n of them count.
type pairNeed struct {
	bits [pairChecks]uint16
	n    uint8
}

// needPairs gives the bits of a folded literal, of pairs spread over its length.
func needPairs(lit string) (need pairNeed) {
	last := len(lit) - 2
	n := min(last+1, pairChecks)
	for k := range max(n, 0) {
		i := last
		if n > 1 {
			i = k * last / (n - 1)
		}
		need.bits[k] = uint16(pairHash(uint16(lit[i]) | uint16(lit[i+1])<<8))
	}
	need.n = uint8(max(n, 0))
	return need
}

// mayHold reports whether all pairs of a literal are in the set.
func (p *pairs) mayHold(need *pairNeed) bool {
	for _, b := range need.bits[:need.n&(2*pairChecks-1)] {
		if p[b/64%uint16(len(p))]>>(b%64)&1 == 0 {
			return false
		}
	}
	return true
}

// newRegexNeed gives the bits of what an expression needs.
func newRegexNeed(re *sigma.Regex) *regexNeed {
	out := &regexNeed{}
	for _, g := range re.Pairs {
		var bits []uint16
		for _, p := range g {
			bits = append(bits, uint16(pairHash(uint16(p[0])|uint16(p[1])<<8)))
		}
		out.pairs = append(out.pairs, bits)
	}
	for _, set := range re.Needs {
		var texts []pairNeed
		for _, t := range set {
			texts = append(texts, needPairs(t))
		}
		out.texts = append(out.texts, texts)
	}
	return out
}

func (n *regexNeed) empty() bool { return len(n.pairs)+len(n.texts) == 0 }

// mayMatch reports whether a text with these pairs may have what an expression needs.
func (p *pairs) mayMatch(n *regexNeed) bool {
	for _, g := range n.pairs {
		any := false
		for _, b := range g {
			any = any || p[b/64%uint16(len(p))]>>(b%64)&1 != 0
		}
		if !any {
			return false
		}
	}
	for _, set := range n.texts {
		any := false
		for i := range set {
			any = any || p.mayHold(&set[i])
		}
		if !any {
			return false
		}
	}
	return true
}

// look is what was made out about a value for comparisons that cost more.
type look struct {
	pairs    pairs
	chars    sigma.Chars
	hasPairs bool
	hasChars bool
}

// lookOf gives the look of a value.
func (r *run) lookOf(h *textValue) *look {
	if h.look == 0 {
		if r.usedLooks == len(r.looks) {
			r.looks = append(r.looks, new(look))
		}
		l := r.looks[r.usedLooks]
		l.hasPairs, l.hasChars = false, false
		r.usedLooks++
		h.look = int32(r.usedLooks)
	}
	return r.looks[h.look-1]
}

// pairsOf gives the set of a value, made once.
func (r *run) pairsOf(h *textValue) *pairs {
	l := r.lookOf(h)
	if !l.hasPairs {
		l.pairs = pairs{}
		l.pairs.add(r.folded(h))
		l.hasPairs = true
	}
	return &l.pairs
}

// charsOf gives the characters of a value, whose folded text is s, made once.
func (r *run) charsOf(h *textValue, s string) sigma.Chars {
	l := r.lookOf(h)
	if !l.hasChars {
		l.chars, l.hasChars = sigma.CharsOf(s), true
	}
	return l.chars
}

// contains reports whether a value has a folded literal.
func (r *run) contains(h *textValue, lit string, need *pairNeed) bool {
	if h.searches < minSearches {
		h.searches++
	} else if !r.pairsOf(h).mayHold(need) {
		return false
	}
	return strings.Contains(r.folded(h), lit)
}
