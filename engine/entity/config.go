package entity

import (
	"time"

	"prescore/engine/event"
	"prescore/engine/option"
)

// Config is the table [entity].
type Config struct {
	MaxEntities int             `toml:"max_entities"` // entries over all kinds, correlation groups included: 100,000 fit 64 MiB with live windows
	MaxBytes    option.Size     `toml:"max_bytes"`    // estimate of the heap under them; whichever bound is met first evicts. Notes may take a sixteenth as much beside it
	Shards      int             `toml:"shards"`       // locks; a power of two, more than threads so that two seldom meet
	SkewAhead   option.Duration `toml:"skew_ahead"`   // an event may be this far ahead of its arrival: clocks without NTP drift minutes, not hours
	SkewBehind  option.Duration `toml:"skew_behind"`  // and this far behind; a log read from its head must not fall into one instant, and windows run on their own group's time
	SeenIDs     int             `toml:"seen_ids"`     // ids remembered against replays: an hour at 18 records a second
	SeenFor     option.Duration `toml:"seen_for"`     // how long an id counts as the same record
	LinkFor     option.Duration `toml:"link_for"`     // how long a login ties user, host and address: a working day
	LinkMin     float64         `toml:"link_min"`     // below this strength (1 at the login, 0 after link_for) a link resolves nothing
	Kinds       []KindConfig    `toml:"kinds"`        // further kinds of entity, made of fields
}

// KindConfig is a kind of entity of the user's own: its key is the values of the fields, joined.
type KindConfig struct {
	Name   string   `toml:"name"`
	Fields []string `toml:"fields"` // names of the canonical vocabulary, or of the record's own fields
	Max    int      `toml:"max"`    // how many of the kind at most; 0: only the common bound
}

// Defaults gives the configuration without a file.
func Defaults() Config {
	return Config{
		MaxEntities: 100_000, MaxBytes: 48 << 20, Shards: 32,
		SkewAhead: option.Duration(5 * time.Minute), SkewBehind: option.Duration(3650 * 24 * time.Hour),
		SeenIDs: 65_536, SeenFor: option.Duration(time.Hour),
		LinkFor: option.Duration(8 * time.Hour), LinkMin: 0.25,
	}
}

// Bounds on what a configuration may ask for.
const (
	minEntities  = 64      // fewer than two a shard is not a cache
	maxEntities  = 1 << 24 // 16 million: beyond, the maps alone take gigabytes
	maxShards    = 1024    // a shard costs two maps; more buys nothing
	maxSeenIDs   = 1 << 22 // 128 MiB of ids
	maxUserKinds = 64      // user-defined kinds
	maxFields    = 8       // fields in the key of one kind
)

// In is what the store is given.
type In struct {
	Names   *event.Names      // to intern the fields of user-defined kinds
	Aliases map[string]string // alias -> principal: UPN, SAM name, SID, e-mail, cloud ARN, uid; chains are followed
}

func (c Config) check() error {
	switch {
	case c.MaxEntities < minEntities || c.MaxEntities > maxEntities:
		return option.Refuse("max_entities", "must be between %d and %d, not %d", minEntities, maxEntities, c.MaxEntities)
	case c.MaxBytes < 1<<20:
		return option.Refuse("max_bytes", "must be at least 1MiB, not %d bytes", c.MaxBytes)
	case c.Shards < 1 || c.Shards > maxShards || c.Shards&(c.Shards-1) != 0:
		return option.Refuse("shards", "must be a power of two up to %d, not %d", maxShards, c.Shards)
	case c.SkewAhead < 0:
		return option.Refuse("skew_ahead", "must not be negative")
	case c.SkewBehind < 0:
		return option.Refuse("skew_behind", "must not be negative")
	case c.SeenIDs < 0 || c.SeenIDs > maxSeenIDs:
		return option.Refuse("seen_ids", "must be between 0 and %d, not %d", maxSeenIDs, c.SeenIDs)
	case c.SeenFor <= 0:
		return option.Refuse("seen_for", "must be positive")
	case c.LinkFor < 0:
		return option.Refuse("link_for", "must not be negative")
	case !(c.LinkMin >= 0 && c.LinkMin <= 1):
		return option.Refuse("link_min", "must be between 0 and 1, not %v", c.LinkMin)
	case len(c.Kinds) > maxUserKinds:
		return option.Refuse("kinds", "at most %d kinds, not %d", maxUserKinds, len(c.Kinds))
	}
	return nil
}
