package correlate

import (
	"testing"

	"prescore/engine/entity"
)

// TestLateSequence: a thousand late records of one sequence, newest first, leave its window with more entries than its cap, and are
// counted all the same.
func TestLateSequence(t *testing.T) {
	rule := Rule{ID: "r", Title: "r", Type: TemporalOrdered, GroupBy: []string{"g"}, Span: hour,
		Steps: []Step{{Name: "a", Any: []Match{{Ref: "a"}}}, {Name: "b", Any: []Match{{Ref: "b"}}}}}
	b := newBench(t, func(_ *entity.Config, c *Config, in *In) { c.Shipped, in.Rules = false, []Rule{rule} })
	fired := 0
	for i := range 1200 {
		ref := "b"
		if i%2 == 1 {
			ref = "a"
		}
		ev := b.apply(300*second-int64(i)*second/5, finding(ref, "g", "one"))
		if found(ev, "r") != nil {
			fired++
		}
	}
	if fired == 0 {
		t.Error("the sequence never held")
	}
}
