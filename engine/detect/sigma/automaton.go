package sigma

import "strings"

// match runs the automaton.
func (d *dfa) match(s string) bool {
	state, i := uint16(stateFirst), 0
	if d.waits != 0 {
		if i = strings.IndexByte(s, d.opens); i < 0 {
			i = len(s)
		}
		if i > 0 {
			state = d.waits
		}
	}
	next, classes := d.next, d.classes
	for ; i < len(s); i++ {
		if state = next[int(state)*classes+int(d.class[s[i]&0x7f])]; state <= stateMatch {
			return state == stateMatch
		}
	}
	return next[int(state)*classes+classes-1] == stateMatch
}

// wait finds the one character that an expression begins with, and the state before it.
func (d *dfa) wait() {
	step := func(state uint16, c int) uint16 { return d.next[int(state)*d.classes+int(d.class[c])] }
	count := map[uint16]int{} // of characters that lead from a state to it, from the first as well
	for c := range end {
		if to := step(stateFirst, c); to > stateMatch && step(to, c) == to {
			count[to]++
		}
	}
	for state, n := range count {
		if n != end-1 {
			continue
		}
		for c := range end {
			if to := step(stateFirst, c); to != state || step(state, c) != state {
				d.opens, d.waits = byte(c), state
			}
		}
	}
}
