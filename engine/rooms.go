package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"prescore/conf"
	"prescore/engine/correlate"
	"prescore/engine/detect"
	"prescore/engine/detect/attack"
	"prescore/engine/encode"
	"prescore/engine/enrich"
	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/normalise"
	"prescore/engine/parse"
	"prescore/engine/redact"
	"prescore/engine/score"
	"prescore/engine/store"
	"prescore/engine/strict"
)

// Version is stamped by the build.
var Version = "unknown"

// Config is the whole configuration: a table a room, each owned by its room.
type Config struct {
	Engine    Settings         `toml:"engine"`
	Parse     parse.Config     `toml:"parse"`
	Normalise normalise.Config `toml:"normalise"`
	Enrich    enrich.Config    `toml:"enrich"`
	Detect    Detect           `toml:"detect"`
	Entity    entity.Config    `toml:"entity"`
	Correlate correlate.Config `toml:"correlate"`
	Store     store.Config     `toml:"store"`
	Score     score.Config     `toml:"score"`
	Redact    redact.Config    `toml:"redact"`
	Output    encode.Config    `toml:"output"`
}

// Detect is the table [detect], with [detect.attack] below it.
type Detect struct {
	detect.Config
	Attack attack.Config `toml:"attack"`
}

// Defaults gives the built-in configuration.
func Defaults() Config {
	return Config{
		Engine: defaultSettings(), Parse: parse.Defaults(), Normalise: normalise.Defaults(), Enrich: enrich.Defaults(),
		Detect: Detect{Config: detect.Defaults(), Attack: attack.Defaults()},
		Entity: entity.Defaults(), Correlate: correlate.Defaults(), Store: store.Defaults(), Score: score.Defaults(), Redact: redact.Defaults(), Output: encode.Defaults(),
	}
}

// rooms are one compiled configuration: read only, swapped as a whole.
type rooms struct {
	cfg      Config
	replay   bool
	names    *event.Names
	files    map[string]stamp // what was read, as it was then, to be watched
	warnings []string         // what was left out

	redact    *redact.Redactor
	parse     *parse.Room
	normalise *normalise.Room
	enrich    *enrich.Room
	attack    *attack.Room
	detect    *detect.Room
	state     *entity.Store
	correlate *correlate.Room
	store     *store.Store
	msgs      *messages // where the store's goroutine says what troubles it; set before it starts
	score     *score.Room
	encode    *encode.Room
}

// room is a room of the way of a record.
type room struct {
	name  string
	apply func(w *worker, ev *event.Event)
}

// way is the rooms in the order of the package comment, from parse to score.
var way = [...]room{
	{"parse", func(w *worker, ev *event.Event) { w.rooms.parse.Apply(ev) }},
	{"normalise", (*worker).normalise},
	{"enrich", func(w *worker, ev *event.Event) { w.rooms.enrich.Apply(ev) }},
	{"detect", func(w *worker, ev *event.Event) {
		w.rooms.attack.Apply(ev)
		w.rooms.detect.Apply(ev)
	}},
	{"correlate", func(w *worker, ev *event.Event) { w.rooms.correlate.Apply(ev) }},
	{"score", func(w *worker, ev *event.Event) {
		w.rooms.score.Apply(ev)
		w.rooms.state.Scored(ev)
		w.rooms.correlate.Scored(ev)
	}},
}

// stateful is the first room of the way that depends on the records before.
const stateful = 4

// apply takes the first event all the way by itself and calls see after each room.
func (w *worker) apply(see func(room string, ev *event.Event)) {
	ev := w.evs[0]
	w.n, w.at, w.summed = 1, 0, false
	for _, r := range way {
		r.apply(w, ev)
		see(r.name, ev)
	}
}

// normalise takes the event that the batch stands at. The first of them has all hashed: two at a time take what one takes.
func (w *worker) normalise(ev *event.Event) {
	w.rooms.normalise.Apply(ev)
	given(ev)
	w.rooms.state.Expect(ev) // before records are hashed, which gives the processor time to fetch what is asked for below
	if !w.summed {
		w.hash(w.sums[:w.n], w.evs[:w.n])
		w.summed = true
	}
	identify(ev, w.sums[w.at])
	if w.rooms.replay {
		ev.Arrival = happened(ev)
	}
}

// happened gives the time of an event, or its arrival where it tells none.
func happened(ev *event.Event) int64 {
	if t := ev.Get(event.KeyTime); t.K == event.Time {
		return int64(t.N)
	}
	return ev.Arrival
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
	file, err := strict.Decode(o.name(), data, &cfg)
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

// name is how errors name the configuration.
func (o Options) name() string {
	if o.Config == "" {
		return "built-in defaults"
	}
	return o.Config
}

// maxTable bounds a table of assets, identities or indicators, in bytes: their readers refuse less, but only what was read.
const maxTable = 256 << 20

func readTable(path string) ([]byte, error) { return readFile(path, maxTable) }

// readConfig reads at most what strict accepts; no path is the empty file.
func readConfig(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readFile(path, strict.MaxBytes+1)
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be read: %w", path, err)
	}
	return data, nil
}

