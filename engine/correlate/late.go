package correlate

// past looks for a window that a late entry at i made hold: of those that contain it, ends in order. At most maxSearch entries.
func (cl *cell) past(i int, w *work) firing {
	c := cl.rule
	t := cl.ring.at(i).t
	end := t + c.Span
	first := cl.ring.before(t - c.Span)
	if c.Window == Tumbling {
		first, end = cl.ring.before(c.start(t)), c.start(t)+c.Span-1
	}
	// No window with the entry holds more than all of them together: mostly that is too little, and nothing is searched.
	last := cl.ring.before(end + 1)
	if (c.Type == ValueCount || cl.flags&cellApprox == 0) && !c.holds(float64(last-first)) {
		return firing{}
	}
	// Where all windows with the entry begin with the active one, which ends last, that one holds if any does, and has the most: so it is
	// for what is a little late, as records are that two threads take at once.
	if c.Window == Sliding && first == int(cl.lo) && last == int(cl.ring.n) {
		if v, ok := cl.measure(); ok && c.holds(v) && cl.enough() {
			return firing{ok: true, now: true, lo: first, hi: last, value: v}
		}
		return firing{}
	}
	if first < i-maxSearch/2 || last > i+maxSearch/2 {
		first, last = max(first, i-maxSearch/2), min(last, i+maxSearch/2)
		w.cut.late++
		cl.flags |= cellTrunc
	}
	seen, srcs := &w.seen, &w.srcs
	seen.clear()
	srcs.clear()
	var n int64
	lo := first
	best := firing{}
	for j := first; j < last; j++ {
		e := cl.ring.at(j)
		if c.Type == ValueCount {
			seen.add(e.v)
		} else {
			n += int64(e.v)
		}
		if c.MinSources > 1 && e.src != 0 {
			srcs.add(uint64(e.src))
		}
		for c.Window == Sliding && cl.ring.at(lo).t < e.t-c.Span {
			if s := cl.ring.at(lo).src; c.MinSources > 1 && s != 0 {
				srcs.remove(uint64(s))
			}
			if c.Type == ValueCount {
				seen.remove(cl.ring.at(lo).v)
			} else {
				n -= int64(cl.ring.at(lo).v)
			}
			lo++
		}
		v := float64(n)
		if c.Type == ValueCount {
			v = float64(seen.used)
		}
		if j >= i && lo <= i && c.holds(v) && (c.MinSources <= 1 || srcs.used >= c.MinSources) {
			if !best.ok {
				best = firing{ok: true, now: true, lo: lo, value: v}
			}
			best.hi, best.value = j+1, max(best.value, v)
		}
	}
	return best
}
