package parse

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
)

// TestRolesChangeNothing: a record comes out as it does where every name plays every role, so that all are looked for.
func TestRolesChangeNothing(t *testing.T) {
	r, a := open(t, Defaults())
	plain, b := open(t, Defaults())
	for id := range b.Names.Len() {
		b.Names.Play(event.NameID(id), event.RoleText|event.RoleSpeaker|event.RoleWindows)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	words := append([]string{"log", "message", "MESSAGE", "msg", "System", "EventID", "event_id", "EventCode", "log_name", "Channel", "winlog.event_id", "SourceName",
		"EventData.message", "EventData.Image", "Event.System.EventID", "Event.EventData.log", "path", "stream", "kubernetes.pod_name", "x", "y", "z", "w"}, speakers...)
	values := []event.Value{event.Str(samples["rfc3164"]), event.Str(samples["kv"]), event.Str(samples["winlog_xml"]), event.Str("4688"), event.Str("Security"), event.IntOf(1), event.Str("")}
	lines := 0
	for round := range 20000 {
		a.Reset()
		b.Reset()
		for range rng.IntN(10) {
			name, v := words[rng.IntN(len(words))], values[rng.IntN(len(values))]
			a.Add(name, v, 0)
			b.Add(name, v, 0)
		}
		r.Apply(a)
		plain.Apply(b)
		if got, want := fmt.Sprint(show(a), a.Line, a.Formats, a.Problems), fmt.Sprint(show(b), b.Line, b.Formats, b.Problems); got != want {
			t.Fatalf("round %d:\n got %s\nwant %s", round, got, want)
		}
		for i := range a.Fields {
			if x, y := &a.Fields[i], &b.Fields[i]; a.Names.Name(x.ID) != b.Names.Name(y.ID) {
				t.Fatalf("round %d: %s is %s, want %s", round, x.Name, a.Names.Name(x.ID), b.Names.Name(y.ID))
			}
		}
		if a.Line != "" {
			lines++
		}
	}
	if lines == 0 {
		t.Error("no record was the carrier of a line")
	}
}
