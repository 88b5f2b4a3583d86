package correlate

import (
	"math"
	"strings"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/option"
)

const riskRule = `
[[rules]]
id = "risky"
title = "r"
type = "event_count"
group_by = ["principal"]
within = "1h"
condition = { gte = 1 }
[[rules.steps]]
rule = "x"
state = { entity = "principal", risk = 50.0 }
`

// TestRisk: an entity's risk is what its records add up to, halved with time, clamped, and kept over a restart; replays add nothing,
// and without a rule that asks nothing is kept.
func TestRisk(t *testing.T) {
	b := withRules(t, riskRule)
	scored := func(at int64, risk float64, replayed bool) {
		ev := b.event(at, func(ev *event.Event) { ev.Entities[event.Principal], ev.Risk, ev.Replayed = "alice", risk, replayed })
		b.r.Scored(ev)
	}
	want := func(at int64, risk float64) {
		t.Helper()
		if got := b.r.riskOf(event.Principal, "alice", start+at); math.Abs(got-risk) > 1e-9 {
			t.Errorf("%v, not %v", got, risk)
		}
	}
	day := 24 * hour
	want(0, 0)
	scored(0, 30, false)
	scored(0, 30, true)
	want(0, 30)
	want(day, 15)
	scored(day, 40, false)
	want(day, 55)
	scored(day-hour, 0, false) // a late record without risk
	want(day, 55)
	scored(day, 90, false)
	want(day, 100)

	old := b
	b = withRules(t, riskRule)
	old.st.Export(func(key, value []byte) {
		if err := b.st.Restore(key, value); err != nil {
			t.Error(err)
		}
	})
	want(2*day, old.r.riskOf(event.Principal, "alice", start+2*day))
	want(2*day, 50)

	b = withRules(t, strings.Replace(riskRule, "risk = 50.0", `tier = ["privileged"]`, 1))
	scored(0, 80, false)
	if b.st.Len() != 0 {
		t.Error("risk is kept that no rule asks for")
	}
}

func TestRiskHalfLifeIsChecked(t *testing.T) {
	c := Defaults()
	c.RiskHalfLife = option.Duration(0)
	if err := c.check(entity.Clock{}); err == nil || !strings.Contains(err.Error(), "risk_half_life") {
		t.Error(err)
	}
}
