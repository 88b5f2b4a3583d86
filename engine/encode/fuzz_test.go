package encode

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"prescore/engine/encode/legal"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// every is a room for each schema and layout, the record's own values masked or not.
func every(t testing.TB) map[string]*Room {
	rooms := map[string]*Room{}
	for _, schema := range []string{"none", "flat", "ecs", "ocsf"} {
		for _, layout := range []string{LayoutNested, LayoutMerge, LayoutReplace} {
			if schema == "none" && layout == LayoutReplace {
				continue
			}
			rooms[schema+" "+layout] = room(t, schema, layout, false)
			rooms[schema+" "+layout+" masked"] = room(t, schema, layout, true)
		}
	}
	return rooms
}

// random fills an event with values of any kind, right or wrong for their keys.
func random(ev *event.Event, rnd *rand.Rand, text string) {
	for k := event.Key(1); k < event.NumKeys; k++ {
		if rnd.IntN(3) != 0 {
			continue
		}
		v := event.Value{K: event.Kind(1 + rnd.IntN(int(event.Opaque))), N: rnd.Uint64()}
		if i := rnd.IntN(len(text) + 1); v.K == event.String || v.K >= event.Number || rnd.IntN(2) == 0 {
			v.S = text[i:]
		}
		ev.Set(k, v)
	}
	ev.Class, ev.Activity = event.Class(1000*rnd.IntN(8)+rnd.IntN(12)), uint8(rnd.UintN(256))
	ev.HostTime, ev.Arrival = int64(rnd.Uint64()), int64(rnd.Uint64())
	ev.ID, ev.Source, ev.Format, ev.Line = text, text, text, text
	ev.Severity, ev.Risk, ev.Level, ev.Confidence = rnd.IntN(11), 100*rnd.Float64(), event.Level(rnd.IntN(6)), rnd.Float64()
	ev.Baseline, ev.Route, ev.Invalid = 10*rnd.Float64(), event.Route(rnd.IntN(event.NumRoutes)), rnd.IntN(2) == 0
	for range rnd.IntN(40) {
		ev.Techniques = append(ev.Techniques, text[rnd.IntN(len(text)+1):])
		ev.Tactics = append(ev.Tactics, text[rnd.IntN(len(text)+1):])
		ev.Findings = append(ev.Findings, event.Finding{Rule: text, Level: event.Level(rnd.IntN(6)), Matches: []event.Match{{Field: text, Value: text}}})
		ev.Problem(text, text, text[rnd.IntN(len(text)+1):])
	}
}

