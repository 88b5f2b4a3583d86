package correlate

import (
	"math"

	"prescore/engine/entity"
)

// cell is the state of one rule and group: a slot of the group's entity.
type cell struct {
	rule  *rule
	wm    int64 // the newest event time counted
	ring  ring
	lo    int32 // entries before it are out of the window that ends at wm; kept for late records
	used  int32 // entries before it were considered for the incident
	count int64 // records in the window
	nums  *numbers
	inc   *incident
	refs  []byte // entities of the group's records: kind, length, key; bounded by maxRefs
	heard sketch // of the refs
	gone  int64  // of steps: the newest event time of an entry taken to make room, 0: none was
	lag   int64  // arrival less event time of the newest record: how far the stream runs behind the clock
	flags uint8
	held  [maxSteps]uint8 // of steps: how many entries of each there are; trimStep keeps them to maxStepKept and one
}

const (
	cellTimed   uint8 = 1 << iota // a visit was asked for
	cellApprox                    // the window was coarsened
	cellTrunc                     // state was lost within the window
	cellPending                   // an absence is awaited
	cellLate                      // a late record lies among those considered for the incident
)

// cellBytes is a cell without its ring, measured.
const cellBytes = 160

// empty forgets the numbers and keeps their memory.
func (n *numbers) empty() {
	n.set.clear()
	n.sum, n.sorted, n.sources = sum{}, n.sorted[:0], sources{}
}

// numbersBytes is a window's numbers without what they hold, measured.
const numbersBytes = 112

// cellOf gives the window of the cursor's entity, opened where it has none.
func (r *Room) cellOf(cur *entity.Cursor, c *rule, w *work) *cell {
	cl := r.slot.Of(cur.E)
	if cl == nil {
		cl = r.slot.Fresh(cur)
		cl.rule = c
		r.slot.Put(cur, cl, cl.bytes())
		if c.opens != 1<<len(c.steps)-1 {
			r.recall(cur, cl, w)
		}
	}
	return cl
}

// fetch asks for the memory under the window that a record changes: each part lies somewhere else, and is waited for with the others.
func (cl *cell) fetch() {
	if len(cl.ring.s) > 0 {
		entity.Prefetch(cl.ring.at(int(cl.ring.n)))
	}
	if len(cl.refs) > 0 {
		entity.Prefetch(&cl.refs[0])
	}
	if cl.nums != nil {
		entity.Prefetch(cl.nums)
	}
}

// Bounds of what an evicted window leaves to the next: most windows never need more.
const (
	spareEntries = 4   // of the ring
	spareRefs    = 128 // bytes of entity references
	spareValues  = 8   // of the set or list of values
)

// empty makes the window fit for another group; false where its memory is more than most windows need.
func (cl *cell) empty() bool {
	if len(cl.ring.s) > spareEntries || cap(cl.refs) > spareRefs {
		return false
	}
	n := cl.nums
	if n != nil && (len(n.set.slots) > spareValues || cap(n.sorted) > spareValues) {
		n = nil
	}
	if n != nil {
		n.empty()
	}
	*cl = cell{ring: ring{s: cl.ring.s}, refs: cl.refs[:0], nums: n}
	return true
}

// bytes gives the estimate of the heap under the window, its incident left out.
func (cl *cell) bytes() int {
	n := cellBytes + len(cl.ring.s)*entryBytes + cap(cl.refs)
	if cl.nums != nil {
		n += numbersBytes + tallyBytes*len(cl.nums.set.slots) + 8*cap(cl.nums.sorted)
	}
	return n
}

// numbers is what value types keep of the window.
type numbers struct {
	set     counted
	sources sources // of rules that ask for several
	sum     sum
	sorted  sorted
}

// keep is how old an entry may be, from wm, to still matter.
func (c *rule) keep(lateness int64) int64 { return c.Span + lateness }

