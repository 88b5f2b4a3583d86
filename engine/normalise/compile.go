package normalise

import (
	"fmt"
	"sort"
	"strings"

	"prescore/engine/event"
)

// row is what one kind of event is: its class and what it sets.
type row struct {
	classed  bool
	class    event.Class
	activity uint8
	baseline float64
	steps    []step
}

// source is a compiled mapping (of one root, where it has several).
type source struct {
	name     string
	version  int
	observer bool
	early    []table
	messages []messages
	fields   []step
	plan     *plan // which of fields a record needs; nil: all
	late     []table
	fallback []table // the classes of [set]
	named    []step  // where the source's name comes from
	severity []scaled
	required []requirement
	drift    *drift

	rowKeys, messageKeys event.KeySet // that rows of tables, and messages, can set
}

type scaled struct {
	get   []step
	scale *scale
}

// compiler turns mappings into sources.
type compiler struct {
	room   *Room
	names  *event.Names
	byName map[string]*mapping
	alias  map[string][]string

	parts    map[partKey]*source   // what mappings are of themselves, for all that extend them
	automata map[string]*automaton // by their literals: spellings of a mapping look for the same
}

// partKey is a mapping in one spelling of names.
type partKey struct {
	m     *mapping
	root  string
	spell *variant
}

func (c *compiler) source(m *mapping, n *names) (*source, error) {
	line, err := lineage(m, c.byName, 0)
	if err != nil {
		return nil, err
	}
	s := &source{name: m.Name, version: m.Version, observer: m.Observer}
	if m.Drift == nil || *m.Drift {
		s.drift = new(drift)
	}
	for _, p := range line {
		part, err := c.part(p, n)
		if err != nil {
			return nil, fmt.Errorf("mapping %s: %w", p.file, err)
		}
		s.take(part)
	}
	s.late = append(s.late, s.fallback...)
	return s, nil
}

// part compiles a mapping of itself, once for each spelling.
func (c *compiler) part(m *mapping, n *names) (*source, error) {
	key := partKey{m, n.root, n.spell}
	if p := c.parts[key]; p != nil {
		return p, nil
	}
	p := &source{}
	if err := c.add(p, m, n); err != nil {
		return nil, err
	}
	c.parts[key] = p
	return p, nil
}

// take adds what a part has. Tables are copied, for prepare writes to them; what they and the others point to is shared.
func (s *source) take(p *source) {
	s.early = append(s.early, p.early...)
	s.messages = append(s.messages, p.messages...)
	s.fields = append(s.fields, p.fields...)
	s.late = append(s.late, p.late...)
	s.fallback = append(s.fallback, p.fallback...)
	s.named = append(s.named, p.named...)
	s.severity = append(s.severity, p.severity...)
	s.required = append(s.required, p.required...)
}

func (c *compiler) add(s *source, m *mapping, n *names) error {
	tables := map[string]map[string]event.Value{}
	for name, l := range m.Lookup {
		t := map[string]event.Value{}
		for keys, v := range l {
			for _, k := range strings.Split(keys, ",") {
				t[strings.TrimSpace(k)] = event.Str(v)
			}
		}
		tables[name] = t
	}
	for i, o := range m.On {
		late, t, err := c.table(o, n, tables)
		if err != nil {
			return fmt.Errorf("on %d: %w", i+1, err)
		}
		if late {
			s.late = append(s.late, t)
		} else {
			s.early = append(s.early, t)
		}
	}
	if len(m.Message) > 0 {
		if err := c.messages(s, m, n, tables); err != nil {
			return err
		}
	}
	set, err := c.row(m.Set, n, tables)
	if err != nil {
		return fmt.Errorf("set: %w", err)
	}
	if set.classed { // a class in [set] is what no row says otherwise
		s.fallback = append(s.fallback, table{present: set})
	}
	s.fields = append(s.fields, set.steps...)
	fields, err := c.steps(m.Fields, n, tables, true)
	if err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	s.fields = append(s.fields, fields...)
	for _, f := range m.Source {
		st, err := n.expr(event.KeyProduct, f, tables)
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		s.named = append(s.named, st...)
	}
	if m.Severity != nil {
		sc := c.room.scales[m.Severity.Scale]
		if sc == nil {
			return fmt.Errorf("severity: scale %q is not configured", m.Severity.Scale)
		}
		list, err := texts(m.Severity.From)
		if err != nil {
			return fmt.Errorf("severity: from %w", err)
		}
		one := scaled{scale: sc}
		for _, f := range list {
			st, err := n.expr(event.KeyVendorSeverity, f, tables)
			if err != nil {
				return fmt.Errorf("severity: %w", err)
			}
			one.get = append(one.get, st...)
			s.fields = append(s.fields, st...)
		}
		s.severity = append(s.severity, one)
	}
	for _, r := range m.Required {
		g, err := keysOf(r)
		if err != nil {
			return fmt.Errorf("required: %w", err)
		}
		s.required = append(s.required, require(g))
	}
	return nil
}

