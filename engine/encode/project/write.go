package project

import (
	"encoding/binary"
	"math"
	"math/bits"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// Masker masks secrets in what is written.
type Masker interface {
	MayHold(value string) bool
	AppendValue(dst []byte, value string) []byte
	Mask() string
}

// open is a map that is being written: where its head stands, and how many members it has so far.
type open struct {
	at, n int
	wide  bool
}

// Append appends the view as one map.
func (v *View) Append(dst []byte, p *Plan, ev *event.Event, m Masker) []byte {
	if p.program != nil {
		dst, _ = v.AppendPairs(wire.AppendMap(dst, p.program.pairs), p, ev, m)
		return dst
	}
	dst, root := openMap(dst, v.nodes[0].wide)
	dst, root.n = v.AppendPairs(dst, p, ev, m)
	return closeMap(dst, root)
}

// AppendPairs appends the keys and values of the view without the head of a map, and gives their number.
func (v *View) AppendPairs(dst []byte, p *Plan, ev *event.Event, m Masker) ([]byte, int) {
	p.v, p.ev, p.mask, p.clean = v, ev, m, ev.Texts(v)
	if p.program != nil {
		return p.program.run(dst, p), p.program.pairs
	}
	var stack [maxDepth]open
	var path [maxDepth]uint16
	depth := 1      // stack[0] is the view itself: only its count is used
	at := uint16(0) // the map that is being written
	for word, set := range p.live {
		for ; set != 0; set &= set - 1 {
			i := word<<6 + bits.TrailingZeros64(set)
			q := &v.quick[i]
			if q.node != at {
				for depth > 1 && int(v.nodes[path[depth-1]].hi) <= i {
					depth--
					dst = closeMap(dst, stack[depth])
				}
				for depth < int(q.depth) {
					id := v.leaves[i].nodes[depth]
					n := &v.nodes[id]
					stack[depth-1].n++
					dst = append(dst, n.head...)
					dst, stack[depth] = openMap(dst, n.wide)
					path[depth] = id
					depth++
				}
				at = q.node
			}
			stack[depth-1].n++
			dst = v.appendHead(dst, q, i)
			switch q.how {
			case asText:
				if val := ev.At(q.key); val.K == event.String {
					dst = wire.AppendStr(dst, val.S)
					continue
				}
			case asProse:
				if val := ev.At(q.key); val.K == event.String {
					dst = p.prose(dst, q.key, val.S)
					continue
				}
			case asConst:
				dst = append(dst, v.leaves[i].text...)
				continue
			}
			dst = p.value(dst, &v.leaves[i])
		}
	}
	for depth > 1 {
		depth--
		dst = closeMap(dst, stack[depth])
	}
	return dst, stack[0].n
}

// openMap leaves room for the head of a map; closeMap writes it, in its shortest form.
func openMap(dst []byte, wide bool) ([]byte, open) {
	o := open{at: len(dst), wide: wide}
	if wide {
		return append(dst, 0xde, 0, 0), o
	}
	return append(dst, 0x80), o
}

func closeMap(dst []byte, o open) []byte {
	switch {
	case !o.wide:
		dst[o.at] = 0x80 | byte(o.n)
	case o.n > 15:
		binary.BigEndian.PutUint16(dst[o.at+1:], uint16(o.n))
	default:
		dst[o.at] = 0x80 | byte(o.n)
		copy(dst[o.at+1:], dst[o.at+3:])
		dst = dst[:len(dst)-2]
	}
	return dst
}

func (p *Plan) value(dst []byte, l *leaf) []byte {
	if l.key == 0 {
		if l.op == opConst {
			return append(dst, l.text...)
		}
		if p.class != nil {
			return p.ocsf(dst, l)
		}
		return p.ecs(dst, l)
	}
	if l.op.list() {
		dst = append(dst, 0x91)
	}
	if p.v.secret.has(l.key) {
		return p.ofKey(dst, l.key)
	}
	v := p.ev.Get(l.key)
	switch l.op {
	case opAny:
		return p.any(dst, l.key, v)
	case opLong, opListLong, ocsfNumber:
		n, _ := integer(v)
		return wire.AppendInt(dst, n)
	case opFloat:
		f, _ := v.Float64()
		return wire.AppendFloat(dst, f)
	case opBool:
		return wire.AppendBool(dst, v.N != 0)
	case opDate:
		return p.appendTime(dst, int64(v.N))
	case opMillis:
		return wire.AppendInt(dst, floorDiv(int64(v.N), 1e6))
	case ocsfMillis:
		n, _ := integer(v)
		return wire.AppendInt(dst, floorDiv(n, 1e6))
	case ocsfScore:
		f, _ := v.Float64()
		return wire.AppendInt(dst, int64(math.Round(100*f)))
	case ocsfOriginalTime:
		return wire.AppendStr(dst, v.S)
	case ecsTLSVersion:
		return appendTLSVersion(dst, v.S)
	case ecsSerial:
		return appendSerial(dst, v.S)
	case ecsMAC:
		return appendMAC(dst, v.S)
	case ecsMACs:
		return appendMAC(append(dst, 0x91), v.S)
	case ecsPercent:
		f, _ := v.Float64()
		return wire.AppendFloat(dst, 100*f)
	}
	return p.text(dst, l.key, v)
}

// any writes a value as what it is.
func (p *Plan) any(dst []byte, k event.Key, v event.Value) []byte {
	switch v.K {
	case event.Bool:
		return wire.AppendBool(dst, v.N != 0)
	case event.Int:
		return wire.AppendInt(dst, int64(v.N))
	case event.Uint:
		return wire.AppendUint(dst, v.N)
	case event.Float:
		return wire.AppendFloat(dst, float(v))
	case event.Bytes, event.Opaque:
		return wire.AppendBin(dst, v.S)
	}
	return p.text(dst, k, v)
}

// ofKey writes a key as text, masked whole where it is a secret.
func (p *Plan) ofKey(dst []byte, k event.Key) []byte {
	if p.v.secret.has(k) {
		return wire.AppendStr(dst, p.mask.Mask())
	}
	return p.text(dst, k, p.ev.Get(k))
}

// text writes a value as text, with the secrets in it masked where it is prose.
func (p *Plan) text(dst []byte, k event.Key, v event.Value) []byte {
	switch v.K {
	case event.String, event.Number, event.Bytes, event.Opaque:
		if p.mask != nil && p.v.prose.has(k) && p.mask.MayHold(v.S) {
			return AppendMasked(dst, v.S, p.mask)
		}
		return wire.AppendStr(dst, v.S)
	case event.Time:
		return p.appendTime(dst, int64(v.N))
	}
	return appendNumberText(dst, &v)
}

// distinct writes every different text of some keys, as an array.
func (p *Plan) distinct(dst []byte, keys []event.Key) []byte {
	var t terms
	for _, k := range keys {
		if !p.have.has(k) {
			continue
		}
		if p.v.secret.has(k) {
			t.add(p.mask.Mask())
		} else if v := p.ev.Get(k); v.K == event.String {
			t.add(v.S)
		}
	}
	return t.append(dst)
}

// AppendMasked appends a text with its secrets masked, its head in the shortest form.
func AppendMasked(dst []byte, s string, m Masker) []byte {
	at := len(dst)
	dst = append(dst, 0xdb, 0, 0, 0, 0)
	dst = m.AppendValue(dst, s)
	return closeStr(dst, at)
}

// closeStr writes the head of a text for which five bytes were left at dst[at:], in its shortest form.
func closeStr(dst []byte, at int) []byte {
	n := len(dst) - at - 5
	head := 5
	switch {
	case n < 32:
		dst[at], head = 0xa0|byte(n), 1
	case n < 1<<8:
		dst[at], dst[at+1], head = 0xd9, byte(n), 2
	case n < 1<<16:
		dst[at], dst[at+1], dst[at+2], head = 0xda, byte(n>>8), byte(n), 3
	default:
		binary.BigEndian.PutUint32(dst[at+1:], uint32(n))
	}
	copy(dst[at+head:], dst[at+5:])
	return dst[:at+head+n]
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// isMAC reports whether s is a hardware address in the vocabulary's form: six bytes, colons between.
func isMAC(s string) bool {
	if len(s) != 17 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i%3 == 2 && c == ':':
		case i%3 != 2 && (c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'):
		default:
			return false
		}
	}
	return true
}

// appendMAC appends a hardware address as ECS wants it (RFC 7042): capitals, hyphens between.
func appendMAC(dst []byte, s string) []byte {
	dst = wire.AppendStr(dst, s)
	b := dst[len(dst)-len(s):]
	for i, c := range b {
		switch {
		case c == ':':
			b[i] = '-'
		case c >= 'a':
			b[i] = c - 0x20
		}
	}
	return dst
}
