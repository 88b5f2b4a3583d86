package project

import (
	"math/bits"

	"prescore/engine/event"
)

// Extra is what the caller of Plan wants beyond what the event says.
type Extra uint8

// The extras.
const (
	Original   Extra = 1 << iota // a place for the original text, which SetOriginal gives before the view is written
	NoUnmapped                   // without what OCSF has no name for: the caller writes "unmapped" itself
)

// Plan finds out what the view has to say of an event.
func (v *View) Plan(p *Plan, ev *event.Event, extra Extra) {
	var flags flag
	if v.flags != 0 {
		flags = flagsOf(ev)
	}
	if v.programs == nil {
		v.planAnew(p, ev, extra, flags)
		return
	}
	sig := v.signatureOf(ev, extra, flags)
	h := sig.hash()
	if g := v.programs.find(&sig, h, ev); g != nil {
		*p = g.plan
		p.program = g
		return
	}
	v.planAnew(p, ev, extra, flags)
	if place := v.programs.place(h); place != nil {
		place.Store(v.compile(&sig, p, ev))
	}
}

// planAnew is Plan without programs.
func (v *View) planAnew(p *Plan, ev *event.Event, extra Extra, flags flag) {
	*p = Plan{}
	if v.classes != nil {
		v.classOf(p, ev)
	}
	v.planKeys(p, ev)
	for n := range v.anyOf {
		if a := &v.anyOf[n]; a.keys.meets(&p.have) {
			p.live[a.leaf>>6] |= 1 << (a.leaf & 63)
		}
	}
	for f := flags & v.flags; f != 0; f &= f - 1 {
		p.join(v.byFlag[bits.TrailingZeros32(uint32(f))])
	}
	if p.layout != nil {
		v.ocsfPlan(p, p.layout)
	}
	if extra&NoUnmapped != 0 {
		s := v.topLeaf["unmapped"]
		for i := s.lo; i < s.hi; i++ {
			p.live[i>>6] &^= 1 << (i & 63)
		}
	}
	if extra&Original != 0 {
		p.join(v.byFlag[bits.TrailingZeros32(uint32(fOriginal))])
	}
}

// keyLeaves gives the leaf of each key, plus one; 0 where it has none.
func (v *View) keyLeaves(p *Plan) *[event.NumKeys]uint16 {
	if p.layout != nil {
		return &p.layout.byKey
	}
	return &v.byKey
}

// planKeys plans the leaves of keys that are set.
func (v *View) planKeys(p *Plan, ev *event.Event) {
	byKey := v.keyLeaves(p)
	for w, keys := range ev.Keys() {
		keys &= v.keep[w]
		p.have[w] = keys
		for set := keys; set != 0; set &= set - 1 {
			k := event.Key(w<<6 + bits.TrailingZeros64(set))
			val := ev.At(k)
			if val.Empty() {
				p.have[w] &^= set & -set
				continue
			}
			i := byKey[k]
			if i != 0 && !(val.K == event.String && v.quick[i-1].op <= opList) && !v.quick[i-1].op.takes(*val) {
				i = 0
				if p.layout != nil {
					i = p.layout.unmapped[k]
				}
			}
			if i != 0 {
				i--
				p.live[i>>6] |= 1 << (i & 63)
			}
		}
	}
}

// classOf finds the class and the layout of an event of OCSF. A class that the view does not have is a base event.
func (v *View) classOf(p *Plan, ev *event.Event) {
	if p.class = v.classAt[Slot(ev.Class)]; p.class == nil || p.class.uid != ev.Class {
		p.class = v.classAt[Slot(event.BaseEvent)]
	}
	p.layout = &p.class.onSelf
	if ev.Has(event.KeyTargetProcess) || ev.Has(event.KeyTargetProcessPath) || ev.Has(event.KeyTargetProcessPID) {
		p.layout = &p.class.onAnother
	}
}

// Slots is how many places a table by class has: 9 categories and those of the extension for Windows, ClassesEach of each.
const (
	Slots       = 320
	ClassesEach = 32
)

// Slot gives the place of a class. Two classes that nobody has may share one: compare the uid.
func Slot(c event.Class) int {
	if c >= 200000 {
		return 288 + int(c%32)
	}
	return int(c/1000%9)*32 + int(c%1000%32)
}

// join adds a leaf to a set of leaves.
func join(set []part, leaf uint16) []part {
	word := int(leaf >> 6)
	for i := range set {
		if set[i].word == word {
			set[i].bits |= 1 << (leaf & 63)
			return set
		}
	}
	return append(set, part{word, 1 << (leaf & 63)})
}

func (p *Plan) join(set []part) {
	for _, x := range set {
		p.live[x.word] |= x.bits
	}
}

// SetOriginal gives the original text of the record to a plan that has a place for it.
func (p *Plan) SetOriginal(text string) { p.original = text }

// Schema gives the name of the schema.
func (v *View) Schema() string { return v.schema }

// Held appends to dst the texts of canonical keys that the view will write as they are: neither masked nor put in another form.
func (v *View) Held(dst []string, p *Plan, ev *event.Event, m Masker) []string {
	for i := p.next(0); i >= 0; i = p.next(i + 1) {
		l := &v.leaves[i]
		if l.key == 0 || !l.op.verbatim() || v.secret.has(l.key) {
			continue
		}
		val := ev.Get(l.key)
		if val.K != event.String && val.K != event.Number || v.prose.has(l.key) && m != nil && m.MayHold(val.S) {
			continue
		}
		dst = append(dst, val.S)
	}
	return dst
}

// Has reports whether the view will write a top-level key of that name.
func (v *View) Has(p *Plan, name []byte) bool {
	if len(name) == 0 || v.topNames[name[0]]>>(len(name)&31)&1 == 0 {
		return false
	}
	s, ok := v.topLeaf[string(name)]
	if !ok {
		return false
	}
	for i := s.lo; i < s.hi; i++ {
		if p.live[i>>6]&(1<<(i&63)) != 0 {
			return true
		}
	}
	return false
}

// Empty reports whether the view has nothing to write.
func (v *View) Empty(p *Plan) bool { return p.live == [leafWords]uint64{} }

// Count gives the number of top-level keys that the view will write.
func (v *View) Count(p *Plan) int {
	if p.program != nil {
		return p.program.pairs
	}
	n := 0
	for at := p.next(0); at >= 0; n++ {
		l := &v.leaves[at]
		end := at + 1
		if l.depth > 1 {
			end = int(v.nodes[l.nodes[1]].hi)
		}
		at = p.next(end)
	}
	return n
}

// next gives the first live leaf from i on, -1 where there is none.
func (p *Plan) next(i int) int {
	w := i >> 6
	if w >= leafWords {
		return -1
	}
	set := p.live[w] >> (i & 63) << (i & 63)
	for set == 0 {
		if w++; w == leafWords {
			return -1
		}
		set = p.live[w]
	}
	return w<<6 + bits.TrailingZeros64(set)
}
