package entity

import (
	"fmt"
	"math/rand"
	"testing"
)

// owned is state that knows whose it is.
type owned struct{ of string }

// TestPlacesAreUsedAgain: whoever takes an evicted entity's place finds nothing of its predecessor, keeps its own state, is not visited
// for it, and the tables behind the segments hold what the segments hold.
func TestPlacesAreUsedAgain(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 256, 2 })
	reset := 0
	slot, err := NewSlot(st, SlotSpec[owned]{Name: "owned", Reset: func(v *owned) bool { *v = owned{}; reset++; return true }})
	if err != nil {
		t.Fatal(err)
	}
	quota, err := st.AddKind("quota", 1, 40)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewSource(6))
	asked := map[string]bool{}
	for i := range 60_000 {
		k := Kind(rng.Intn(3))
		if k == 2 {
			k = quota
		}
		key := fmt.Sprint(rng.Intn(600))
		name := fmt.Sprint(k, " ", key)
		c := st.Get(k, key, int64(i)*20*second)
		if c.E != nil {
			if v := slot.Of(c.E); v == nil {
				v = slot.Fresh(&c)
				if v.of != "" {
					t.Fatalf("%s begins with the state of %s", name, v.of)
				}
				v.of = name
				slot.Put(&c, v, 16)
				delete(asked, name)
			} else if v.of != name {
				t.Fatalf("%s has the state of %s", name, v.of)
			}
			c.Weigh(uint8(rng.Intn(4)))
			if rng.Intn(50) == 0 {
				c.Due(int64(i) * 20 * second)
				asked[name] = true
			} else if rng.Intn(200) == 0 {
				c.Delete()
			}
		}
		c.Close()
		if i%500 == 0 {
			st.Tick(int64(i)*20*second, func(c *Cursor, _ int64) {
				if v := slot.Of(c.E); v == nil || !asked[v.of] {
					t.Fatalf("a visit of somebody who did not ask: %v", v)
				}
			})
			clear(asked)
			whole(t, st)
		}
	}
	if reset < 1000 {
		t.Errorf("memory was used again %d times only", reset)
	}
}

// whole holds a store's tables against each other.
func whole(t *testing.T, st *Store) {
	t.Helper()
	bytes := map[bool]int64{}
	for i := range st.shards {
		sh := &st.shards[i]
		listed := sh.all()
		if len(listed) != sh.len() || sh.len() > sh.cap || int(sh.places.n)-len(sh.places.free) != sh.len() {
			t.Fatalf("%d listed, %d in the index, %d places, %d free", len(listed), sh.len(), sh.places.n, len(sh.places.free))
		}
		for _, e := range listed {
			if sh.find(e.hash, e.kind, e.key) != e || sh.segment(e).cohorts[e.cohort].places[e.rank] != e.place+1 {
				t.Fatalf("%q is not where it says", e.key)
			}
			bytes[true] += int64(e.size)
		}
		for k := range sh.queues {
			if q := &sh.queues[k]; q.len() > 2*q.live+minQueue+1 {
				t.Fatalf("%d entries for %d entities of a kind", q.len(), q.live)
			}
		}
		bytes[false] += sh.bytes
	}
	if bytes[true] != bytes[false] {
		t.Fatalf("%d bytes, counted %d", bytes[true], bytes[false])
	}
}

// TestIndex holds the index against a map.
func TestIndex(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	var x index
	model := map[uint32]uint64{}
	has := func(h uint64, place uint32) bool {
		for p, at, ok := x.next(h, int(uint32(h))); ok; p, at, ok = x.next(h, at) {
			if p == place {
				return true
			}
		}
		return false
	}
	for i := range 100_000 {
		place := uint32(rng.Intn(300))
		h, there := model[place]
		if !there {
			h = uint64(rng.Intn(40)) // many of one hash
			if rng.Intn(2) == 0 {
				h = rng.Uint64()
			}
		}
		if has(h, place) != there {
			t.Fatalf("step %d: place %d: there %v", i, place, !there)
		}
		if there {
			x.remove(h, place)
			delete(model, place)
		} else {
			x.put(h, place)
			model[place] = h
		}
		if x.n != len(model) {
			t.Fatalf("step %d: %d words, %d places", i, x.n, len(model))
		}
	}
}
