package correlate

// search gives the window that the entry at i completes.
func (cl *cell) search(i int, w *work) firing {
	if cl.rule.Type == Temporal {
		return cl.together(i)
	}
	return cl.inOrder(i, w)
}

// together looks for a window with entry i in which enough different steps occurred, or for which the condition holds.
func (cl *cell) together(i int) firing {
	c := cl.rule
	if i < 0 || i >= int(cl.ring.n) {
		return firing{}
	}
	e := cl.ring.at(i)
	newest := i == int(cl.ring.n)-1
	if c.absent>>e.step&1 == 1 {
		return firing{} // it only ever prevents
	}
	if c.rising && c.expr == nil && c.absent == 0 {
		if _, ok := c.present(cl.occurred()); !ok {
			return firing{} // all that is there together is too little
		}
	}
	var n [maxSteps]uint16
	var mask uint32
	lo := cl.ring.before(c.windowOf(cl, e.t))
	start := lo
	for j := lo; j < int(cl.ring.n); j++ {
		x := cl.ring.at(j)
		if x.t > e.t+c.Span || c.Window == Tumbling && c.start(x.t) != c.start(e.t) {
			break
		}
		n[x.step]++
		mask |= 1 << x.step
		for c.Window == Sliding && cl.ring.at(lo).t < x.t-c.Span {
			s := cl.ring.at(lo).step
			if n[s]--; n[s] == 0 {
				mask &^= 1 << s
			}
			lo++
		}
		if j < i || lo > i {
			continue
		}
		if v, ok := c.present(mask); ok && cl.sources(lo, j+1) {
			f := firing{ok: true, now: true, newest: newest, lo: lo, hi: j + 1, value: v}
			if newest || c.expr != nil {
				return f
			}
			return cl.widen(f, i, start)
		}
	}
	return firing{}
}

// widen joins the windows with a late entry i that hold, so that the incident gets the records it would have had in order.
func (cl *cell) widen(f firing, i, start int) firing {
	c := cl.rule
	t := cl.ring.at(i).t
	for j := f.hi; j < int(cl.ring.n) && cl.ring.at(j).t <= t+c.Span; j++ {
		lo := max(start, cl.ring.before(cl.ring.at(j).t-c.Span))
		var mask uint32
		for k := lo; k <= j; k++ {
			mask |= 1 << cl.ring.at(k).step
		}
		if v, ok := c.present(mask); ok && lo <= i && cl.sources(lo, j+1) {
			f.hi, f.value = j+1, max(f.value, v)
		}
	}
	return f
}

// windowOf gives the start of the earliest window that holds t.
func (c *rule) windowOf(cl *cell, t int64) int64 {
	if c.Window == Session {
		s := t
		for j := int(cl.ring.n) - 1; j >= 0; j-- {
			x := cl.ring.at(j).t
			if x > s {
				continue
			}
			if s-x > c.Gap || t-x > c.Span {
				break
			}
			s = x
		}
		return s
	}
	return c.start(t)
}

// present gives the number of steps that occurred and whether that satisfies the rule.
func (c *rule) present(mask uint32) (float64, bool) {
	v := 0.0
	for i := range c.steps {
		if mask&c.positive>>i&1 == 1 {
			v++
		}
	}
	if c.expr != nil && !c.expr.holds(mask) {
		return v, false
	}
	if c.expr == nil && mask&c.absent != 0 {
		return v, false
	}
	return v, c.holds(v)
}

// inOrder looks for a sequence that ends with entry i, or with a later one where i came late.
func (cl *cell) inOrder(i int, w *work) firing {
	c := cl.rule
	if i < 0 || i >= int(cl.ring.n) {
		return firing{}
	}
	e := cl.ring.at(i)
	if c.absent>>e.step&1 == 1 {
		return firing{}
	}
	var best firing
	join := func(f firing) {
		if !best.ok {
			best = f
			return
		}
		best.lo, best.hi = min(best.lo, f.lo), max(best.hi, f.hi) // several ends of one start
	}
	w.mark(int(cl.ring.n))
	w.budget = maxSearch
	var last ending // of those whose windows begin with the same entry: what is on a path to an earlier one is on one to the last
	for j := i; j < int(cl.ring.n) && cl.ring.at(j).t <= e.t+c.Span; j++ {
		if int(cl.ring.at(j).step) != c.last {
			continue
		}
		first, ok := cl.chain(j, w)
		if !ok {
			continue
		}
		if c.trailing {
			cl.ring.at(j).mark |= markPending
			cl.flags |= cellPending
			continue
		}
		if !c.whole {
			join(cl.picked(first, j, w))
			continue
		}
		lo := cl.ring.before(cl.ring.at(j).t - c.Span)
		if last.ok && last.lo != lo {
			join(cl.pickedAll(last.lo, last.end, w))
		}
		last = ending{ok: true, lo: lo, end: j}
	}
	if last.ok {
		join(cl.pickedAll(last.lo, last.end, w))
	}
	best.now = best.ok && w.picked[i]
	return best
}

// chain looks back from entry end, of the last step, for the others in order, each as late as can be, and gives the index of the
// first. w.path holds the picks by step.
func (cl *cell) chain(end int, w *work) (int, bool) {
	c := cl.rule
	w.path[c.last] = end
	ws := cl.ring.at(end).t - c.Span
	if c.Window == Session {
		ws = c.windowOf(cl, cl.ring.at(end).t)
	}
	first, ok := cl.back(c.last, end, ws, w)
	if !ok {
		return 0, false
	}
	if c.MinSources > 1 {
		var seen [maxSteps]uint16
		n := 0
	next:
		for s := range c.steps {
			if c.positive>>s&1 == 0 {
				continue
			}
			src := cl.ring.at(w.path[s]).src
			for _, o := range seen[:n] {
				if o == src {
					continue next
				}
			}
			seen[n] = src
			n++
		}
		return first, n >= c.MinSources
	}
	return first, true
}

