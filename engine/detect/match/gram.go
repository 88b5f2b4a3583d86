package match

import (
	"strings"

	"prescore/engine/event"
)

// gramLen is how many bytes of a literal stand for it in the index. Four are one load and rare enough.
const gramLen = 4

// grams finds which of many literals stand anywhere in a text. Each literal is filed under one of its four-byte windows, its
// rarest; a bitmap that stays in the first-level cache says of nearly every window of a text that no literal is filed there.
type grams struct {
	bitmap  []uint64
	shift   uint // of the hash, so that it indexes bits of bitmap
	slots   []gramSlot
	entries []gramEntry
	short   []int32 // literals shorter than a window: looked for one by one
}

type gramSlot struct {
	gram     uint32
	from, to int32 // in entries; equal in a free slot
}

type gramEntry struct {
	lit    int32
	offset int32 // of the window within the literal
}

// bitsPerGram makes a window that no literal has pass the bitmap once in about sixteen.
const bitsPerGram = 16

// maxBitmap bounds the bitmap in bits: 32 KiB, the first-level cache of the smallest processors.
const maxBitmap = 1 << 18

func load32(s string, i int) uint32 {
	b := event.BytesOf(s[i : i+4])
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func gramHash(g uint32) uint32 { return g * 0x9e3779b1 }

// newGrams files the literals (indexes into lits). weigh says how common a window is.
func newGrams(lits []lit, list []int32, weigh func(window string) int) grams {
	g := grams{}
	count := map[uint32]int{}
	for _, l := range list {
		for t, i := lits[l].text, 0; i+gramLen <= len(t); i++ {
			count[load32(t, i)]++
		}
	}
	by := map[uint32][]gramEntry{}
	var order []uint32
	for _, l := range list {
		t := lits[l].text
		if len(t) < gramLen {
			g.short = append(g.short, l)
			continue
		}
		best, least := 0, 1<<30
		for i := 0; i+gramLen <= len(t); i++ {
			if c := count[load32(t, i)] + weigh(t[i:i+gramLen]); c < least {
				best, least = i, c
			}
		}
		k := load32(t, best)
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], gramEntry{l, int32(best)})
	}
	if len(order) == 0 {
		return g
	}
	bits := 1 << 10
	for bits < bitsPerGram*len(order) && bits < maxBitmap {
		bits *= 2
	}
	g.bitmap = make([]uint64, bits/64)
	g.shift = 32
	for b := bits; b > 1; b /= 2 {
		g.shift--
	}
	g.slots = make([]gramSlot, tableSize(len(order)))
	for _, k := range order {
		from := int32(len(g.entries))
		g.entries = append(g.entries, by[k]...)
		h := gramHash(k) >> g.shift
		g.bitmap[h/64] |= 1 << (h % 64)
		*g.slot(k) = gramSlot{k, from, int32(len(g.entries))}
	}
	return g
}

// slot finds the slot of a window: its own, or the free one where it would go.
func (g *grams) slot(gram uint32) *gramSlot {
	mask := uint32(len(g.slots) - 1)
	h := gramHash(gram)
	for i := (h ^ h>>15) & mask; ; i = (i + 1) & mask {
		if s := &g.slots[i]; s.gram == gram && s.from != s.to || s.from == s.to {
			return s
		}
	}
}

// scan looks a folded text through.
func (r *run) scan(g *grams, text string) {
	for _, l := range g.short {
		if r.seen[l] != r.epoch && strings.Contains(text, r.lane.lits[l].text) {
			r.hit(l)
		}
	}
	if len(g.bitmap) == 0 || len(text) < gramLen {
		return
	}
	b := event.BytesOf(text)
	bitmap, shift := g.bitmap, g.shift&31
	w := uint32(b[0])<<8 | uint32(b[1])<<16 | uint32(b[2])<<24
	for i, c := range b[gramLen-1:] {
		w = w>>8 | uint32(c)<<24
		h := gramHash(w) >> shift
		if k := h / 64; k < uint32(len(bitmap)) && bitmap[k]>>(h%64)&1 != 0 {
			r.gram(g, w, text, i)
		}
	}
}

// gram compares the literals that are filed under the window at i of text.
func (r *run) gram(g *grams, w uint32, text string, i int) {
	s := g.slot(w)
	for _, e := range g.entries[s.from:s.to] {
		if r.seen[e.lit] == r.epoch {
			continue
		}
		l := r.lane.lits[e.lit].text
		if from := i - int(e.offset); from >= 0 && from+len(l) <= len(text) && text[from:from+len(l)] == l {
			r.hit(e.lit)
		}
	}
}
