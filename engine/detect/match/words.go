package match

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// words is the keywords of lanes that events go through together: their values are searched once for all of them.
type words struct {
	lane  lane // its literals; their rules are indexes into spots
	grams grams
	spots []spot   // lane and literal there
	least int      // bytes of the shortest literal: shorter values hold none
	of    []uint16 // the lanes, in the order of the events'

	numeric bool // some literal may stand in the text of a number or a truth
}

// numberText is what the text of a number is made of, folded: digits, signs, a point, an exponent, and what infinity and no number are
// called.
const numberText = "0123456789+-.einfa"

// newWords merges the keywords of lanes.
func newWords(f *filer, lanes []lane, of []uint16) *words {
	w := &words{least: math.MaxInt, of: slices.Clone(of)}
	ids := map[string]int32{}
	var list []int32
	for _, i := range of {
		for _, l := range lanes[i].words {
			text := lanes[i].lits[l].text
			id, ok := ids[text]
			if !ok {
				id = int32(len(w.lane.lits))
				ids[text] = id
				list = append(list, id)
				w.lane.lits = append(w.lane.lits, lit{text: text})
				w.least = min(w.least, len(text))
				w.numeric = w.numeric || strings.Trim(text, numberText) == "" || strings.Contains("true false", text)
			}
			w.lane.lits[id].rules = append(w.lane.lits[id].rules, int32(len(w.spots)))
			w.spots = append(w.spots, spot{i, l})
		}
	}
	w.grams = f.file(w.lane.lits, list)
	return w
}

const (
	// maxWords bounds the merged words that are kept: events of one source and class go through the same lanes, and a host has a few dozen
	// of those. Events whose place others have are searched for the words of one lane after the other.
	maxWords = 256
	// wordsProbes is how many places the words of some lanes may stand in.
	wordsProbes = 4
)

// mergedWords is filled as events come, by several threads; words that are there stay.
type mergedWords [maxWords]atomic.Pointer[words]

// wordsOf gives the words of all lanes of an event, nil where there is room for none.
func (m *Matcher) wordsOf(lanes []uint16) *words {
	h := uint32(len(lanes))
	for _, l := range lanes {
		h = (h ^ uint32(l)) * 0x9e3779b1
	}
	for k := range uint32(wordsProbes) {
		at := &m.merged[(h>>16+k)%maxWords]
		w := at.Load()
		if w == nil {
			w = newWords(&filer{}, m.lanes, lanes)
			if !at.CompareAndSwap(nil, w) {
				w = at.Load()
			}
		}
		if slices.Equal(w.of, lanes) {
			return w
		}
	}
	return nil
}

// keywords makes the words of each lane, for events whose lanes have none together.
func (m *Matcher) keywords(f *filer) {
	for i := range m.lanes {
		w := newWords(f, m.lanes, []uint16{uint16(i)})
		m.laneWords = append(m.laneWords, w)
		m.maxSpots += len(w.spots)
	}
}

// search finds the keywords of lanes in the event; w is what wordsOf gives for them.
func (r *run) search(w *words, lanes []uint16) {
	if w != nil {
		r.searchSet(w)
		return
	}
	for _, l := range lanes {
		r.searchSet(r.m.laneWords[l])
	}
}

// searchSet finds the keywords of a set. A value that is a view of another one that was searched as a whole, as the fields of a line are,
// has no keyword that the other has not, and is passed over.
func (r *run) searchSet(w *words) {
	if len(w.spots) == 0 {
		return
	}
	r.enter(&w.lane)
	long, whole := w.grams.onlyLong(), ""
	for i := range r.ev.Fields {
		f := &r.ev.Fields[i]
		v := &f.Value
		switch {
		case v.K != event.String || len(v.S) > sigma.MaxScan:
			if !w.numeric && v.S == "" && v.K >= event.Bool && v.K <= event.Float {
				continue
			}
			if text, ok := r.text(v); ok && !hidden(r.ev, f) {
				r.word(w, text)
			}
		case len(v.S) < w.least || event.Within(v.S, whole) || hidden(r.ev, f):
		default:
			if long == nil || !r.strides(long, v.S) {
				r.word(w, v.S)
			}
			if len(v.S) > len(whole) {
				whole = v.S
			}
		}
	}
	for _, c := range r.candidates {
		r.found = append(r.found, w.spots[c])
	}
}

func (r *run) word(w *words, text string) {
	if len(w.grams.short) > 0 {
		s, _ := r.fold(text)
		r.shorts(&w.grams, s, nil)
	}
	if !r.scan(&w.grams, text) && (w.grams.isWide() || foldsToASCII(text)) {
		s, _ := r.fold(text)
		r.scan(&w.grams, s)
	}
}
