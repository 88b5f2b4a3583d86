package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prescore/engine/event"
)

var update = flag.Bool("update", false, "rewrite fixtures/sources; read the diff")

// sourceFixtures has a folder a mapping: input.log, lines as in_tail delivers them, and expected.ndjson, the canonical event of each.
const sourceFixtures = "../../fixtures/sources"

// fixtureArrival is a day after the fixtures' events.
var fixtureArrival = time.Date(2026, 3, 18, 8, 0, 0, 0, time.UTC).UnixNano()

// canonical writes an event as one JSON object with its keys sorted.
func canonical(ev *event.Event) map[string]any {
	out := map[string]any{"source": ev.Source, "baseline": ev.Baseline}
	if ev.Class != event.BaseEvent {
		out["class"] = ev.Class.Name()
	}
	if ev.Activity != 0 {
		out["activity"] = ev.Class.Activity(ev.Activity)
	}
	if ev.Invalid {
		out["invalid"] = true
	}
	fields := map[string]any{}
	for k := event.Key(1); k < event.NumKeys; k++ {
		if !ev.Has(k) || k == event.KeyBaseline {
			continue
		}
		switch v := ev.Get(k); v.K {
		case event.Time:
			fields[k.String()] = string(event.AppendRFC3339(nil, int64(v.N)))
		case event.Int:
			fields[k.String()] = int64(v.N)
		case event.Bool:
			fields[k.String()] = v.N != 0
		case event.Float:
			fields[k.String()] = math.Float64frombits(v.N)
		default:
			fields[k.String()] = v.S
		}
	}
	out["fields"] = fields
	entities := map[string]any{}
	for i, e := range ev.Entities {
		if e != "" {
			entities[event.EntityKind(i).String()] = e
		}
	}
	out["entities"] = entities
	for _, p := range ev.Problems {
		list, _ := out["problems"].([]string)
		out["problems"] = append(list, p.Room+" "+p.Code+" "+p.Field)
	}
	return out
}

// TestSources holds that each mapping has a fixture, recognises its lines and reads them as written down.
func TestSources(t *testing.T) {
	r := newReader(t)
	for _, name := range r.normalise.Sources() {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(sourceFixtures, name)
			input, err := os.ReadFile(filepath.Join(dir, "input.log"))
			if err != nil {
				t.Fatalf("source %q has no fixture: %v", name, err)
			}
			var got bytes.Buffer
			r := newReader(t)
			for _, line := range strings.Split(strings.TrimRight(string(input), "\n"), "\n") {
				ev := r.read(line, fixtureArrival)
				if strings.HasPrefix(line, "#") { // headers of Zeek
					continue
				}
				if ev.Source != name && name != "generic" && name != "unix_services" && name != "event_json" {
					t.Errorf("recognised as %q: %.120s", ev.Source, line)
				}
				b, err := json.Marshal(canonical(ev))
				if err != nil {
					t.Fatal(err)
				}
				got.Write(append(b, '\n'))
			}
			file := filepath.Join(dir, "expected.ndjson")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
			for i := range g {
				if i >= len(w) || g[i] != w[i] {
					t.Fatalf("line %d\n got  %s\n want %s", i+1, g[i], w[min(i, len(w)-1)])
				}
			}
		})
	}
}
