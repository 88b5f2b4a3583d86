package attack

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
)

// Version is an index of the versions of ATT&CK that are known, ascending.
type Version int

// The versions.
const (
	V18 Version = iota // 18.1, November 2025
	V19                // 19.1, May 2026
	NumVersions
)

var versionFiles = [NumVersions]string{"enterprise-18.1.tsv", "enterprise-19.1.tsv"}

// String gives the version as MITRE writes it.
func (v Version) String() string { return [...]string{"18.1", "19.1"}[v] }

// Bounds on a data file; ATT&CK 18.1 has 835 techniques in 60 KB.
const (
	maxDataBytes  = 1 << 20
	maxTechniques = 10000
)

// Status says what a version holds of a technique.
type Status uint8

// The statuses. Removed is an id that the version before had, and of which the version only shows that it has it no longer.
const (
	Unknown Status = iota
	Active
	Revoked
	Deprecated
	Removed
)

var statusNames = [...]string{"unknown", "active", "revoked", "deprecated", "removed"}

// String gives the status's name.
func (s Status) String() string { return statusNames[s] }

// Edition is what one version says of a technique.
type Edition struct {
	Status    Status
	Name      string
	Tactics   []string // shortnames
	Successor string   // the id that took its place, "" where none did
}

// Info is a technique or sub-technique.
type Info struct {
	ID     string // "T1059.001"
	Parent string // "T1059", "" for a technique
	In     [NumVersions]Edition
}

// Name gives the newest version's name.
func (i *Info) Name() string {
	for v := NumVersions - 1; v >= 0; v-- {
		if i.In[v].Name != "" {
			return i.In[v].Name
		}
	}
	return ""
}

// Tactics gives the shortnames in the version preferred where it has the technique as active, else in another that has, else where
// it is revoked or deprecated.
func (i *Info) Tactics(prefer Version) []string {
	if i.In[prefer].Status == Active {
		return i.In[prefer].Tactics
	}
	for v := NumVersions - 1; v >= 0; v-- {
		if i.In[v].Status == Active {
			return i.In[v].Tactics
		}
	}
	for v := NumVersions - 1; v >= 0; v-- {
		if len(i.In[v].Tactics) > 0 {
			return i.In[v].Tactics
		}
	}
	return nil
}

// tactic is one tactic under one of its names.
type tactic struct{ short, id, name string }

// Table is ATT&CK for Enterprise. It does not change after Load.
type Table struct {
	techniques map[string]*Info
	tactics    map[string]tactic // by letters alone in lower case, by id in lower case
	shorts     [128]string       // most shortnames, by shortSlot: what sources write as a rule
	order      []string          // ids, as read
}

// Load reads the data files of both versions.
func Load(fsys fs.FS) (*Table, error) {
	t := &Table{techniques: make(map[string]*Info, 1024), tactics: make(map[string]tactic, 64)}
	for v := range NumVersions {
		data, err := fs.ReadFile(fsys, versionFiles[v])
		if err != nil {
			return nil, err
		}
		if err := t.read(v, versionFiles[v], data); err != nil {
			return nil, err
		}
	}
	for _, c := range t.tactics {
		if short, _ := t.Tactic(c.short); short == c.short {
			t.shorts[shortSlot(short)] = short
		}
	}
	return t, nil
}

// shortSlot gives a word's place among shortnames; where two have the same one of them is not there.
func shortSlot(s string) int { return (len(s)*19 ^ int(s[0])*3 ^ int(s[len(s)-1])*7) & 127 }

