package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"prescore/engine/encode"
	"prescore/engine/event"
	"prescore/engine/parse"
	"prescore/engine/redact"
	"prescore/engine/score"
	"prescore/engine/strict"
)

// Version is stamped by the build.
var Version = "unknown"

// Config is the whole configuration: a table a room, each owned by its room.
type Config struct {
	Engine Settings      `toml:"engine"`
	Parse  parse.Config  `toml:"parse"`
	Score  score.Config  `toml:"score"`
	Redact redact.Config `toml:"redact"`
	Output encode.Config `toml:"output"`
}

// Defaults gives the built-in configuration.
func Defaults() Config {
	return Config{Engine: defaultSettings(), Parse: parse.Defaults(), Score: score.Defaults(), Redact: redact.Defaults(), Output: encode.Defaults()}
}

// rooms are one compiled configuration: read only, swapped as a whole.
type rooms struct {
	cfg      Config
	names    *event.Names
	files    map[string]stamp // what was read, as it was then, to be watched
	warnings []string         // what was left out

	parse  *parse.Room
	score  *score.Room
	encode *encode.Room
}

// apply takes an event through the rooms, in the order of the package comment. see, where not nil, is called after each room.
func (r *rooms) apply(ev *event.Event, see func(room string, ev *event.Event)) {
	r.parse.Apply(ev)
	if see != nil {
		see("parse", ev)
	}
	identify(ev)
	r.score.Apply(ev)
	if see != nil {
		see("score", ev)
	}
}

// Load reads a configuration as Open would, without making an engine of it: defaults, file, overrides, environment.
func Load(o Options) (Config, error) {
	cfg, _, err := load(o)
	return cfg, err
}

func load(o Options) (Config, *strict.File, error) {
	cfg := Defaults()
	data, err := readConfig(o.Config)
	if err != nil {
		return cfg, nil, err
	}
	file, err := strict.Decode(o.Config, data, &cfg)
	if err != nil {
		return cfg, nil, err
	}
	if err := file.Override(o.Set, &cfg); err != nil {
		return cfg, nil, err
	}
	lookup := o.Lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return cfg, file, file.Expand(&cfg, lookup)
}

// readConfig reads at most what strict accepts, so that a configuration path that names a disk does not fill memory.
func readConfig(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("%s: cannot be read: %w", path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, strict.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", path, err)
	}
	return data, nil
}

// build compiles the rooms of a configuration. It changes nothing outside of what it returns.
func build(o Options) (*rooms, error) {
	files := map[string]stamp{}
	if o.Config != "" {
		files[o.Config] = stampOf(o.Config)
	}
	cfg, file, err := load(o)
	if err != nil {
		return nil, err
	}
	r := &rooms{cfg: cfg, names: event.NewNames(), files: files}
	for _, s := range []struct {
		table string
		make  func() error
	}{
		{"engine", cfg.Engine.check},
		{"parse", func() (err error) {
			r.parse, err = parse.New(cfg.Parse, parse.In{Names: r.names})
			return err
		}},
		{"score", func() (err error) {
			r.score, err = score.New(cfg.Score)
			return err
		}},
		{"redact", func() error {
			red, err := redact.New(cfg.Redact)
			if err != nil {
				return err
			}
			r.encode, err = encode.New(cfg.Output, encode.In{Names: r.names, Redact: red})
			if err != nil {
				return file.Locate("output", err)
			}
			return nil
		}},
	} {
		if err := s.make(); err != nil {
			return nil, file.Locate(s.table, err)
		}
	}
	return r, nil
}

// folder is where relative paths of the configuration start.
func (o Options) folder() string {
	if o.Config == "" {
		return "."
	}
	return filepath.Dir(o.Config)
}
