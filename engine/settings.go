package engine

import (
	"time"

	"prescore/engine/option"
)

// Settings is the table [engine].
type Settings struct {
	Watch   option.Duration `toml:"watch"`    // how often files are looked at for changes; "0s" for never
	TickTag string          `toml:"tick_tag"` // records of this tag are replaced by the incidents that are due
}

// The bounds of Watch: more often costs the disk more than it gives anyone.
const minWatch = time.Second

func defaultSettings() Settings { return Settings{Watch: option.Duration(10 * time.Second)} }

func (s *Settings) check() error {
	if w := time.Duration(s.Watch); w != 0 && w < minWatch {
		return option.Refuse("watch", "must be at least 1s, or \"0s\" for never, not %q", w)
	}
	return nil
}
