package match

import (
	"strings"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// fieldID is the integer of a field name that rules use; 0 is every value of the event.
type fieldID uint16

// alt is one place where a field may be found: an interned name, or a canonical key.
type alt struct {
	name event.NameID
	key  event.Key
}

// field is a field of rules. Windows events carry Sigma's own names whatever their shape, so that nothing else is looked for there
// but what the 4688 event calls otherwise; other events also answer in canonical terms. Both come after the own name.
type field struct {
	name    string
	windows []alt
	other   []alt
}

// ownName is the name that a field has in most events, and whether it is looked for elsewhere.
type ownName struct {
	name           event.NameID
	windows, other bool
}

// Fields resolves the names that rules use. It is filled while rules are compiled and only read afterwards.
type Fields struct {
	names   *event.Names
	list    []field
	own     []ownName // by fieldID
	ids     map[string]fieldID
	eventID event.NameID
	system  [2]event.NameID // Channel, Provider_Name
}

// NewFields makes an empty resolver over an engine's names.
func NewFields(names *event.Names) *Fields {
	return &Fields{
		names: names, list: []field{{}}, own: make([]ownName, 1), ids: map[string]fieldID{}, eventID: names.Intern("EventID"),
		system: [2]event.NameID{names.Intern("Channel"), names.Intern("Provider_Name")},
	}
}

// id gives the integer of a field name, false where there are too many names.
func (f *Fields) id(name string) (fieldID, bool) {
	if id, ok := f.ids[name]; ok || name == "" {
		return id, true
	}
	own := f.names.Intern(name)
	if own == 0 || len(f.list) > 1<<16-2 {
		return 0, false
	}
	n := field{name: name}
	for _, w := range windowsNames[name] {
		n.windows = append(n.windows, alt{name: f.names.Intern(w)})
	}
	for _, o := range otherNames[name] {
		n.other = append(n.other, alt{name: f.names.Intern(o)})
	}
	for _, k := range canonical(name) {
		n.other = append(n.other, alt{key: k})
	}
	id := fieldID(len(f.list))
	f.list = append(f.list, n)
	f.own = append(f.own, ownName{own, len(n.windows) > 0, len(n.other) > 0})
	f.ids[name] = id
	return id, true
}

// Name gives the name that rules use for a field, "" for every value of the event. There are Len of them.
func (f *Fields) Name(id int) string { return f.list[id].name }

// Len is how many fields rules name, and one.
func (f *Fields) Len() int { return len(f.list) }

// isWindows reports whether the event has the names of a Windows event.
func (f *Fields) isWindows(ev *event.Event) bool {
	return ev.First(f.eventID) != nil && (ev.First(f.system[0]) != nil || ev.First(f.system[1]) != nil)
}

// find gives where an event has a field: its first field of the name, or a canonical value; neither where it has none.
func (f *Fields) find(ev *event.Event, id fieldID, windows bool) (*event.Field, *event.Value) {
	own := &f.own[id]
	if x := ev.First(own.name); x != nil {
		return x, nil
	}
	var alts []alt
	switch {
	case windows && own.windows:
		alts = f.list[id].windows
	case !windows && own.other:
		alts = f.list[id].other
	}
	for _, a := range alts {
		if a.name != 0 {
			if x := ev.First(a.name); x != nil {
				return x, nil
			}
		} else if ev.Has(a.key) {
			return nil, ev.At(a.key)
		}
	}
	return nil, nil
}

// Record is an event as rules see it, for sigma.Eval and sigma.Explain.
type Record struct {
	Event  *event.Event
	Fields *Fields
}

// Values implements sigma.Record. A field that no rule named is looked for by its name alone.
func (r Record) Values(name string, do func(event.Value) bool) bool {
	id, ok := r.Fields.ids[name]
	if !ok {
		f := r.Event.Find(name)
		if f != nil {
			do(f.Value)
		}
		return f != nil
	}
	f, v := r.Fields.find(r.Event, id, r.Fields.isWindows(r.Event))
	if f == nil {
		if v != nil {
			do(*v)
		}
		return v != nil
	}
	for n := 0; f != nil && n < maxValues; f, n = r.Event.Next(f), n+1 {
		if !do(f.Value) {
			break
		}
	}
	return true
}

// All implements sigma.Record.
func (r Record) All(do func(event.Value) bool) {
	for i := range r.Event.Fields {
		f := &r.Event.Fields[i]
		if hidden(r.Event, f) {
			continue
		}
		if !do(f.Value) {
			return
		}
	}
}

// hidden reports whether a field is the text of a document whose members are fields themselves: a keyword must not match the
// names and the punctuation of JSON or XML.
func hidden(ev *event.Event, f *event.Field) bool {
	return f.Value.K == event.String && len(f.Value.S) >= 2 && opens[f.Value.S[0]] && document(ev, f)
}

// opens is what the text of a document may begin with.
var opens = [256]bool{'<': true, '{': true, '[': true, ' ': true, '\n': true, '\r': true, '\t': true}

func document(ev *event.Event, f *event.Field) bool {
	if f.Value.S[0] == '<' {
		return strings.HasPrefix(f.Value.S, "<Event") && strings.Contains(ev.Formats, "xml")
	}
	return strings.HasPrefix(ev.Formats, "json") && f.Value.S == ev.Line
}

// maxValues bounds the values of one field that are looked at: repeated names are the elements of an array.
const maxValues = 1024

// Intern takes up the fields of a condition that is to be evaluated through a Record.
func (f *Fields) Intern(e *sigma.Expr) bool {
	ok := true
	e.Items(func(it *sigma.Item) {
		_, in := f.id(it.Field)
		ok = ok && in
		for i := range it.Values {
			if it.Values[i].Kind == sigma.IsRef {
				_, in := f.id(it.Values[i].Ref)
				ok = ok && in
			}
		}
	})
	return ok
}
