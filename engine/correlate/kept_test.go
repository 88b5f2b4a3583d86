package correlate

import (
	"fmt"
	"math/rand"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// heldOf counts the entries of each step by a look at all.
func heldOf(cl *cell) (n [maxSteps]uint8) {
	for j := range int(cl.ring.n) {
		n[cl.ring.at(j).step]++
	}
	return n
}

// TestHeld: the entries of each step are counted right and bounded, in order and late, as they come and go.
func TestHeld(t *testing.T) {
	for _, typ := range []Type{Temporal, TemporalOrdered} {
		c := Rule{ID: "r", Title: "r", Type: typ, GroupBy: []string{"g"}, Span: 20 * minute, NoIncident: true}
		for s := range 3 {
			name := fmt.Sprint("s", s)
			c.Steps = append(c.Steps, Step{Name: name, Any: []Match{{Ref: name}}})
		}
		b := newBench(t, func(_ *entity.Config, cc *Config, in *In) { cc.Shipped, in.Rules = false, []Rule{c} })
		rng := rand.New(rand.NewSource(3))
		at, full, gone := int64(0), 0, 0
		for i := range 4000 {
			at += int64(rng.Intn(40)) * second
			if i%500 == 499 {
				at += hour
			}
			b.apply(at-int64(rng.Intn(3)*rng.Intn(100))*second, finding(fmt.Sprint("s", min(2, rng.Intn(4))), "g", "one"))
			cur := b.st.Peek(b.r.rules[0].kind, "one")
			if cur.E != nil {
				cl := b.r.slot.Of(cur.E)
				if want := heldOf(cl); cl.held != want {
					t.Fatalf("%v, record %d: %v, not %v", typ, i, cl.held, want)
				}
				for s := range 3 {
					if cl.held[s] > maxStepKept+1 {
						t.Fatalf("%d of step %d", cl.held[s], s)
					}
					full += int(cl.held[s] / maxStepKept)
				}
				gone += int(b2u(cl.ring.n == 1))
			}
			cur.Close()
		}
		if full < 100 || gone == 0 {
			t.Errorf("%v: full %d times, anew %d times", typ, full, gone)
		}
	}
}

// TestRecount: a window that was read with more of a step than is ever kept loses the oldest of these, and nothing else.
func TestRecount(t *testing.T) {
	rng := rand.New(rand.NewSource(5))
	for range 200 {
		cl := &cell{rule: &rule{Rule: Rule{Type: Temporal}}}
		n := rng.Intn(400)
		for j := range n {
			cl.ring.insert(j, &entry{t: int64(j), step: uint8(rng.Intn(3) * rng.Intn(2))})
		}
		cl.used = int32(rng.Intn(n + 1))
		var want []entry
		var held [maxSteps]int
		used := cl.used
		for j := n - 1; j >= 0; j-- {
			e := *cl.ring.at(j)
			if held[e.step]++; held[e.step] <= maxStepKept+1 {
				want = append(want, e)
			} else if j < int(cl.used) {
				used--
			}
		}
		cl.rebuild(nil)
		if int(cl.ring.n) != len(want) || cl.used != used || cl.held != heldOf(cl) {
			t.Fatalf("%d entries, %d of them used, held %v; want %d, %d", cl.ring.n, cl.used, cl.held, len(want), used)
		}
		for j := range want {
			if *cl.ring.at(len(want) - 1 - j) != want[j] {
				t.Fatalf("entry %d from the end is %v, not %v", j, *cl.ring.at(len(want) - 1 - j), want[j])
			}
		}
	}
}

// TestCoarsenKeepsTheBooks: windows that are coarsened again and again, with values that come and go, are accounted for what they hold.
func TestCoarsenKeepsTheBooks(t *testing.T) {
	c := Rule{ID: "r", Title: "r", Type: ValueCount, Fields: []string{"s"}, GroupBy: []string{"g"}, Span: hour, NoIncident: true, Conds: []Cond{{GTE, 1e4}}}
	c.Steps = []Step{{Name: "s", Any: []Match{{Ref: "s"}}}}
	b := newBench(t, func(_ *entity.Config, cc *Config, in *In) { cc.Shipped, in.Rules = false, []Rule{c} })
	var bytes int64
	for i := range int64(100_000) {
		b.apply(i*second/100, func(ev *event.Event) { finding("s", "g", "one", "s", fmt.Sprint(i%3000))(ev) })
		if i == 30_000 {
			bytes = b.st.Bytes()
		}
	}
	if now := b.st.Bytes(); b.r.n.coarse.Load() == 0 || now > 2*bytes {
		t.Errorf("%d bytes after 30,000 records, %d after 100,000; coarsened %d times", bytes, now, b.r.n.coarse.Load())
	}
}
