package match

import (
	"math"
	"strings"
	"sync"
	"unicode/utf8"
)

// filer files literals under their windows. Its memory is used again from one field to the next: of all rules there are half a million
// windows to weigh.
type filer struct {
	weights gramTable // how often a window stands in the literals
	ids     gramTable // of the windows that something is filed under, from 1
	order   []uint32  // those windows, by id
	count   []int32   // and how much is filed under each
	entries []gramEntry
	under   []int32 // the id of each entry
	weight  []int   // of the windows of a literal
	lits    []lit   // of the lane that is indexed
}

// gramTable is a number for each of many windows, at most half full.
type gramTable []gramCount

type gramCount struct {
	gram uint32
	n    int32 // 0 in a free place
}

// reset empties the table and makes room for so many windows.
func (t *gramTable) reset(windows int) {
	if size := tableSize(windows); size > cap(*t) {
		*t = make([]gramCount, size)
	} else {
		*t = (*t)[:size]
		clear(*t)
	}
}

// at gives the number of a window, 0 where it has none.
func (t gramTable) at(gram uint32) *int32 {
	mask := uint32(len(t) - 1)
	h := gramHash(gram)
	for i := (h ^ h>>15) & mask; ; i = (i + 1) & mask {
		c := &t[i]
		if c.n == 0 {
			c.gram = gram
			return &c.n
		}
		if c.gram == gram {
			return &c.n
		}
	}
}

// file gives the index of literals (indexes into lits), whose texts differ.
func (f *filer) file(lits []lit, list []int32) grams {
	g := grams{}
	var long, middle, wide []int32
	for _, l := range list {
		switch t := lits[l].text; {
		case !isASCII(t) && len(t) >= gramLen:
			wide = append(wide, l)
		case !isASCII(t):
			g.wideShort = append(g.wideShort, l)
		case len(t) >= longLit:
			long = append(long, l)
		case len(t) >= gramLen:
			middle = append(middle, l)
		default:
			g.short = append(g.short, shortLit{l, needPairs(t)})
		}
	}
	g.long = f.windows(lits, long, gramLen, maxStride)
	small := gramLen - 1
	if len(middle) <= fewLits {
		small--
	}
	g.middle = f.windows(lits, middle, small, maxStride)
	g.wide = f.windows(lits, wide, gramLen, 1)
	return g
}

// asDash makes the variants of a literal that windash made one.
var asDash = strings.NewReplacer("/", "-", "\u2013", "-", "\u2014", "-", "\u2015", "-")

// dashed reports whether a text may have what asDash makes one.
func dashed(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '-' || s[i] == '/' || s[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// weigh counts the windows of n bytes in literals, as they are written. Variants of a literal count once.
func (f *filer) weigh(lits []lit, list []int32, n int) {
	windows := 0
	for _, l := range list {
		windows += max(len(lits[l].text)-n+1, 0)
	}
	f.weights.reset(windows)
	var seen map[string]bool
	for _, l := range list {
		t := lits[l].text
		if dashed(t) {
			key := asDash.Replace(t)
			if seen[key] {
				continue
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[key] = true
		}
		for i := 0; i+n <= len(t); i++ {
			*f.weights.at(written(t, i, n))++
		}
	}
}

// written gives the n bytes at i as they are written.
func written(t string, i, n int) (w uint32) {
	for k := range n {
		w |= uint32(t[i+k]) << (8 * k)
	}
	return w
}

// weightOf gives how common a window is: in literals, and in events at large. What variants of a literal differ in weighs more than
// what they share, so that they are filed together.
func (f *filer) weightOf(t string, i, n int, often map[uint32]int) int {
	w := written(t, i, n)
	sum := int(*f.weights.at(w)) + 1000*often[w]
	if dashed(t[i : i+n]) {
		sum += 3
	}
	return sum
}

// common counts the windows of commonText, by their length.
var common = sync.OnceValue(func() (m [gramLen + 1]map[uint32]int) {
	for n := range m {
		m[n] = map[uint32]int{}
		for i := 0; i+n <= len(commonText); i++ {
			m[n][written(commonText, i, n)]++
		}
	}
	return m
})

// windows files each literal under a run of windows of n bytes, as many as the scan's stride: the run whose weight is least. The stride
// is what the shortest literal allows, and most at most. It gives nil where there is no literal.
func (f *filer) windows(lits []lit, list []int32, n, most int) *windows {
	if len(list) == 0 {
		return nil
	}
	w := &windows{stride: most, len: n, mask: 1<<(8*n) - 1}
	for _, l := range list {
		w.stride = min(w.stride, len(lits[l].text)-n+1)
	}
	f.weigh(lits, list, n)
	often := common()[n]
	f.ids.reset(w.stride * len(list))
	f.order, f.count, f.entries, f.under = f.order[:0], f.count[:0], f.entries[:0], f.under[:0]
	for _, l := range list {
		t := lits[l].text
		f.weight = f.weight[:0]
		for i := 0; i+n <= len(t); i++ {
			f.weight = append(f.weight, f.weightOf(t, i, n, often))
		}
		best := lightest(f.weight, w.stride)
		for k := best; k < best+w.stride; k++ {
			g := w.at(t, k)
			id := f.ids.at(g)
			if *id == 0 {
				f.order, f.count = append(f.order, g), append(f.count, 0)
				*id = int32(len(f.order))
			}
			f.count[*id-1]++
			other := 0 // the end that is farther away
			if k < len(t)-gramLen-k {
				other = len(t) - gramLen
			}
			f.entries = append(f.entries, gramEntry{l, int32(k), int32(other - k), window(t, other)})
			f.under = append(f.under, *id-1)
		}
	}
	f.fill(w)
	return w
}

// lightest gives where the run of so many weights starts whose sum is least.
func lightest(weights []int, run int) int {
	best, least, sum := 0, math.MaxInt, 0
	for i, w := range weights { // sum is of the run that ends here
		if sum += w; i >= run {
			sum -= weights[i-run]
		}
		if i >= run-1 && sum < least {
			best, least = i-run+1, sum
		}
	}
	return best
}

// fill puts what is filed into windows.
func (f *filer) fill(w *windows) {
	bits := 1 << 10
	for bits < bitsPerGram*len(f.order) && bits < maxBitmap {
		bits *= 2
	}
	w.bitmap, w.shift = make([]uint64, bits/64), 32
	for b := bits; b > 1; b /= 2 {
		w.shift--
	}
	w.slots = make([]gramSlot, tableSize(len(f.order)))
	w.entries = make([]gramEntry, len(f.entries))
	from := int32(0)
	for id, g := range f.order {
		h := gramHash(g) >> w.shift
		w.bitmap[h/64] |= 1 << (h % 64)
		*w.slot(g) = gramSlot{g, from, from + f.count[id]}
		f.count[id], from = from, from+f.count[id] // from here on: where its next entry goes
	}
	for i, e := range f.entries {
		next := &f.count[f.under[i]]
		w.entries[*next] = e
		*next++
	}
}
