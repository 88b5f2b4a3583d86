package sigma

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"prescore/engine/event"
)

// LogSource says which events a rule is for; empty members fit all.
type LogSource struct{ Category, Product, Service string }

// Covers reports whether everything that l asks for, o has.
func (l LogSource) Covers(o LogSource) bool {
	return (l.Category == "" || l.Category == o.Category) && (l.Product == "" || l.Product == o.Product) &&
		(l.Service == "" || l.Service == o.Service)
}

// String gives the log source as "product/category/service", a dash for what is not given.
func (l LogSource) String() string {
	part := func(s string) string {
		if s == "" {
			return "-"
		}
		return s
	}
	return part(l.Product) + "/" + part(l.Category) + "/" + part(l.Service)
}

// Related is another rule that this one stands in a relation to: derived, obsolete, merged, renamed or similar.
type Related struct{ ID, Type string }

// Meta is what rules, correlations and filters have in common.
type Meta struct {
	ID, Name, Title, Status string
	Level                   event.Level
	Tags                    []string
	Related                 []Related
	Risk                    float64 // the custom attribute risk_score, 0 to 100; NaN where there is none
	File                    string
	Line                    int // of the document's first line
	Source                  LogSource
	sum                     uint64
}

// Ident gives what names the rule: its id, else its name, else its title.
func (m *Meta) Ident() string {
	switch {
	case m.ID != "":
		return m.ID
	case m.Name != "":
		return m.Name
	}
	return m.Title
}

// Rule is a detection rule.
type Rule struct {
	Meta
	Cond    *Expr
	Fields  []string          // `fields`: what an analyst wants to see
	Filters []string          // identities of the filters that were applied
	Silent  bool              // it is part of a correlation in its own file, which does not ask for its findings (generate)
	Custom  map[string]string // `custom_attributes` that are text or numbers
}

// Techniques gives the ATT&CK technique ids of the tags, upper case.
func (m *Meta) Techniques() []string {
	var out []string
	for _, t := range m.Tags {
		if t, ok := strings.CutPrefix(strings.ToLower(t), "attack."); ok && len(t) > 4 && t[0] == 't' && digits(t[1:5]) {
			out = append(out, strings.ToUpper(t))
		}
	}
	return out
}

// Tactics gives the ATT&CK tactic shortnames of the tags ("command-and-control").
func (m *Meta) Tactics() []string {
	var out []string
	for _, t := range m.Tags {
		t, ok := strings.CutPrefix(strings.ToLower(t), "attack.")
		if !ok || t == "" || digits(strings.TrimLeft(t, "tgsdma")) || len(t) > 4 && t[0] == 't' && digits(t[1:5]) {
			continue
		}
		out = append(out, strings.ReplaceAll(t, "_", "-"))
	}
	return out
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// reader turns documents into rules.
type reader struct {
	placeholders map[string][]string
	report       func(Problem)
	lint         bool
}

// fail reports why a document is left out.
func (r *reader) fail(d document, m *Meta, err error) {
	line, text := yamlLine(err)
	if _, ok := err.(*posError); !ok {
		line, text = 1, err.Error()
	}
	r.report(Problem{File: d.file, Line: d.line + line, Rule: m.Ident(), Text: text, Fatal: true})
}

// meta reads the common attributes; what is odd there is said and not fatal, but for a level that is none.
func (r *reader) meta(d document) (m Meta, err error) {
	m = Meta{File: d.file, Line: d.line + 1, Risk: math.NaN(), sum: d.sum}
	root := d.root
	if len(root.Content) > 0 {
		m.Line = d.line + root.Content[0].Line
	}
	text := func(key string) string {
		if n := get(root, key); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
			return strings.TrimSpace(n.Value)
		}
		return ""
	}
	m.ID, m.Name, m.Title, m.Status = text("id"), text("name"), text("title"), strings.ToLower(text("status"))
	if m.Title == "" {
		m.Title = m.Ident()
	}
	if m.Title == "" {
		return m, at(root, "neither title nor id")
	}
	if l := text("level"); l != "" {
		ok := false
		if m.Level, ok = event.LevelNamed(strings.ToLower(l)); !ok {
			return m, at(get(root, "level"), "unknown level %q: write informational, low, medium, high or critical", l)
		}
	}
	if n := get(root, "tags"); n != nil {
		m.Tags = texts(n)
	}
	if n := get(root, "related"); n != nil && n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			if c = deref(c); c.Kind == yaml.MappingNode {
				rel := Related{}
				if v := get(c, "id"); v != nil {
					rel.ID = v.Value
				}
				if v := get(c, "type"); v != nil {
					rel.Type = v.Value
				}
				m.Related = append(m.Related, rel)
			}
		}
	}
	risk := get(root, "risk_score")
	if c := get(root, "custom_attributes"); risk == nil && c != nil && c.Kind == yaml.MappingNode {
		risk = get(c, "risk_score")
	}
	if risk != nil {
		f, err := strconv.ParseFloat(risk.Value, 64)
		if err != nil || !(f >= 0 && f <= 100) {
			return m, at(risk, "risk_score must be a number between 0 and 100, not %q", risk.Value)
		}
		m.Risk = f
	}
	if n := get(root, "logsource"); n != nil && n.Kind == yaml.MappingNode {
		part := func(key string) string {
			if v := get(n, key); v != nil && v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
				return strings.ToLower(strings.TrimSpace(v.Value))
			}
			return ""
		}
		m.Source = LogSource{Category: part("category"), Product: part("product"), Service: part("service")}
	}
	return m, nil
}