// read reads one version: comment lines (#), tactics (TA0002, shortname, name), techniques (id, status, tactics, successor, name),
// tabs between.
func (t *Table) read(v Version, file string, data []byte) error {
	if len(data) > maxDataBytes {
		return fmt.Errorf("%s: is %d bytes long; at most %d are read", file, len(data), maxDataBytes)
	}
	lists := map[string][]string{} // equal lists of tactics are one
	for n := 1; len(data) > 0; n++ {
		raw, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		line := string(bytes.TrimSuffix(raw, []byte("\r")))
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		switch {
		case len(f) == 3 && strings.HasPrefix(f[0], "TA"):
			c := tactic{short: f[1], id: f[0], name: f[2]}
			t.tactics[strings.ToLower(c.id)] = c
			t.tactics[letters(c.short)] = c
		case len(f) == 5 && isTechnique(f[0]):
			if len(t.techniques) >= maxTechniques {
				return fmt.Errorf("%s:%d: more than %d techniques", file, n, maxTechniques)
			}
			status := Unknown
			for s, name := range statusNames {
				if f[1] == name {
					status = Status(s)
				}
			}
			if status == Unknown || f[3] != "" && !isTechnique(f[3]) {
				return fmt.Errorf("%s:%d: status %q or successor %q: is none", file, n, f[1], f[3])
			}
			list, ok := lists[f[2]]
			if !ok && f[2] != "" {
				list = strings.Split(f[2], ",")
				lists[f[2]] = list
			}
			t.add(v, f[0], Edition{Status: status, Name: f[4], Tactics: list, Successor: f[3]})
		default:
			return fmt.Errorf("%s:%d: is neither a tactic nor a technique", file, n)
		}
	}
	return nil
}

func (t *Table) add(v Version, id string, e Edition) {
	i := t.techniques[id]
	if i == nil {
		i = &Info{ID: id}
		if parent, _, sub := strings.Cut(id, "."); sub {
			i.Parent = parent
		}
		t.techniques[id] = i
		t.order = append(t.order, id)
	}
	i.In[v] = e
}

// Technique gives what is known of an id, in any case; false where no version has it.
func (t *Table) Technique(id string) (*Info, bool) {
	var buf [maxID]byte
	i, ok := t.techniques[string(upperID(id, &buf))]
	return i, ok
}

// IDs gives every id that a version has or had, in the order of the data. Do not change it.
func (t *Table) IDs() []string { return t.order }

// maxChain bounds how many times one id may have taken another's place; ATT&CK has chains of two.
const maxChain = 8

// Successor gives the id that stands today for one that a version revoked or removed: the id itself where it is active in the newest
// version that knows it or has no successor. An id that no version knows is given back untouched.
func (t *Table) Successor(id string) string {
	for range maxChain {
		i, ok := t.Technique(id)
		if !ok {
			return id
		}
		next := ""
		for v := NumVersions - 1; v >= 0; v-- {
			if e := &i.In[v]; e.Status == Active {
				return i.ID
			} else if e.Successor != "" {
				next = e.Successor
				break
			}
		}
		if next == "" {
			return i.ID
		}
		id = next
	}
	return id
}

// isShort reports whether a text is a tactic's shortname as it stands.
func (t *Table) isShort(name string) bool { return name != "" && t.shorts[shortSlot(name)] == name }

// Tactic gives the shortname of a tactic by shortname, name or id, however it is spelt; false where no version has it.
func (t *Table) Tactic(name string) (string, bool) {
	if name == "" {
		return "", false
	}
	if t.isShort(name) {
		return t.shorts[shortSlot(name)], true
	}
	var buf [maxTactic]byte
	k := tacticKey(name, &buf)
	if k == nil {
		return "", false
	}
	c, ok := t.tactics[string(k)]
	return c.short, ok
}

// TacticID gives the id ("TA0002") and name ("Execution") of a shortname; empty where no version has it.
func (t *Table) TacticID(short string) (id, name string) {
	c := t.tactics[letters(short)]
	return c.id, c.name
}

// Tag reads a tag of a Sigma rule: "attack.t1059.001" is a technique, "attack.execution" and "attack.ta0002" a tactic; both are "" where
// it is neither. A well-formed technique that no version knows is one.
func (t *Table) Tag(tag string) (technique, tactic string) {
	rest, ok := strings.CutPrefix(strings.ToLower(tag), "attack.")
	if !ok {
		return "", ""
	}
	if id := strings.ToUpper(rest); isTechnique(id) {
		if i, ok := t.techniques[id]; ok {
			return i.ID, ""
		}
		return id, ""
	}
	tactic, _ = t.Tactic(rest)
	return "", tactic
}
