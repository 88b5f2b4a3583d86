package correlate

import (
	"math"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// An entity's accumulated risk is what the risks of its records add up to, halved every risk_half_life. It is kept for the kinds that a
// rule asks for, and only of records that had any risk.

// maxRisk is the scale's end.
const maxRisk = 100

// accumulated is an entity's risk, as it was at a time.
type accumulated struct {
	v  float64
	at int64 // nanoseconds since 1970
}

// accumulatedBytes is one on the heap.
const accumulatedBytes = 16

// now gives what is left of the risk at t.
func (a *accumulated) now(t, halfLife int64) float64 {
	if t <= a.at {
		return a.v
	}
	return a.v * math.Exp2(-float64(t-a.at)/float64(halfLife))
}

// addRiskSlot makes the place where risk is kept.
func (r *Room) addRiskSlot() error {
	var err error
	r.risks, err = entity.NewSlot(r.st, entity.SlotSpec[accumulated]{
		Name: "risk", Version: 1,
		Append: func(dst []byte, a *accumulated) []byte {
			return entity.AppendInt(entity.AppendUint(dst, math.Float64bits(a.v)), a.at)
		},
		Parse: func(_ *entity.Entity, _ uint8, b []byte) (*accumulated, int, error) {
			rd := entity.Reader{B: b}
			a := &accumulated{v: math.Float64frombits(rd.Uint()), at: rd.Int()}
			if !(a.v >= 0 && a.v <= maxRisk) { // NaN too
				return nil, 0, errState
			}
			return a, len(b) - len(rd.B), rd.Err()
		},
	})
	return err
}

// Scored adds the record's risk to that of its entities. The engine calls it when the record is done, so that a condition on risk sees
// what came before.
func (r *Room) Scored(ev *event.Event) {
	if r.risky == 0 || ev.Risk <= 0 || ev.Replayed {
		return
	}
	for k := range ev.Entities {
		key := ev.Entities[k]
		if r.risky>>k&1 == 0 || key == "" {
			continue
		}
		c := r.st.Get(entity.Kind(k), key, ev.Arrival)
		if c.E != nil {
			a := r.risks.Of(c.E)
			if a == nil {
				a = &accumulated{at: ev.Arrival}
				r.risks.Put(&c, a, accumulatedBytes)
			}
			a.v, a.at = min(maxRisk, a.now(ev.Arrival, r.halfLife)+ev.Risk), max(a.at, ev.Arrival)
			c.Weigh(1 + uint8(a.v/25))
			c.Dirty()
		}
		c.Close()
	}
}

// riskOf gives an entity's accumulated risk, 0 to 100, 0 where none is kept.
func (r *Room) riskOf(k event.EntityKind, key string, now int64) float64 {
	c := r.st.Peek(entity.Kind(k), key)
	defer c.Close()
	if c.E == nil {
		return 0
	}
	if a := r.risks.Of(c.E); a != nil {
		return a.now(now, r.halfLife)
	}
	return 0
}
