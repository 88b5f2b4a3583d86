package attack

import (
	"io/fs"
	"path/filepath"

	"prescore/engine/event"
	"prescore/engine/option"
)

// Config is the table [detect.attack].
type Config struct {
	Map     bool     `toml:"map"`     // whether a process name, cloud API or Windows event alone gives a technique
	Maps    []string `toml:"maps"`    // more mapping files like conf/attack/map.toml; the last entry for a name holds
	Version string   `toml:"version"` // the version whose tactics count where two know a technique: "18" or "19"
}

// Defaults gives the built-in options.
func Defaults() Config { return Config{Map: true, Maps: []string{}, Version: "19"} }

// maxMaps bounds how many mapping files there may be.
const maxMaps = 16

// In is what the room is given.
type In struct {
	FS    fs.FS                             // the data files and map.toml
	Names *event.Names                      // the engine's
	Dir   string                            // where relative paths start
	Read  func(path string) ([]byte, error) // reads a file
}

// Room puts techniques and tactics on events. It does not change after New; any number of threads may use it.
type Room struct {
	table        *Table
	prefer       Version
	mapped       *mapping
	techniqueIDs []event.NameID
	tacticIDs    []event.NameID
	tagIDs       []event.NameID
	marks        []mark // by NameID: what a field of that name may hold
	files        []string
}

// New loads the versions and the mapping.
func New(cfg Config, in In) (*Room, error) {
	r := &Room{}
	switch cfg.Version {
	case "18":
		r.prefer = V18
	case "19":
		r.prefer = V19
	default:
		return nil, option.Refuse("version", "must be \"18\" or \"19\", not %q", cfg.Version)
	}
	if len(cfg.Maps) > maxMaps {
		return nil, option.Refuse("maps", "must be at most %d files, not %d", maxMaps, len(cfg.Maps))
	}
	var err error
	if r.table, err = Load(in.FS); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		names []string
		ids   *[]event.NameID
		list  int
	}{{techniqueFields, &r.techniqueIDs, ofTechnique}, {tacticFields, &r.tacticIDs, ofTactic}, {tagFields, &r.tagIDs, ofTag}} {
		for _, n := range f.names {
			id := in.Names.Intern(n)
			*f.ids = append(*f.ids, id)
			for len(r.marks) <= int(id) {
				r.marks = append(r.marks, 0)
			}
			r.marks[id] |= 1 << f.list
			in.Names.Play(id, event.RoleAttack)
		}
	}
	r.marks[0] = 0
	if !cfg.Map {
		return r, nil
	}
	r.mapped = newMapping()
	data, err := fs.ReadFile(in.FS, mapFile)
	if err != nil {
		return nil, err
	}
	if err := r.mapped.read(mapFile, data, r.table, r.prefer); err != nil {
		return nil, err
	}
	for _, name := range cfg.Maps {
		if !filepath.IsAbs(name) {
			name = filepath.Join(in.Dir, name)
		}
		r.files = append(r.files, name)
		data, err := in.Read(name)
		if err == nil {
			err = r.mapped.read(name, data, r.table, r.prefer)
		}
		if err != nil {
			return nil, option.Refuse("maps", "%s", err)
		}
	}
	return r, nil
}

// Table gives the versions of ATT&CK, for the tags of rules.
func (r *Room) Table() *Table { return r.table }

// Prefer gives the version whose tactics count.
func (r *Room) Prefer() Version { return r.prefer }

// Files gives the mapping files of the configuration, to be watched for changes.
func (r *Room) Files() []string { return r.files }

// Apply adds techniques and tactics to the event.
func (r *Room) Apply(ev *event.Event) {
	r.vendor(ev)
	if r.mapped != nil {
		r.applyMap(ev)
	}
}
