package normalise

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"time"

	"prescore/engine/event"
	"prescore/engine/option"
)

// room is the name that problems carry.
const room = "normalise"

// In is what the room is given.
type In struct {
	Names   *event.Names // the engine's table; New interns in it
	Builtin fs.FS        // the built-in mappings: *.toml
	Dir     string       // folder that Config.Sources starts at
}

// Room turns vendor names and types into the canonical event. It holds no state but counters; several threads may Apply at once,
// each with an event of its own.
type Room struct {
	clock     clock
	aheadNS   int64
	behindNS  int64
	scales    map[string]*scale
	sources   []*source
	recognise recogniser
	shapes    *shapes // nil: every record is taken as if it were the first of its shape
	generic   *source // for what none recognises
	required  requirements
	baselines baselines
	invalid   map[string]bool // problem codes of the parsers that quarantine
	files     []string
	warnings  []string
}

// genericName is the mapping that reads records no other recognises.
const genericName = "generic"

// New reads and compiles the mappings. It refuses a configuration or a mapping that is wrong, with the place and the reason.
func New(cfg Config, in In) (*Room, error) {
	r := &Room{aheadNS: int64(cfg.MaxAhead), behindNS: int64(cfg.MaxBehind), scales: map[string]*scale{}, invalid: map[string]bool{}, shapes: newShapes()}
	r.clock.dayFirst = cfg.DayFirst
	if cfg.Timezone != "" && cfg.Timezone != "UTC" {
		loc, err := time.LoadLocation(cfg.Timezone)
		if err != nil {
			return nil, option.Refuse("timezone", "%q is not a zone: write \"UTC\", \"Local\" or a name such as \"Europe/Berlin\"", cfg.Timezone)
		}
		r.clock.loc = loc
	}
	if cfg.MaxAhead < 0 {
		return nil, option.Refuse("max_ahead", "must not be negative")
	}
	if cfg.MaxBehind < 0 {
		return nil, option.Refuse("max_behind", "must not be negative")
	}
	for name, values := range cfg.Scales {
		s, err := newScale(values, soft[name])
		if err != nil {
			return nil, option.Refuse("scales."+name, "%v", err)
		}
		r.scales[name] = s
	}
	var err error
	if r.baselines, err = newBaselines(cfg.ClassBaseline); err != nil {
		return nil, err
	}
	if r.required, err = newRequirements(cfg.Required); err != nil {
		return nil, err
	}
	for _, c := range cfg.QuarantineProblems {
		r.invalid[c] = true
	}
	dir := cfg.Sources
	if dir != "" && !filepath.IsAbs(dir) {
		dir = filepath.Join(in.Dir, dir)
	}
	list, files, err := load(in.Builtin, dir)
	if err != nil {
		return nil, option.Refuse("sources", "%v", err)
	}
	r.files = files
	if dir != "" {
		r.files = append(r.files, dir)
	}
	if err := r.compile(list, in.Names); err != nil {
		return nil, option.Refuse("sources", "%v", err)
	}
	return r, nil
}

func (r *Room) compile(list []*mapping, table *event.Names) error {
	c := &compiler{room: r, names: table, byName: map[string]*mapping{}, alias: map[string][]string{},
		parts: map[partKey]*source{}, automata: map[string]*automaton{}}
	r.recognise.formats = map[string][]*candidate{}
	for _, m := range list {
		c.byName[m.Name] = m
		for name, v := range m.Alias {
			names, err := texts(v)
			if err != nil {
				return fmt.Errorf("mapping %s: alias %s: %w", m.file, name, err)
			}
			c.alias[name] = names
		}
	}
	for _, m := range list {
		if m.Abstract {
			continue
		}
		spellings, err := c.spellings(m)
		if err != nil {
			return err
		}
		for i, n := range spellings {
			s, err := c.source(m, n)
			if err != nil {
				return err
			}
			r.sources = append(r.sources, s)
			if m.Name == genericName && i == 0 {
				r.generic = s
				continue
			}
			if err := c.recognise(m, s, n); err != nil {
				return err
			}
		}
	}
	for _, s := range r.sources {
		s.prepare()
	}
	r.recognise.ready()
	return nil
}

// spellings gives the ways in which a mapping's names may be written: below each of its roots, and in each variant.
func (c *compiler) spellings(m *mapping) ([]*names, error) {
	roots := m.Roots
	if len(roots) == 0 {
		roots = []string{""}
	}
	var out []*names
	for _, root := range roots {
		out = append(out, &names{table: c.names, alias: c.alias, root: root})
	}
	line, err := lineage(m, c.byName, 0)
	if err != nil {
		return nil, err
	}
	for _, p := range line {
		for i := range p.Variants {
			out = append(out, &names{table: c.names, alias: c.alias, spell: &p.Variants[i]})
		}
	}
	return out, nil
}

// recognise enters the ways in which a mapping is recognised.
func (c *compiler) recognise(m *mapping, s *source, n *names) error {
	if len(m.Match) == 0 {
		return fmt.Errorf("mapping %s: match is missing: nothing would be recognised", m.file)
	}
	for i, when := range m.Match {
		base := m.Rank
		if v, ok := when["@rank"]; ok { // a weaker sign of the same source
			n, ok := v.(int64)
			if !ok {
				return fmt.Errorf("mapping %s: match %d: @rank must be a whole number", m.file, i+1)
			}
			base = int(n)
		}
		alternatives, err := n.conds(when, nil)
		if err != nil {
			return fmt.Errorf("mapping %s: match %d: %w", m.file, i+1, err)
		}
		for _, conds := range alternatives {
			one := &candidate{source: s, rank: base*16 + min(len(conds), 15)}
			for i := range conds {
				one.conds = append(one.conds, &conds[i])
			}
			if err := c.room.recognise.add(c.names, one); err != nil {
				return fmt.Errorf("mapping %s: match %d: %w", m.file, i+1, err)
			}
		}
	}
	return nil
}

