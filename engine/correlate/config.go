package correlate

import (
	"time"

	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/option"
)

// Config is the table [correlate].
type Config struct {
	Rules        []string        `toml:"rules"`          // files and folders of native rules (*.toml), after the shipped ones
	Shipped      bool            `toml:"shipped"`        // the rules prescore brings
	Disable      []string        `toml:"disable"`        // ids of rules to leave out
	Lateness     option.Duration `toml:"lateness"`       // records this late still count where they belong; at least entity.skew_ahead
	MaxWindow    int             `toml:"max_window"`     // entries of a window that are exact; past it counts are coarse and marked
	MaxGroups    int             `toml:"max_groups"`     // groups a rule may have at once: one rule must not fill the state of all
	MaxSpan      option.Duration `toml:"max_span"`       // the longest timespan a rule may ask for: a month of state is what an agent can promise
	Aggregate    string          `toml:"aggregate"`      // how deltas join: "weighted_sum" or "ema"
	EMAAlpha     float64         `toml:"ema_alpha"`      // weight of the next delta in "ema"
	Weights      Weights         `toml:"weights"`        // weight of a finding's delta in "weighted_sum", by its level
	MaxIncident  option.Duration `toml:"max_incident"`   // an incident is closed and opened anew after this long
	IncidentsOff bool            `toml:"incidents_off"`  // only findings and deltas
	RiskHalfLife option.Duration `toml:"risk_half_life"` // in which an entity's accumulated risk halves, for rules that ask for it
}

// Weights are by level of the finding.
type Weights struct {
	Informational float64 `toml:"informational"`
	Low           float64 `toml:"low"`
	Medium        float64 `toml:"medium"`
	High          float64 `toml:"high"`
	Critical      float64 `toml:"critical"`
}

// Defaults gives the configuration without a file.
func Defaults() Config {
	return Config{
		Shipped: true, Lateness: option.Duration(5 * time.Minute), MaxWindow: 1024, MaxGroups: 20_000,
		MaxSpan: option.Duration(31 * 24 * time.Hour), Aggregate: "weighted_sum", EMAAlpha: 0.5,
		Weights: Weights{1, 1, 1, 1, 1}, MaxIncident: option.Duration(24 * time.Hour), RiskHalfLife: option.Duration(24 * time.Hour),
	}
}

// Bounds.
const (
	maxRules     = 10_000  // more than four times SigmaHQ's correlations and detections that could be chained
	maxSteps     = 16      // parts of a rule: a presence mask and a person's patience
	maxGroupBy   = 8       // fields of a group
	maxEntries   = 1 << 17 // entries of one window, whatever its threshold: 5 MiB
	maxStepKept  = 32      // occurrences of one step of a sequence that are kept; older ones cannot make a sequence start later
	maxTimeline  = 32      // contributions told of one incident: the first half and the newest half
	maxRefs      = 512     // bytes of entity references kept of one group
	maxSearch    = 4096    // entries looked at to find a sequence whose values must differ, or a window for a late record
	maxIncidents = 64      // incidents on one record or of one tick and shard
	maxInterned  = 4095    // names of sources, and of techniques, kept as numbers
	maxRuleBytes = 1 << 20 // a file of native rules
)

// In is what the room is given.
type In struct {
	State *entity.Store
	Names *event.Names
	Dir   string // the folder that relative paths start at
	Rules []Rule // translated Sigma correlations
	// Base gives the rule id that findings of a detection carry, for a reference by id or name; false where there is no such rule.
	Base func(ref string) (id string, ok bool)
	// Shipped are the rules prescore brings: file name and TOML text.
	Shipped []File
	// LevelRisk and LevelBaseline are detect's options: what a rule of a level is worth that says nothing of risk (0 to 100), and the
	// baseline it raises a record to (1 to 10). nil: detect's defaults.
	LevelRisk, LevelBaseline func(event.Level) float64
}

// levels gives a number a level.
func levels(of func(event.Level) float64, otherwise [event.Critical + 1]float64) [event.Critical + 1]float64 {
	if of != nil {
		for l := event.Informational; l <= event.Critical; l++ {
			otherwise[l] = of(l)
		}
	}
	return otherwise
}

// The defaults of detect.risk and detect.baseline, for a room without detect beside it.
var (
	levelRisk     = [event.Critical + 1]float64{0, 5, 20, 50, 80, 95}
	levelBaseline = [event.Critical + 1]float64{0, 1, 3, 5, 7, 9}
)

// File is a file of native rules.
type File struct {
	Name string
	Text []byte
}

func (c Config) check(clock entity.Clock) error {
	switch {
	case int64(c.Lateness) < clock.Ahead:
		return option.Refuse("lateness", "must be at least entity.skew_ahead: a record from the future would empty windows")
	case c.MaxWindow < 16 || c.MaxWindow > maxEntries:
		return option.Refuse("max_window", "must be between 16 and %d, not %d", maxEntries, c.MaxWindow)
	case c.MaxGroups < 1:
		return option.Refuse("max_groups", "must be positive, not %d", c.MaxGroups)
	case c.MaxSpan <= 0:
		return option.Refuse("max_span", "must be positive")
	case c.MaxIncident <= 0:
		return option.Refuse("max_incident", "must be positive")
	case c.RiskHalfLife <= 0:
		return option.Refuse("risk_half_life", "must be positive")
	case c.Aggregate != "weighted_sum" && c.Aggregate != "ema":
		return option.Refuse("aggregate", `must be "weighted_sum" or "ema", not %q`, c.Aggregate)
	case !(c.EMAAlpha > 0 && c.EMAAlpha <= 1):
		return option.Refuse("ema_alpha", "must be above 0 and at most 1, not %v", c.EMAAlpha)
	}
	for _, w := range []float64{c.Weights.Informational, c.Weights.Low, c.Weights.Medium, c.Weights.High, c.Weights.Critical} {
		if !(w >= 0 && w <= 10) {
			return option.Refuse("weights", "must be between 0 and 10, not %v", w)
		}
	}
	return nil
}