// start gives where the window that ends at t begins. Of a session it is the caller's.
func (c *rule) start(t int64) int64 {
	if c.Window == Tumbling {
		b := t % c.Span
		if b < 0 {
			b += c.Span
		}
		return t - b
	}
	return t - c.Span
}

// enter takes an entry into the active window's numbers, leave out of them. They give the bytes by which the heap grew.
func (cl *cell) enter(e *entry) int {
	c := cl.rule
	if c.Type.steps() {
		return 0
	}
	grew := 0
	if cl.nums == nil && (c.MinSources > 1 || c.Type != EventCount) {
		cl.nums = &numbers{}
		grew = numbersBytes
	}
	if c.MinSources > 1 {
		cl.nums.sources.count(e.src, 1)
	}
	if c.Type == EventCount {
		cl.count += int64(e.v)
		return grew
	}
	cl.count++
	switch c.Type {
	case ValueCount:
		grew += cl.nums.set.add(e.v)
	case ValueSum, ValueAvg:
		cl.nums.sum.add(e.num())
	default:
		before := cap(cl.nums.sorted)
		cl.nums.sorted.add(e.num())
		grew += 8 * (cap(cl.nums.sorted) - before)
	}
	return grew
}

func (cl *cell) leave(e *entry) {
	if cl.rule.MinSources > 1 && cl.nums != nil {
		cl.nums.sources.count(e.src, -1)
	}
	switch cl.rule.Type {
	case EventCount:
		cl.count -= int64(e.v)
		return
	case Temporal, TemporalOrdered:
		return
	case ValueCount:
		cl.nums.set.remove(e.v)
	case ValueSum, ValueAvg:
		cl.nums.sum.add(-e.num())
		if cl.count == 1 {
			cl.nums.sum = sum{}
		}
	default:
		cl.nums.sorted.remove(e.num())
	}
	cl.count--
}

// measure gives what the active window holds; false where it holds nothing to measure.
func (cl *cell) measure() (float64, bool) {
	switch cl.rule.Type {
	case EventCount:
		return float64(cl.count), true
	case ValueCount:
		if cl.nums == nil {
			return 0, true
		}
		return float64(cl.nums.set.used), true
	}
	if cl.count == 0 || cl.nums == nil {
		return 0, false
	}
	switch cl.rule.Type {
	case ValueSum:
		return cl.nums.sum.value(), true
	case ValueAvg:
		return cl.nums.sum.value() / float64(cl.count), true
	case ValueMedian:
		return cl.nums.sorted.percentile(50), true
	}
	return cl.nums.sorted.percentile(cl.rule.Percentile), true
}

func (c *rule) holds(v float64) bool {
	for _, cd := range c.Conds {
		if !cd.holds(v) {
			return false
		}
	}
	return true
}

// firing is a window in which a rule holds: entries [lo, hi) that contribute, or those picked.
type firing struct {
	ok     bool
	now    bool // the record at hand is part of it
	newest bool // the window ends with the newest record
	lo, hi int
	value  float64
	picked []bool // nil: all of [lo, hi)
}

// add counts an entry and gives the window it makes the rule hold in, if any. too late is false, and the entry not counted.
func (cl *cell) add(cur *entity.Cursor, e *entry, lateness int64, w *work) (f firing, tooLate bool) {
	c := cl.rule
	keep := c.keep(lateness)
	if cl.ring.n > 0 && e.t < cl.wm-keep {
		return f, true
	}
	newest := cl.ring.n == 0 || e.t >= cl.wm
	if newest {
		cl.wm = e.t
	}
	if c.Type.steps() {
		cl.trimStep(e, w)
		if !newest && cl.misses(e) {
			cl.flags |= cellTrunc
			w.cut.late++
		}
	}
	i := int(cl.ring.n)
	if !newest {
		i = cl.ring.after(e.t)
	}
	cur.Grow(cl.ring.insert(i, e))
	if i < int(cl.used) {
		cl.used++
		cl.flags |= cellLate
	}
	if c.Type.steps() {
		cl.held[e.step]++
		i -= cl.expire(keep)
		return cl.search(i, w), false
	}
	switch {
	case c.Window == Session:
		cl.session(cur, i, newest)
	case i < int(cl.lo) || e.t < c.start(cl.wm):
		cl.lo++
	default:
		cur.Grow(cl.enter(cl.ring.at(i)))
	}
	if c.Window != Session {
		cl.advance(c.start(cl.wm))
	}
	i -= cl.expire(keep)
	if int(cl.ring.n) > c.cap {
		cl.coarsen(cur, w)
		w.cut.coarse++
		i = min(i, int(cl.ring.n)-1)
	}
	if !newest && c.rising && c.Window != Session {
		return cl.past(i, w), false
	}
	if i >= int(cl.lo) {
		if v, ok := cl.measure(); ok && c.holds(v) && cl.enough() {
			return firing{ok: true, now: true, newest: newest, lo: int(cl.lo), hi: int(cl.ring.n), value: v}, false
		}
	}
	return f, false
}

