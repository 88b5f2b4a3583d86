package correlate

import (
	"fmt"
	"math"
	"math/rand"
	"slices"
	"sort"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// plain is a record of the naive model.
type plain struct {
	t    int64
	step int
	v    float64
	s    string
}

// model measures a window the plain way, over all records so far. The last is at hand.
func model(c *rule, all []plain) (value float64, measured bool) {
	now := all[len(all)-1].t
	lo := 0
	switch c.Window {
	case Sliding:
		for all[lo].t < now-c.Span {
			lo++
		}
	case Tumbling:
		for all[lo].t/c.Span != now/c.Span {
			lo++
		}
	case Session:
		for i := 1; i < len(all); i++ {
			if all[i].t-all[i-1].t > c.Gap || all[i].t-all[lo].t > c.Span {
				lo = i
			}
		}
	}
	win := all[lo:]
	var nums []float64
	distinct, steps := map[string]bool{}, map[int]bool{}
	total := 0.0
	for _, p := range win {
		nums = append(nums, p.v)
		total += p.v
		distinct[p.s] = true
		steps[p.step] = true
	}
	sort.Float64s(nums)
	at := func(p float64) float64 {
		x := p / 100 * float64(len(nums)-1)
		i := int(math.Floor(x))
		if i+1 == len(nums) {
			return nums[i]
		}
		return nums[i] + (nums[i+1]-nums[i])*(x-float64(i))
	}
	switch c.Type {
	case EventCount:
		return float64(len(win)), true
	case ValueCount:
		return float64(len(distinct)), true
	case ValueSum:
		return total, true
	case ValueAvg:
		return total / float64(len(win)), true
	case ValueMedian:
		return at(50), true
	case ValuePercentile:
		return at(c.Percentile), true
	case Temporal:
		return float64(len(steps)), true
	}
	// In order: the longest chain of steps 0, 1, ..., that ends with the record at hand as the last step.
	last := len(c.Steps) - 1
	if win[len(win)-1].step != last {
		return 0, false
	}
	want := last - 1
	for i := len(win) - 2; i >= 0 && want >= 0; i-- {
		if win[i].step == want {
			want--
		}
	}
	if want >= 0 {
		return 0, false
	}
	return float64(len(c.Steps)), true
}

// TestTypesEqualModel runs every type over every window against the naive model, in order, equal times included.
func TestTypesEqualModel(t *testing.T) {
	for typ := EventCount; typ <= TemporalOrdered; typ++ {
		for win := Sliding; win <= Session; win++ {
			if typ == TemporalOrdered && win != Sliding {
				continue
			}
			t.Run(fmt.Sprint(typ, "/", windowNames[win]), func(t *testing.T) {
				c := Rule{ID: "r", Title: "r", Type: typ, GroupBy: []string{"g"}, Span: 60 * second, Window: win, Gap: 9 * second,
					Percentile: 90, NoIncident: true, Conds: []Cond{{GT, -1e300}}}
				steps := 1
				if typ.steps() {
					steps = 3
				}
				for i := range steps {
					c.Steps = append(c.Steps, Step{Name: fmt.Sprint("s", i), Any: []Match{{Ref: fmt.Sprint("s", i)}}})
				}
				switch typ {
				case ValueCount:
					c.Fields = []string{"s"}
				case ValueSum, ValueAvg, ValueMedian, ValuePercentile:
					c.Fields = []string{"v"}
				}
				b := newBench(t, func(_ *entity.Config, cc *Config, in *In) { cc.Shipped, in.Rules = false, []Rule{c} })
				rng := rand.New(rand.NewSource(int64(typ)*10 + int64(win)))
				all := map[string][]plain{}
				at, held := int64(0), 0
				for i := range 5000 {
					at += int64(rng.Intn(3)*rng.Intn(8)) * second
					g := fmt.Sprint(rng.Intn(3))
					p := plain{start + at, rng.Intn(steps), float64(rng.Intn(1000)) / 8, fmt.Sprint(rng.Intn(9))}
					all[g] = append(all[g], p)
					ev := b.apply(at, func(ev *event.Event) {
						finding(fmt.Sprint("s", p.step), "g", g, "s", p.s)(ev)
						ev.Add("v", event.FloatOf(p.v), 0)
					})
					want, measured := model(b.r.rules[0], all[g])
					f := found(ev, "r")
					if (f != nil) != measured || measured && math.Abs(f.Value-want) > 1e-9*math.Max(1, math.Abs(want)) {
						t.Fatalf("record %d: %+v, want %v %v", i, f, want, measured)
					}
					if measured {
						held++
					}
				}
				if held < 100 {
					t.Errorf("it held %d times only", held)
				}
			})
		}
	}
}

func TestConditions(t *testing.T) {
	f := func(op Op, v, x float64, want bool) {
		t.Helper()
		if got := (Cond{op, v}).holds(x); got != want {
			t.Errorf("%v %s %v: %v", x, opNames[op], v, got)
		}
	}
	f(GTE, 3, 3, true)
	f(GT, 3, 3, false)
	f(LTE, 3, 3, true)
	f(LT, 3, 3, false)
	f(EQ, 3, 3, true)
	f(NEQ, 3, 3, false)
	f(NEQ, 3, 4, true)
}

// TestRingEqualsSlice holds the ring against a slice, wherever it begins: entries put in and taken out anywhere, and the oldest of each step.
func TestRingEqualsSlice(t *testing.T) {
	rng := rand.New(rand.NewSource(9))
	var r ring
	var want []entry
	for i := range 20_000 {
		e := entry{t: int64(i), step: uint8(rng.Intn(3))}
		at := rng.Intn(len(want) + 1)
		r.insert(at, &e)
		want = slices.Insert(want, at, e)
		for rng.Intn(40) > 38-i%40 && len(want) > 0 {
			at := rng.Intn(len(want)) * rng.Intn(2)
			r.remove(at)
			want = slices.Delete(want, at, at+1)
		}
		if int(r.n) != len(want) {
			t.Fatalf("%d entries, not %d", r.n, len(want))
		}
		for j := range want {
			if *r.at(j) != want[j] {
				t.Fatalf("entry %d of %d from %d is %v, not %v", j, r.n, r.head, *r.at(j), want[j])
			}
			if first := slices.IndexFunc(want, func(e entry) bool { return e.step == want[j].step }); first == j && r.oldest(want[j].step) != j {
				t.Fatalf("the oldest of step %d is at %d, not at %d", want[j].step, j, r.oldest(want[j].step))
			}
		}
	}
}

// TestCounted holds the multiset against a map.
func TestCounted(t *testing.T) {
	var c counted
	m := map[uint64]int{}
	rng := rand.New(rand.NewSource(1))
	for i := range 200_000 {
		h := uint64(rng.Intn(500)) << (rng.Intn(3) * 20)
		if rng.Intn(2) == 0 {
			c.add(h)
			m[h|b2u(h == 0)]++
		} else {
			if h = h | b2u(h == 0); m[h] > 0 {
				if m[h]--; m[h] == 0 {
					delete(m, h)
				}
			}
			c.remove(h)
		}
		if c.used != len(m) {
			t.Fatalf("step %d: %d values, model %d", i, c.used, len(m))
		}
	}
}

func TestIDs(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		b, form := packID(in)
		if got := unpackID(b, form); got != want {
			t.Errorf("%q comes back as %q", in, got)
		}
	}
	for _, id := range []string{"", "EVT-001", "0123456789abcdef", "d2719f38-05fd-4f61-9b0a-2f1f3d3f8f10", "0123456789abcdef0123456789abcdef", "sixteen bytes ok",
		"7a377a3db3f880cd-18ea4bb54f37d1e0", "7a377a3db3f880cd-1", "ffffffffffffffff-ffffffffffffffff"} {
		f(id, id)
	}
	x, y := "arn:aws:something/very/long/1", "arn:aws:something/very/long/2"
	bx, fx := packID(x)
	by, _ := packID(y)
	if bx == by || len(unpackID(bx, fx)) != 25 {
		t.Errorf("long ids: %q", unpackID(bx, fx))
	}
}

