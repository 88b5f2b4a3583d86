package entity

// index finds the place of an entity by its hash: open addressing, linear probing, at most three quarters full, removal by shifting
// back. A word holds the low half of the hash and the place plus one, so that a look for somebody unknown reads nothing else.
type index struct {
	t []uint64
	n int
}

const minIndex = 16 // words of the smallest index

func word(h uint64, place uint32) uint64 { return h<<32 | uint64(place+1) }

// next gives the place of the next word of h's tag at or behind i and where to go on; false at the end of its run.
func (x *index) next(h uint64, i int) (place uint32, at int, ok bool) {
	if len(x.t) == 0 {
		return 0, 0, false
	}
	for i &= len(x.t) - 1; x.t[i] != 0; i = (i + 1) & (len(x.t) - 1) {
		if uint32(x.t[i]>>32) == uint32(h) {
			return uint32(x.t[i]) - 1, i + 1, true
		}
	}
	return 0, 0, false
}

func (x *index) put(h uint64, place uint32) {
	if 4*(x.n+1) > 3*len(x.t) {
		old := x.t
		x.t = make([]uint64, max(minIndex, 2*len(old)))
		for _, w := range old {
			if w != 0 {
				x.enter(w)
			}
		}
	}
	x.enter(word(h, place))
	x.n++
}

func (x *index) enter(w uint64) {
	i := int(w>>32) & (len(x.t) - 1)
	for x.t[i] != 0 {
		i = (i + 1) & (len(x.t) - 1)
	}
	x.t[i] = w
}

func (x *index) remove(h uint64, place uint32) {
	mask := len(x.t) - 1
	i := int(uint32(h)) & mask
	for x.t[i] != word(h, place) {
		i = (i + 1) & mask
	}
	x.t[i] = 0
	x.n--
	for j := (i + 1) & mask; x.t[j] != 0; j = (j + 1) & mask {
		if home := int(x.t[j]>>32) & mask; (j-home)&mask >= (j-i)&mask { // i lies between its home and j: it may move there
			x.t[i], x.t[j] = x.t[j], 0
			i = j
		}
	}
}
