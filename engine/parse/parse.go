package parse

import (
	"fmt"
	"strings"

	"prescore/engine/event"
	"prescore/engine/option"
	"prescore/engine/parse/cef"
	"prescore/engine/parse/columns"
	"prescore/engine/parse/kv"
	"prescore/engine/parse/syslog"
)

// room is the name under which the room reports problems.
const room = "parse"

// maxLayers bounds how deep formats nest: a container's wrapper, a syslog header, a shipper's JSON and the device's own format are
// four; two more are allowed for relays.
const maxLayers = 6

// maxLead is how far into a syslog message CEF or LEEF may begin, in bytes: relays put names and addresses before it.
const maxLead = 256

// maxCarried is how many other fields a record may have that is still only the carrier of its line (path, offset, stream, time,
// container). A record with more speaks for itself: its hash is of the whole.
const maxCarried = 6

// speakers are fields that the host's own parsers and inputs take out of a line: a record with one of them is more than the carrier
// of what is left. Two hosts may send the same words in the same second.
var speakers = []string{"host", "hostname", "ident", "pid", "pri", "_HOSTNAME", "_PID", "SYSLOG_IDENTIFIER", "PRIORITY"}

// In is what the room is given.
type In struct {
	Names *event.Names // the engine's table, not yet complete
}

// Room reads formats (see the package comment).
type Room struct {
	messages []event.NameID
	speakers []event.NameID
	nested   []event.NameID
	rules    []rule
	patterns []pattern
	windows  windows
	headers  headers
	warnings []string
}

// New checks the options and interns the names the room asks for.
func New(cfg Config, in In) (*Room, error) {
	r := &Room{}
	var err error
	if r.messages, err = intern(in.Names, "message_fields", cfg.MessageFields); err != nil {
		return nil, err
	}
	if r.speakers, err = intern(in.Names, "", speakers); err != nil {
		return nil, err
	}
	if r.nested, err = intern(in.Names, "nested_fields", cfg.NestedFields); err != nil {
		return nil, err
	}
	for i, t := range cfg.Tag {
		u, err := newRule(i, t)
		if err != nil {
			return nil, err
		}
		for j, o := range r.rules {
			if o.match == "*" || o.match == u.match {
				r.warnings = append(r.warnings, fmt.Sprintf("parse.tag[%d] never holds: parse.tag[%d] matches %q before it", i, j, o.match))
				break
			}
		}
		r.rules = append(r.rules, u)
	}
	for i, c := range cfg.Custom {
		p, err := newPattern(i, c)
		if err != nil {
			return nil, err
		}
		r.patterns = append(r.patterns, p)
	}
	if err := r.windows.open(in.Names); err != nil {
		return nil, err
	}
	in.Names.Play(r.windows.system, event.RoleText)
	for _, id := range r.messages {
		in.Names.Play(id, event.RoleText)
	}
	for _, id := range r.speakers {
		in.Names.Play(id, event.RoleSpeaker)
	}
	for i := range r.windows.marks {
		in.Names.Play(r.windows.marks[i].id, event.RoleWindows)
	}
	return r, nil
}