// TestCoarse: past its bound a window says so, keeps the count of events, and stays within the bound.
func TestCoarse(t *testing.T) {
	for _, typ := range []Type{EventCount, ValueCount, ValueSum, ValueMedian} {
		c := Rule{ID: "r", Title: "r", Type: typ, Span: hour, Conds: []Cond{{GTE, 0}}, Fields: []string{"v"},
			Steps: []Step{{Name: "s", Any: []Match{{Ref: "s"}}}}}
		b := newBench(t, func(_ *entity.Config, cc *Config, in *In) { cc.Shipped, in.Rules, cc.MaxWindow = false, []Rule{c}, 64 })
		var ev *event.Event
		for i := range 5000 {
			ev = b.apply(int64(i)*second/10, func(ev *event.Event) {
				finding("s")(ev)
				ev.Add("v", event.IntOf(int64(i%50)), 0)
			})
		}
		v := found(ev, "r").Value
		cur := b.st.Peek(b.r.rules[0].kind, "")
		cl := b.r.slot.Of(cur.E)
		n, flags := int(cl.ring.n), cl.flags
		cur.Close()
		if n > 64 || flags&cellApprox == 0 {
			t.Errorf("%s: %d entries, marked %v", typ, n, flags&cellApprox != 0)
		}
		if typ == EventCount && v != 5000 || typ == ValueCount && v != 50 {
			t.Errorf("%s counts %v", typ, v)
		}
	}
}

