package score

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
	"prescore/engine/option"
)

func room(t testing.TB, change func(*Config)) *Room {
	t.Helper()
	cfg := Defaults()
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newEvent() *event.Event { return event.New(event.NewNames()) }

// TestWorkedExample is the published one: baseline 3, critical asset, tactics, identity risk 0.75, confidence 0.92 give 9.
func TestWorkedExample(t *testing.T) {
	ev := newEvent()
	ev.Baseline, ev.Criticality, ev.Identity, ev.Confidence = 3, event.AssetCritical, 0.75, 0.92
	ev.AddTactic("initial-access")
	ev.AddTactic("lateral-movement")
	room(t, nil).Apply(ev)
	f := ev.Factors
	if ev.Severity != 9 || f.Asset != 3 || f.Attack != 1.2 || f.Identity != 1.975 || f.Confidence != 0.92 || math.Abs(f.Raw-19.6236) > 1e-9 {
		t.Errorf("severity %d, %+v", ev.Severity, f)
	}
	if ev.Level != event.High || ev.Route != event.Alert || ev.Recurrence != 1 || len(ev.Problems) != 0 {
		t.Errorf("%s %s %v", ev.Level, ev.Route, ev.Problems)
	}
}

// TestSeverity holds the formula against values of Python's round(1 + 9*(1 - 0.5**(raw/5))); at raw 5 the sum is exactly 5.5 and
// goes to the even 6.
func TestSeverity(t *testing.T) {
	for raw, want := range map[float64]int{-1: 1, 0: 1, 0.1: 1, 0.4: 1, 0.5: 2, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 6, 7: 7, 8.4: 7, 10: 8, 12: 8, 15: 9, 20: 9, 22: 10, 30: 10, 1e300: 10} {
		if got := Severity(raw, 5); got != want {
			t.Errorf("%v: %d, want %d", raw, got, want)
		}
	}
	for _, odd := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if s := Severity(odd, 5); s < MinSeverity || s > MaxSeverity {
			t.Errorf("%v: %d", odd, s)
		}
	}
}

// TestSteps: the severities by steps are those of the formula, next to a step as well.
func TestSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		cfg := Defaults()
		cfg.HalfLife = 100 * math.Exp2(-20*rng.Float64())
		r, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		raws := []float64{0, -1, math.NaN(), math.Inf(1), math.SmallestNonzeroFloat64, math.MaxFloat64}
		for range 200 {
			raws = append(raws, cfg.HalfLife*rng.ExpFloat64()*3)
		}
		for _, at := range r.steps {
			below, above := at, at
			for range 100 {
				below, above = math.Nextafter(below, 0), math.Nextafter(above, math.Inf(1))
				raws = append(raws, below, above, at*(1+rng.Float64()*1e-8), at*(1-rng.Float64()*1e-8))
			}
			raws = append(raws, at)
		}
		for _, raw := range raws {
			if got, want := r.severity(raw), Severity(raw, cfg.HalfLife); got != want {
				t.Fatalf("half life %v: severity of %v is %d, want %d", cfg.HalfLife, raw, got, want)
			}
		}
	}
}

func TestClamping(t *testing.T) {
	f := func(t *testing.T, base float64, given bool, want float64, marked bool) {
		t.Helper()
		ev := newEvent()
		ev.Baseline = base
		if given {
			ev.Set(event.KeyBaseline, event.FloatOf(base))
		}
		room(t, nil).Apply(ev)
		if ev.Factors.Baseline != want || (len(ev.Problems) > 0) != marked {
			t.Errorf("baseline %v: %v, %v", base, ev.Factors.Baseline, ev.Problems)
		}
	}
	f(t, 0, false, 1, false)
	f(t, 0, true, 1, true)
	f(t, 11, true, 10, true)
	f(t, -3, true, 1, true)
	f(t, 4.5, true, 4.5, false)
	f(t, math.NaN(), true, 1, true)
	c := func(t *testing.T, conf float64, given bool, want float64) {
		t.Helper()
		ev := newEvent()
		ev.Confidence = conf
		if given {
			ev.Set(event.KeyConfidence, event.FloatOf(conf))
		}
		room(t, nil).Apply(ev)
		if ev.Factors.Confidence != want {
			t.Errorf("confidence %v: %v", conf, ev.Factors.Confidence)
		}
	}
	c(t, 0, false, 1)
	c(t, 0, true, 0.1)
	c(t, 0.05, true, 0.1)
	c(t, 7, true, 1)
	c(t, math.NaN(), true, 0.1)
}