// back finds the step before step s, whose entry is at; it recurses once a step, at most maxSteps deep.
func (cl *cell) back(s, at int, ws int64, w *work) (int, bool) {
	c := cl.rule
	prev := s - 1
	var between uint32
	for prev >= 0 && c.positive>>prev&1 == 0 {
		between |= 1 << prev
		prev--
	}
	x := cl.ring.at(at)
	if prev < 0 {
		if between != 0 { // nothing of these before the first, in the window
			for j := cl.ring.before(ws); j < at; j++ {
				if between>>cl.ring.at(j).step&1 == 1 {
					return 0, false
				}
			}
		}
		return at, true
	}
	for j := at - 1; j >= 0; j-- {
		if w.budget--; w.budget < 0 {
			w.cut.search++
			return 0, false
		}
		y := cl.ring.at(j)
		if y.t < ws || c.steps[s].Within > 0 && x.t-y.t > c.steps[s].Within {
			return 0, false
		}
		if between>>y.step&1 == 1 {
			return 0, false
		}
		if int(y.step) != prev || y.id == x.id && y.form == x.form {
			continue
		}
		if len(c.differ) > 0 && (y.v == x.v || y.v == 0 || x.v == 0) {
			continue
		}
		w.path[prev] = j
		if first, ok := cl.back(prev, j, ws, w); ok {
			return first, true
		}
		if c.whole {
			return 0, false // an earlier one starts the rest no later
		}
	}
	return 0, false
}

// ending is an entry that ends a sequence, and where the window that ends with it begins.
type ending struct {
	ok      bool
	lo, end int
}

// picked gives the firing of the path that chain found, and adds its records to w.picked.
func (cl *cell) picked(first, end int, w *work) firing {
	f := firing{ok: true, lo: first, hi: end + 1, picked: w.picked, value: cl.rule.parts}
	for s := range cl.rule.steps {
		if cl.rule.positive>>s&1 == 1 {
			w.picked[w.path[s]] = true
		}
	}
	return f
}

// pickedAll gives the firing of the window [lo, end] and adds to w.picked all records that are on a path through it, so that it does not
// matter in which order they came.
func (cl *cell) pickedAll(lo, end int, w *work) firing {
	c := cl.rule
	f := firing{ok: true, lo: end, hi: end + 1, picked: w.picked, value: c.parts}
	var from, to [maxSteps]int // earliest end of a path through each step, latest start of one; where there is none, behind and before all
	n := 0
	for j := lo; j <= end && n <= c.last; j++ {
		if int(cl.ring.at(j).step) == n {
			from[n] = j
			n++
		}
	}
	for ; n <= c.last; n++ {
		from[n] = end + 1
	}
	n = c.last
	for j := end; j >= lo && n >= 0; j-- {
		if int(cl.ring.at(j).step) == n {
			to[n] = j
			n--
		}
	}
	for ; n >= 0; n-- {
		to[n] = lo - 1
	}
	for j := from[0]; j <= end; j++ {
		s := int(cl.ring.at(j).step)
		if (s == 0 || from[s-1] < j) && (s == c.last || to[s+1] > j) {
			w.picked[j] = true
			f.lo = min(f.lo, j)
		}
	}
	return f
}

// due gives when the absence after entry j is certain, in event time.
func (cl *cell) due(j, first int) int64 {
	c := cl.rule
	for s := c.last + 1; s < len(c.steps); s++ {
		if c.steps[s].Within > 0 {
			return cl.ring.at(j).t + c.steps[s].Within
		}
	}
	return cl.ring.at(first).t + c.Span
}

// ripe settles the absences that are certain at event time t, calling fire for each that held, and gives when the next one is
// certain, 0 where none is awaited.
func (cl *cell) ripe(t, lateness int64, w *work, fire func(f firing, at int64)) (next int64) {
	c := cl.rule
	if cl.flags&cellPending == 0 {
		return 0
	}
	cl.flags &^= cellPending
	w.budget = maxSearch
	for j := 0; j < int(cl.ring.n); j++ {
		x := cl.ring.at(j)
		if x.mark&markPending == 0 {
			continue
		}
		first, ok := cl.chain(j, w)
		if !ok {
			x.mark &^= markPending // a late record broke it
			continue
		}
		due := cl.due(j, first)
		if t < due+lateness {
			cl.flags |= cellPending
			if next == 0 || due < next {
				next = due
			}
			continue
		}
		x.mark &^= markPending
		came := false
		for k := j + 1; k < int(cl.ring.n) && cl.ring.at(k).t <= due; k++ {
			y := cl.ring.at(k)
			came = came || int(y.step) > c.last && c.absent>>y.step&1 == 1 && (y.id != x.id || y.form != x.form)
		}
		if !came {
			w.mark(int(cl.ring.n))
			fire(cl.picked(first, j, w), due)
		}
	}
	return next
}

// mark makes picked empty and as long as a window of n entries.
func (w *work) mark(n int) {
	if n > len(w.picked) {
		w.picked = make([]bool, 2*n)
		return
	}
	clear(w.picked[:n])
}
