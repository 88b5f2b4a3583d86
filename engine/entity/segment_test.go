package entity

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// TestSegmentModel holds a segment against a simplelru of the entities themselves: the same order whatever comes, goes and is touched,
// and no more cohorts than there were ever entities at once.
func TestSegmentModel(t *testing.T) {
	const entities = 300
	rng := rand.New(rand.NewSource(4))
	for round := range 30 {
		var s segment
		if err := s.init(entities); err != nil {
			t.Fatal(err)
		}
		model, err := simplelru.NewLRU[uint32, bool](entities+1, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := make([]Entity, entities)
		for i := range all {
			all[i].place = uint32(i)
		}
		most := 1
		for step := range 20_000 {
			e := &all[rng.Intn(1+rng.Intn(entities))] // some far more often than others
			switch op := rng.Intn(4 + round%3); {
			case !model.Contains(e.place):
				model.Add(e.place, true)
				s.add(e)
			case op == 0:
				model.Remove(e.place)
				s.remove(e)
			case op == 1: // as an eviction does it
				place, _, _ := model.RemoveOldest()
				s.remove(&all[place])
			default:
				model.Get(e.place)
				s.remove(e)
				s.add(e)
			}
			most = max(most, model.Len())
			want, _, there := model.GetOldest()
			if got, ok := s.oldest(); ok != there || got != want || s.len() != model.Len() {
				t.Fatalf("step %d: the oldest of %d is %d (%v), not %d of %d", step, s.len(), got, ok, want, model.Len())
			}
			if step%97 == 0 {
				var order []uint32
				s.each(func(place uint32) { order = append(order, place) })
				if !slices.Equal(order, model.Keys()) {
					t.Fatalf("step %d: %v, not %v", step, order, model.Keys())
				}
			}
		}
		if len(s.cohorts) > most+1 || s.lru.Len() != len(s.cohorts) {
			t.Fatalf("%d cohorts, %d listed, for at most %d entities", len(s.cohorts), s.lru.Len(), most)
		}
	}
}
