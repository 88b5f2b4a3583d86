package encode

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// member is a key and its encoded value.
type member struct {
	name  string
	value []byte
}

// members is a map whose members are put together before it is written: the plain way of what appendPrescore does with pieces.
type members []member

func (m *members) add(name string, value []byte) { *m = append(*m, member{name, value}) }

func (m *members) str(name, s string) {
	if s != "" {
		m.add(name, wire.AppendStr(nil, s))
	}
}

func (m *members) float(name string, f float64, zero bool) {
	if (f != 0 || zero) && !math.IsNaN(f) && !math.IsInf(f, 0) {
		m.add(name, wire.AppendFloat(nil, f))
	}
}

func (m *members) int(name string, n int) {
	if n != 0 {
		m.add(name, wire.AppendInt(nil, int64(n)))
	}
}

func (m *members) list(name string, l []string) {
	b := wire.AppendArray(nil, len(l))
	for _, s := range l {
		b = wire.AppendStr(b, s)
	}
	if len(l) > 0 {
		m.add(name, b)
	}
}

func (m members) bytes() []byte {
	b := wire.AppendMap(nil, len(m))
	for _, x := range m {
		b = append(wire.AppendStr(b, x.name), x.value...)
	}
	return b
}

// plainPrescore is the key of the contract, of an event without findings and problems.
func plainPrescore(ev *event.Event) []byte {
	var m, entities, risks, attack, factors members
	m.int("v", contractVersion)
	m.str("kind", "event")
	m.str("id", ev.ID)
	m.str("hash", ev.Hash)
	if v := ev.Get(event.KeyTime); v.K == event.Time {
		m.str("time", string(event.AppendRFC3339(nil, int64(v.N))))
	} else if v.K != event.None {
		m.add("time", wire.AppendStr(nil, v.S))
	}
	m.str("source", ev.Source)
	m.str("format", ev.Format)
	if ev.Class != event.BaseEvent {
		m.str("class", ev.Class.Name())
		m.add("class_uid", wire.AppendInt(nil, int64(ev.Class)))
		m.str("activity", ev.Class.Activity(ev.Activity))
	}
	for i, s := range ev.Entities {
		entities.str(event.EntityKind(i).String(), s)
		risks.float(event.EntityKind(i).String(), ev.EntityRisk[i], false)
	}
	if len(entities) > 0 {
		m.add("entities", entities.bytes())
	}
	m.float("baseline", ev.Baseline, false)
	if ev.Severity != 0 {
		m.int("severity", ev.Severity)
		m.float("risk", ev.Risk, true)
		m.str("level", ev.Level.String())
	}
	if ev.EntityRisk != [event.NumEntityKinds]float64{} {
		m.add("entity_risk", risks.bytes())
	}
	m.float("confidence", ev.Confidence, false)
	attack.list("techniques", ev.Techniques)
	attack.list("tactics", ev.Tactics)
	if len(attack) > 0 {
		m.add("attack", attack.bytes())
	}
	if f := &ev.Factors; *f != (event.Factors{}) {
		if f.Baseline != ev.Baseline {
			factors.float("baseline", f.Baseline, false)
		}
		factors.float("asset", f.Asset, false)
		factors.float("attack", f.Attack, false)
		factors.float("identity", f.Identity, false)
		factors.float("confidence", f.Confidence, false)
		m.add("factors", factors.bytes())
	}
	m.str("route", ev.Route.String())
	m.int("recurrence", ev.Recurrence)
	if ev.Replayed {
		m.add("replayed", wire.AppendBool(nil, true))
	}
	if ev.StateTruncated {
		m.add("state_truncated", wire.AppendBool(nil, true))
	}
	return append(wire.AppendStr(nil, "prescore"), m.bytes()...)
}

// TestPieces: what is written in pieces is what the plain way writes, whatever is there and whatever is missing, with room behind dst
// and without.
func TestPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	r := room(t, "none", LayoutNested, false)
	ev := event.New(event.NewNames())
	text := func() string {
		if rng.IntN(3) == 0 {
			return ""
		}
		return strings.Repeat("0123456789abcdef", 20)[:[]int{rng.IntN(40), 16, rng.IntN(300)}[rng.IntN(3)]]
	}
	sparse := 0
	float := func() float64 {
		if rng.IntN(10) < sparse {
			return []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64}[rng.IntN(6)]
		}
		return 100 * rng.Float64()
	}
	for round := range 20000 {
		sparse = round % 8
		ev.Reset()
		ev.ID, ev.Hash, ev.Source, ev.Format = text(), text(), text(), text()
		ev.Class = []event.Class{0, event.ProcessActivity, event.RegistryKeyActivity, 7777, event.Class(rng.IntN(8000))}[rng.IntN(5)]
		ev.Activity = []uint8{0, 1, 2, 99, uint8(rng.Uint32())}[rng.IntN(5)]
		switch rng.IntN(3) {
		case 0:
			ev.Set(event.KeyTime, event.TimeOf(1715351520e9+rng.Int64N(1e12)))
		case 1:
			ev.Set(event.KeyTime, event.Str(text()))
		}
		for i := range ev.Entities {
			if rng.IntN(8) >= sparse {
				ev.Entities[i] = text()
				ev.EntityRisk[i] = float()
			}
		}
		ev.Severity = []int{0, 1, 10, 127, 128, -1, 1 << 40}[rng.IntN(7)]
		ev.Baseline, ev.Risk, ev.Confidence = float(), float(), float()
		ev.Level, ev.Route = event.Level(rng.IntN(6)), event.Route(rng.IntN(event.NumRoutes))
		ev.Factors = event.Factors{Baseline: float(), Asset: float(), Attack: float(), Identity: float(), Confidence: float(), Raw: float()}
		if rng.IntN(2) == 0 {
			ev.Factors.Baseline = ev.Baseline
		}
		if rng.IntN(5) == 0 {
			ev.Factors = event.Factors{Raw: ev.Factors.Raw}
		}
		for range rng.IntN(3) {
			ev.Techniques, ev.Tactics = append(ev.Techniques, text()), append(ev.Tactics, text())
		}
		ev.Recurrence = []int{0, 1, 1, 2, 300, -1}[rng.IntN(6)]
		ev.Replayed, ev.StateTruncated = rng.IntN(3) == 0, rng.IntN(3) == 0
		want := plainPrescore(ev)
		got := r.appendPrescore(append(make([]byte, 0, rng.IntN(1200)), "before"...), ev, nil, false)
		if string(got[:6]) != "before" || !bytes.Equal(got[6:], want) {
			t.Fatalf("round %d:\n got %q\nwant %q", round, got, want)
		}
	}
}