// keysOf reads "user|user_id|src_ip".
func keysOf(s string) ([]event.Key, error) {
	var out []event.Key
	for _, name := range strings.Split(s, "|") {
		k, ok := event.KeyNamed(strings.TrimSpace(name))
		if !ok {
			return nil, fmt.Errorf("%q is not a key of the vocabulary", name)
		}
		out = append(out, k)
	}
	return out, nil
}

func (c *compiler) messages(s *source, m *mapping, n *names, tables map[string]map[string]event.Value) error {
	groups := map[string]int{}
	for i, body := range m.Message {
		of := []string{"%message"}
		rest := map[string]any{}
		var patterns []string
		var when [][]cond
		for k, v := range body {
			var err error
			switch k {
			case "of":
				of, err = texts(v)
			case "text":
				patterns, err = texts(v)
			case "when":
				w, ok := v.(map[string]any)
				if !ok {
					return fmt.Errorf("message %d: when must be a table", i+1)
				}
				if when, err = n.conds(w, tables); err == nil && len(when) > 1 {
					return fmt.Errorf("message %d: when: an alias with several names cannot stand here", i+1)
				}
			default:
				rest[k] = v
			}
			if err != nil {
				return fmt.Errorf("message %d: %s: %w", i+1, k, err)
			}
		}
		r, err := c.row(rest, n, tables)
		if err != nil {
			return fmt.Errorf("message %d: %w", i+1, err)
		}
		at, ok := groups[strings.Join(of, "\x00")]
		if !ok {
			var g messages
			for _, f := range of {
				st, err := n.expr(0, f, tables)
				if err != nil {
					return fmt.Errorf("message %d: %w", i+1, err)
				}
				g.get = append(g.get, st...)
			}
			at = len(s.messages)
			groups[strings.Join(of, "\x00")] = at
			s.messages = append(s.messages, g)
		}
		if len(patterns) == 0 {
			return fmt.Errorf("message %d: text is missing", i+1)
		}
		g := &s.messages[at]
		for _, text := range patterns {
			pieces, err := compilePattern(text)
			if err != nil {
				return fmt.Errorf("message %d: %q: %w", i+1, text, err)
			}
			p := pattern{pieces: pieces, row: r}
			if len(when) > 0 {
				p.when = when[0]
			}
			g.list = append(g.list, p)
		}
	}
	return nil
}

// row compiles what a row sets: class = "class_name/activity", baseline = 1..10, and canonical keys, constants or "$field | ...".
func (c *compiler) row(body map[string]any, n *names, tables map[string]map[string]event.Value) (*row, error) {
	r := &row{}
	rest := map[string]any{}
	for k, v := range body {
		switch k {
		case "class":
			name, ok := v.(string)
			if !ok {
				return nil, fmt.Errorf("class must be a text")
			}
			name, act, has := strings.Cut(name, "/")
			if r.class, ok = event.ClassNamed(name); !ok {
				return nil, fmt.Errorf("class %q is not one of OCSF's", name)
			}
			if has {
				if r.activity, ok = r.class.ActivityNamed(act); !ok {
					return nil, fmt.Errorf("class %s has no activity %q", name, act)
				}
			}
			r.classed = true
		case "baseline":
			switch v := v.(type) {
			case int64:
				r.baseline = float64(v)
			case float64:
				r.baseline = v
			case string:
				rest[k] = v
				continue
			}
			if r.baseline < minBaseline || r.baseline > maxBaseline {
				return nil, fmt.Errorf("baseline must be a number from 1 to 10")
			}
		default:
			rest[k] = v
		}
	}
	var err error
	r.steps, err = c.steps(rest, n, tables, false)
	return r, err
}

// steps compiles keys in the vocabulary's order. In [fields] a text names a field; elsewhere it does with a dollar before it.
func (c *compiler) steps(body map[string]any, n *names, tables map[string]map[string]event.Value, fields bool) ([]step, error) {
	var keys []event.Key
	for name := range body {
		k, ok := event.KeyNamed(name)
		if !ok {
			return nil, fmt.Errorf("%q is not a key of the vocabulary", name)
		}
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	var out []step
	for _, k := range keys {
		v := body[k.String()]
		list, err := texts(v)
		if err != nil {
			konst, err := constant(k, v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			out = append(out, konst)
			continue
		}
		for _, text := range list {
			expr, isField := strings.CutPrefix(text, "$")
			if !isField && !fields {
				konst, err := constant(k, text)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", k, err)
				}
				out = append(out, konst)
				continue
			}
			st, err := n.expr(k, expr, tables)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			out = append(out, st...)
		}
	}
	return out, nil
}

func constant(k event.Key, v any) (step, error) {
	s := step{key: k, typ: event.Vocabulary[k].Type}
	switch v := v.(type) {
	case string:
		s.konst = event.Str(v)
	case int64:
		s.konst = event.IntOf(v)
	case float64:
		s.konst = event.FloatOf(v)
	case bool:
		s.konst = event.BoolOf(v)
	default:
		return s, fmt.Errorf("must be a text, a number, true or false, or a list of texts")
	}
	return s, nil
}
