package correlate

// trackedSources is how many different sources a window counts as they come and go: an entity is seen by a few. Entries of further
// ones are counted together, and where those could decide, the window is looked through.
const trackedSources = 4

// sources counts the entries of a window by the source they came from.
type sources struct {
	of     [trackedSources]struct{ src, n uint32 }
	others uint32
}

// count adds an entry of a source, or takes one out where by is -1. Entries without a source do not count.
func (s *sources) count(src uint16, by int) {
	if src == 0 {
		return
	}
	free := -1
	for i := range s.of {
		switch o := &s.of[i]; {
		case o.n == 0:
			free = i
		case o.src == uint32(src):
			o.n += uint32(by)
			return
		}
	}
	if by < 0 || free < 0 || s.others > 0 { // what is among the others may have this source: it is one of them until they are gone
		s.others += uint32(by)
		return
	}
	s.of[free].src, s.of[free].n = uint32(src), 1
}

// atLeast reports whether so many sources contributed; known is false where the others could make it so.
func (s *sources) atLeast(want int) (yes, known bool) {
	n := 0
	for i := range s.of {
		if s.of[i].n > 0 {
			n++
		}
	}
	return n >= want, n >= want || s.others == 0
}

// enough reports whether as many sources as the rule wants contributed to the active window.
func (cl *cell) enough() bool {
	want := cl.rule.MinSources
	if want <= 1 {
		return true
	}
	if cl.nums == nil {
		return false
	}
	if yes, known := cl.nums.sources.atLeast(want); known {
		return yes
	}
	return cl.sources(int(cl.lo), int(cl.ring.n))
}

// sources reports whether as many sources as the rule wants contributed to entries [lo, hi): a look through them, the youngest first, at
// most maxSearch of them.
func (cl *cell) sources(lo, hi int) bool {
	want := cl.rule.MinSources
	if want <= 1 {
		return true
	}
	var seen [16]uint16
	n := 0
next:
	for j := hi - 1; j >= lo && j >= hi-maxSearch; j-- {
		s := cl.ring.at(j).src
		for _, o := range seen[:n] {
			if o == s {
				continue next
			}
		}
		if s == 0 || n == len(seen) {
			continue
		}
		seen[n] = s
		if n++; n >= want {
			return true
		}
	}
	return false
}
