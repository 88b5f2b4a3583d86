// Package custom reads text by patterns of the user's own: a regular expression with named groups, or a dissect pattern.
package custom

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"prescore/engine/event"
)

// room is the name under which the package reports problems.
const room = "parse"

const (
	// maxProgram bounds a compiled expression: matching is linear in the text, but each byte costs up to one step an instruction.
	// 2,048 refuses none of SigmaHQ's.
	maxProgram = 2048
	// maxText bounds the text an expression is tried on, in bytes: times maxProgram that is 33 million steps at worst.
	maxText = 16 << 10
	// maxParts bounds the fields of a dissect pattern.
	maxParts = 256
)

// Pattern is a compiled pattern; it is read by any number of threads.
type Pattern struct {
	re    *regexp.Regexp
	names []string // by group
	parts []part
	lead  string // text before the first field of a dissect pattern
}

// Regex compiles a regular expression (RE2 syntax). It must have a named group.
func Regex(expr string) (*Pattern, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	if len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf("the expression compiles to %d instructions, at most %d are allowed", len(prog.Inst), maxProgram)
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	p := &Pattern{re: re, names: re.SubexpNames()}
	for _, n := range p.names {
		if n != "" {
			return p, nil
		}
	}
	return nil, fmt.Errorf("the expression has no named group: write (?P<name>...) for each field")
}

// Parse reads a text into fields of the layer; false where the pattern does not match, and nothing was added. A text over maxText
// is not tried by an expression and gets the problem custom_too_long. Matching an expression allocates the positions of its groups;
// dissecting allocates nothing.
func (p *Pattern) Parse(ev *event.Event, s string, layer uint8) bool {
	if p.re == nil {
		return p.dissect(ev, s, layer)
	}
	if len(s) > maxText {
		ev.Problem(room, "custom_too_long", "")
		return false
	}
	m := p.re.FindStringSubmatchIndex(s)
	if m == nil {
		return false
	}
	for i, name := range p.names {
		if name != "" && m[2*i] >= 0 {
			ev.Add(name, event.Str(s[m[2*i]:m[2*i+1]]), layer)
		}
	}
	return true
}

// part is one field of a dissect pattern and the text that ends it.
type part struct {
	name  string
	until string // "" for the last: the rest of the text
	how   how
	pad   bool // the text that ends it may be repeated
}

// how says what becomes of a part.
type how uint8

const (
	keep    how = iota
	skip        // %{?name} or %{}
	append1     // %{+name}: joined with a blank to what the name has already
	key         // %{*name}: the text is a name
	value       // %{&name}: its value
)

// Dissect compiles a dissect pattern: fields %{name} with the literal text between them. %{?name} and %{} are passed over, %{+name}
// is joined with a blank to the field of that name before it, %{*a} and %{&a} are the name and the value of one field, and "->"
// before the brace lets the text after the field repeat.
func Dissect(pattern string) (*Pattern, error) {
	p := &Pattern{}
	i := strings.Index(pattern, "%{")
	if i < 0 {
		return nil, fmt.Errorf("the pattern has no field: write %%{name} for each")
	}
	p.lead = pattern[:i]
	named := false
	for i >= 0 {
		end := strings.IndexByte(pattern[i:], '}')
		if end < 0 {
			return nil, fmt.Errorf("the field at byte %d has no closing brace", i+1)
		}
		var f part
		f.name = pattern[i+2 : i+end]
		if n, ok := strings.CutSuffix(f.name, "->"); ok {
			f.name, f.pad = n, true
		}
		if f.name == "" {
			f.how = skip
		} else if h := strings.IndexByte("?+*&", f.name[0]); h >= 0 {
			f.how, f.name = how(h+1), f.name[1:]
		}
		if f.how != skip && f.name == "" {
			return nil, fmt.Errorf("the field at byte %d has no name", i+1)
		}
		named = named || f.how != skip
		pattern = pattern[i+end+1:]
		if i = strings.Index(pattern, "%{"); i >= 0 {
			if f.until = pattern[:i]; f.until == "" {
				return nil, fmt.Errorf("no text stands between the field %q and the next: where one ends could not be told", f.name)
			}
		} else {
			f.until = pattern
		}
		if len(p.parts) == maxParts {
			return nil, fmt.Errorf("the pattern has more than %d fields", maxParts)
		}
		p.parts = append(p.parts, f)
	}
	if !named {
		return nil, fmt.Errorf("the pattern has no named field")
	}
	return p, p.pairs()
}

// pairs checks that each %{*name} has its %{&name}.
func (p *Pattern) pairs() error {
	for _, f := range p.parts {
		if f.how != key && f.how != value {
			continue
		}
		found := false
		for _, g := range p.parts {
			found = found || g.name == f.name && g.how == key+value-f.how
		}
		if !found {
			return fmt.Errorf("%%{*%s} and %%{&%s} must both be there", f.name, f.name)
		}
	}
	return nil
}

func (p *Pattern) dissect(ev *event.Event, s string, layer uint8) bool {
	if !strings.HasPrefix(s, p.lead) {
		return false
	}
	s = s[len(p.lead):]
	var got [maxParts]string
	for i, f := range p.parts {
		last := i == len(p.parts)-1
		switch {
		case last && f.until == "":
			got[i], s = s, ""
		case last:
			if !strings.HasSuffix(s, f.until) {
				return false
			}
			got[i], s = s[:len(s)-len(f.until)], ""
		default:
			end := strings.Index(s, f.until)
			if end < 0 {
				return false
			}
			got[i], s = s[:end], s[end+len(f.until):]
			for f.pad && strings.HasPrefix(s, f.until) {
				s = s[len(f.until):]
			}
		}
	}
	for i, f := range p.parts {
		switch f.how {
		case keep:
			ev.Add(f.name, event.Str(p.joined(ev, got[:], i)), layer)
		case key:
			for j, g := range p.parts {
				if g.how == value && g.name == f.name {
					ev.Add(got[i], event.Str(got[j]), layer)
				}
			}
		case append1:
			if !p.before(i) {
				ev.Add(f.name, event.Str(p.joined(ev, got[:], i)), layer)
			}
		}
	}
	return true
}

// before reports whether a part before i has the same name.
func (p *Pattern) before(i int) bool {
	for _, f := range p.parts[:i] {
		if f.name == p.parts[i].name && (f.how == keep || f.how == append1) {
			return true
		}
	}
	return false
}

// joined gives the text of part i with that of all later ones that are appended to it.
func (p *Pattern) joined(ev *event.Event, got []string, i int) string {
	v := got[i]
	for j := i + 1; j < len(p.parts); j++ {
		if f := p.parts[j]; f.how == append1 && f.name == p.parts[i].name {
			b := ev.Arena.Grab(len(v) + 1 + len(got[j]))
			n := copy(b, v)
			b[n] = ' '
			copy(b[n+1:], got[j])
			v = event.View(b)
		}
	}
	return v
}
