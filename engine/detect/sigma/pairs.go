package sigma

import (
	"bytes"
	"regexp/syntax"
)

// Pair is two bytes of ASCII side by side, folded.
type Pair [2]byte

// Bounds on the pairs taken from a regular expression: a group of many rules little out, and a few groups do.
const (
	maxPairGroup  = 8
	maxPairGroups = 8
)

// pairGroups gives groups of pairs: a text that matches has, once folded, one of each group.
func pairGroups(re *syntax.Regexp) (out [][]Pair) {
	switch re.Op {
	case syntax.OpLiteral:
		for i := 1; i < len(re.Rune); i++ {
			out = addPairs(out, foldASCII(re.Rune[i-1]), foldASCII(re.Rune[i]))
		}
	case syntax.OpCapture, syntax.OpPlus:
		out = pairGroups(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			out = pairGroups(re.Sub[0])
		}
	case syntax.OpConcat:
		for i, sub := range re.Sub {
			if i > 0 {
				out = addPairs(out, edge(re.Sub[i-1], true), edge(sub, false))
			}
			out = append(out, pairGroups(sub)...)
		}
	}
	return out[:min(len(out), maxPairGroups)]
}

// addPairs adds the group of all pairs of a byte of a and one of b, unless there are none or too many.
func addPairs(out [][]Pair, a, b []byte) [][]Pair {
	if n := len(a) * len(b); n == 0 || n > maxPairGroup {
		return out
	}
	var group []Pair
	for _, x := range a {
		for _, y := range b {
			group = append(group, Pair{x, y})
		}
	}
	return append(out, group)
}

// edge gives the bytes, folded, of which each match of an expression has one first, or last; nil where that is not known, or where it
// may match nothing.
func edge(re *syntax.Regexp, last bool) []byte {
	switch re.Op {
	case syntax.OpLiteral:
		if last {
			return foldASCII(re.Rune[len(re.Rune)-1])
		}
		return foldASCII(re.Rune[0])
	case syntax.OpCharClass:
		var out []byte
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] >= 2*maxPairGroup {
				return nil
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				f := foldASCII(r)
				if f == nil {
					return nil
				}
				if !bytes.Contains(out, f) {
					out = append(out, f[0])
				}
			}
		}
		return out
	case syntax.OpCapture, syntax.OpPlus:
		return edge(re.Sub[0], last)
	case syntax.OpRepeat:
		if re.Min > 0 {
			return edge(re.Sub[0], last)
		}
	case syntax.OpConcat:
		if last {
			return edge(re.Sub[len(re.Sub)-1], last)
		}
		return edge(re.Sub[0], last)
	}
	return nil
}

// foldASCII gives a character folded, nil where that is not ASCII.
func foldASCII(r rune) []byte {
	if f := FoldRune(r); f < 0x80 {
		return []byte{byte(f)}
	}
	return nil
}
