package project

import (
	"math/bits"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// compiler makes a program of the plan of one event.
type compiler struct {
	v    *View
	p    Plan // the plan, as it writes
	g    *program
	from int // where the bytes of the step to come start in the blob
}

// compile makes a program of an event's plan. It does with bytes known beforehand what AppendPairs does with each event.
func (v *View) compile(sig *signature, p *Plan, ev *event.Event) *program {
	g := &program{sig: *sig, pairs: v.Count(p), plan: *p}
	c := compiler{v: v, p: *p, g: g}
	c.p.v, c.p.ev = v, ev
	c.guards()
	depth := 1
	var path [maxDepth]uint16
	for i := p.next(0); i >= 0; i = p.next(i + 1) {
		l := &v.leaves[i]
		for depth > 1 && int(v.nodes[path[depth-1]].hi) <= i {
			depth--
		}
		for ; depth < int(l.depth); depth++ {
			id := l.nodes[depth]
			path[depth] = id
			g.blob = append(g.blob, v.nodes[id].head...)
			g.blob = wire.AppendMap(g.blob, v.members(p, id, depth+1))
		}
		g.blob = append(g.blob, l.head...)
		c.leaf(l, uint16(i))
	}
	c.step(asNothing, 0, 0)
	g.blob = append(g.blob, make([]byte, chunk)...)
	return g
}

// members gives the number of members that a map of the view will have, whose own members stand at depth.
func (v *View) members(p *Plan, id uint16, depth int) (n int) {
	end := int(v.nodes[id].hi)
	for i := p.next(int(v.nodes[id].lo)); i >= 0 && i < end; n++ {
		next := i + 1
		if l := &v.leaves[i]; int(l.depth) > depth {
			next = int(v.nodes[l.nodes[depth]].hi)
		}
		i = p.next(next)
	}
	return n
}

// guards notes what the event's values are like, as far as the plan looked at them.
func (c *compiler) guards() {
	byKey := c.v.keyLeaves(&c.p)
	for w, set := range c.p.ev.Keys() {
		for set &= c.v.keep[w]; set != 0; set &= set - 1 {
			k := event.Key(w<<6 + bits.TrailingZeros64(set))
			val := c.p.ev.At(k)
			switch i := byKey[k]; {
			case val.K == event.String && val.S == "":
				c.g.guards = append(c.g.guards, guard{key: k, kind: val.K, test: testEmpty})
			case !val.Empty() && i != 0 && c.v.quick[i-1].op.looksAt(val.K):
				g := guard{key: k, kind: val.K, op: c.v.quick[i-1].op, test: testNot}
				if g.op.takes(*val) {
					g.test = testTakes
				}
				c.g.guards = append(c.g.guards, g)
			case val.K == event.String:
				c.g.texts = append(c.g.texts, k)
			default:
				c.g.kinds = append(c.g.kinds, kindOf{k, val.K})
			}
		}
	}
}

// step ends a step: the bytes since the last one, then a value.
func (c *compiler) step(h how, k event.Key, more uint16) {
	n := len(c.g.blob) - c.from
	for ; n > maxStep; n -= maxStep { // the size of a step has two bytes
		c.g.steps = append(c.g.steps, step{at: uint32(c.from), size: maxStep, how: asNothing})
		c.from += maxStep
	}
	c.g.steps = append(c.g.steps, step{at: uint32(c.from), size: uint16(n), key: k, more: more, how: h})
	c.from = len(c.g.blob)
}

const maxStep = 1<<16 - 1

// leaf appends a value that is known, or ends a step with one that is not.
func (c *compiler) leaf(l *leaf, i uint16) {
	g, ev := c.g, c.p.ev
	if c.known(l) {
		g.blob = c.p.value(g.blob, l)
		return
	}
	k, before := c.keyOf(l)
	var kind event.Kind
	if k != 0 {
		kind = ev.At(k).K
	}
	switch {
	case l.op == ecsStart && ev.Has(event.KeyStartTime) && !c.v.keep.has(event.KeyStartTime): // no guard says its kind
		c.step(asValue, 0, i)
	case l.op == ecsTimestamp || l.op == ecsStart && ev.Get(event.KeyStartTime).K != event.Time:
		c.step(asWhen, 0, 0)
	case l.op == ecsStart:
		c.step(asTime, event.KeyStartTime, 0)
	case l.op == opDate && !c.v.secret.has(k):
		c.step(asTime, k, 0)
	case l.op == ecsDistinct && c.distinct(l):
	case l.op == ecsRisk:
		c.step(asRisk, 0, 0)
	case k == 0 || c.v.secret.has(k):
		c.step(asValue, 0, i)
	case l.op == ocsfBase && kind == event.String:
		c.step(asBase, k, 0)
	case (l.op == opLong || l.op == ocsfNumber) && kind == event.Int:
		c.step(asInt, k, 0)
	case kind == event.Float && l.op == opFloat:
		c.step(asFloat, k, 0)
	case kind == event.Float && l.op == ecsPercent:
		c.step(asPercent, k, 0)
	case l.op == opText && (kind == event.Int || kind == event.Uint || kind == event.Float || kind == event.Bool):
		c.step(asNumber, k, 0)
	case kind == event.String && (l.key == 0 || l.op.verbatim()):
		g.blob = append(g.blob, before...)
		if c.v.prose.has(k) {
			c.step(asProse, k, 0)
		} else {
			c.step(asText, k, 0)
		}
	default:
		c.step(asValue, 0, i)
	}
}

// known reports whether the signature alone decides the value of a derived leaf.
func (c *compiler) known(l *leaf) bool {
	if l.key != 0 {
		return false
	}
	switch l.op {
	case opConst, ecsKind, ecsCategory, ecsFramework, ocsfActivityID, ocsfCategoryUID, ocsfCategoryName, ocsfClassUID, ocsfClassName,
		ocsfTypeUID, ocsfTypeName, ocsfProfiles:
		return true
	case ecsType:
		return !c.p.ev.Has(event.KeyDisposition)
	case ocsfActivityName:
		return c.p.activityID() != event.ActivityOther || !c.p.have.has(event.KeyAction)
	case ocsfDirectionID, ocsfDirection:
		return !c.p.have.has(event.KeyDirection)
	}
	return false
}

// keyOf gives the key whose value a leaf writes as text where it is text, and what stands before it; 0 where there is none such.
func (c *compiler) keyOf(l *leaf) (k event.Key, before string) {
	if l.key != 0 {
		if l.op.list() {
			before = "\x91"
		}
		return l.key, before
	}
	p := &c.p
	switch l.op {
	case ecsFirstText, ocsfText, ocsfBase:
		return p.first(l.keys), ""
	case ocsfList:
		return p.first(l.keys), "\x91"
	case ocsfNamed:
		return p.first(l.keys), "\x91\x81\xa4name"
	case ocsfData:
		return p.first(l.keys), "\x91\x81\xa5rdata"
	case ecsAnswers:
		return event.KeyDNSAnswer, "\x91\x81\xa4data"
	case ecsRuleID:
		return p.first([]event.Key{event.KeyRuleID}), ""
	case ecsRuleName:
		return p.first([]event.Key{event.KeyRule}), ""
	case ocsfProduct:
		return p.first([]event.Key{event.KeyProduct}), ""
	case ocsfActivityName:
		return event.KeyAction, ""
	case ecsURL:
		if p.wholeURL() {
			return p.first([]event.Key{event.KeyURL, event.KeyURLPath}), ""
		}
	}
	return 0, ""
}

// distinct ends a step with the different texts of one or two keys, and reports whether there are no more.
func (c *compiler) distinct(l *leaf) bool {
	var keys []event.Key
	for _, k := range l.keys {
		if !c.p.have.has(k) {
			continue
		}
		if c.v.secret.has(k) {
			return false
		}
		if c.p.ev.At(k).K == event.String {
			keys = append(keys, k)
		}
	}
	switch len(keys) {
	case 1:
		c.g.blob = append(c.g.blob, 0x91)
		c.step(asText, keys[0], 0)
	case 2:
		c.step(asPair, keys[0], uint16(keys[1]))
	default:
		return false
	}
	return true
}
