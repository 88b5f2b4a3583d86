package parse

import (
	"prescore/engine/event"
	"prescore/engine/option"
	"prescore/engine/parse/json"
	"prescore/engine/parse/syslog"
)

// room is the name under which the room reports problems.
const room = "parse"

// maxLayers bounds how deep formats nest: a container's wrapper, a syslog header, a shipper's JSON and the device's own format are
// four; two more are allowed for relays.
const maxLayers = 6

// maxCarried is how many other fields a record may have that is still only the carrier of its line (path, offset, stream, time,
// container). A record with more speaks for itself: its hash is of the whole.
const maxCarried = 6

// In is what the room is given.
type In struct {
	Names *event.Names // the engine's table, not yet complete
}

// Room reads formats (see the package comment).
type Room struct {
	messages []event.NameID
	nested   []event.NameID
	warnings []string
}

// New checks the options and interns the names the room asks for.
func New(cfg Config, in In) (*Room, error) {
	r := &Room{}
	var err error
	if r.messages, err = intern(in.Names, "message_fields", cfg.MessageFields); err != nil {
		return nil, err
	}
	if r.nested, err = intern(in.Names, "nested_fields", cfg.NestedFields); err != nil {
		return nil, err
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

// Warnings says what New left out, and why.
func (r *Room) Warnings() []string { return r.warnings }

// Apply reads the record's line, where it has one, and everything nested in it.
func (r *Room) Apply(ev *event.Event) {
	n := len(ev.Fields)
	text, ok := r.find(ev)
	if ok {
		f := r.parse(ev, text, fNone, 1)
		if f != fNone && len(ev.Fields) > n || n <= maxCarried {
			ev.Line = text
		}
	}
}

// find gives the text of the record: the first of the message fields that is text.
func (r *Room) find(ev *event.Event) (string, bool) {
	for _, id := range r.messages {
		if f := ev.First(id); f != nil && f.Layer == 0 && f.Value.K == event.String && f.Value.S != "" {
			return f.Value.S, true
		}
	}
	return "", false
}

// parse reads a text into fields of the layer, then what nests in it, and gives the text's own format.
func (r *Room) parse(ev *event.Event, text string, outer format, layer uint8) format {
	s := begin(text)
	f := detect(s)
	var inner string
	var more bool
	switch f {
	case fNone:
		return fNone
	case fJSON:
		if json.Parse(ev, s, "", layer) == json.Bad {
			ev.Problem(room, "bad_json", "")
			return fNone
		}
		note(ev, outer, f)
		r.within(ev, f, layer)
		return f
	case f5424:
		inner, _ = syslog.Parse5424(ev, s, layer)
		more = true
	case f3164:
		inner = syslog.Parse3164(ev, s, layer)
		more = true
	}
	note(ev, outer, f)
	if more && layer < maxLayers {
		r.parse(ev, inner, f, layer+1)
	}
	return f
}

// within looks for text in the fields of a layer that is a format of its own.
func (r *Room) within(ev *event.Event, outer format, layer uint8) {
	if layer >= maxLayers {
		return
	}
	for _, id := range r.nested {
		f := ev.Last(id)
		if f == nil || f.Layer != layer || f.Value.K != event.String {
			continue
		}
		if r.parse(ev, f.Value.S, outer, layer+1) != fNone {
			return
		}
	}
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
		ev.Formats = ev.Arena.Join(ev.Formats, "/"+name)
	}
	ev.Format = name
}
