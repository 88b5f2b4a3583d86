package attack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prescore/engine/event"
	"prescore/engine/strict"
)

const mapFile = "map.toml"

// Bounds on a mapping file.
const (
	maxEntries = 20000 // names in all: the APIs of the three large clouds together
	maxMapKey  = 96    // bytes of a process name or API: the longest Azure operations have some 80
)

// mapping is process name, API and event to technique. Names are in lower case, those of processes without ".exe".
type mapping struct {
	process map[string][]entry
	api     map[string][]entry
	event   map[string][]eventEntry // by code

	processes, apis, codes maybe // of the maps' keys

	recentProcesses, recentAPIs recent
}

// maybe is the set of a map's keys by length, first, middle and last byte: most names that are asked for are in no map, and this says
// so for a tenth of a look-up.
type maybe [64]uint64

func maybeBit(length int, first, middle, last byte) (word, bit uint32) {
	h := (uint32(length)<<24 ^ uint32(first)<<16 ^ uint32(middle)<<8 ^ uint32(last)) * 0x9e3779b1
	return h >> 26, h >> 20 & 63
}

func (m *maybe) add(key string) {
	n := len(key)
	w, b := maybeBit(n, key[0], key[n/2], key[n-1])
	m[w] |= 1 << b
}

// has reports whether a key may be in the map.
func (m *maybe) has(key []byte) bool {
	n := len(key)
	if n == 0 {
		return false
	}
	w, b := maybeBit(n, key[0], key[n/2], key[n-1])
	return m[w]>>b&1 != 0
}

