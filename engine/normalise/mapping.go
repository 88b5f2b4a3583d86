package normalise

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"prescore/engine/strict"
)

// Bounds on a user's mappings: they are read by people and written by them, so these are far above any that is not a mistake.
const (
	maxMappingBytes = 1 << 20 // one file
	maxMappings     = 4096    // files
	maxExtends      = 8       // mappings behind one another
)

// mapping is one file of conf/sources: how records of one source are recognised and what their fields mean (README.md has the
// format for people).
type mapping struct {
	Name     string              `toml:"name"`
	Version  int                 `toml:"version"`
	Doc      string              `toml:"doc"`
	Rank     int                 `toml:"rank"`     // of several mappings that match, the highest rank wins
	Abstract bool                `toml:"abstract"` // only for others to extend
	Extends  []string            `toml:"extends"`
	Roots    []string            `toml:"roots"`   // where the record may stand inside another: prefixes of all names
	Variants []variant           `toml:"variant"` // other spellings of all names, by one rule
	Observer bool                `toml:"observer"`
	Drift    *bool               `toml:"drift"` // false: its fields differ from record to record by nature
	Alias    map[string]any      `toml:"alias"` // names for lists of names, for all mappings
	Match    []map[string]any    `toml:"match"`
	Set      map[string]any      `toml:"set"`
	Fields   map[string]any      `toml:"fields"`
	Lookup   map[string]lookup   `toml:"lookup"`
	On       []onTable           `toml:"on"`
	Message  []map[string]any    `toml:"message"`
	Severity *severityOf         `toml:"severity"`
	Required []string            `toml:"required"`
	Source   []string            `toml:"source"` // fields that name the source better than the mapping can
	Entities map[string][]string `toml:"entities"`

	file string
}

type lookup map[string]string

// variant is another spelling of all names of a mapping and of those that extend it: some shippers move Windows' fields below a name of
// theirs and write them in another case.
type variant struct {
	Prefix     string            `toml:"prefix"`
	LowerFirst bool              `toml:"lower_first"`
	Lower      bool              `toml:"lower"`  // all in lower case, as column stores keep names
	Rename     map[string]string `toml:"rename"` // names that do not follow the rule
}

// spell gives the variant's spelling of a name.
func (v *variant) spell(name string) string {
	if n := v.Rename[name]; n != "" {
		return n
	}
	if v.Lower {
		name = strings.ToLower(name)
	}
	if v.LowerFirst && name != "" {
		name = strings.ToLower(name[:1]) + name[1:]
	}
	return v.Prefix + name
}

// onTable is a table of rows chosen by the value of one field.
type onTable struct {
	Field any                       `toml:"field"`
	Fold  bool                      `toml:"fold"` // compare in lower case
	When  map[string]any            `toml:"when"`
	Is    map[string]map[string]any `toml:"is"`
}

// severityOf says where the vendor's severity stands and on which scale.
type severityOf struct {
	From  any    `toml:"from"`
	Scale string `toml:"scale"`
}

// load reads the built-in mappings and the user's: a user's file of the same name replaces the built-in one.
func load(builtin fs.FS, dir string) (list []*mapping, files []string, err error) {
	byName := map[string]*mapping{}
	read := func(fsys fs.FS, root, shown string) error {
		return fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".toml") {
				return err
			}
			name := p
			if shown != "" {
				name = filepath.Join(shown, filepath.FromSlash(p))
				files = append(files, name)
			}
			if info, err := d.Info(); err != nil {
				return err
			} else if info.Size() > maxMappingBytes {
				return fmt.Errorf("mapping %s: %d bytes are more than %d", name, info.Size(), maxMappingBytes)
			}
			b, err := fs.ReadFile(fsys, p)
			if err != nil {
				return err
			}
			m, err := decode(b, name)
			if err != nil {
				return err
			}
			byName[m.Name] = m
			if len(byName) > maxMappings {
				return fmt.Errorf("mapping %s: more than %d mappings", name, maxMappings)
			}
			return nil
		})
	}
	if builtin != nil {
		if err := read(builtin, ".", ""); err != nil {
			return nil, nil, err
		}
	}
	if dir != "" {
		if err := read(os.DirFS(dir), ".", dir); err != nil {
			return nil, nil, err
		}
	}
	for _, m := range byName {
		list = append(list, m)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	sort.Strings(files)
	return list, files, nil
}

// decode reads one file strictly.
func decode(b []byte, file string) (*mapping, error) {
	m := &mapping{file: file, Rank: 50}
	if _, err := strict.Decode(file, b, m); err != nil {
		return nil, fmt.Errorf("mapping %w", err)
	}
	if m.Name == "" {
		return nil, fmt.Errorf("mapping %s: name is missing", file)
	}
	if m.Version < 1 {
		return nil, fmt.Errorf("mapping %s: version must be 1 or more", file)
	}
	return m, nil
}

// lineage gives a mapping and those it extends, nearest first.
func lineage(m *mapping, byName map[string]*mapping, depth int) ([]*mapping, error) {
	if depth > maxExtends {
		return nil, fmt.Errorf("mapping %s: extends more than %d mappings behind one another", m.file, maxExtends)
	}
	out := []*mapping{m}
	for _, name := range m.Extends {
		p := byName[name]
		if p == nil {
			return nil, fmt.Errorf("mapping %s: extends %q, which is not a mapping", m.file, name)
		}
		l, err := lineage(p, byName, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, l...)
	}
	return out, nil
}