// has reports whether the window holds this very record as this step.
func (cl *cell) has(e *entry) bool {
	if e.t > cl.wm { // in order, as most: the window's entries lie far from the processor
		return false
	}
	for j := cl.ring.after(e.t) - 1; j >= 0 && cl.ring.at(j).t == e.t; j-- {
		if x := cl.ring.at(j); x.id == e.id && x.form == e.form && x.step == e.step {
			return true
		}
	}
	return false
}

// advance moves the active window's start to ws.
func (cl *cell) advance(ws int64) {
	for cl.lo < cl.ring.n && cl.ring.at(int(cl.lo)).t < ws {
		cl.leave(cl.ring.at(int(cl.lo)))
		cl.lo++
	}
}

// expire forgets what no record within the lateness can need, and gives how many entries went.
func (cl *cell) expire(keep int64) int {
	n := 0
	for cl.ring.n > 0 && cl.ring.at(0).t < cl.wm-keep {
		switch e := cl.ring.at(0); {
		case cl.rule.Type.steps():
			cl.held[e.step]--
		case cl.lo == 0:
			cl.leave(e)
		default:
			cl.lo--
		}
		if cl.used > 0 {
			cl.used--
		}
		cl.ring.popFront()
		n++
	}
	return n
}

// session moves the active window of a session: it ends where the gap or the timespan is passed. A late record may join two.
func (cl *cell) session(cur *entity.Cursor, i int, newest bool) {
	c, last := cl.rule, int(cl.ring.n)-1
	if newest {
		e := cl.ring.at(last)
		if last > int(cl.lo) && (e.t-cl.ring.at(last-1).t > c.Gap || e.t-cl.ring.at(int(cl.lo)).t > c.Span) {
			for int(cl.lo) < last {
				cl.leave(cl.ring.at(int(cl.lo)))
				cl.lo++
			}
		}
		cur.Grow(cl.enter(e))
		return
	}
	if i < int(cl.lo) {
		cl.lo++
	} else {
		cur.Grow(cl.enter(cl.ring.at(i)))
	}
	lo := 0
	for j := 1; j <= last; j++ {
		if cl.ring.at(j).t-cl.ring.at(j-1).t > c.Gap || cl.ring.at(j).t-cl.ring.at(lo).t > c.Span {
			lo = j
		}
	}
	for int(cl.lo) < lo {
		cl.leave(cl.ring.at(int(cl.lo)))
		cl.lo++
	}
	for int(cl.lo) > lo {
		cl.lo--
		cur.Grow(cl.enter(cl.ring.at(int(cl.lo))))
	}
}

// weight says how much the group's state is worth.
func (cl *cell) weight() uint8 {
	switch {
	case cl.inc != nil:
		return 16
	case cl.flags&cellPending != 0:
		return 8
	case cl.rule.Type.steps():
		return 2
	case cl.ring.n < 2:
		return 0
	}
	return uint8(min(7, 1+math.Ilogb(float64(cl.ring.n))))
}
