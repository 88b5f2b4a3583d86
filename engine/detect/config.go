package detect

import (
	"fmt"
	"strings"

	"prescore/engine/detect/route"
	"prescore/engine/event"
	"prescore/engine/option"
)

// Bounds of the configuration.
const (
	maxFindings     = 256    // findings of one record that can be asked for
	maxRules        = 50_000 // more than ten times SigmaHQ
	maxRuleFiles    = 100_000
	maxPlaceholders = 10_000 // values of one placeholder
)

// Levels is a number for each level of a rule.
type Levels struct {
	Informational float64 `toml:"informational"`
	Low           float64 `toml:"low"`
	Medium        float64 `toml:"medium"`
	High          float64 `toml:"high"`
	Critical      float64 `toml:"critical"`
}

// Of gives a level's number; a rule without a level counts as informational.
func (l *Levels) Of(level event.Level) float64 {
	switch level {
	case event.Low:
		return l.Low
	case event.Medium:
		return l.Medium
	case event.High:
		return l.High
	case event.Critical:
		return l.Critical
	}
	return l.Informational
}

// check holds every number between low and high, and ascending.
func (l *Levels) check(key string, low, high float64) error {
	last := low
	for _, v := range []struct {
		name string
		n    float64
	}{{"informational", l.Informational}, {"low", l.Low}, {"medium", l.Medium}, {"high", l.High}, {"critical", l.Critical}} {
		if !(v.n >= low && v.n <= high) {
			return option.Refuse(key+"."+v.name, "must be between %v and %v, not %v", low, high, v.n)
		}
		if v.n < last {
			return option.Refuse(key+"."+v.name, "must not be below the level before it (%v)", last)
		}
		last = v.n
	}
	return nil
}

// Config is the table [detect].
type Config struct {
	// Rules are files, folders, or patterns with * and ** ("rules/**.yml"); relative ones start at the configuration's folder.
	Rules []string `toml:"rules"`
	// Starter are the rules that come with prescore.
	Starter bool `toml:"starter_rules"`
	// Status, Products, Tags and Only keep the rules that have one of these; an empty list keeps all. Tags may end in *.
	Status   []string `toml:"status"`
	Products []string `toml:"products"`
	Tags     []string `toml:"tags"`
	Only     []string `toml:"only"`
	// Exclude are ids of rules to leave out.
	Exclude []string `toml:"exclude"`
	// MinLevel leaves out the rules below it.
	MinLevel string `toml:"min_level"`
	// Placeholders are the values of %name% in rules that use the modifier expand.
	Placeholders map[string][]string `toml:"placeholders"`
	// Risk is what a finding of a level adds where its rule has no risk_score.
	Risk Levels `toml:"risk"`
	// Baseline is what a finding of a level raises the event's baseline to.
	Baseline Levels `toml:"baseline"`
	// RelativeRisk is a CSV file of rule, score: what is added to the risk of a rule, by its id.
	RelativeRisk string `toml:"relative_risk"`
	// MaxFindings is how many findings one record may carry.
	MaxFindings int `toml:"max_findings"`
	// Routing says which rules see an event: "logsource", those whose log source it is of, or "all".
	Routing string `toml:"routing"`
	// Logsource are rows for the table of log sources, besides the built-in ones.
	Logsource []route.Row `toml:"logsource"`
}

// What Config.Routing may be.
const (
	RoutingLogsource = "logsource"
	RoutingAll       = "all"
)

// Defaults gives the built-in options: the starter rules, risk and baseline by level, 64 findings a record.
func Defaults() Config {
	return Config{
		Rules: []string{}, Starter: true, Status: []string{}, Products: []string{}, Tags: []string{}, Only: []string{}, Exclude: []string{},
		Risk:        Levels{Informational: 5, Low: 20, Medium: 50, High: 80, Critical: 95},
		Baseline:    Levels{Informational: 1, Low: 3, Medium: 5, High: 7, Critical: 9},
		MaxFindings: 64,
		Routing:     RoutingLogsource,
	}
}

func (c *Config) check() error {
	if c.MinLevel != "" {
		if _, ok := event.LevelNamed(c.MinLevel); !ok {
			return option.Refuse("min_level", "must be informational, low, medium, high or critical, not %q", c.MinLevel)
		}
	}
	if c.Routing != RoutingLogsource && c.Routing != RoutingAll {
		return option.Refuse("routing", "must be %q or %q, not %q", RoutingLogsource, RoutingAll, c.Routing)
	}
	if c.MaxFindings < 1 || c.MaxFindings > maxFindings {
		return option.Refuse("max_findings", "must be between 1 and %d, not %d", maxFindings, c.MaxFindings)
	}
	for _, r := range c.Rules {
		if r == "" {
			return option.Refuse("rules", "holds an empty name")
		}
	}
	for name, vals := range c.Placeholders {
		if len(vals) == 0 || len(vals) > maxPlaceholders {
			return option.Refuse("placeholders."+name, "must have 1 to %d values, not %d", maxPlaceholders, len(vals))
		}
	}
	for i, s := range c.Status {
		switch s {
		case "stable", "test", "experimental", "deprecated", "unsupported":
		default:
			return option.Refuse(fmt.Sprintf("status[%d]", i), "must be stable, test, experimental, deprecated or unsupported, not %q", s)
		}
	}
	for i, p := range c.Products {
		if p != strings.ToLower(p) {
			return option.Refuse(fmt.Sprintf("products[%d]", i), "must be lower case, as rules write it, not %q", p)
		}
	}
	if err := c.Risk.check("risk", 0, 100); err != nil {
		return err
	}
	return c.Baseline.check("baseline", 1, 10)
}
