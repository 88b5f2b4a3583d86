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
	if first < i-maxSearch/2 || last > i+maxSearch/2 {
		first, last = max(first, i-maxSearch/2), min(last, i+maxSearch/2)
		w.cut.late++
		cl.flags |= cellTrunc
	}
	seen := &w.seen
	seen.clear()
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
		for c.Window == Sliding && cl.ring.at(lo).t < e.t-c.Span {
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
		if j >= i && lo <= i && c.holds(v) && cl.sources(lo, j+1) {
			if !best.ok {
				best = firing{ok: true, now: true, lo: lo, value: v}
			}
			best.hi, best.value = j+1, max(best.value, v)
		}
	}
	return best
}
