package correlate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"prescore/engine/event"
	"prescore/engine/option"
	"prescore/engine/strict"
)

// nativeFile is a TOML file of native rules.
type nativeFile struct {
	Rules []nativeRule `toml:"rules"`
}

// nativeRule is one [[rules]].
type nativeRule struct {
	ID         string             `toml:"id"`          // mandatory; incidents and suppressions name it
	Title      string             `toml:"title"`       // mandatory
	About      string             `toml:"description"` // for people
	Type       string             `toml:"type"`        // a Sigma correlation type; "sequence" is temporal_ordered
	Level      string             `toml:"level"`       // Sigma's levels
	Risk       float64            `toml:"risk"`        // 0 to 100; 0: by level
	Delta      float64            `toml:"delta"`       // added to the baseline, -9 to 9
	GroupBy    []string           `toml:"group_by"`    // kinds of entity, canonical names, or fields of the record
	Within     option.Duration    `toml:"within"`      // the timespan
	Window     string             `toml:"window"`      // "sliding", "tumbling", "session"
	Gap        option.Duration    `toml:"gap"`         // ends a session
	Field      []string           `toml:"field"`       // what value types measure; also "tactic", "technique", "source", "class"
	Network    int                `toml:"network"`     // value_count of addresses: leading bits that count
	Percentile float64            `toml:"percentile"`
	Condition  map[string]float64 `toml:"condition"`   // gte, gt, lte, lt, eq, neq
	Differ     []string           `toml:"differ"`      // sequence: fields that must differ from step to step
	MinSources int                `toml:"min_sources"` // different sources that must contribute
	Techniques []string           `toml:"techniques"`
	Tactics    []string           `toml:"tactics"`
	Incident   *bool              `toml:"incident"` // false: findings and deltas only
	Steps      []nativeStep       `toml:"steps"`
}

// nativeStep is one [[rules.steps]]: its own conditions, or alternatives under any.
type nativeStep struct {
	Name   string            `toml:"name"`
	Absent bool              `toml:"absent"`
	Within option.Duration   `toml:"within"`
	Alias  map[string]string `toml:"alias"`
	Any    []nativeMatch     `toml:"any"`
	nativeMatch
}

type nativeMatch struct {
	Rule       string        `toml:"rule"`
	Techniques []string      `toml:"techniques"`
	Tactics    []string      `toml:"tactics"`
	Classes    []string      `toml:"classes"`
	Activities []string      `toml:"activities"`
	Sources    []string      `toml:"sources"`
	Level      string        `toml:"level"` // a finding of at least this level
	Where      []nativeWhere `toml:"where"`
	State      *nativeState  `toml:"state"`
}

type nativeWhere struct {
	Field    string   `toml:"field"`
	Equals   []string `toml:"equals"`
	Prefix   []string `toml:"prefix"`
	Suffix   []string `toml:"suffix"`
	Contains []string `toml:"contains"`
	AtLeast  *float64 `toml:"at_least"`
	AtMost   *float64 `toml:"at_most"`
	Exists   *bool    `toml:"exists"`
	Not      bool     `toml:"not"`
}

type nativeState struct {
	Entity      string          `toml:"entity"`
	Risk        float64         `toml:"risk"`        // at least
	Tier        []string        `toml:"tier"`        // one of
	Role        []string        `toml:"role"`        // one of
	Criticality string          `toml:"criticality"` // at least
	NewFor      option.Duration `toml:"new_for"`     // first seen no longer ago
}

// load gives the rules of the room: the shipped ones, those of the configured files, the engine's.
func (r *Room) load(in In) ([]Rule, error) {
	var out []Rule
	files := []File{}
	if r.cfg.Shipped {
		files = append(files, in.Shipped...)
	}
	for _, p := range r.cfg.Rules {
		if !filepath.IsAbs(p) {
			p = filepath.Join(in.Dir, p)
		}
		more, err := r.read(p)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	for _, f := range files {
		rules, err := Parse(f)
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	out = append(out, in.Rules...)
	disabled := map[string]bool{}
	for _, id := range r.cfg.Disable {
		if !slices.ContainsFunc(out, func(c Rule) bool { return c.ID == id }) {
			return nil, option.Refuse("disable", "there is no rule %q", id)
		}
		disabled[id] = true
	}
	return slices.DeleteFunc(out, func(c Rule) bool { return disabled[c.ID] }), nil
}

// read gives the rule files a path stands for: itself, or the *.toml of a folder, sorted.
func (r *Room) read(path string) ([]File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, option.Refuse("rules", "%s cannot be read", path)
	}
	r.files = append(r.files, path)
	paths := []string{path}
	if info.IsDir() {
		if paths, err = filepath.Glob(filepath.Join(path, "*.toml")); err != nil {
			return nil, option.Refuse("rules", "%s cannot be read", path)
		}
		sort.Strings(paths)
		r.files = append(r.files, paths...)
	}
	var out []File
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && info.Size() > maxRuleBytes {
			return nil, option.Refuse("rules", "%s is larger than %d bytes", p, maxRuleBytes)
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return nil, option.Refuse("rules", "%s cannot be read", p)
		}
		out = append(out, File{p, text})
	}
	return out, nil
}

// Files gives what was read, to be watched.
func (r *Room) Files() []string { return r.files }

