package conformance

import (
	"testing"

	"prescore/conf"
	"prescore/engine/event"
	"prescore/engine/normalise"
	"prescore/engine/parse"
)

// reader is the first rooms of the way: a line or a document in, the canonical event out.
type reader struct {
	parse     *parse.Room
	normalise *normalise.Room
	ev        *event.Event
}

func newReader(t testing.TB) *reader {
	t.Helper()
	names := event.NewNames()
	p, err := parse.New(parse.Defaults(), parse.In{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	n, err := normalise.New(normalise.Defaults(), normalise.In{Names: names, Builtin: conf.Sources()})
	if err != nil {
		t.Fatal(err)
	}
	return &reader{p, n, event.New(names)}
}

// read gives the event of a line as in_tail delivers it; it is valid until the next.
func (r *reader) read(line string, arrivalNS int64) *event.Event {
	ev := r.ev
	ev.Reset()
	ev.Arrival = arrivalNS
	ev.AddID(ev.Names.Lookup("log"), "log", event.Str(line), 0)
	r.parse.Apply(ev)
	r.normalise.Apply(ev)
	return ev
}