// folded is has for a key in any case, of a map whose keys are in lower case.
func (m *maybe) folded(key string) bool {
	n := len(key)
	if n == 0 {
		return false
	}
	w, b := maybeBit(n, lower(key[0]), lower(key[n/2]), lower(key[n-1]))
	return m[w]>>b&1 != 0
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// entry is one technique with its tactics: those the file names, else all of the technique's.
type entry struct {
	technique *Info
	tactics   []string
	named     bool // by the file
}

type eventEntry struct {
	source string
	where  []condition
	entry  []entry
}

// condition holds where a canonical field has a value: the same in any case, the last part of a path, or, after *, how it ends.
type condition struct {
	key   event.Key
	value string
	ends  bool
}

func newMapping() *mapping {
	return &mapping{process: map[string][]entry{}, api: map[string][]entry{}, event: map[string][]eventEntry{}}
}

// read adds a file to the mapping. A later entry for a name replaces an earlier one; an empty list removes it.
func (m *mapping) read(name string, data []byte, t *Table, prefer Version) error {
	var doc struct {
		Process map[string][]string `toml:"process"`
		API     map[string][]string `toml:"api"`
		Event   []struct {
			Source     string            `toml:"source"`
			Code       string            `toml:"code"`
			Where      map[string]string `toml:"where"`
			Techniques []string          `toml:"techniques"`
		} `toml:"event"`
	}
	if _, err := strict.Decode(name, data, &doc); err != nil {
		return err
	}
	if n := len(doc.Process) + len(doc.API) + len(doc.Event); n > maxEntries {
		return fmt.Errorf("%s: has %d entries; at most %d are read", name, n, maxEntries)
	}
	for _, part := range []struct {
		what string
		from map[string][]string
		to   map[string][]entry
		keys *maybe
	}{{"process", doc.Process, m.process, &m.processes}, {"api", doc.API, m.api, &m.apis}} {
		for _, k := range slices.Sorted(maps.Keys(part.from)) {
			e, err := entries(part.from[k], t, prefer)
			if err != nil {
				return fmt.Errorf("%s: %s %q: %w", name, part.what, k, err)
			}
			if k == "" || len(k) > maxMapKey {
				return fmt.Errorf("%s: %s %q: must have 1 to %d bytes", name, part.what, k, maxMapKey)
			}
			key := foldText(k)
			if part.what == "process" {
				key = strings.TrimSuffix(key, ".exe")
			}
			if key != "" { // ".exe" is no name
				part.to[key] = e
				part.keys.add(key)
			}
		}
	}
	for i, d := range doc.Event {
		e, err := entries(d.Techniques, t, prefer)
		if err != nil {
			return fmt.Errorf("%s: event %d: %w", name, i+1, err)
		}
		if d.Source == "" || d.Code == "" {
			return fmt.Errorf("%s: event %d: needs source and code", name, i+1)
		}
		ee := eventEntry{source: d.Source, entry: e}
		for _, k := range slices.Sorted(maps.Keys(d.Where)) {
			key, ok := event.KeyNamed(k)
			if !ok {
				return fmt.Errorf("%s: event %d: where: %q is no field of the vocabulary", name, i+1, k)
			}
			v, ends := strings.CutPrefix(d.Where[k], "*")
			ee.where = append(ee.where, condition{key, foldText(v), ends})
		}
		m.event[d.Code] = append(m.event[d.Code], ee)
		m.codes.add(d.Code)
	}
	return nil
}

// entries reads "T1059.001" and "T1078.004:initial-access".
func entries(list []string, t *Table, prefer Version) ([]entry, error) {
	var out []entry
	for _, s := range list {
		id, tac, narrowed := strings.Cut(s, ":")
		i, ok := t.Technique(id)
		if !ok {
			return nil, fmt.Errorf("%q is a technique of no version", id)
		}
		e := entry{i, i.Tactics(prefer), narrowed}
		if narrowed {
			known := false
			for v := range NumVersions {
				known = known || slices.Contains(i.In[v].Tactics, tac)
			}
			if !known {
				return nil, fmt.Errorf("%q is no tactic of %s", tac, id)
			}
			short, _ := t.Tactic(tac)
			e.tactics = []string{short}
		}
		out = append(out, e)
	}
	return out, nil
}

func (r *Room) applyMap(ev *event.Event) {
	var buf [maxMapKey]byte
	m := r.mapped
	for _, k := range [...]event.Key{event.KeyProcess, event.KeyProcessOriginalName} {
		if s := ev.Str(k); s != "" {
			if p := program(s); m.processes.folded(p) {
				r.note(ev, m.recentProcesses.of(m.process, p))
			}
		}
	}
	if s := ev.Str(event.KeyAPI); len(s) <= maxMapKey && m.apis.folded(s) {
		r.note(ev, m.recentAPIs.of(m.api, s))
	}
	if !ev.Has(event.KeyEventCode) || ev.Source == "" {
		return
	}
	v := ev.At(event.KeyEventCode)
	code := v.S
	if code == "" && v.K == event.Int {
		code = event.View(strconv.AppendInt(buf[:0], int64(v.N), 10))
	}
	if !m.codes.has(event.BytesOf(code)) {
		return
	}
	list := m.event[code]
	for i := range list {
		if e := &list[i]; e.source == ev.Source && e.holds(ev) {
			r.note(ev, e.entry)
		}
	}
}

// program gives the name a process is looked up by, in any case: the last part of its path without ".exe"; "" where it is too long.
func program(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' || s[i] == '\\' {
			s = s[i+1:]
			break
		}
	}
	if len(s) > maxMapKey {
		return ""
	}
	if n := len(s) - 4; n > 0 && s[n] == '.' && s[n+1]|0x20 == 'e' && s[n+2]|0x20 == 'x' && s[n+3]|0x20 == 'e' {
		s = s[:n]
	}
	return s
}

func (r *Room) note(ev *event.Event, list []entry) {
	for i := range list {
		e := &list[i]
		ev.AddTechnique(e.technique.ID)
		for _, t := range e.tactics {
			ev.AddTactic(t)
		}
	}
}

func (e *eventEntry) holds(ev *event.Event) bool {
	for i := range e.where {
		c := &e.where[i]
		s := ev.Str(c.key)
		if len(s) < len(c.value) {
			return false
		}
		at := len(s) - len(c.value)
		if at > 0 && !c.ends && s[at-1] != '\\' && s[at-1] != '/' {
			return false
		}
		for j := range len(c.value) {
			b := s[at+j]
			if b >= 'A' && b <= 'Z' {
				b |= 0x20
			}
			if b != c.value[j] {
				return false
			}
		}
	}
	return true
}
