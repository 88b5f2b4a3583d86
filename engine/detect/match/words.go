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
	spots []spot // lane and literal there
	least int    // bytes of the shortest literal: shorter values hold none
}

// newWords merges the keywords of lanes; nil where they have none.
func newWords(lanes []lane, which []uint16) *words {
	w := &words{least: math.MaxInt}
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

// search finds the keywords of a set in the event.
func (r *run) search(w *words) {
	if w == nil || slices.Contains(r.searched, w) {
		return
	}
	r.searched = append(r.searched, w)
	r.enter(&w.lane)
	for i := range r.ev.Fields {
		f := &r.ev.Fields[i]
		switch {
		case f.Value.K != event.String || len(f.Value.S) > sigma.MaxScan:
			if t := r.text(f.Value); t.text && !hidden(r.ev, f) {
				r.word(w, t.orig)
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
	if !r.scan(&w.grams, text) {
		s, _ := r.fold(text)
		r.scan(&w.grams, s)
	}
}
