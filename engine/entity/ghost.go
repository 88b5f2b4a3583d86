package entity

import "strings"

// ghosts remember which entities were evicted, by hash, so that one which comes back is known to have lost state. A table of sets of
// four, twice as many in all as the shard has entities: a ghost goes where four newer ones fall on its set, and then a loss goes unsaid.
// It holds half of each hash: an entity is taken for one that lost something by chance once in a billion.
type ghosts struct{ t [][4]uint32 }

func (g *ghosts) init(entries int) { g.t = make([][4]uint32, pow2((entries+1)/2)) }

func (g *ghosts) add(h uint64) {
	if g.has(h) {
		return
	}
	s := &g.t[h&uint64(len(g.t)-1)]
	s[0], s[1], s[2], s[3] = uint32(h>>32)|1, s[0], s[1], s[2]
}

func (g *ghosts) has(h uint64) bool {
	s, x := &g.t[h&uint64(len(g.t)-1)], uint32(h>>32)|1
	return s[0] == x || s[1] == x || s[2] == x || s[3] == x
}

func (g *ghosts) prefetch(h uint64) { Prefetch(&g.t[h&uint64(len(g.t)-1)]) }

// door is the doorkeeper: under a flood a newcomer is let in when it comes a second time. Two bits a newcomer in a table of
// eight bits an entity, emptied after as many newcomers as the shard has entities: about one in twenty unknown is let in at once.
type door struct {
	bits []uint64
	n    int
	max  int
}

func (d *door) init(entries int) {
	d.bits = make([]uint64, max(1, pow2(entries*8)/64))
	d.max = entries
}

// knows reports whether h came before, and notes it.
func (d *door) knows(h uint64) bool {
	if d.n >= d.max {
		clear(d.bits)
		d.n = 0
	}
	mask := uint64(len(d.bits)*64 - 1)
	a, b := h&mask, h>>32&mask
	if d.bits[a>>6]&(1<<(a&63)) != 0 && d.bits[b>>6]&(1<<(b&63)) != 0 {
		return true
	}
	d.bits[a>>6] |= 1 << (a & 63)
	d.bits[b>>6] |= 1 << (b & 63)
	d.n++
	return false
}

func pow2(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

func cloneKey(s string) string { return strings.Clone(s) }