// Files gives the files and folders to watch.
func (r *Room) Files() []string { return r.files }

// Warnings gives what was left out, and why.
func (r *Room) Warnings() []string { return r.warnings }

// Sources gives the names of the mappings, sorted.
func (r *Room) Sources() []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range r.sources {
		if !seen[s.name] {
			seen[s.name] = true
			out = append(out, s.name)
		}
	}
	sort.Strings(out)
	return out
}

// state is what one record's rows have decided so far.
type state struct {
	classed  bool
	baseline float64
	script   *script // of the record's shape; nil: none
	recent   *recent // of the thread, where there is a script
}

// Apply fills the canonical keys, source, class, activity, entities, baseline and context of an event, and marks what is invalid.
func (r *Room) Apply(ev *event.Event) {
	shape := r.shapes.of(r, ev)
	var s *source
	if shape != nil {
		s = shape.sight.find(r, ev)
	} else {
		s = r.recognise.find(r, ev)
	}
	if s != nil {
		ev.Source = s.name
	} else if s = r.generic; s == nil {
		return
	}
	r.as(ev, s, shape)
}

// as applies the mapping of a source to an event, whose shape may be nil.
func (r *Room) as(ev *event.Event, s *source, shape *shape) {
	var st state
	if shape != nil {
		st.script = shape.script(r, ev, s)
	}
	reach := everything
	if st.script != nil {
		st.recent = shape.of.recent(ev)
		st.script.run(r, ev, &st)
		reach = st.script.reach
	} else {
		r.plainly(ev, s, &st)
	}
	r.time(ev)
	r.derive(ev, reach)
	if reach.context {
		r.context(ev)
	}
	graded := ev.Has(event.KeyBaseline)
	r.baseline(ev, s, &st)
	entities(ev, s.observer, reach)
	r.validate(ev, s, graded)
	if s.drift != nil {
		var stems *stems
		if st.recent != nil {
			stems = &st.recent.stems
		}
		s.drift.see(ev, stems)
	}
}

// plainly runs the steps and tables of a source.
func (r *Room) plainly(ev *event.Event, s *source, st *state) {
	for i := range s.messages { // before the tables: a message that is understood says more than the name of who wrote it
		s.messages[i].apply(r, ev, st)
	}
	var set stepSet
	asked := s.plan.mark(ev, &set)
	for i := range s.early {
		if t := &s.early[i]; t.bit == 0 || t.bit&asked != 0 {
			r.table(ev, t, st)
		}
	}
	r.fields(ev, s, &set)
	for i := range s.late {
		if t := &s.late[i]; t.bit == 0 || t.bit&asked != 0 {
			r.table(ev, t, st)
		}
	}
	for i := range s.named {
		if r.name(ev, &s.named[i]) {
			break
		}
	}
}

// name takes the source's name from a field that has a better one.
func (r *Room) name(ev *event.Event, s *step) bool {
	v := r.get(ev, s)
	if v.K != event.String || v.S == "" || len(v.S) > maxSourceName {
		return false
	}
	ev.Source = v.S
	return true
}

// maxSourceName bounds a source's name taken from a record, in bytes: it is a label in metrics and state, not text.
const maxSourceName = 64

// table runs the row that the value of the table's field chooses.
func (r *Room) table(ev *event.Event, t *table, st *state) {
	if len(t.when) > 0 {
		ok := false
		for _, c := range t.when {
			if r.allHold(ev, c) {
				ok = true
				break
			}
		}
		if !ok {
			return
		}
	}
	var v event.Value
	for i := range t.get {
		if v = r.get(ev, &t.get[i]); !v.Empty() {
			break
		}
	}
	r.choose(ev, t, v, st)
}

// choose runs the row of a table for a value.
func (r *Room) choose(ev *event.Event, t *table, v event.Value, st *state) {
	if v.Empty() {
		switch {
		case t.absent != nil:
			r.row(ev, t.absent, st)
		case len(t.get) == 0 && t.present != nil:
			r.row(ev, t.present, st)
		}
		return
	}
	w := t.present
	if t.near != nil {
		s := v.S
		if v.K != event.String {
			s = v.Text(&ev.Arena)
		}
		w = t.rowOf(s, &ev.Arena)
	}
	if w != nil {
		r.row(ev, w, st)
	}
}

// row applies what a row says where nothing was said before.
func (r *Room) row(ev *event.Event, w *row, st *state) {
	if w.classed && !st.classed {
		ev.Class, ev.Activity, st.classed = w.class, w.activity, true
	}
	if w.baseline != 0 && st.baseline == 0 {
		st.baseline = w.baseline
	}
	if st.script != nil && len(w.steps) > 0 {
		if list, ok := st.script.row(ev, w); ok {
			r.moves(ev, list)
			return
		}
	}
	for i := range w.steps {
		r.put(ev, &w.steps[i])
	}
}