// texts gives a list's scalars, or a scalar as a list of one.
func texts(n *yaml.Node) []string {
	var out []string
	if n = deref(n); n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return []string{n.Value}
	}
	for _, c := range n.Content {
		if c = deref(c); n.Kind == yaml.SequenceNode && c.Kind == yaml.ScalarNode {
			out = append(out, c.Value)
		}
	}
	return out
}

// searches reads the search identifiers of a detection or filter section; skip are the section's own keys.
func (r *reader) searches(d document, m *Meta, sec *yaml.Node, skip ...string) (map[string]*Expr, error) {
	det := &detector{placeholders: r.placeholders, notes: func(line int, format string, args ...any) {
		r.report(Problem{File: d.file, Line: d.line + line, Rule: m.Ident(), Text: fmt.Sprintf(format, args...)})
	}}
	names := map[string]*Expr{}
next:
	for i := 0; i+1 < len(sec.Content); i += 2 {
		k := sec.Content[i]
		for _, s := range skip {
			if k.Value == s {
				continue next
			}
		}
		if names[k.Value] != nil {
			return nil, at(k, "search identifier %q is given twice", k.Value)
		}
		e, err := det.search(sec.Content[i+1], 0)
		if err != nil {
			return nil, err
		}
		names[k.Value] = e
	}
	return names, nil
}

// rule reads a detection rule.
func (r *reader) rule(d document) *Rule {
	m, err := r.meta(d)
	out := &Rule{Meta: m}
	if err != nil {
		r.fail(d, &m, err)
		return nil
	}
	if get(d.root, "logsource") == nil {
		r.fail(d, &m, at(d.root, "no logsource"))
		return nil
	}
	sec := get(d.root, "detection")
	if sec == nil || sec.Kind != yaml.MappingNode {
		r.fail(d, &m, at(d.root, "no detection"))
		return nil
	}
	names, err := r.searches(d, &m, sec, "condition", "timeframe")
	if err == nil {
		out.Cond, err = condition(sec, names)
	}
	if err != nil {
		r.fail(d, &m, err)
		return nil
	}
	r.advise(d, &m, true)
	r.unused(d, &m, sec, names, out.Cond)
	if n := get(d.root, "fields"); n != nil {
		out.Fields = texts(n)
	}
	if c := get(d.root, "custom_attributes"); c != nil && c.Kind == yaml.MappingNode {
		out.Custom = map[string]string{}
		for i := 0; i+1 < len(c.Content); i += 2 {
			if v := deref(c.Content[i+1]); v.Kind == yaml.ScalarNode {
				out.Custom[c.Content[i].Value] = v.Value
			}
		}
	}
	return out
}

// condition resolves a section's condition: text, or a list of texts any of which suffices.
func condition(sec *yaml.Node, names map[string]*Expr) (*Expr, error) {
	n := get(sec, "condition")
	if n == nil {
		return nil, at(sec, "no condition")
	}
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	any := &Expr{Op: OpOr}
	for _, c := range list {
		if c = deref(c); c.Kind != yaml.ScalarNode {
			return nil, at(c, "a condition must be text")
		}
		e, err := parseCondition(c.Value, names)
		if err != nil {
			return nil, at(c, "%v", err)
		}
		any.Kids = append(any.Kids, e)
	}
	if len(any.Kids) == 0 {
		return nil, at(n, "no condition")
	}
	return single(any), nil
}
