package conformance

import (
	"testing"
	"time"

	"prescore/engine/detect"
	"prescore/engine/event"
)

const (
	// maxSigmaGrowth is how many times the way of an event with all rules may cost the way with few.
	maxSigmaGrowth = 3
	fewRules       = 100
	growthRounds   = 15
)

// BenchmarkSigmaGrowth takes the events of each lane from line to findings, with few rules and with all, and fails where the cost
// grows by more than is allowed. What else the machine does is left out: of each event the shortest of many ways counts.
func BenchmarkSigmaGrowth(b *testing.B) {
	all := newWay(b, nil)
	few := newWay(b, func(c *detect.Config) { c.Only = someRules(b, fewRules) })
	lanes := sigmaLanes(b, all)
	for _, lane := range sigmaLaneNames {
		b.Run(lane, func(b *testing.B) {
			var before, withFew, withAll time.Duration
			for b.Loop() {
				best := make([][3]time.Duration, len(lanes[lane]))
				for round := range growthRounds {
					for i, l := range lanes[lane] {
						now := [3]time.Duration{}
						now[0], now[1] = few.timed(l)
						_, now[2] = all.timed(l)
						for k := range now {
							if round == 0 || now[k] < best[i][k] {
								best[i][k] = now[k]
							}
						}
					}
				}
				before, withFew, withAll = 0, 0, 0
				for i := range best {
					before, withFew, withAll = before+best[i][0], withFew+best[i][1], withAll+best[i][2]
				}
			}
			n := float64(len(lanes[lane]))
			growth := float64(before+withAll) / float64(before+withFew)
			b.ReportMetric(float64(before)/n, "ns-before-detect")
			b.ReportMetric(float64(withFew)/n, "ns-few-rules")
			b.ReportMetric(float64(withAll)/n, "ns-all-rules")
			b.ReportMetric(growth, "growth")
			if growth > maxSigmaGrowth {
				b.Errorf("from %d to %d rules an event costs %.1f times as much: at most %d", len(few.detect.Rules()), len(all.detect.Rules()), growth, maxSigmaGrowth)
			}
		})
	}
}

// timed takes a line through the rooms and gives how long it took to detect, and detect itself.
func (w *way) timed(line string) (before, detect time.Duration) {
	start := time.Now()
	w.ev.Reset()
	w.ev.Add("log", event.Str(line), 0)
	w.ev.Arrival = 1_700_000_000e9
	w.parse.Apply(w.ev)
	w.normalise.Apply(w.ev)
	mid := time.Now()
	w.detect.Apply(w.ev)
	return mid.Sub(start), time.Since(mid)
}
