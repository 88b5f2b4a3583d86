package store

import (
	"time"

	"prescore/engine/entity"
	"prescore/engine/option"
)

// Config is the table [store].
type Config struct {
	Path     string          `toml:"path"`     // the file; empty: state lives in memory alone and a restart forgets it
	Interval option.Duration `toml:"interval"` // between two writes: what kill -9 can lose
	Timeout  option.Duration `toml:"timeout"`  // of one operation on the file; past it the handle is given up
	Retry    option.Duration `toml:"retry"`    // until a file that failed is tried again
}

// Defaults gives the configuration without a file.
func Defaults() Config {
	return Config{Interval: option.Duration(5 * time.Second), Timeout: option.Duration(10 * time.Second), Retry: option.Duration(30 * time.Second)}
}

// In is what the store is given.
type In struct {
	State *entity.Store
	Dir   string            // the folder that a relative path starts at
	Say   func(text string) // a message for the log; called from the store's goroutine
}

// Bounds.
const (
	openTimeout   = time.Second    // waiting for another process's lock holds up the agent's start
	failedClose   = time.Second    // for a file that failed to close: after a fault it may hold its own lock for ever
	maxAbandoned  = 4              // handles that hung: each keeps a goroutine and a mapping; after these only memory is used
	batch         = 2048           // entities in one transaction: it is held in memory, about a megabyte
	maxJournal    = 4096           // batches of one journal in the file: at the default interval those of more than five hours
	maxAside      = 8              // damaged files kept; the next one replaces the last
	closeTimeouts = 3              // operations that Close may wait for: what is being written, the last write, the close
	maxFile       = int64(1) << 31 // a state file beyond 2 GiB is not ours: 100,000 entities take about 40 MB
	formatVersion = 1              // of the file's layout
)

func (c Config) check() error {
	switch {
	case c.Interval < option.Duration(10*time.Millisecond):
		return option.Refuse("interval", "must be at least 10ms, not %v", time.Duration(c.Interval))
	case c.Timeout < option.Duration(10*time.Millisecond):
		return option.Refuse("timeout", "must be at least 10ms, not %v", time.Duration(c.Timeout))
	case c.Retry < option.Duration(10*time.Millisecond):
		return option.Refuse("retry", "must be at least 10ms, not %v", time.Duration(c.Retry))
	}
	return nil
}