func intern(names *event.Names, key string, list []string) ([]event.NameID, error) {
	ids := make([]event.NameID, 0, len(list))
	for _, n := range list {
		if n == "" {
			return nil, option.Refuse(key, "a name must not be empty")
		}
		id := names.Intern(n)
		if id == 0 {
			return nil, option.Refuse(key, "no room for the name %q: more than %d names are in use", n, event.MaxNames)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Warnings says which entries of the configuration have no effect, and why.
func (r *Room) Warnings() []string { return r.warnings }

// HeadersRefused is how many header lines of tables were not kept because of the bound on tags.
func (r *Room) HeadersRefused() uint64 { return r.headers.refused.Load() }

// Apply reads the record's line, where it has one, and everything nested in it. A record of a Windows event gets Sigma's names,
// whichever shape it has.
func (r *Room) Apply(ev *event.Event) {
	n := len(ev.Fields)
	roles := ev.Roles()
	structured := roles&event.RoleWindows != 0 && r.windows.record(ev, 0)
	if roles&event.RoleText == 0 && !structured { // one that has Sigma's names now may have found its text by them
		return
	}
	u := r.rule(ev.Tag)
	if u != nil && u.none {
		return
	}
	text, ok := r.find(ev)
	if !ok {
		return
	}
	r.text(ev, text, u, structured)
	if !structured && r.carrier(ev, n, roles) {
		ev.Line = text
	}
}

// carrier reports whether a record of n fields is no more than the carrier of its line. What the kubernetes filter adds about the
// container does not count.
func (r *Room) carrier(ev *event.Event, n int, roles event.Role) bool {
	for _, id := range r.speakers {
		if roles&event.RoleSpeaker == 0 {
			break
		}
		if f := ev.First(id); f != nil && f.Layer == 0 {
			return false
		}
	}
	if n <= maxCarried {
		return true
	}
	own := n
	for i := range ev.Fields[:n] {
		if strings.HasPrefix(ev.Fields[i].Name, "kubernetes.") {
			own--
		}
	}
	return own <= maxCarried
}

// rule gives the first entry [[parse.tag]] that matches a tag, nil where none does.
func (r *Room) rule(tag string) *rule {
	for i := range r.rules {
		if glob(r.rules[i].match, tag) {
			return &r.rules[i]
		}
	}
	return nil
}

// find gives the text of the record: the first of the message fields that is text. in_winevtlog puts a whole event as XML into
// System.
func (r *Room) find(ev *event.Event) (string, bool) {
	for _, id := range r.messages {
		if f := ev.First(id); f != nil && f.Layer == 0 && f.Value.K == event.String && f.Value.S != "" {
			return f.Value.S, true
		}
	}
	if f := ev.First(r.windows.system); f != nil && f.Layer == 0 && f.Value.K == event.String && strings.HasPrefix(f.Value.S, "<") {
		return f.Value.S, true
	}
	return "", false
}

// text reads the record's text. inside is true where the record is structured already: then only what cannot be prose is looked for.
func (r *Room) text(ev *event.Event, text string, u *rule, inside bool) {
	for i := range r.patterns {
		if p := &r.patterns[i]; glob(p.match, ev.Tag) && p.Parse(ev, text, 1) {
			ev.Format, ev.Formats = p.name, p.name
			return
		}
	}
	p := pass{r: r, ev: ev, strict: inside}
	s := begin(text)
	if s == "" {
		return
	}
	if u != nil && u.format != fNone {
		if p.read(s, u.format, u.kv, u, fNone, 1) {
			return
		}
		ev.Problem(room, notNames[u.format], "")
	}
	p.parse(s, fNone, 1)
}

// pass is one text and everything nested in it.
type pass struct {
	r      *Room
	ev     *event.Event
	strict bool // pairs among words are prose
}

// parse detects the format of a text and reads it.
func (p *pass) parse(s string, outer format, layer uint8) bool {
	if outer != f3164 && outer != f5424 && !(s[0] <= '9' && columns.IsPANOS(s)) {
		if message, ok := syslog.Common(p.ev, s, layer); ok { // what most lines are, without asking what else they might be
			p.noted(message, f3164, outer, layer)
			return true
		}
	}
	f, d := detect(s)
	if f == fKV && d.Loose && (p.strict || outer == fJSON) {
		f = fNone
	}
	if f == f3164 && s[0] != '<' && (outer == f3164 || outer == f5424) {
		return false // a date at the start of a message is no second header
	}
	if f == fNone && outer == fNone {
		f = p.r.table(p.ev, s)
		if len(s) > 1 && s[0] == '<' && (s[1]-'0' < 10 || s[1] == '>') { // it began as syslog
			p.ev.Problem(room, "bad_priority", "")
		}
	}
	return f != fNone && p.read(s, f, d, nil, outer, layer)
}

// nested looks into a text that another format carried.
func (p *pass) nested(s string, outer format, layer uint8) {
	if layer >= maxLayers {
		return
	}
	if s = begin(s); s == "" {
		return
	}
	if i := strings.Index(s[:min(len(s), maxLead)], "EF:"); i > 1 && (cef.IsCEF(s[i-1:]) || cef.IsLEEF(s[i-2:])) {
		if s[i-1] == 'C' {
			i++
		}
		s = s[i-2:] // words of a relay's before it
	}
	p.parse(s, outer, layer+1)
}

// note adds a format to what the event says of its formats.
func note(ev *event.Event, outer, f format) {
	name := formatNames[f]
	switch {
	case ev.Formats == "":
		ev.Formats = name
	case ev.Formats == formatNames[outer]:
		ev.Formats = joined[outer][f]
	default:
		ev.Formats = ev.Arena.Join(ev.Arena.Join(ev.Formats, "/"), name)
	}
	ev.Format = name
}

// dialect gives the separators of a rule, or those detected.
func dialect(u *rule, d kv.Dialect) kv.Dialect {
	if u != nil {
		return u.kv
	}
	return d
}
