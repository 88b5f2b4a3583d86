package encode

import (
	"bytes"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// masker masks what follows "password=" up to a blank, and every field whose name has "password" in it.
type masker struct{}

func (masker) Masks(name, value string) bool { return strings.Contains(name, "password") }
func (masker) MayHold(value string) bool     { return strings.Contains(value, "password=") }
func (masker) Mask() string                  { return "***" }
func (masker) AppendValue(dst []byte, value string) []byte {
	before, after, found := strings.Cut(value, "password=")
	dst = append(dst, before...)
	if found {
		_, rest, _ := strings.Cut(after, " ")
		dst = append(append(dst, "password=*** "...), rest...)
	}
	return dst
}

func room(t testing.TB, schema, layout string, rewrite bool) *Room {
	t.Helper()
	cfg := Defaults()
	cfg.Schema, cfg.Layout = schema, layout
	r, err := New(cfg, In{Redact: masker{}, RewriteRecord: rewrite})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fromJSON(t testing.TB, s string) []byte {
	t.Helper()
	b, err := wire.FromJSON(nil, []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func toJSON(t testing.TB, b []byte) string {
	t.Helper()
	n, err := wire.Skip(b)
	if err != nil || n != len(b) {
		t.Fatalf("%x: %d of %d bytes, %v", b, n, len(b), err)
	}
	s, err := wire.AppendJSON(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}

// seed fills an event as the rooms would for a process that a user started.
func seed(t testing.TB, raw []byte) *event.Event {
	ev := event.New(event.NewNames())
	ev.Raw = raw
	fill(ev)
	return ev
}

func fill(ev *event.Event) {
	ev.ID, ev.Hash = "EVT-001", "0f3a5c7e9b1d2f40"
	ev.Format, ev.Source = "json", "edr"
	ev.Class, ev.Activity = event.ProcessActivity, 1
	ev.Arrival = 1715351530_000000000
	ev.Set(event.KeyTime, event.TimeOf(1715351520_000000000))
	ev.Set(event.KeyHost, event.Str("dc-01"))
	ev.Set(event.KeyHostIP, event.Str("10.0.0.5"))
	ev.Set(event.KeyUser, event.Str("alice"))
	ev.Set(event.KeyProcess, event.Str("powershell.exe"))
	ev.Set(event.KeyProcessPID, event.IntOf(4711))
	ev.Set(event.KeyProcessCmdline, event.Str("powershell -enc AAAA password=hunter2 -x"))
	ev.Entities[event.Principal], ev.Entities[event.Host], ev.Entities[event.Address] = "alice", "dc-01", "10.0.0.5"
	ev.Baseline, ev.Severity, ev.Risk, ev.Level, ev.Confidence = 3, 9, 65, event.High, 0.92
	ev.EntityRisk[event.Principal], ev.EntityRisk[event.Host] = 74.2, 30.1
	ev.AddTechnique("T1059.001")
	ev.AddTactic("execution")
	ev.Findings = append(ev.Findings, event.Finding{Rule: "r-1", Title: "Encoded PowerShell", Level: event.High, Delta: 2,
		Matches: append([]event.Match(nil), event.Match{Field: "CommandLine", Value: "-enc password=hunter2 z"})})
	ev.Factors = event.Factors{Baseline: 3, Asset: 3, Attack: 1.2, Identity: 1.975, Confidence: 0.92, Raw: 19.6}
	ev.Route, ev.Recurrence = event.Alert, 1
	ev.Problem("normalise", "bad_timestamp", "@timestamp")
}

const contract = `"prescore":{"v":1,"kind":"event","id":"EVT-001","hash":"0f3a5c7e9b1d2f40","time":"2024-05-10T14:32:00Z",` +
	`"source":"edr","format":"json","class":"process_activity","class_uid":1007,"activity":"launch",` +
	`"entities":{"principal":"alice","host":"dc-01","ip":"10.0.0.5"},"baseline":3.0,"severity":9,"risk":65.0,"level":"high",` +
	`"entity_risk":{"principal":74.2,"host":30.1},"confidence":0.92,"attack":{"techniques":["T1059.001"],"tactics":["execution"]},` +
	`"findings":[{"rule":"r-1","title":"Encoded PowerShell","level":"high","delta":2.0,` +
	`"matches":[{"field":"CommandLine","value":"-enc password=*** z"}]}],` +
	`"factors":{"asset":3.0,"attack":1.2,"identity":1.975,"confidence":0.92},"route":"alert","recurrence":1,` +
	`"problems":[{"room":"normalise","code":"bad_timestamp","field":"@timestamp"}]`

const flatView = `"time":"2024-05-10T14:32:00Z","host":"dc-01","host_ip":"10.0.0.5","user":"alice","process":"powershell.exe",` +
	`"process_cmdline":"powershell -enc AAAA password=*** -x","process_pid":4711`

func TestLayouts(t *testing.T) {
	f := func(schema, layout, record, want string) {
		t.Helper()
		r := room(t, schema, layout, false)
		if got := toJSON(t, r.Append(nil, seed(t, fromJSON(t, record)))); got != want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", schema, layout, got, want)
		}
	}
	const rec = `{"user":"Alice","x":{"a":[1,2.5]},"log":"l"}`
	f("none", "nested", rec, `{"user":"Alice","x":{"a":[1,2.5]},"log":"l",`+contract+`}}`)
	f("flat", "nested", rec, `{"user":"Alice","x":{"a":[1,2.5]},"log":"l",`+contract+`,"fields":{`+flatView+`}}}`)
	// A name that both have moves under "original", and so do "original" and "prescore" themselves.
	f("flat", "merge", `{"user":"Alice","x":1,"original":2,"prescore":3}`,
		`{"x":1,`+flatView+`,"original":{"user":"Alice","original":2,"prescore":3},`+contract+`}}`)
	f("flat", "merge", `{"x":1}`, `{"x":1,`+flatView+`,`+contract+`}}`)
	f("flat", "replace", rec, `{`+flatView+`,"original":`+rec+`,`+contract+`}}`)
	f("flat", "nested", `{}`, `{`+contract+`,"fields":{`+flatView+`}}}`)
}

func TestNotAMapGoesOutAsItCame(t *testing.T) {
	for _, raw := range []string{"", "\x01", "\xc1", "\x93\x01", "\xde\x00"} {
		ev := seed(t, []byte(raw))
		if got := room(t, "flat", "nested", false).Append([]byte("x"), ev); string(got) != "x"+raw {
			t.Errorf("%x: got %x", raw, got)
		}
	}
}

// The original pairs stay byte for byte, whatever width their heads have, and the count is one more.
func TestNestedKeepsBytes(t *testing.T) {
	for _, head := range []string{"\x82", "\xde\x00\x02", "\xdf\x00\x00\x00\x02"} {
		pairs := "\xd9\x01a\xcb\x7f\xf8\x00\x00\x00\x00\x00\x01" + "\x05\xd1\x00\x01"
		got := room(t, "flat", "nested", false).Append(nil, seed(t, []byte(head+pairs)))
		if got[0] != 0x83 || !bytes.HasPrefix(got[1:], []byte(pairs)) {
			t.Errorf("%x: got %x", head, got[:20])
		}
	}
	pairs := []byte(strings.Repeat("\xa1k\x01", 15))
	got := room(t, "none", "nested", false).Append(nil, seed(t, append([]byte{0x8f}, pairs...)))
	if !bytes.HasPrefix(got, append([]byte{0xde, 0, 16}, pairs...)) {
		t.Errorf("got %x", got[:20])
	}
}

func TestEmptyKeysAreLeftOut(t *testing.T) {
	ev := event.New(event.NewNames())
	ev.Raw = []byte{0x80}
	want := `{"prescore":{"v":1,"kind":"event","route":"pass"}}`
	if got := toJSON(t, room(t, "flat", "nested", false).Append(nil, ev)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRewriteRecord(t *testing.T) {
	f := func(layout, record, want string) {
		t.Helper()
		got := toJSON(t, room(t, "flat", layout, true).Append(nil, seed(t, fromJSON(t, record))))
		if !strings.Contains(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("%s: got %s, want it to have %s", layout, got, want)
		}
	}
	const rec = `{"a":"password=hunter2 z","b":{"password":["hunter2"]},"c":[{"my_password":"hunter2","n":1}],"password":true}`
	const masked = `"a":"password=*** z","b":{"password":"***"},"c":[{"my_password":"***","n":1}],"password":true`
	f("nested", rec, `{`+masked+`,"prescore"`)
	f("merge", rec, `{`+masked+`,"time"`)
	f("replace", rec, `"original":{`+masked+`}`)
	deep := strings.Repeat(`{"a":`, 60) + `"password=hunter2"` + strings.Repeat(`}`, 60)
	f("nested", `{"d":`+deep+`}`, `"***"`)
	f("nested", `{"d":`+deep+`}`, `{"room":"encode","code":"masked_too_deep"}`)
}

func TestRefusals(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		cfg := Defaults()
		change(&cfg)
		if _, err := New(cfg, In{}); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(func(c *Config) { c.Schema = "cim" }, `schema: must be "ecs", "ocsf", "flat" or "none", not "cim"`)
	f(func(c *Config) { c.Layout = "beside" }, `layout: must be "nested", "merge" or "replace", not "beside"`)
	f(func(c *Config) { c.Schema, c.Layout = "none", "replace" }, `layout: must not be "replace" with schema "none": there is no view to replace the record with`)
	f(func(c *Config) { c.Fields = []string{"usr"} }, `fields: "usr" is not a field of the vocabulary`)
	f(func(c *Config) { c.Fields = []string{"all", "user"} }, `fields: must be ["all"] or a list of names, not both`)
}

func TestFieldsAreChosen(t *testing.T) {
	cfg := Config{Schema: "flat", Layout: "nested", Fields: []string{"user", "process_pid"}}
	r, err := New(cfg, In{})
	if err != nil {
		t.Fatal(err)
	}
	got := toJSON(t, r.Append(nil, seed(t, []byte{0x80})))
	if want := `"fields":{"user":"alice","process_pid":4711}}}`; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want it to end with %s", got, want)
	}
}

// maxAllocs is what a warmed-up Append may allocate.
const maxAllocs = 0

func TestViewNeedNotRepeat(t *testing.T) {
	for _, repeat := range []bool{true, false} {
		cfg := Defaults()
		cfg.Repeat = repeat
		r, err := New(cfg, In{})
		if err != nil {
			t.Fatal(err)
		}
		ev := event.New(event.NewNames())
		ev.Raw = fromJSON(t, `{"a":1}`)
		ev.Set(event.KeyHost, event.Str("ws-042"))
		got := toJSON(t, r.Append(nil, ev))
		if want := map[bool]int{true: 3, false: 1}[repeat]; strings.Count(got, `"ws-042"`) != want {
			t.Errorf("repeat %t: %s", repeat, got)
		}
	}
}

func TestAllocs(t *testing.T) {
	for _, schema := range []string{"none", "flat", "ecs", "ocsf"} {
		for _, layout := range []string{"nested", "merge", "replace"} {
			if schema == "none" && layout == "replace" {
				continue
			}
			for _, rewrite := range []bool{false, true} {
				r := room(t, schema, layout, rewrite)
				ev := seed(t, fromJSON(t, `{"user":"Alice","x":{"a":[1,2.5]},"log":"a password=x y"}`))
				for k := event.KeyStartTime; k < event.NumKeys; k++ {
					if !ev.Has(k) {
						ev.Set(k, event.Str("12:ab password=x y"))
					}
				}
				buf := make([]byte, 0, 1<<16)
				if n := testing.AllocsPerRun(100, func() { buf = r.Append(buf[:0], ev) }); n > maxAllocs {
					t.Errorf("%s %s %v: %v allocations", schema, layout, rewrite, n)
				}
			}
		}
	}
}
