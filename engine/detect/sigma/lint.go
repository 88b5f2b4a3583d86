package sigma

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	dateForm = regexp.MustCompile(`^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$`)
	statuses = []string{"stable", "test", "experimental", "deprecated", "unsupported"}
	relation = []string{"derived", "obsolete", "merged", "renamed", "similar"}
)

// maxTitle is what the specification allows, in characters.
const maxTitle = 256

// advise says what is odd about a document that can be used.
func (r *reader) advise(d document, m *Meta, rule bool) {
	if !r.lint {
		return
	}
	say := func(n *yaml.Node, text string) {
		line := m.Line
		if n != nil {
			line = d.line + n.Line
		}
		r.report(Problem{File: d.file, Line: line, Rule: m.Ident(), Text: text})
	}
	if get(d.root, "title") == nil {
		say(nil, "no title")
	} else if n := len([]rune(m.Title)); n > maxTitle {
		say(get(d.root, "title"), "title has more than 256 characters")
	}
	switch id := get(d.root, "id"); {
	case id == nil:
		say(nil, "no id: findings and correlations name the rule by its name or title")
	case !uuidForm.MatchString(m.ID):
		say(id, "id is not a UUID")
	}
	if n := get(d.root, "status"); n != nil && !slices.Contains(statuses, m.Status) {
		say(n, "unknown status \""+m.Status+"\": write "+strings.Join(statuses, ", "))
	}
	if get(d.root, "level") == nil && rule {
		say(nil, "no level: it counts as informational")
	}
	for _, key := range []string{"date", "modified"} {
		if n := get(d.root, key); n != nil && !dateForm.MatchString(n.Value) {
			say(n, key+" is not of the form YYYY-MM-DD")
		}
	}
	for _, rel := range m.Related {
		if !slices.Contains(relation, rel.Type) {
			say(get(d.root, "related"), "related has the unknown type \""+rel.Type+"\": write "+strings.Join(relation, ", "))
		}
	}
	if n := get(d.root, "tags"); n != nil {
		for _, t := range m.Tags {
			if t != strings.ToLower(t) || strings.ContainsAny(t, " \t") || !strings.Contains(t, ".") {
				say(n, "tag \""+t+"\" is not of the form namespace.name in lower case")
			}
		}
	}
}

// unused says which search identifiers of a section its condition does not speak of.
func (r *reader) unused(d document, m *Meta, sec *yaml.Node, names map[string]*Expr, cond *Expr) {
	if !r.lint {
		return
	}
	used := map[string]bool{}
	var walk func(e *Expr)
	walk = func(e *Expr) {
		used[e.Name] = true
		for _, k := range e.Kids {
			walk(k)
		}
	}
	walk(cond)
	var left []string
	for n := range names {
		if !used[n] {
			left = append(left, n)
		}
	}
	sort.Strings(left)
	for _, n := range left {
		line := sec.Line
		for i := 0; i+1 < len(sec.Content); i += 2 {
			if sec.Content[i].Value == n {
				line = sec.Content[i].Line
			}
		}
		r.report(Problem{File: d.file, Line: d.line + line, Rule: m.Ident(), Text: "the condition does not use \"" + n + "\""})
	}
}
