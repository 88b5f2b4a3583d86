package score

import (
	"math"

	"prescore/engine/option"
)

// Config is the table [score].
type Config struct {
	AlertAt     int     `toml:"alert_at"`      // severity from which a record's route is "alert"; 11 for never
	AlertAtRisk float64 `toml:"alert_at_risk"` // risk from which it is, 0 to 100; 101 for never
	Attack      float64 `toml:"attack"`        // weight where any ATT&CK tactic is known
	Identity    float64 `toml:"identity"`      // weight of the identity's risk
	HalfLife    float64 `toml:"half_life"`     // raw score at which severity is half way between 1 and 10
	Asset       Asset   `toml:"asset"`
	Levels      Levels  `toml:"levels"`
}

// Asset is the table [score.asset]: the weight of each criticality.
type Asset struct {
	Low      float64 `toml:"low"`
	Medium   float64 `toml:"medium"`
	High     float64 `toml:"high"`
	Critical float64 `toml:"critical"`
}

// Levels is the table [score.levels]: the severity from which an event has the level; below low it is informational.
type Levels struct {
	Low      int `toml:"low"`
	Medium   int `toml:"medium"`
	High     int `toml:"high"`
	Critical int `toml:"critical"`
}

// Defaults gives the published weights.
func Defaults() Config {
	return Config{
		AlertAt: 7, AlertAtRisk: 80, Attack: 1.2, Identity: 1.3, HalfLife: 5,
		Asset:  Asset{Low: 1, Medium: 1.5, High: 2, Critical: 3},
		Levels: Levels{Low: 3, Medium: 5, High: 7, Critical: 10},
	}
}

// maxWeight bounds every weight: the product of all of them and a baseline of 10 stays far below what a float64 loses digits at.
const maxWeight = 100

func (c *Config) check() error {
	if c.AlertAt < 1 || c.AlertAt > 11 {
		return option.Refuse("alert_at", "must be between 1 and 10, or 11 for never, not %d", c.AlertAt)
	}
	if !(c.AlertAtRisk >= 0 && c.AlertAtRisk <= 101) {
		return option.Refuse("alert_at_risk", "must be between 0 and 100, or 101 for never, not %v", c.AlertAtRisk)
	}
	for _, w := range []struct {
		key string
		v   float64
	}{
		{"attack", c.Attack}, {"identity", c.Identity}, {"half_life", c.HalfLife}, {"asset.low", c.Asset.Low},
		{"asset.medium", c.Asset.Medium}, {"asset.high", c.Asset.High}, {"asset.critical", c.Asset.Critical},
	} {
		if !(w.v >= 0 && w.v <= maxWeight) || math.IsNaN(w.v) {
			return option.Refuse(w.key, "must be between 0 and %d, not %v", maxWeight, w.v)
		}
	}
	if c.HalfLife == 0 {
		return option.Refuse("half_life", "must be above 0")
	}
	return c.Levels.check()
}

func (l *Levels) check() error {
	last := 0
	for _, s := range []struct {
		key string
		v   int
	}{{"levels.low", l.Low}, {"levels.medium", l.Medium}, {"levels.high", l.High}, {"levels.critical", l.Critical}} {
		if s.v < 1 || s.v > 11 {
			return option.Refuse(s.key, "must be between 1 and 10, or 11 for never, not %d", s.v)
		}
		if s.v < last {
			return option.Refuse(s.key, "must not be below the level before it (%d), but is %d", last, s.v)
		}
		last = s.v
	}
	return nil
}
