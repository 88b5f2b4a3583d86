package correlate

import "prescore/engine/entity"

// coarsen makes room in a full window and marks it as no longer exact. Of counted events the oldest are joined in pairs, which
// keeps the count; of values those that occurred again are forgotten; else, the oldest quarter goes.
func (cl *cell) coarsen(cur *entity.Cursor) {
	cl.flags |= cellApprox
	n := int(cl.ring.n)
	kept, used := make([]entry, 0, n), 0
	switch cl.rule.Type {
	case EventCount:
		for j := 0; j < n; j++ {
			e := *cl.ring.at(j)
			if j+1 < n && j < n/2 { // the pair goes by its younger time: it never leaves the window too early
				next := *cl.ring.at(j + 1)
				next.v += e.v
				next.mark |= e.mark
				e = next
				j++
			}
			kept = append(kept, e)
			if j < int(cl.used) {
				used = len(kept)
			}
		}
	case ValueCount:
		var seen counted
		drop := make([]bool, n)
		left := n
		for j := n - 1; j >= 0; j-- {
			before := seen.used
			seen.add(cl.ring.at(j).v)
			if seen.used == before {
				drop[j] = true
				left--
			}
		}
		for j := 0; left > n-n/4 && j < n; j++ {
			if !drop[j] {
				drop[j] = true
				left--
			}
		}
		for j := range n {
			if !drop[j] {
				kept = append(kept, *cl.ring.at(j))
			}
			if j < int(cl.used) {
				used = len(kept)
			}
		}
	default:
		for j := n / 4; j < n; j++ {
			kept = append(kept, *cl.ring.at(j))
		}
		used = max(0, int(cl.used)-n/4)
	}
	cl.ring.head, cl.ring.n = 0, int32(copy(cl.ring.s, kept))
	cl.used = int32(used)
	cl.rebuild(cur)
}

// rebuild makes the active window's numbers anew, after a restart or a loss.
func (cl *cell) rebuild(cur *entity.Cursor) {
	cl.count, cl.lo = 0, 0
	cl.nums = nil
	c := cl.rule
	if c.Type.steps() || cl.ring.n == 0 {
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