func TestExpr(t *testing.T) {
	names := []string{"a", "b", "c"}
	step := func(n string) (int, bool) {
		for i, x := range names {
			if x == n {
				return i, true
			}
		}
		return 0, false
	}
	f := func(text string, want func(a, b, c bool) bool, negated uint32) {
		t.Helper()
		x, err := parseExpr(text, step)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		for m := range uint32(8) {
			if got := x.holds(m); got != want(m&1 != 0, m&2 != 0, m&4 != 0) {
				t.Errorf("%s with %03b: %v", text, m, got)
			}
		}
		if got := x.negated(3); got != negated {
			t.Errorf("%s: negated %03b, want %03b", text, got, negated)
		}
	}
	f("a and not b", func(a, b, c bool) bool { return a && !b }, 2)
	f("a and (b or c)", func(a, b, c bool) bool { return a && (b || c) }, 0)
	f("a or b and c", func(a, b, c bool) bool { return a || b && c }, 0)
	f("not (a or not b) and c", func(a, b, c bool) bool { return !(a || !b) && c }, 1)
	f("NOT not a", func(a, b, c bool) bool { return a }, 0)
	g := func(text, want string) {
		t.Helper()
		if _, err := parseExpr(text, step); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	g("a and", "condition ends early")
	g("a b", `condition: unexpected "b"`)
	g("(a", "condition lacks a closing parenthesis")
	g("a and d", `condition names "d", which is not one of its rules`)
}

// FuzzID: an id comes back as it was, or as head and hash.
func FuzzID(f *testing.F) {
	f.Add("7a377a3db3f880cd-18ea4bb54f37d1e0")
	f.Add("d2719f38-05fd-4f61-9b0a-2f1f3d3f8f10")
	f.Fuzz(func(t *testing.T, id string) {
		b, form := packID(id)
		if got := unpackID(b, form); got != id && (form != idLong || len(id) <= 16) {
			t.Errorf("%q comes back as %q", id, got)
		}
	})
}
