package engine

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var update = flag.Bool("update", false, "rewrite what fixtures/flow expects; read the diff")

const flows = "../fixtures/flow"

// flowTime is when the records of a flow case arrive, and what the host stamps them with where the case has no file "now".
var flowTime = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

// flowCase is a folder of fixtures/flow: what goes in, under which configuration, and the records that come out.
//
//	prescore.toml      the configuration, where it is not the built-in one; relative paths start at the folder
//	input.log          lines, each a record {"log": line}
//	input.ndjson       records as JSON
//	input.b64          objects of a chunk, base64 of their MessagePack, one a line
//	input.from         the path of another file of lines; what is expected is then the record's key prescore in short
//	now                when the records arrive (RFC 3339); without it each arrives when it happened
//	expected.ndjson    the records that come out, keys sorted
type flowCase struct {
	dir     string
	objects [][]byte // each alone
	short   bool
	replay  bool
	now     time.Time
}

func readFlow(t *testing.T, dir string) flowCase {
	t.Helper()
	c := flowCase{dir: dir, replay: true, now: flowTime}
	if b, err := os.ReadFile(filepath.Join(dir, "now")); err == nil {
		at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		c.now, c.replay = at, false
	}
	c.lines(t, filepath.Join(dir, "input.log"), c.line)
	c.lines(t, filepath.Join(dir, "input.ndjson"), func(line []byte) []byte {
		out, err := wire.FromJSON(c.head(), line)
		if err != nil {
			t.Fatalf("%s: %v in %s", dir, err, line)
		}
		return out
	})
	c.lines(t, filepath.Join(dir, "input.b64"), func(line []byte) []byte {
		out, err := base64.StdEncoding.DecodeString(string(line))
		if err != nil {
			t.Fatal(err)
		}
		return out
	})
	if b, err := os.ReadFile(filepath.Join(dir, "input.from")); err == nil {
		c.short = true
		c.lines(t, filepath.Join(dir, strings.TrimSpace(string(b))), c.line)
	}
	if len(c.objects) == 0 {
		t.Fatalf("%s has no input", dir)
	}
	return c
}

func (c *flowCase) head() []byte {
	at := c.now.Add(time.Duration(len(c.objects)))
	return append(wire.AppendEventTime([]byte{0x92, 0x92}, at.UnixNano()), 0x80)
}

func (c *flowCase) line(line []byte) []byte {
	return wire.AppendStr(wire.AppendStr(wire.AppendMap(c.head(), 1), "log"), string(line))
}

func (c *flowCase) lines(t *testing.T, path string, object func([]byte) []byte) {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() {
		if len(sc.Bytes()) > 0 {
			c.objects = append(c.objects, object(bytes.Clone(sc.Bytes())))
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

func (c *flowCase) options() Options {
	o := Options{Replay: c.replay, Lookup: func(string) (string, bool) { return "", false }}
	if p := filepath.Join(c.dir, "prescore.toml"); exists(p) {
		o.Config = p
	}
	return o
}

func (c *flowCase) open(t *testing.T) *Engine {
	t.Helper()
	e, err := Open(c.options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestFlow: each case's records come out as it expects, each with its original inside, whether they come in one chunk or in many.
func TestFlow(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(flows, "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatal("no cases", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c := readFlow(t, dir)
			out, n, _ := c.open(t).Filter(nil, bytes.Join(c.objects, nil), "flow", c.now)
			if n[CountPanics] != 0 {
				t.Errorf("%d panics", n[CountPanics])
			}
			got := split(t, out)
			c.inside(t, got)
			c.compare(t, got)
			var apart []byte
			e := c.open(t)
			for _, in := range c.objects {
				start := len(apart)
				var modified bool
				if apart, _, modified = e.Filter(apart, in, "flow", c.now); !modified {
					apart = append(apart[:start], in...)
				}
			}
			if !bytes.Equal(apart, out) {
				t.Error("the records come out differently when each comes in a chunk of its own")
			}
		})
	}
}

// inside fails the test unless each object that went in is in what came out, in order, whole: under layout nested with its own bytes,
// else with each of its texts.
func (c *flowCase) inside(t *testing.T, out [][]byte) {
	t.Helper()
	cfg, err := Load(c.options())
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, in := range c.objects {
		for ; i < len(out) && appended(out[i]); i++ {
		}
		if i == len(out) {
			t.Fatalf("%d objects went in, fewer came out", len(c.objects))
		}
		switch {
		case bytes.Equal(in, out[i]): // no record, or scored already
		case cfg.Output.Layout == "nested":
			marked(t, in, out[i])
		default:
			for _, s := range texts(t, in) {
				if !bytes.Contains(out[i], event.BytesOf(s)) {
					t.Errorf("%q is not in what came out", s)
				}
			}
		}
		i++
	}
	for ; i < len(out); i++ {
		if !appended(out[i]) {
			t.Error("more records came out than went in")
		}
	}
}

// appended reports whether a record is one that the engine added: an incident or a summary.
func appended(obj []byte) bool {
	var doc struct {
		Prescore struct{ Kind string }
	}
	return json.Unmarshal(body(obj), &doc) == nil && (doc.Prescore.Kind == "incident" || doc.Prescore.Kind == "summary")
}

// texts gives the texts of a record that are neither keys nor so short that they prove nothing.
func texts(t *testing.T, obj []byte) []string {
	t.Helper()
	ev := event.New(event.NewNames())
	if _, err := decode.Next(ev, obj); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range ev.Fields {
		if f.Value.K == event.String && len(f.Value.S) > 2 {
			out = append(out, f.Value.S)
		}
	}
	return out
}

// body gives an object's body as JSON; the whole object where it is no record.
func body(obj []byte) []byte {
	ev := event.New(event.NewNames())
	rec, err := decode.Next(ev, obj)
	b := rec.Body
	if err != nil || len(b) == 0 {
		b = obj
	}
	out, err := wire.AppendJSON(nil, b)
	if err != nil {
		return []byte(`"` + base64.StdEncoding.EncodeToString(b) + `"`)
	}
	return out
}

func (c *flowCase) compare(t *testing.T, out [][]byte) {
	t.Helper()
	var got bytes.Buffer
	for _, o := range out {
		got.Write(c.sorted(t, body(o)))
	}
	path := filepath.Join(c.dir, "expected.ndjson")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		a, b := at(g, i), at(w, i)
		if a != b {
			t.Fatalf("record %d\ngot  %s\nwant %s\n(go test ./engine -run Flow -update rewrites the cases; read the diff)", i+1, a, b)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// flowShort are the keys of prescore that a case over another file's lines expects: what it is and what it is worth.
var flowShort = []string{"kind", "time", "source", "class", "activity", "entities", "baseline", "severity", "risk", "attack", "findings", "route", "problems"}

// sorted gives a JSON line with its keys in order.
func (c *flowCase) sorted(t *testing.T, line []byte) []byte {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	if m, ok := doc.(map[string]any); ok && c.short {
		full, _ := m["prescore"].(map[string]any)
		short := map[string]any{}
		for _, k := range flowShort {
			if v, ok := full[k]; ok {
				short[k] = v
			}
		}
		doc = short
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