// Any event over any body gives valid MessagePack, the same bytes again, and in the nested layout the original pairs byte for byte
// with the number of pairs one higher. Merged and replaced, every original value is there too.
func FuzzAppend(f *testing.F) {
	rooms := every(f)
	f.Add([]byte("\x82\xa3log\xa5hello\x05\xc3"), "password=x C:\\a\\b.exe", uint64(1))
	f.Add([]byte("\xde\x00\x01\xa4user\x81\xa1a\x92\x01\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), "\xff", uint64(2))
	f.Add([]byte("\x83\xa8original\x01\xa8prescore\x02\xa5event\x03"), "", uint64(3))
	f.Fuzz(func(t *testing.T, raw []byte, text string, seed uint64) {
		ev := event.New(event.NewNames())
		ev.Raw = raw
		random(ev, rand.New(rand.NewPCG(seed, 1)), text)
		n, err := wire.Skip(raw)
		whole := err == nil && n == len(raw)
		head, _ := wire.Next(raw)
		for name, r := range rooms {
			got := r.Append([]byte("before"), ev)
			if !bytes.HasPrefix(got, []byte("before")) {
				t.Fatalf("%s: what dst held is gone", name)
			}
			got = got[len("before"):]
			if again := r.Append(nil, ev); !bytes.Equal(got, again) {
				t.Fatalf("%s: %x, then %x", name, got, again)
			}
			if !whole || head.Type != wire.Map {
				continue // decode lets no such record come; it must not panic all the same
			}
			if n, err := wire.Skip(got); err != nil || n != len(got) {
				t.Fatalf("%s: %x: %d bytes, %v", name, got, n, err)
			}
			if r.rewrite {
				continue
			}
			out, _ := wire.Next(got)
			pairs := raw[head.Size:]
			switch r.layout {
			case nested:
				if out.N != head.N+1 || !bytes.HasPrefix(got[out.Size:], pairs) {
					t.Fatalf("%s: %x is not in %x", name, pairs, got)
				}
			case merge:
				for at := 0; at < len(pairs); {
					_, size := pair(pairs[at:])
					if !bytes.Contains(got, pairs[at:at+size]) {
						t.Fatalf("%s: %x is not in %x", name, pairs[at:at+size], got)
					}
					at += size
				}
			}
		}
	})
}

// In place of the record, every original value is under the key that the layout says.
func TestReplaceKeepsValues(t *testing.T) {
	f := func(schema, record string, fill func(ev *event.Event), want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		ev.Raw, ev.Arrival = fromJSON(t, record), 1715351520_000000000
		if fill != nil {
			fill(ev)
		}
		got := toJSON(t, room(t, schema, LayoutReplace, false).Append(nil, ev))
		if !bytes.Contains([]byte(got), []byte(want)) {
			t.Errorf("%s %s: got %s, want it to have %s", schema, record, got, want)
		}
	}
	// view gives the text of the record at which needle stands, as the rooms before give views of it.
	view := func(ev *event.Event, needle string) event.Value {
		at := bytes.Index(ev.Raw, []byte(needle))
		return event.Str(event.View(ev.Raw[at : at+len(needle)]))
	}
	f("ecs", `{"log":"the line"}`, nil, `"event":{"kind":"event","original":"the line"}`)
	f("ecs", `{"log":"the line","n":1,"f":0.5}`, nil, `"original":"{\"log\":\"the line\",\"n\":1,\"f\":0.5}"`)
	f("ecs", `{}`, nil, `"original":"{}"`)
	f("ocsf", `{"log":"the line","stream":"stdout"}`, func(ev *event.Event) { ev.Line = view(ev, "the line").S },
		`"raw_data":"the line","unmapped":{"stream":"stdout"},"prescore"`)
	f("ocsf", `{"user":"alice","n":1,"a":["x"],"in":{"msg":"hello","left":"over"}}`, func(ev *event.Event) {
		ev.Set(event.KeyMessage, view(ev, "hello"))
	}, `"unmapped":{"user":"alice","n":1,"a":["x"],"in":{"left":"over"}}`)
	// An equal text of another field is not the one that the view has, nor is one that the view has changed.
	f("ocsf", `{"user":"alice","owner":"alice"}`, func(ev *event.Event) { ev.Set(event.KeyMessage, event.Str("alice")) },
		`"unmapped":{"user":"alice","owner":"alice"}`)
	f("ocsf", `{"m":"password=hunter2 z"}`, func(ev *event.Event) { ev.Set(event.KeyMessage, view(ev, "password=hunter2 z")) },
		`"unmapped":{"m":"password=hunter2 z"}`)
	f("ocsf", `{"m":"whole"}`, func(ev *event.Event) { ev.Set(event.KeyMessage, view(ev, "whole")) }, `"type_uid":0`)
	f("flat", `{"log":"the line"}`, nil, `"original":{"log":"the line"}`)
}

func TestReplaceIsLegal(t *testing.T) {
	for schema, check := range map[string]func(map[string]any) []string{"ecs": legal.ECS, "ocsf": legal.OCSF} {
		ev := seed(t, fromJSON(t, `{"a":"b","n":{"x":[1,2]}}`))
		ev.Line = "a line"
		doc := decoded(t, room(t, schema, LayoutReplace, false).Append(nil, ev))
		delete(doc, "prescore")
		if bad := check(doc); len(bad) > 0 {
			t.Errorf("%s: %v", schema, bad)
		}
	}
}
