package project

import (
	"sync/atomic"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// program is a plan made ready for all events of one signature whose values are of the same kinds: what is known beforehand (keys,
// heads of maps with their counts, constants) is one run of bytes, cut where a value of the event goes. It holds nothing of the event
// that it was made from.
type program struct {
	sig    signature
	used   atomic.Bool // since its place was last wanted for another
	texts  []event.Key // whose values must be texts that are not empty
	kinds  []kindOf    // of which a value's kind is all
	guards []guard     // of all others
	steps  []step
	blob   []byte // the constant bytes of all steps, and a chunk behind them
	pairs  int    // at the top level
	plan   Plan
}

// signature is what decides, together with the kinds of values, what a view writes of an event.
type signature struct {
	keys [keyWords]uint64
	meta uint64 // class, activity, flags, extra, invalid
}

type kindOf struct {
	key  event.Key
	kind event.Kind
}

// guard is what a value of an event must be like for a program to fit it.
type guard struct {
	key  event.Key
	kind event.Kind
	test test
	op   op // of the key's leaf, for testTakes and testNot
}

type test uint8

const (
	testEmpty test = iota // it is empty
	testTakes             // it is not empty, and op takes it
	testNot               // it is not empty, and op does not
)

// fits reports whether the program writes the event, which has its signature.
func (g *program) fits(ev *event.Event) bool {
	for _, k := range g.texts {
		if v := ev.At(k); v.K != event.String || v.S == "" {
			return false
		}
	}
	for _, q := range g.kinds {
		if ev.At(q.key).K != q.kind {
			return false
		}
	}
	for i := range g.guards {
		q := &g.guards[i]
		v := ev.At(q.key)
		if v.K != q.kind {
			return false
		}
		if q.test == testEmpty {
			if v.S != "" {
				return false
			}
		} else if v.Empty() || q.op.takes(*v) != (q.test == testTakes) {
			return false
		}
	}
	return true
}

// step is bytes that are known, and one value behind them.
type step struct {
	at   uint32 // where its bytes stand in the program's blob
	size uint16
	key  event.Key
	more uint16 // asValue: the leaf; asPair: the other key
	how  how
}

// run appends what the program writes of an event that it fits.
func (g *program) run(dst []byte, p *Plan) []byte {
	ev := p.ev
	for i := range g.steps {
		s := &g.steps[i]
		if at := len(dst); s.size <= half && cap(dst)-at >= half {
			*(*[half]byte)(dst[at : at+half]) = *(*[half]byte)(g.blob[s.at:])
			dst = dst[:at+int(s.size)]
		} else if s.size <= chunk && cap(dst)-at >= chunk {
			*(*[chunk]byte)(dst[at : at+chunk]) = *(*[chunk]byte)(g.blob[s.at:])
			dst = dst[:at+int(s.size)]
		} else {
			dst = append(dst, g.blob[s.at:][:s.size]...)
		}
		switch s.how {
		case asText:
			dst = wire.AppendStr(dst, ev.At(s.key).S)
		case asProse:
			dst = p.prose(dst, s.key, ev.At(s.key).S)
		case asInt:
			dst = wire.AppendInt(dst, int64(ev.At(s.key).N))
		case asFloat:
			dst = wire.AppendFloat(dst, float(*ev.At(s.key)))
		case asPercent:
			dst = wire.AppendFloat(dst, 100*float(*ev.At(s.key)))
		case asRisk:
			dst = wire.AppendFloat(dst, ev.Risk)
		case asNumber:
			dst = appendNumberText(dst, ev.At(s.key))
		case asTime:
			dst = p.appendTime(dst, int64(ev.At(s.key).N))
		case asWhen:
			dst = p.appendTime(dst, when(ev))
		case asPair:
			dst = appendPair(dst, ev.At(s.key).S, ev.At(event.Key(s.more)).S)
		case asBase:
			dst = wire.AppendStr(dst, baseName(ev.At(s.key).S))
		case asValue:
			dst = p.value(dst, &p.v.leaves[s.more])
		}
	}
	return dst
}

// appendPair appends the different ones of two texts as an array.
func appendPair(dst []byte, a, b string) []byte {
	if a == b {
		return wire.AppendStr(append(dst, 0x91), a)
	}
	return wire.AppendStr(wire.AppendStr(append(dst, 0x92), a), b)
}
