package normalise

import "sort"

// Bounds of looking for words in a text.
const (
	maxSought    = 1024 // bytes of a text that are looked through: what a message is about stands at its head
	minAutomaton = 6    // patterns from which one pass over the text beats one search each
	maxStates    = 1 << 15
)

// automaton finds which of many patterns may be in a text in one pass (Aho and Corasick, 1975): each pattern is entered by its
// longest literal, and verified where that is found.
type automaton struct {
	classes [256]uint8 // byte -> column of next
	width   int
	next    []uint16
	found   [][]int32 // by state: patterns whose literal ends here, ascending
}

// newAutomaton builds the automaton over literals; literals[i] belongs to pattern i, "" to one that is not looked for. It gives nil
// where there are too many states.
func newAutomaton(literals []string) *automaton {
	a := &automaton{width: 1}
	total := 1
	for _, l := range literals {
		total += len(l)
		for i := 0; i < len(l); i++ {
			if a.classes[l[i]] == 0 {
				if a.width == 255 {
					return nil
				}
				a.classes[l[i]] = uint8(a.width)
				a.width++
			}
		}
	}
	if total > maxStates {
		return nil
	}
	a.next = make([]uint16, a.width, total*a.width)
	a.found = make([][]int32, 1, total)
	for p, l := range literals {
		if l == "" {
			continue
		}
		s := 0
		for i := 0; i < len(l); i++ {
			at := s*a.width + int(a.classes[l[i]])
			if a.next[at] == 0 {
				a.next[at] = uint16(len(a.found))
				a.next = append(a.next, make([]uint16, a.width)...)
				a.found = append(a.found, nil)
			}
			s = int(a.next[at])
		}
		a.found[s] = append(a.found[s], int32(p))
	}
	a.link()
	return a
}

// link fills the transitions of failed states, breadth first, and hands on what is found at them.
func (a *automaton) link() {
	fail := make([]uint16, len(a.found))
	var queue []uint16
	for c := 1; c < a.width; c++ {
		if s := a.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		f := fail[s]
		if len(a.found[f]) > 0 {
			merged := append(append([]int32{}, a.found[s]...), a.found[f]...)
			sort.Slice(merged, func(i, j int) bool { return merged[i] < merged[j] })
			a.found[s] = merged
		}
		for c := 1; c < a.width; c++ {
			at := int(s)*a.width + c
			if t := a.next[at]; t != 0 {
				fail[t] = a.next[int(f)*a.width+c]
				queue = append(queue, t)
			} else {
				a.next[at] = a.next[int(f)*a.width+c]
			}
		}
	}
}

// first gives the lowest pattern below limit that matches the text, or limit.
func (a *automaton) first(s string, list []globRow, limit int) int {
	if len(s) > maxSought {
		s = s[:maxSought]
	}
	state := 0
	for i := 0; i < len(s); i++ {
		state = int(a.next[state*a.width+int(a.classes[s[i]])])
		for _, p := range a.found[state] {
			if int(p) >= limit {
				break
			}
			if list[p].match(s) {
				limit = int(p)
				break
			}
		}
		if limit == 0 {
			break
		}
	}
	return limit
}
