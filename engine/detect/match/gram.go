package match

import (
	"strings"

	"prescore/engine/event"
)

const (
	// gramLen is how many bytes of a literal stand for it in the index. Four are one load and rare enough.
	gramLen = 4
	// stride is how many bytes a scan for long literals goes on at a time: each is filed under that many windows in a row, one of
	// which every scan must meet.
	stride = 4
	// longLit is from what length on a literal has that many windows.
	longLit = gramLen + stride - 1
)

// grams finds which of many literals stand anywhere in a text. Each literal is filed under its rarest four-byte windows; a bitmap
// that stays in the first-level cache says of nearly every window of a text that no literal is filed there.
type grams struct {
	long, middle windows
	short        []int32 // literals shorter than a window: looked for one by one
}

// windows are the literals filed under their windows.
type windows struct {
	bitmap  []uint64
	shift   uint // of the hash, so that it indexes bits of bitmap
	slots   []gramSlot
	entries []gramEntry
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

// maxBitmap bounds a bitmap in bits: 16 KiB, half the first-level cache of the smallest processors.
const maxBitmap = 1 << 17

func load32(s string, i int) uint32 {
	b := event.BytesOf(s[i : i+4])
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func gramHash(g uint32) uint32 { return g * 0x9e3779b1 }

// newGrams files the literals (indexes into lits). weigh says how common a window is.
func newGrams(lits []lit, list []int32, weigh func(window string) int) grams {
	g := grams{}
	var long, middle []int32
	for _, l := range list {
		switch n := len(lits[l].text); {
		case n >= longLit:
			long = append(long, l)
		case n >= gramLen:
			middle = append(middle, l)
		default:
			g.short = append(g.short, l)
		}
	}
	count := map[uint32]int{}
	for _, l := range list {
		for t, i := lits[l].text, 0; i+gramLen <= len(t); i++ {
			count[load32(t, i)]++
		}
	}
	weight := func(w string) int { return count[load32(w, 0)] + weigh(w) }
	g.long = newWindows(lits, long, stride, weight)
	g.middle = newWindows(lits, middle, 1, weight)
	return g
}

// newWindows files each literal under the run of windows whose weight is least.
func newWindows(lits []lit, list []int32, run int, weight func(window string) int) windows {
	w := windows{}
	by := map[uint32][]gramEntry{}
	var order []uint32
	for _, l := range list {
		t := lits[l].text
		best, least := 0, 1<<30
		for i := 0; i+gramLen+run-1 <= len(t); i++ {
			sum := 0
			for k := i; k < i+run; k++ {
				sum += weight(t[k : k+gramLen])
			}
			if sum < least {
				best, least = i, sum
			}
		}
		for k := best; k < best+run; k++ {
			g := load32(t, k)
			if by[g] == nil {
				order = append(order, g)
			}
			by[g] = append(by[g], gramEntry{l, int32(k)})
		}
	}
	if len(order) == 0 {
		return w
	}
	bits := 1 << 10
	for bits < bitsPerGram*len(order) && bits < maxBitmap {
		bits *= 2
	}
	w.bitmap = make([]uint64, bits/64)
	w.shift = 32
	for b := bits; b > 1; b /= 2 {
		w.shift--
	}
	w.slots = make([]gramSlot, tableSize(len(order)))
	for _, k := range order {
		from := int32(len(w.entries))
		w.entries = append(w.entries, by[k]...)
		h := gramHash(k) >> w.shift
		w.bitmap[h/64] |= 1 << (h % 64)
		*w.slot(k) = gramSlot{k, from, int32(len(w.entries))}
	}
	return w
}

// slot finds the slot of a window: its own, or the free one where it would go.
func (w *windows) slot(gram uint32) *gramSlot {
	mask := uint32(len(w.slots) - 1)
	h := gramHash(gram)
	for i := (h ^ h>>15) & mask; ; i = (i + 1) & mask {
		if s := &w.slots[i]; s.gram == gram && s.from != s.to || s.from == s.to {
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
	if len(g.long.bitmap) > 0 && len(text) >= longLit {
		r.strides(&g.long, text)
	}
	if len(g.middle.bitmap) > 0 && len(text) >= gramLen {
		r.bytes(&g.middle, text)
	}
}

// strides looks at every stride-th window of a text.
func (r *run) strides(w *windows, text string) {
	b := event.BytesOf(text)
	bitmap, shift := w.bitmap, w.shift&31
	for i := 0; i+gramLen <= len(b); i += stride {
		x := b[i : i+4 : i+4]
		g := uint32(x[0]) | uint32(x[1])<<8 | uint32(x[2])<<16 | uint32(x[3])<<24
		h := gramHash(g) >> shift
		if k := h / 64; k < uint32(len(bitmap)) && bitmap[k]>>(h%64)&1 != 0 {
			r.gram(w, g, text, i)
		}
	}
}

// bytes looks at every window of a text.
func (r *run) bytes(w *windows, text string) {
	b := event.BytesOf(text)
	bitmap, shift := w.bitmap, w.shift&31
	g := uint32(b[0])<<8 | uint32(b[1])<<16 | uint32(b[2])<<24
	for i, c := range b[gramLen-1:] {
		g = g>>8 | uint32(c)<<24
		h := gramHash(g) >> shift
		if k := h / 64; k < uint32(len(bitmap)) && bitmap[k]>>(h%64)&1 != 0 {
			r.gram(w, g, text, i)
		}
	}
}

// gram compares the literals that are filed under the window at i of text.
func (r *run) gram(w *windows, g uint32, text string, i int) {
	s := w.slot(g)
	for _, e := range w.entries[s.from:s.to] {
		if r.seen[e.lit] == r.epoch {
			continue
		}
		l := r.lane.lits[e.lit].text
		if from := i - int(e.offset); from >= 0 && from+len(l) <= len(text) && text[from:from+len(l)] == l {
			r.hit(e.lit)
		}
	}
}
