package correlate

import "prescore/engine/event"

// raise adds the findings' deltas to the baseline, within 1 to 10.
func (r *Room) raise(ev *event.Event) {
	total, n := 0.0, 0
	for i := range ev.Findings {
		f := &ev.Findings[i]
		if f.Delta == 0 || f.Silent {
			continue
		}
		n++
		switch {
		case r.cfg.Aggregate == "weighted_sum":
			total += f.Delta * r.weights[f.Level]
		case n == 1:
			total = f.Delta
		default:
			total = r.cfg.EMAAlpha*f.Delta + (1-r.cfg.EMAAlpha)*total
		}
	}
	if n == 0 {
		return
	}
	before := max(1, ev.Baseline)
	if ev.BaselineGiven == 0 {
		ev.BaselineGiven = before
	}
	ev.Baseline = max(1, min(10, before+total))
}
