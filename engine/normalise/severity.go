package normalise

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"prescore/engine/event"
	"prescore/engine/option"
)

const codeBaseline = "baseline_out_of_range"

// scale turns a vendor's severity into a baseline.
type scale struct {
	soft   bool
	points []point // numbers, ascending
	words  lexicon[float64]
	other  float64 // "*", 0 for none
}

type point struct{ at, baseline float64 }

func newScale(values map[string]float64, soft bool) (*scale, error) {
	s, words := &scale{soft: soft}, map[string]float64{}
	for k, v := range values {
		if v < minBaseline || v > maxBaseline {
			return nil, fmt.Errorf("%q must be between 1 and 10, not %v", k, v)
		}
		if k == "*" {
			s.other = v
		} else if f, err := strconv.ParseFloat(k, 64); err == nil {
			s.points = append(s.points, point{f, v})
		} else {
			words[strings.ToLower(k)] = v
		}
	}
	s.words = lexiconOf(words)
	sort.Slice(s.points, func(i, j int) bool { return s.points[i].at < s.points[j].at })
	return s, nil
}

// baseline gives the baseline of a severity, 0 where the scale does not have it. Between the numbers of a scale it is interpolated.
func (s *scale) baseline(v event.Value, mem *event.Arena) float64 {
	if f, ok := v.Float64(); ok && len(s.points) > 0 {
		last := len(s.points) - 1
		switch {
		case f <= s.points[0].at:
			return s.points[0].baseline
		case f >= s.points[last].at:
			return s.points[last].baseline
		}
		for i := 1; ; i++ {
			if b := s.points[i]; f <= b.at {
				a := s.points[i-1]
				return a.baseline + (b.baseline-a.baseline)*(f-a.at)/(b.at-a.at)
			}
		}
	}
	word := lower(v.Text(mem), mem)
	if b, ok := s.words.find(word, wordHash(word)); ok {
		return b
	}
	return s.other
}

// baselines are the heuristics per class, by its slot.
type baselines [event.ClassSlots]struct {
	class    float64 // 0 where there is none
	activity []activityBaseline
	outcome  []outcomeBaseline
}

type activityBaseline struct {
	activity uint8
	baseline float64
}

type outcomeBaseline struct {
	outcome  string
	baseline float64
}

func newBaselines(values map[string]float64) (baselines, error) {
	var b baselines
	for k, v := range values {
		if v < minBaseline || v > maxBaseline {
			return b, option.Refuse("class_baseline."+k, "must be between 1 and 10, not %v", v)
		}
		name, outcome, byOutcome := strings.Cut(k, ":")
		name, activity, byActivity := strings.Cut(name, "/")
		c, ok := event.ClassNamed(name)
		if !ok {
			return b, option.Refuse("class_baseline."+k, "%q is not a class of OCSF", name)
		}
		slot := &b[c.Slot()]
		switch {
		case byOutcome && byActivity:
			return b, option.Refuse("class_baseline."+k, "write either an activity or an outcome")
		case byOutcome:
			slot.outcome = append(slot.outcome, outcomeBaseline{outcome, v})
		case byActivity:
			a, ok := c.ActivityNamed(activity)
			if !ok {
				return b, option.Refuse("class_baseline."+k, "class %s has no activity %q", name, activity)
			}
			slot.activity = append(slot.activity, activityBaseline{a, v})
		default:
			slot.class = v
		}
	}
	return b, nil
}

func (b *baselines) of(ev *event.Event) float64 {
	slot := &b[ev.Class.Slot()]
	v := slot.class
	for i := range slot.activity {
		if a := &slot.activity[i]; a.activity == ev.Activity {
			v = a.baseline
		}
	}
	if len(slot.outcome) > 0 {
		if s := ev.Str(event.KeyOutcome); s != "" {
			for i := range slot.outcome {
				if o := &slot.outcome[i]; o.outcome == s {
					v = max(v, o.baseline)
				}
			}
		}
	}
	return max(v, minBaseline)
}

// baseline decides the event's baseline: what the record itself says, else what the mapping says of this kind of event, else the
// vendor's severity on its scale, else the class's heuristic. A log level never lowers what the class says.
func (r *Room) baseline(ev *event.Event, s *source, st *state) {
	if v := ev.At(event.KeyBaseline); ev.Has(event.KeyBaseline) && v.K == event.Float {
		f := math.Float64frombits(v.N)
		if f < minBaseline || f > maxBaseline {
			ev.Problem(room, codeBaseline, "")
			f = min(max(f, minBaseline), maxBaseline)
			ev.Set(event.KeyBaseline, event.FloatOf(f))
		}
		ev.Baseline = f
		return
	}
	b := st.baseline
	if b == 0 {
		heuristic := r.baselines.of(ev)
		for i := range s.severity {
			if b = r.scaled(ev, &s.severity[i]); b != 0 {
				if s.severity[i].scale.soft {
					b = max(b, heuristic)
				}
				break
			}
		}
		if b == 0 {
			b = heuristic
		}
	}
	ev.Baseline = b
	ev.Set(event.KeyBaseline, event.FloatOf(b))
}

func (r *Room) scaled(ev *event.Event, sc *scaled) float64 {
	for i := range sc.get {
		if v := r.get(ev, &sc.get[i]); !nothing(v) {
			if b := sc.scale.baseline(v, &ev.Arena); b != 0 {
				return b
			}
		}
	}
	return 0
}
