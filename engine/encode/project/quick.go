package project

import (
	"prescore/engine/event"
	"prescore/engine/wire"
)

// quick is what most leaves need to be written, small and side by side, so that a view's forty leaves out of its hundreds lie in few
// lines of the processor's cache.
type quick struct {
	head  uint32 // where the encoded key stands in View.heads
	key   event.Key
	node  uint16 // the innermost map around it
	size  uint8  // of the encoded key; 0: longer than chunk, in leaf alone
	depth uint8  // number of maps around it
	op    op
	how   how
}

// how says which way a leaf is written.
type how uint8

const (
	asValue how = iota // by Plan.value
	asText             // text as it is; what is no text by Plan.value
	asProse            // text that secrets may stand in; what is no text by Plan.value
	asConst            // the leaf's own bytes

	// Of programs alone, whose texts are known to be texts.
	asInt     // an integer
	asFloat   // a float64
	asPercent // a share as a float64
	asRisk    // the event's risk
	asNumber  // what is no text, as text
	asTime    // a time
	asWhen    // the event's time
	asPair    // the different ones of two texts, as an array
	asBase    // a path without its directories
	asNothing // no value
)

// chunk is how many bytes are moved at once to append a short key: a move of a size known beforehand is two instructions, any other
// a call. What is too much is written over by what comes next.
const (
	chunk = 32
	half  = chunk / 2 // of which fewer moves straddle two lines of the processor's cache
)

// quicken makes the quick form of all leaves, when they are laid out.
func (v *View) quicken() {
	var heads []byte
	for i := range v.leaves {
		l := &v.leaves[i]
		q := quick{key: l.key, node: l.node, depth: l.depth, op: l.op}
		switch {
		case l.plain:
			q.how = asText
		case l.key != 0 && (l.op == opText || l.op == opAny) && !v.secret.has(l.key):
			q.how = asProse
		case l.key == 0 && l.op == opConst:
			q.how = asConst
		}
		if len(l.head) <= chunk {
			q.head, q.size = uint32(len(heads)), uint8(len(l.head))
			heads = append(heads, l.head...)
		}
		v.quick = append(v.quick, q)
	}
	v.heads = append(heads, make([]byte, chunk)...)
}

// appendHead appends the encoded key of leaf i.
func (v *View) appendHead(dst []byte, q *quick, i int) []byte {
	at := len(dst)
	if q.size == 0 || cap(dst)-at < chunk {
		return append(dst, v.leaves[i].head...)
	}
	*(*[chunk]byte)(dst[at : at+chunk]) = *(*[chunk]byte)(v.heads[q.head:])
	return dst[:at+int(q.size)]
}

// prose appends the text of a key that secrets may stand in. What the masker said of a text that comes again is remembered.
func (p *Plan) prose(dst []byte, k event.Key, s string) []byte {
	if p.mask != nil && !p.clean.Has(k, s) {
		if p.mask.MayHold(s) {
			return AppendMasked(dst, s, p.mask)
		}
		p.clean.Put(k, s)
	}
	return wire.AppendStr(dst, s)
}
