package match

import (
	"strings"
	"unicode/utf8"

	"prescore/engine/event"
)

const (
	// gramLen is how many bytes of a literal stand for it in the index. Four are one load and rare enough.
	gramLen = 4
	// A scan for long literals goes on by a stride of so many bytes: each literal is filed under that many windows in a row, one of
	// which every scan must meet. The shortest literal says how many it can be.
	minStride = 4
	maxStride = 8
	// longLit is from what length on a literal has the windows of the least stride.
	longLit = gramLen + minStride - 1
	// Shorter literals, mostly a few in a field, are filed under smaller windows, so that a scan for them has a stride as well: of two
	// bytes where there are up to fewLits of them, else of three.
	fewLits = 24
)

// grams finds which of many literals stand anywhere in a text. Each literal is filed under its rarest windows of a few bytes; a bitmap
// that stays in the first-level cache says of nearly every window of a text that no literal is filed there.
type grams struct {
	long, middle *windows   // nil where there are none
	short        []shortLit // literals of up to three bytes: looked for one by one

	// Literals that are not ASCII, which only a text that is not can have: emoji, and the dashes that windash knows.
	wide      *windows
	wideShort []int32
}

// shortLit is a literal that has no window.
type shortLit struct {
	lit  int32
	need pairNeed
}

// windows are the literals filed under their windows.
type windows struct {
	stride  int
	mask    uint32 // of the bytes that a window has
	len     int    // how many they are
	bitmap  []uint64
	shift   uint // of the hash, so that it indexes bits of bitmap
	slots   []gramSlot
	entries []gramEntry
}

type gramSlot struct {
	gram     uint32
	from, to int32 // in entries; equal in a free slot
}

// gramEntry is a literal under one of its windows. Another window of it is looked at before the rest is compared.
type gramEntry struct {
	lit    int32
	offset int32  // of the window within the literal
	beside int32  // where the other window is, from this one
	other  uint32 // the other window
}

// bitsPerGram makes a window that no literal has pass the bitmap once in about sixty.
const bitsPerGram = 64

// maxBitmap bounds a bitmap in bits: 16 KiB, half the first-level cache of the smallest processors.
const maxBitmap = 1 << 17

// loose makes the two cases of a letter one, and some other pairs of characters too; what is found is compared.
const loose = 0x20202020

// window gives the four bytes at i as they are filed.
func window(s string, i int) uint32 {
	b := event.BytesOf(s[i : i+4])
	return (uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24) | loose
}

// at gives the window at i as it is filed.
func (w *windows) at(s string, i int) uint32 {
	if i+gramLen <= len(s) {
		return window(s, i) & w.mask
	}
	g := uint32(0)
	for k := range w.len {
		g |= uint32(s[i+k]) << (8 * k)
	}
	return (g | loose) & w.mask
}

func gramHash(g uint32) uint32 { return g * 0x9e3779b1 }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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

// scan looks a text through, whatever its case, for all but the short literals. It gives false where the text is not ASCII: the folded
// text is to be scanned then.
func (r *run) scan(g *grams, text string) bool {
	ascii := true
	if g.long != nil && len(text) >= longLit {
		ascii = r.strides(g.long, text)
	}
	if g.middle != nil && len(text) >= gramLen {
		ascii = r.strides(g.middle, text) && ascii
	}
	if g.isWide() && (!ascii || !isASCII(text)) {
		r.wides(g, text)
		return false
	}
	return ascii
}

// isWide reports whether some literal is not ASCII.
func (g *grams) isWide() bool { return g.wide != nil || len(g.wideShort) > 0 }

// onlyLong gives the long literals where there are no others.
func (g *grams) onlyLong() *windows {
	if g.middle != nil || len(g.short) > 0 || g.isWide() {
		return nil
	}
	return g.long
}

// wides looks for the literals that are not ASCII.
func (r *run) wides(g *grams, text string) {
	if g.wide != nil && len(text) >= gramLen {
		r.strides(g.wide, text)
	}
	for _, l := range g.wideShort {
		if r.seen[l] != r.epoch && strings.Contains(text, r.lane.lits[l].text) {
			r.hit(l)
		}
	}
}

// shorts looks for the literals that have no window in a folded text; p is its pairs, nil where they are not known.
func (r *run) shorts(g *grams, folded string, p *pairs) {
	for i := range g.short {
		l := &g.short[i]
		if r.seen[l.lit] != r.epoch && (p == nil || p.mayHold(&l.need)) && strings.Contains(folded, r.lane.lits[l.lit].text) {
			r.hit(l.lit)
		}
	}
}

// next gives the first place from i on, a stride after the other, whose window passes the bitmap, or where fewer than eight bytes are
// left; and all bytes on the way, or-ed. It calls nothing, so that what it works with stays in registers.
func (w *windows) next(b []byte, i int) (at int, all uint64) {
	bitmap, shift, stride, mask := w.bitmap, w.shift&31, uint(w.stride), w.mask
	k := uint(i)
	for ; k+8 <= uint(len(b)); k += stride {
		x := le64(b[k : k+8])
		all |= x
		h := gramHash((uint32(x)|loose)&mask) >> shift
		if n := int(h / 64); n < len(bitmap) && bitmap[n]>>(h%64)&1 != 0 {
			break
		}
	}
	return int(k), all
}

// strides looks at a window of a text every stride bytes, and at all of its bytes for what is not ASCII.
func (r *run) strides(w *windows, text string) bool {
	b := event.BytesOf(text)
	bitmap, shift, stride := w.bitmap, w.shift&31, w.stride
	i, all := w.next(b, 0)
	for i+8 <= len(b) {
		r.gram(w, w.at(text, i), text, i)
		at, more := w.next(b, i+stride)
		i, all = at, all|more
	}
	for ; i+w.len <= len(b); i += stride {
		g := w.at(text, i)
		h := gramHash(g) >> shift
		if k := h / 64; k < uint32(len(bitmap)) && bitmap[k]>>(h%64)&1 != 0 {
			r.gram(w, g, text, i)
		}
	}
	return (all|last(b))&high == 0
}

// last gives the last bytes of b, up to eight, in any order.
func last(b []byte) (w uint64) {
	if len(b) >= 8 {
		return le64(b[len(b)-8:])
	}
	for _, c := range b {
		w = w<<8 | uint64(c)
	}
	return w
}

// gram compares the literals that are filed under the window at i of text.
func (r *run) gram(w *windows, g uint32, text string, i int) {
	s := w.slot(g)
	for k := s.from; k < s.to; k++ {
		e := &w.entries[k]
		if at := i + int(e.beside); at < 0 || at+gramLen > len(text) || window(text, at) != e.other || r.seen[e.lit] == r.epoch {
			continue
		}
		l := r.lane.lits[e.lit].text
		if from := i - int(e.offset); from >= 0 && from+len(l) <= len(text) && sameFold(text[from:from+len(l)], l) {
			r.hit(e.lit)
		}
	}
}