// TestRisk holds 30 + 10 + 25 = 65: a finding's own and relative risk, and one indicator.
func TestRisk(t *testing.T) {
	ev := newEvent()
	ev.Findings = append(ev.Findings, event.Finding{Risk: 20}, event.Finding{Risk: 30 + 10}, event.Finding{Risk: 90, Silent: true})
	ev.Intel = append(ev.Intel, event.IntelHit{Score: 25})
	ev.Set(event.KeyVendorRisk, event.FloatOf(99))
	r := room(t, nil)
	r.Apply(ev)
	if ev.Risk != 65 || ev.RiskRaw != 65 || ev.Route != event.Pass {
		t.Errorf("%v %v %v", ev.Risk, ev.RiskRaw, ev.Route)
	}
	ev.Intel = append(ev.Intel, event.IntelHit{Score: 50})
	r.Apply(ev)
	if ev.Risk != 100 || ev.RiskRaw != 115 || ev.Route != event.Alert {
		t.Errorf("%v %v %v", ev.Risk, ev.RiskRaw, ev.Route)
	}
	own := newEvent()
	own.Set(event.KeyVendorRisk, event.IntOf(47))
	r.Apply(own)
	if own.Risk != 47 {
		t.Errorf("the source's own risk: %v", own.Risk)
	}
}

func TestQuarantineWins(t *testing.T) {
	ev := newEvent()
	ev.Baseline, ev.Invalid = 10, true
	room(t, nil).Apply(ev)
	if ev.Route != event.Quarantine {
		t.Error(ev.Route)
	}
}

func TestRefusals(t *testing.T) {
	f := func(t *testing.T, change func(*Config), want string) {
		t.Helper()
		cfg := Defaults()
		change(&cfg)
		_, err := New(cfg)
		var o *option.Error
		if !errors.As(err, &o) || o.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f(t, func(c *Config) { c.AlertAt = 12 }, "alert_at: must be between 1 and 10, or 11 for never, not 12")
	f(t, func(c *Config) { c.AlertAtRisk = math.NaN() }, "alert_at_risk: must be between 0 and 100, or 101 for never, not NaN")
	f(t, func(c *Config) { c.Asset.High = -1 }, "asset.high: must be between 0 and 100, not -1")
	f(t, func(c *Config) { c.Attack = math.Inf(1) }, "attack: must be between 0 and 100, not +Inf")
	f(t, func(c *Config) { c.HalfLife = 0 }, "half_life: must be above 0")
	f(t, func(c *Config) { c.Levels.Medium = 2 }, "levels.medium: must not be below the level before it (3), but is 2")
	f(t, func(c *Config) { c.Levels.Critical = 12 }, "levels.critical: must be between 1 and 10, or 11 for never, not 12")
}

func TestNoAllocations(t *testing.T) {
	ev, r := newEvent(), room(t, nil)
	ev.Baseline = 5
	if n := testing.AllocsPerRun(100, func() { r.Apply(ev) }); n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}

// FuzzApply: severity stays within 1..10 and risk within 0..100 whatever the numbers are, and none of the factors that grows makes
// the severity fall.
func FuzzApply(f *testing.F) {
	f.Add(3.0, 0.75, 0.92, uint8(4), true, 1.0)
	f.Add(math.NaN(), math.Inf(1), -1.0, uint8(200), false, math.NaN())
	f.Fuzz(func(t *testing.T, base, identity, conf float64, crit uint8, tactic bool, intel float64) {
		r := room(t, nil)
		run := func(base, identity, conf float64, crit uint8, tactic bool) *event.Event {
			ev := newEvent()
			ev.Baseline, ev.Identity, ev.Confidence, ev.Criticality = base, identity, conf, event.Criticality(crit)
			ev.Intel = append(ev.Intel, event.IntelHit{Score: intel})
			if tactic {
				ev.AddTactic("x")
			}
			r.Apply(ev)
			if ev.Severity < MinSeverity || ev.Severity > MaxSeverity || !(ev.Risk >= 0 && ev.Risk <= 100) {
				t.Fatalf("severity %d, risk %v", ev.Severity, ev.Risk)
			}
			return ev
		}
		low := run(base, identity, conf, crit, false).Severity
		if run(base, identity, conf, crit, true).Severity < low {
			t.Error("a tactic made the severity fall")
		}
		if !math.IsNaN(base) && base >= 1 && base <= 9 && run(base+1, identity, conf, crit, false).Severity < low {
			t.Error("a higher baseline made the severity fall")
		}
		if identity >= 0 && identity <= 0.5 && run(base, identity+0.5, conf, crit, false).Severity < low {
			t.Error("a riskier identity made the severity fall")
		}
		if conf >= 0.1 && conf <= 0.5 && run(base, identity, conf+0.5, crit, false).Severity < low {
			t.Error("a higher confidence made the severity fall")
		}
		if crit < uint8(event.AssetCritical) && run(base, identity, conf, crit+1, false).Severity < low {
			t.Error("a more critical asset made the severity fall")
		}
	})
}

func BenchmarkApply(b *testing.B) {
	ev, r := newEvent(), room(b, nil)
	ev.Baseline, ev.Criticality = 3, event.AssetHigh
	b.ReportAllocs()
	for b.Loop() {
		r.Apply(ev)
	}
	if ev.Severity != 6 {
		b.Fatal(ev.Severity)
	}
}
