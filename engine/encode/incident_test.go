package encode

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"prescore/engine/encode/legal"
	"prescore/engine/event"
)

func campaign() *event.Incident {
	return &event.Incident{
		ID: "a1b2c3d4e5f60718", State: event.IncidentUpdate, Rule: "campaign", Title: "Injection, then command and control", Level: event.High,
		Risk: 80, Delta: 4, Baseline: 7.5, Group: []event.GroupValue{{Field: "user", Value: "alice"}, {Field: "password", Value: "hunter2"}},
		Opened: 1715351520_000000000, Updated: 1715351580_500000000, Count: 2, Value: 2,
		Timeline:   []event.Contribution{{ID: "e1", Time: 1715351520_000000000, Source: "sysmon", Step: "inject", Technique: "T1055", Baseline: 3.5, Raised: 7.5}},
		Entities:   []event.EntityRef{{Kind: "principal", Key: "alice"}, {Kind: "ip", Key: "10.0.0.5"}, {Kind: "principal", Key: "bob"}, {Kind: "own", Key: "x"}},
		Techniques: []string{"T1055", "T1071"}, Tactics: []string{"command-and-control"}, Sources: []string{"sysmon", "zeek_conn"}, Truncated: true,
	}
}

func TestAppendIncident(t *testing.T) {
	const want = `{"prescore":{"v":1,"kind":"incident","id":"a1b2c3d4e5f60718","time":"2024-05-10T14:33:00.500Z","class":"incident_finding",` +
		`"class_uid":2005,"activity":"update","entities":{"principal":"alice","ip":"10.0.0.5"},"baseline":7.5,"severity":8,"risk":80.0,` +
		`"level":"high","attack":{"techniques":["T1055","T1071"],"tactics":["command-and-control"]},"findings":[{"rule":"campaign",` +
		`"title":"Injection, then command and control","level":"high","delta":4.0}],"route":"alert","incident":{"state":"update",` +
		`"opened":"2024-05-10T14:32:00Z","updated":"2024-05-10T14:33:00.500Z","count":2,"value":2.0,` +
		`"group":[{"field":"user","value":"alice"},{"field":"password","value":"***"}],"entities":[{"kind":"principal","key":"alice"},` +
		`{"kind":"ip","key":"10.0.0.5"},{"kind":"principal","key":"bob"},{"kind":"own","key":"x"}],"sources":["sysmon","zeek_conn"],` +
		`"timeline":[{"id":"e1","time":"2024-05-10T14:32:00Z","source":"sysmon","step":"inject","technique":"T1055","baseline":3.5,` +
		`"raised":7.5}],"truncated":true}}}`
	cfg := Defaults()
	cfg.Schema = "none"
	r, err := New(cfg, In{Names: event.NewNames(), Redact: masker{}})
	if err != nil {
		t.Fatal(err)
	}
	if got := toJSON(t, r.AppendIncident(nil, campaign())); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// An incident is a legal document of either schema, in every layout and state.
func TestIncidentsAreLegal(t *testing.T) {
	for _, schema := range []string{"ecs", "ocsf"} {
		for _, layout := range []string{LayoutNested, LayoutMerge, LayoutReplace} {
			cfg := Config{Schema: schema, Layout: layout, Fields: []string{"all"}}
			r, err := New(cfg, In{Names: event.NewNames()})
			if err != nil {
				t.Fatal(err)
			}
			for state := event.IncidentOpen; state <= event.IncidentClose; state++ {
				inc := campaign()
				inc.State = state
				doc := decoded(t, r.AppendIncident(nil, inc))
				view := doc
				if layout == LayoutNested {
					view, _ = doc["prescore"].(map[string]any)["fields"].(map[string]any)
				}
				delete(view, "prescore")
				check := legal.ECS
				if schema == "ocsf" {
					check = legal.OCSF
				}
				if bad := check(view); len(bad) > 0 {
					t.Errorf("%s %s %s: %s", schema, layout, state, strings.Join(bad, "; "))
				}
			}
		}
	}
}

// decoded gives a record as encoding/json has it, numbers as they are written.
func decoded(t testing.TB, body []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader([]byte(toJSON(t, body))))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}
