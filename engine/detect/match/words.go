package match

import (
	"fmt"
	"math"
	"slices"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// words is the keywords of lanes that events go through together: their values are searched once for all of them.
type words struct {
	lane  lane // its literals; their rules are indexes into spots
	grams grams
	spots []spot   // lane and literal there
	least int      // bytes of the shortest literal: shorter values hold none
	which []uint16 // the lanes
}

// newWords merges the keywords of lanes; nil where they have none.
func newWords(lanes []lane, which []uint16) *words {
	w := &words{least: math.MaxInt, which: which}
	ids := map[string]int32{}
	var list []int32
	for _, i := range which {
		for _, l := range lanes[i].words {
			text := lanes[i].lits[l].text
			id, ok := ids[text]
			if !ok {
				id = int32(len(w.lane.lits))
				ids[text] = id
				list = append(list, id)
				w.lane.lits = append(w.lane.lits, lit{text: text})
				w.least = min(w.least, len(text))
			}
			w.lane.lits[id].rules = append(w.lane.lits[id].rules, int32(len(w.spots)))
			w.spots = append(w.spots, spot{i, l})
		}
	}
	if len(list) == 0 {
		return nil
	}
	w.grams = newGrams(w.lane.lits, list)
	return w
}

// keywords makes the words of each lane and of each row of the router; rows of the same lanes share theirs.
func (m *Matcher) keywords() {
	sets := map[string]*words{}
	of := func(which []uint16) *words {
		var having []uint16
		for _, l := range which {
			if len(m.lanes[l].words) > 0 {
				having = append(having, l)
			}
		}
		key := fmt.Sprint(having)
		if _, ok := sets[key]; !ok {
			sets[key] = newWords(m.lanes, having)
		}
		return sets[key]
	}
	for i := range m.lanes {
		m.laneWords = append(m.laneWords, of([]uint16{uint16(i)}))
	}
	for _, lanes := range m.byRow {
		m.rowWords = append(m.rowWords, of(lanes))
	}
	for _, w := range sets {
		if w != nil {
			m.maxLits, m.maxSpots = max(m.maxLits, len(w.lane.lits)), max(m.maxSpots, len(w.spots))
		}
	}
}

// want notes a set whose keywords are to be found, unless another has them all; what the new one has all of is dropped.
func (r *run) want(w *words) {
	if w == nil {
		return
	}
	for i, o := range r.sets {
		switch {
		case o == w || w.within(o):
			return
		case o.within(w):
			r.sets[i] = w
			return
		}
	}
	r.sets = append(r.sets, w)
}

// within reports whether o has all lanes of w.
func (w *words) within(o *words) bool {
	for _, l := range w.which {
		if !slices.Contains(o.which, l) {
			return false
		}
	}
	return true
}

// search finds the keywords of the wanted sets in the event.
func (r *run) search() {
	for _, w := range r.sets {
		r.searchSet(w)
	}
}

func (r *run) searchSet(w *words) {
	r.enter(&w.lane)
	for i := range r.ev.Fields {
		f := &r.ev.Fields[i]
		switch {
		case f.Value.K != event.String || len(f.Value.S) > sigma.MaxScan:
			if text, ok := r.text(&f.Value); ok && !hidden(r.ev, f) {
				r.word(w, text)
			}
		case len(f.Value.S) >= w.least && !hidden(r.ev, f):
			r.word(w, f.Value.S)
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