// readFile reads at most so many bytes, so that a path that names a disk does not fill the agent's memory.
func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// build compiles the rooms of a configuration. It changes nothing outside of what it returns.
func build(o Options) (r *rooms, err error) {
	leanly(func() { r, err = assemble(o) })
	return r, err
}

func assemble(o Options) (*rooms, error) {
	began := time.Now().UnixNano()
	files := map[string]stamp{}
	if o.Config != "" {
		files[o.Config] = stampOf(o.Config)
	}
	cfg, file, err := load(o)
	if err != nil {
		return nil, err
	}
	r := &rooms{cfg: cfg, replay: o.Replay, names: event.NewNames(), files: files}
	for _, m := range r.makers(o) {
		if err := m.make(); err != nil {
			return nil, file.Locate(m.table, err)
		}
	}
	for _, room := range []any{r.parse, r.normalise, r.enrich, r.attack, r.detect, r.state, r.correlate} {
		r.note(room)
	}
	doubt(r.files, began, time.Now().UnixNano())
	return r, nil
}

// maker makes the room of one table of the configuration.
type maker struct {
	table string
	make  func() error
}

// makers gives the rooms in the order in which they are made: what another is given comes first.
func (r *rooms) makers(o Options) []maker {
	dir := o.folder()
	return []maker{
		{"engine", r.cfg.Engine.check},
		{"redact", func() (err error) {
			r.redact, err = redact.New(r.cfg.Redact)
			return err
		}},
		{"parse", func() (err error) {
			r.parse, err = parse.New(r.cfg.Parse, parse.In{Names: r.names})
			return err
		}},
		{"normalise", func() (err error) {
			r.normalise, err = normalise.New(r.cfg.Normalise, normalise.In{Names: r.names, Builtin: conf.Sources(), Dir: dir})
			return err
		}},
		{"enrich", func() (err error) {
			r.enrich, err = enrich.New(r.cfg.Enrich, enrich.In{Names: r.names, Dir: dir, Read: readTable})
			return err
		}},
		{"detect.attack", func() (err error) {
			r.attack, err = attack.New(r.cfg.Detect.Attack, attack.In{FS: conf.Attack(), Names: r.names, Dir: dir, Read: readTable})
			return err
		}},
		{"detect", func() (err error) {
			r.detect, err = detect.New(r.cfg.Detect.Config, detect.In{Names: r.names, Dir: dir, Starter: conf.Rules(), Logsources: conf.Logsources, Redact: r.redact})
			return err
		}},
		{"entity", func() (err error) {
			r.state, err = entity.New(r.cfg.Entity, entity.In{Names: r.names, Aliases: r.enrich.Aliases().Map()})
			return err
		}},
		{"correlate", func() error { return r.makeCorrelate(dir) }},
		{"store", func() (err error) {
			r.store, err = store.New(r.cfg.Store, store.In{State: r.state, Dir: dir, Say: func(text string) { r.msgs.add(Warn, text) }})
			return err
		}},
		{"score", func() (err error) {
			r.score, err = score.New(r.cfg.Score)
			return err
		}},
		{"output", func() (err error) {
			r.encode, err = encode.New(r.cfg.Output, encode.In{
				Names: r.names, Redact: r.redact, RewriteRecord: r.cfg.Redact.Scope == redact.ScopeRecord,
			})
			return err
		}},
	}
}

// makeCorrelate gives the correlate room the rules that detect read and the state it keeps its windows in.
func (r *rooms) makeCorrelate(dir string) error {
	shipped, err := shippedCorrelations()
	if err != nil {
		return err
	}
	r.correlate, err = correlate.New(r.cfg.Correlate, correlate.In{
		State: r.state, Names: r.names, Dir: dir, Rules: Correlations(r.detect.Correlations()), Base: baseRules(r.detect), Shipped: shipped,
		LevelRisk: r.cfg.Detect.Risk.Of, LevelBaseline: r.cfg.Detect.Baseline.Of,
	})
	return err
}

// note keeps what a room read and what it left out.
func (r *rooms) note(room any) {
	if f, ok := room.(interface{ Files() []string }); ok {
		for _, path := range f.Files() {
			r.files[path] = stampOf(path)
		}
	}
	if w, ok := room.(interface{ Warnings() []string }); ok {
		r.warnings = append(r.warnings, w.Warnings()...)
	}
}

// folder is where relative paths of the configuration start.
func (o Options) folder() string {
	if o.Config == "" {
		return "."
	}
	return filepath.Dir(o.Config)
}
