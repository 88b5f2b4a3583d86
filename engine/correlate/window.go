package correlate

import "math"

// entry is one record in a window: 40 bytes without a pointer, so that a hundred thousand windows cost the collector nothing.
type entry struct {
	t    int64  // event time
	v    uint64 // event_count: records it stands for; value_count: hash of the value; numbers: bits of the float64; steps: hash of what must differ
	id   [16]byte
	form idForm
	step uint8
	base uint8 // baseline in tenths
	mark uint8
	src  uint16
	tech uint16
}

const (
	markUsed    uint8 = 1 << iota // it is part of the incident
	markPending                   // an absence is awaited after it
)

func (e *entry) num() float64 { return math.Float64frombits(e.v) }

// ring is a queue of entries in order of time.
type ring struct {
	s    []entry // length a power of two, or 0
	head int32
	n    int32
}

func (r *ring) at(i int) *entry { return &r.s[(int(r.head)+i)&(len(r.s)-1)] }

func (r *ring) popFront() {
	r.head = (r.head + 1) & int32(len(r.s)-1)
	r.n--
}

// insert puts e at index i and says how many bytes the ring grew by.
func (r *ring) insert(i int, e *entry) int {
	grew := 0
	if int(r.n) == len(r.s) {
		s := make([]entry, max(1, 2*len(r.s)))
		for j := range int(r.n) {
			s[j] = *r.at(j)
		}
		grew = (len(s) - len(r.s)) * entryBytes
		r.s, r.head = s, 0
	}
	r.n++
	if i < int(r.n)/2 { // the shorter side moves: of a late entry mostly the end, of an old one the front
		r.head = (r.head - 1) & int32(len(r.s)-1)
		for j := range i {
			*r.at(j) = *r.at(j + 1)
		}
	} else {
		for j := int(r.n) - 1; j > i; j-- {
			*r.at(j) = *r.at(j - 1)
		}
	}
	*r.at(i) = *e
	return grew
}

// remove takes the entry at index i out. The shorter side moves.
func (r *ring) remove(i int) {
	if i < int(r.n)/2 {
		for j := i; j > 0; j-- {
			*r.at(j) = *r.at(j - 1)
		}
		r.popFront()
		return
	}
	for j := i; j < int(r.n)-1; j++ {
		*r.at(j) = *r.at(j + 1)
	}
	r.n--
}

const entryBytes = 40

// before gives how many entries are older than t: the index of the first that is not. It looks from the end, where time is.
func (r *ring) before(t int64) int {
	lo, hi := 0, int(r.n)
	for lo < hi {
		m := (lo + hi) / 2
		if r.at(m).t < t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// after gives the index behind the last entry that is not younger than t: where one of time t goes, after its equals.
func (r *ring) after(t int64) int {
	if r.n == 0 || r.at(int(r.n)-1).t <= t {
		return int(r.n)
	}
	return r.before(t + 1)
}

// oldest gives the index of the oldest entry of a step, which must be there.
func (r *ring) oldest(step uint8) int {
	i := 0
	for r.at(i).step != step {
		i++
	}
	return i
}

// counted is a multiset of hashes: open addressing, linear probing, at most half full, removal by shifting back. Zero is kept
// as one.
type counted struct {
	slots []tally
	used  int
}

// tally is a hash and how often it is there; together, so that a look is one line of the processor's cache.
type tally struct {
	key uint64
	n   uint32
}

const tallyBytes = 16

func (c *counted) add(h uint64) int {
	h |= b2u(h == 0)
	grew := 0
	if 2*(c.used+1) > len(c.slots) {
		old := c.slots
		c.slots = make([]tally, max(8, 2*len(old)))
		for _, s := range old {
			if s.key != 0 {
				*c.find(s.key) = s
			}
		}
		grew = (len(c.slots) - len(old)) * tallyBytes
	}
	s := c.find(h)
	if s.key == 0 {
		*s = tally{key: h}
		c.used++
	}
	s.n++
	return grew
}

// clear empties the set and keeps its memory.
func (c *counted) clear() {
	clear(c.slots)
	c.used = 0
}

func (c *counted) remove(h uint64) {
	if c.used == 0 {
		return
	}
	h |= b2u(h == 0)
	mask := len(c.slots) - 1
	i := c.at(h)
	if c.slots[i].key == 0 {
		return
	}
	if c.slots[i].n--; c.slots[i].n > 0 {
		return
	}
	c.slots[i].key = 0
	c.used--
	for j := (i + 1) & mask; c.slots[j].key != 0; j = (j + 1) & mask {
		home := int(spread(c.slots[j].key)) & mask
		if (j-home)&mask >= (j-i)&mask { // i lies between its home and j: it may move there
			c.slots[i] = c.slots[j]
			c.slots[j].key = 0
			i = j
		}
	}
}

// at gives where a hash is, or would be.
func (c *counted) at(h uint64) int {
	mask := len(c.slots) - 1
	i := int(spread(h)) & mask
	for c.slots[i].key != 0 && c.slots[i].key != h {
		i = (i + 1) & mask
	}
	return i
}

func (c *counted) find(h uint64) *tally { return &c.slots[c.at(h)] }

func spread(h uint64) uint64 {
	h *= 0x9e3779b97f4a7c15
	return h >> 20
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// sum adds and takes away without drift: Neumaier's compensation, and anew from nothing whenever the window is empty.
type sum struct{ s, c float64 }

func (a *sum) add(x float64) {
	t := a.s + x
	if math.Abs(a.s) >= math.Abs(x) {
		a.c += (a.s - t) + x
	} else {
		a.c += (x - t) + a.s
	}
	a.s = t
}

func (a *sum) value() float64 { return a.s + a.c }

// sorted holds the numbers of a window in order.
type sorted []float64

func (s *sorted) add(x float64) {
	i := s.find(x)
	*s = append(*s, 0)
	copy((*s)[i+1:], (*s)[i:])
	(*s)[i] = x
}

func (s *sorted) remove(x float64) {
	if i := s.find(x); i < len(*s) && (*s)[i] == x {
		*s = append((*s)[:i], (*s)[i+1:]...)
	}
}

func (s *sorted) find(x float64) int {
	lo, hi := 0, len(*s)
	for lo < hi {
		m := (lo + hi) / 2
		if (*s)[m] < x {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// percentile interpolates between the two nearest ranks, as most query engines do (Hyndman and Fan's type 7).
func (s sorted) percentile(p float64) float64 {
	x := p / 100 * float64(len(s)-1)
	i := int(x)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (s[i+1]-s[i])*(x-float64(i))
}
