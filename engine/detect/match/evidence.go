package match

import (
	"strings"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// Shown is a field and its value that made a rule match.
type Shown struct {
	Field string // as rules call it
	Value string
	ID    int   // of Field, as Fields.Name takes it; 0 for every value of the event
	Own   bool  // Value is a view of the event's, which lives as long; else it ends with the next Run
	Plain *bool // kept with the field and the value as long as memory knows them, for the caller; nil where it does not
}

// Evidence calls do with the field and the value of each line of a rule's detections that made it match, until it gives false.
// The rule is one that the last Run gave.
func (s *Scratch) Evidence(rule int32, do func(Shown) bool) {
	w := s.m.where[rule]
	s.lane = &s.m.lanes[w.lane]
	s.memo = s.memos[s.lane.base:]
	s.evidence(s.lane.rules[w.n].root, do)
}

// evidence walks a node that holds; it gives false where do has enough.
func (r *run) evidence(n int32, do func(Shown) bool) bool {
	if n < 0 {
		return r.show(&r.lane.items[^n], do)
	}
	nd := &r.lane.nodes[n]
	if nd.op == sigma.OpNot { // what is not there shows nothing
		return true
	}
	for _, k := range r.lane.kids[nd.from:nd.to] {
		if (nd.op == sigma.OpAnd || r.direct(k)) && !r.evidence(k, do) {
			return false
		}
	}
	return true
}

// direct evaluates a node without the index, which belongs to the lane that ran last.
func (r *run) direct(n int32) bool {
	if n < 0 {
		if m := r.memo[^n]; m>>1 == r.mark {
			return m&1 != 0
		}
		it := &r.lane.items[^n]
		return r.evaluate(it) != it.negate
	}
	nd := &r.lane.nodes[n]
	if nd.op == sigma.OpNot {
		return !r.direct(r.lane.kids[nd.from])
	}
	want := nd.n
	if nd.op == sigma.OpAnd {
		want = nd.to - nd.from
	}
	for _, k := range r.lane.kids[nd.from:nd.to] {
		if r.direct(k) {
			want--
		}
	}
	return want <= 0
}

// show gives the values of the field of an item that holds that its values compare with.
func (r *run) show(it *item, do func(Shown) bool) bool {
	if it.negate {
		return true
	}
	have := r.values(it.field)
	if len(have.list) == 1 && it.texts && have.list[0].text && len(have.list[0].orig) <= event.MaxMatchValue {
		// the item holds, so that it is this value that compares
		return do(Shown{it.name(), have.list[0].orig, int(it.field), have.list[0].kind == event.String, r.plain(it.field)})
	}
	for i := range have.list {
		h := &have.list[i]
		for k := range it.vals {
			v := &it.vals[k]
			if v.test == testExists || v.test == testNull || !h.text || !r.compare(it, v, h) {
				continue
			}
			if !do(Shown{Field: it.name(), Value: r.around(h, v), ID: int(it.field)}) {
				return false
			}
			break
		}
	}
	return true
}

// name gives what a person knows an item's field by.
func (it *item) name() string {
	if it.src.Field == "" {
		return "keyword"
	}
	return it.src.Field
}

// around gives the part of a long value where a text was found, so that what matched is in what is shown.
func (r *run) around(h *textValue, v *value) string {
	if len(h.orig) <= event.MaxMatchValue || v.test != testContains {
		return h.orig
	}
	s := h.orig
	if !v.cased {
		s = r.folded(h)
	}
	if len(s) != len(h.orig) { // folding moved what follows
		return h.orig
	}
	return h.orig[max(0, strings.Index(s, v.text)-event.MaxMatchValue/4):]
}
