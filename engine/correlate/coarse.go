package correlate

import "prescore/engine/entity"

// coarsen makes room in a full window and marks it as no longer exact. Of counted events the oldest are joined in pairs, which
// keeps the count; of values those that occurred again are forgotten; else, the oldest quarter goes.
func (cl *cell) coarsen(cur *entity.Cursor, w *work) {
	cl.flags |= cellApprox
	n := int(cl.ring.n)
	kept, used := 0, 0
	keep := func(j int) { // an entry moves to the front, over those that were looked at already
		if kept < j {
			*cl.ring.at(kept) = *cl.ring.at(j)
		}
		kept++
		if j < int(cl.used) {
			used = kept
		}
	}
	switch cl.rule.Type {
	case EventCount:
		for j := 0; j < n; j++ {
			if j+1 < n && j < n/2 { // the pair goes by its younger time: it never leaves the window too early
				next := cl.ring.at(j + 1)
				next.v += cl.ring.at(j).v
				next.mark |= cl.ring.at(j).mark
				j++
			}
			keep(j)
		}
	case ValueCount:
		w.seen.clear()
		w.mark(n)
		left := n
		for j := n - 1; j >= 0; j-- {
			before := w.seen.used
			w.seen.add(cl.ring.at(j).v)
			if w.seen.used == before {
				w.picked[j] = true
				left--
			}
		}
		for j := 0; left > n-n/4 && j < n; j++ {
			if !w.picked[j] {
				w.picked[j] = true
				left--
			}
		}
		for j := range n {
			if !w.picked[j] {
				keep(j)
			} else if j < int(cl.used) {
				used = kept
			}
		}
	default:
		for j := n / 4; j < n; j++ {
			keep(j)
		}
	}
	cl.ring.n, cl.used = int32(kept), int32(used)
	cl.rebuild(cur)
}

// rebuild makes the active window's numbers anew, after a restart or a loss.
func (cl *cell) rebuild(cur *entity.Cursor) {
	cl.count, cl.lo = 0, 0
	if cl.nums != nil {
		cl.nums.empty()
	}
	c := cl.rule
	if c.Type.steps() {
		cl.recount()
		return
	}
	if cl.ring.n == 0 {
		return
	}
	ws := c.start(cl.wm)
	if c.Window == Session {
		lo := 0
		for j := 1; j < int(cl.ring.n); j++ {
			if cl.ring.at(j).t-cl.ring.at(j-1).t > c.Gap || cl.ring.at(j).t-cl.ring.at(lo).t > c.Span {
				lo = j
			}
		}
		ws = cl.ring.at(lo).t
	}
	cl.lo = int32(cl.ring.before(ws))
	for j := int(cl.lo); j < int(cl.ring.n); j++ {
		grew := cl.enter(cl.ring.at(j))
		if cur != nil {
			cur.Grow(grew)
		}
	}
}