// Parse reads native rules. What it does not know is refused with file, line and column; what New would refuse later, by the rule.
func Parse(f File) ([]Rule, error) {
	var nf nativeFile
	if _, err := strict.Decode(f.Name, f.Text, &nf); err != nil {
		return nil, err
	}
	var out []Rule
	for _, n := range nf.Rules {
		c, err := n.rule()
		if err != nil {
			return nil, fmt.Errorf("%s: correlation %q: %w", f.Name, n.ID, err)
		}
		c.Origin = f.Name
		out = append(out, c)
	}
	return out, nil
}

func (n *nativeRule) rule() (Rule, error) {
	c := Rule{
		ID: n.ID, Title: n.Title, Risk: n.Risk, Delta: n.Delta, Techniques: n.Techniques, Tactics: n.Tactics, GroupBy: n.GroupBy,
		Span: int64(n.Within), Gap: int64(n.Gap), Fields: n.Field, Network: n.Network, Percentile: n.Percentile, Differ: n.Differ,
		MinSources: n.MinSources, Native: true, NoIncident: n.Incident != nil && !*n.Incident,
	}
	if n.ID == "" {
		return c, fmt.Errorf("has no id")
	}
	var ok bool
	if c.Type, ok = TypeNamed(n.Type); !ok {
		return c, fmt.Errorf("unknown type %q: write sequence, %s", n.Type, strings.Join(typeNames[:], ", "))
	}
	if c.Window, ok = WindowNamed(n.Window); !ok {
		return c, fmt.Errorf("unknown window %q: write %s", n.Window, strings.Join(windowNames[:], ", "))
	}
	if n.Level != "" {
		if c.Level, ok = event.LevelNamed(n.Level); !ok {
			return c, fmt.Errorf("unknown level %q", n.Level)
		}
	}
	ops := make([]string, 0, len(n.Condition))
	for name := range n.Condition {
		ops = append(ops, name)
	}
	sort.Strings(ops)
	for _, name := range ops {
		op, ok := OpNamed(name)
		if !ok {
			return c, fmt.Errorf("unknown comparison %q: write %s", name, strings.Join(opNames[:], ", "))
		}
		c.Conds = append(c.Conds, Cond{op, n.Condition[name]})
	}
	for i, s := range n.Steps {
		st := Step{Name: s.Name, Absent: s.Absent, Within: int64(s.Within), Alias: s.Alias}
		if st.Name == "" {
			st.Name = fmt.Sprintf("step%d", i+1)
		}
		any := s.Any
		if len(any) == 0 {
			any = []nativeMatch{s.nativeMatch}
		} else if !s.nativeMatch.empty() {
			return c, fmt.Errorf("step %q: has conditions beside any; put them into each alternative", st.Name)
		}
		for _, m := range any {
			cm, err := m.match()
			if err != nil {
				return c, fmt.Errorf("step %q: %w", st.Name, err)
			}
			st.Any = append(st.Any, cm)
		}
		c.Steps = append(c.Steps, st)
	}
	return c, nil
}

func (m *nativeMatch) empty() bool {
	return m.Rule == "" && m.Techniques == nil && m.Tactics == nil && m.Classes == nil && m.Activities == nil && m.Sources == nil &&
		m.Level == "" && m.Where == nil && m.State == nil
}

func (m *nativeMatch) match() (Match, error) {
	out := Match{Ref: m.Rule, Techniques: m.Techniques, Tactics: m.Tactics, Activities: m.Activities, Sources: m.Sources}
	for _, name := range m.Classes {
		c, ok := event.ClassNamed(name)
		if !ok {
			return out, fmt.Errorf("unknown class %q", name)
		}
		out.Classes = append(out.Classes, c)
	}
	for _, a := range m.Activities {
		if len(out.Classes) == 0 {
			return out, fmt.Errorf("activities need classes")
		}
		known := false
		for _, c := range out.Classes {
			_, ok := c.ActivityNamed(a)
			known = known || ok
		}
		if !known {
			return out, fmt.Errorf("unknown activity %q", a)
		}
	}
	if m.Level != "" {
		var ok bool
		if out.Levels, ok = event.LevelNamed(m.Level); !ok {
			return out, fmt.Errorf("unknown level %q", m.Level)
		}
	}
	for _, w := range m.Where {
		out.Where = append(out.Where, Where{
			Field: w.Field, Equals: w.Equals, Prefix: w.Prefix, Suffix: w.Suffix, Contains: w.Contains, Over: w.AtLeast, Under: w.AtMost,
			Exists: w.Exists, Not: w.Not,
		})
	}
	if s := m.State; s != nil {
		st := &State{RiskOver: s.Risk, Tiers: s.Tier, Roles: s.Role, NewFor: int64(s.NewFor)}
		found := false
		for k := event.EntityKind(0); k < event.NumEntityKinds; k++ {
			if k.String() == s.Entity {
				st.Kind, found = k, true
			}
		}
		if !found && (s.Risk > 0 || s.NewFor > 0 || s.Entity != "") {
			return out, fmt.Errorf("state: unknown entity %q", s.Entity)
		}
		if s.Criticality != "" {
			var ok bool
			if st.Criticality, ok = event.CriticalityNamed(s.Criticality); !ok {
				return out, fmt.Errorf("state: unknown criticality %q", s.Criticality)
			}
		}
		out.State = st
	}
	return out, nil
}
