package encode

import (
	"prescore/engine/encode/fixed"
	"prescore/engine/event"
)

// floatHead is the head of a float64; floatToCome is room for one.
const (
	floatHead   = "\xcb"
	floatToCome = floatHead + "\x00\x00\x00\x00\x00\x00\x00\x00"
)

// Members that most records have together are one piece, into which the numbers are written. Where they stand in it:
const (
	ratingBaseline = 1 + len("baseline") + 1
	ratingSeverity = ratingBaseline + 8 + 1 + len("severity")
	ratingRisk     = ratingSeverity + 1 + 1 + len("risk") + 1

	factorAsset      = 1 + len("factors") + 1 + 1 + len("asset") + 1
	factorAttack     = factorAsset + 8 + 1 + len("attack") + 1
	factorIdentity   = factorAttack + 8 + 1 + len("identity") + 1
	factorConfidence = factorIdentity + 8 + 1 + len("confidence") + 1
)

var (
	ratingPairs = func() (p [event.Critical + 1]fixed.Long) {
		for l := event.Informational; l <= event.Critical; l++ {
			p[l] = long(encoded("baseline") + floatToCome + encoded("severity") + "\x00" + encoded("risk") + floatToCome +
				encoded("level") + encoded(l.String()))
		}
		return p
	}()

	factorPairs = long(encoded("factors") + "\x84" + encoded("asset") + floatToCome + encoded("attack") + floatToCome +
		encoded("identity") + floatToCome + encoded("confidence") + floatToCome)

	entityFloats = func() (k [event.NumEntityKinds]fixed.Bytes) {
		for i := range k {
			k[i] = key(event.EntityKind(i).String(), floatHead)
		}
		return k
	}()

	routeOnce = func() (p [event.NumRoutes]fixed.Bytes) {
		for i := range p {
			p[i] = key("route", encoded(event.Route(i).String()), encoded("recurrence"), "\x01")
		}
		return p
	}()
)

func long(text string) fixed.Long {
	l, ok := fixed.LongOf(text)
	if !ok {
		panic("encode: too long for a piece: " + text)
	}
	return l
}
