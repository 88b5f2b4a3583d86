package enrich

import "prescore/engine/option"

// Bounds on tables. A table over them is refused with the bound's name.
const (
	maxBytes   = 128 << 20 // one file: a million indicators of the longest usual kind
	maxRows    = 1_000_000 // rows of one kind of table together: about 150 MiB, beyond what an agent should hold
	maxColumns = 128       // columns of one file: the widest inventory exports have some 60
	maxCell    = 8 << 10   // bytes of one value
	maxFiles   = 64        // files of one kind
	maxDepth   = 4         // levels of objects in a row of JSON or TOML
)

// Config is the table [enrich].
type Config struct {
	Assets        []string `toml:"assets"`         // files that say which machines, networks and accounts matter how much
	Identities    []string `toml:"identities"`     // files that say who is who and how much is at risk with them
	Intel         []string `toml:"intel"`          // files of indicators: addresses, networks, domains, URLs, hashes, mail addresses
	IntelScore    float64  `toml:"intel_score"`    // risk an indicator adds where its table gives none
	Decommission  float64  `toml:"decommissioned"` // weight of assets whose state is decommissioned
	Sandbox       float64  `toml:"sandbox"`        // weight of assets whose state is sandbox
	IgnoreColumns []string `toml:"ignore_columns"` // columns that the tables may have besides the known ones
}

// Defaults gives the built-in options: no tables, 10.0 for an indicator without a score, half weight where an asset does not count.
func Defaults() Config {
	return Config{Assets: []string{}, Identities: []string{}, Intel: []string{}, IntelScore: 10, Decommission: 0.5, Sandbox: 0.5, IgnoreColumns: []string{}}
}

func (c *Config) check() error {
	for _, f := range []struct {
		key   string
		files []string
	}{{"assets", c.Assets}, {"identities", c.Identities}, {"intel", c.Intel}} {
		if len(f.files) > maxFiles {
			return option.Refuse(f.key, "must be at most %d files, not %d", maxFiles, len(f.files))
		}
		for _, name := range f.files {
			if name == "" {
				return option.Refuse(f.key, "holds an empty file name")
			}
		}
	}
	if !(c.IntelScore >= 0 && c.IntelScore <= 100) {
		return option.Refuse("intel_score", "must be between 0 and 100, not %v", c.IntelScore)
	}
	for _, w := range []struct {
		key string
		v   float64
	}{{"decommissioned", c.Decommission}, {"sandbox", c.Sandbox}} {
		if !(w.v > 0 && w.v <= 1) {
			return option.Refuse(w.key, "must be above 0 and at most 1, not %v", w.v)
		}
	}
	return nil
}
