package normalise

import (
	"testing"

	"prescore/conf"
	"prescore/engine/event"
)

// fixture is a room with the built-in mappings and an event of its names.
func fixture(t testing.TB) (*Room, *event.Event) {
	t.Helper()
	names := event.NewNames()
	r, err := New(Defaults(), In{Names: names, Builtin: conf.Sources()})
	if err != nil {
		t.Fatal(err)
	}
	return r, event.New(names)
}

func TestBuiltinMappings(t *testing.T) {
	r, ev := fixture(t)
	if len(r.sources) == 0 || r.generic == nil {
		t.Fatal("no mappings")
	}
	r.Apply(ev)
	if !ev.Has(event.KeyTime) {
		t.Error("no time")
	}
	t.Logf("%d mappings, %d names", len(r.sources), ev.Names.Len())
}
