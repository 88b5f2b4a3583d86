package score

import (
	"math"

	"prescore/engine/event"
)

// The bounds of the formula's parts.
const (
	MinSeverity, MaxSeverity     = 1, 10
	minConfidence, maxConfidence = 0.1, 1.0
	maxRisk                      = 100.0
)

// Room scores events. It is read only; any number of threads may use it.
type Room struct {
	cfg    Config
	asset  [event.AssetCritical + 1]float64
	levels [MaxSeverity + 1]event.Level
	steps  [MaxSeverity - MinSeverity]float64
}

// New checks the configuration and makes the room.
func New(cfg Config) (*Room, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &Room{cfg: cfg, asset: [...]float64{1, cfg.Asset.Low, cfg.Asset.Medium, cfg.Asset.High, cfg.Asset.Critical}}
	for i := range r.steps {
		r.steps[i] = -math.Log2(1-(float64(i)+0.5)/(MaxSeverity-MinSeverity)) * cfg.HalfLife
	}
	for s := range r.levels {
		l := event.Informational
		for i, from := range []int{cfg.Levels.Low, cfg.Levels.Medium, cfg.Levels.High, cfg.Levels.Critical} {
			if s >= from {
				l = event.Low + event.Level(i)
			}
		}
		r.levels[s] = l
	}
	return r, nil
}

// Apply sets Factors, Severity, Risk, Level and Route.
func (r *Room) Apply(ev *event.Event) {
	f := &ev.Factors
	f.Baseline = baseline(ev)
	ev.Baseline = f.Baseline
	f.Asset = r.asset[min(ev.Criticality, event.AssetCritical)]
	if ev.AssetWeight > 0 && ev.AssetWeight < 1 {
		f.Asset *= ev.AssetWeight
	}
	f.Attack = 1
	if len(ev.Tactics) > 0 {
		f.Attack = r.cfg.Attack
	}
	f.Identity = 1 + clamp(ev.Identity, 0, 1)*r.cfg.Identity
	f.Confidence = confidence(ev)
	f.Raw = f.Baseline * f.Asset * f.Attack * f.Identity * f.Confidence
	given, givenRisk := ev.Severity, ev.Risk
	ev.Severity = r.severity(f.Raw)
	risk(ev)
	if ev.Replayed { // the score it got, but never one below what it earns by itself: an id can be forged
		ev.Severity, ev.Risk = max(ev.Severity, min(given, MaxSeverity)), max(ev.Risk, clamp(givenRisk, 0, maxRisk))
	}
	ev.Level = r.levels[ev.Severity]
	switch {
	case ev.Invalid:
		ev.Route = event.Quarantine
	case ev.Severity >= r.cfg.AlertAt || ev.Risk >= r.cfg.AlertAtRisk:
		ev.Route = event.Alert
	}
	if ev.Recurrence == 0 {
		ev.Recurrence = 1
	}
}

// Severity gives the severity, 1 to 10, of a raw score: 1 + 9 x (1 - 0.5^(raw/halfLife)), rounded half to even.
func Severity(raw, halfLife float64) int {
	if !(raw > 0) {
		return MinSeverity
	}
	s := MinSeverity + (MaxSeverity-MinSeverity)*(1-math.Exp2(-raw/halfLife))
	return int(min(MaxSeverity, math.RoundToEven(s)))
}

// near is how close to a step a raw score is, as a share of it, of which the formula itself must say on which side it falls: a thousand
// times what it may be off by.
const near = 1e-12

// severity is Severity by the raw scores at which it rises: of steps[i], severity is MinSeverity+i below and one more above.
func (r *Room) severity(raw float64) int {
	s := 0
	for s < len(r.steps) && raw > r.steps[s]*(1+near) {
		s++
	}
	if s < len(r.steps) && !(raw < r.steps[s]*(1-near)) {
		return Severity(raw, r.cfg.HalfLife)
	}
	return MinSeverity + s
}

// baseline gives the event's baseline within 1..10; unset is 1, out of range is clamped and marked.
func baseline(ev *event.Event) float64 {
	b := ev.Baseline
	if b == 0 && !ev.Has(event.KeyBaseline) {
		return MinSeverity
	}
	if b >= MinSeverity && b <= MaxSeverity {
		return b
	}
	ev.Problem("score", "baseline_clamped", "baseline")
	if math.IsNaN(b) {
		return MinSeverity
	}
	return clamp(b, MinSeverity, MaxSeverity)
}

// confidence gives the event's confidence within 0.1..1; unset is 1.
func confidence(ev *event.Event) float64 {
	if ev.Confidence == 0 && !ev.Has(event.KeyConfidence) {
		ev.Confidence = maxConfidence
	}
	ev.Confidence = clamp(ev.Confidence, minConfidence, maxConfidence)
	return ev.Confidence
}

// risk sets Risk and RiskRaw: the highest finding's, or the source's own, plus every intelligence hit.
func risk(ev *event.Event) {
	var base float64
	if v, ok := ev.Get(event.KeyVendorRisk).Float64(); ok && len(ev.Findings) == 0 {
		base = clamp(v, 0, maxRisk)
	}
	for i := range ev.Findings {
		if !ev.Findings[i].Silent { // a part of a correlation, which says itself what it is worth
			base = max(base, ev.Findings[i].Risk)
		}
	}
	for i := range ev.Intel {
		base += ev.Intel[i].Score
	}
	ev.RiskRaw, ev.Risk = base, clamp(base, 0, maxRisk)
}

// clamp gives v within lo..hi; what is not a number gives lo.
func clamp(v, lo, hi float64) float64 {
	if v >= hi {
		return hi
	}
	if v > lo {
		return v
	}
	return lo
}
