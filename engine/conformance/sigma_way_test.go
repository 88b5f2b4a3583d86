package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"prescore/conf"
	"prescore/engine/detect"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/normalise"
	"prescore/engine/parse"
)

// sigmaRule is a line of sigma/rules_all.ndjson.
type sigmaRule struct {
	ID        string
	Path      string
	Title     string
	Yaml      string
	Logsource struct{ Product, Category, Service string }
}

// way is the engine's way up to detect, with all rules of the corpus.
type way struct {
	ev        *event.Event
	parse     *parse.Room
	normalise *normalise.Room
	detect    *detect.Room
	rules     map[string]sigmaRule
	loaded    map[string]*sigma.Rule
	copies    int // documents of the corpus that stand in it twice
}

// newWay loads the rules as one bundle of documents.
func newWay(t testing.TB, change func(*detect.Config)) *way {
	t.Helper()
	w := &way{rules: map[string]sigmaRule{}, loaded: map[string]*sigma.Rule{}}
	var bundle bytes.Buffer
	eachLine(t, "sigma/rules_all.ndjson", func(_ int, r sigmaRule) {
		if _, twice := w.rules[r.ID]; twice {
			w.copies++
		}
		w.rules[r.ID] = r
		bundle.WriteString("---\n" + r.Yaml + "\n")
	})
	file := filepath.Join(t.TempDir(), "all.yml")
	if err := os.WriteFile(file, bundle.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := detect.Defaults()
	cfg.Rules, cfg.MaxFindings, cfg.Starter = []string{file}, 256, false
	if change != nil {
		change(&cfg)
	}
	names := event.NewNames()
	var err error
	if w.parse, err = parse.New(parse.Defaults(), parse.In{Names: names}); err != nil {
		t.Fatal(err)
	}
	if w.normalise, err = normalise.New(normalise.Defaults(), normalise.In{Names: names, Builtin: conf.Sources()}); err != nil {
		t.Fatal(err)
	}
	if w.detect, err = detect.New(cfg, detect.In{Names: names, Logsources: conf.Logsources}); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.detect.Rules() {
		w.loaded[r.ID] = r
	}
	w.ev = event.New(names)
	return w
}

// line takes a line as in_tail delivers it.
func (w *way) line(text string) map[string]bool {
	w.ev.Reset()
	w.ev.Add("log", event.Str(text), 0)
	return w.run()
}

// record takes an object as an input that parses JSON delivers it.
func (w *way) record(t testing.TB, object []byte) map[string]bool {
	t.Helper()
	w.ev.Reset()
	w.add(t, object)
	return w.run()
}

// run takes the event through the rooms and gives the rules that matched.
func (w *way) run() map[string]bool {
	w.ev.Arrival = 1_700_000_000e9
	w.parse.Apply(w.ev)
	w.normalise.Apply(w.ev)
	w.detect.Apply(w.ev)
	return w.findings()
}

// findings gives the ids of the rules that matched.
func (w *way) findings() map[string]bool {
	out := make(map[string]bool, len(w.ev.Findings))
	for i := range w.ev.Findings {
		out[w.ev.Findings[i].Rule] = true
	}
	return out
}

// add adds an object's members as fields of layer 0, nested names joined with dots.
func (w *way) add(t testing.TB, object []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var flat func(name string, v any)
	flat = func(name string, v any) {
		switch x := v.(type) {
		case map[string]any:
			if len(x) == 0 {
				w.ev.Add(name, event.Value{K: event.EmptyObject}, 0)
			}
			for k, m := range x {
				if name != "" {
					k = name + "." + k
				}
				flat(k, m)
			}
		case []any:
			if len(x) == 0 {
				w.ev.Add(name, event.Value{K: event.EmptyArray}, 0)
			}
			for _, m := range x {
				flat(name, m)
			}
		case nil:
			w.ev.Add(name, event.Value{K: event.Null}, 0)
		case bool:
			w.ev.Add(name, event.BoolOf(x), 0)
		case json.Number:
			if n, err := x.Int64(); err == nil {
				w.ev.Add(name, event.IntOf(n), 0)
			} else {
				w.ev.Add(name, event.Value{K: event.Number, S: x.String()}, 0)
			}
		case string:
			w.ev.Add(name, event.Str(x), 0)
		}
	}
	flat("", v)
}

// captures caches the non-empty lines of captures.
type captures map[string][]string

// line gives a line by its id, "otrf:<file>:<number>".
func (c captures) line(t testing.TB, id string) string {
	t.Helper()
	i := strings.LastIndexByte(id, ':')
	file := strings.TrimPrefix(id[:i], "otrf:")
	n, err := strconv.Atoi(id[i+1:])
	if err != nil {
		t.Fatal(err)
	}
	if c[file] == nil {
		b, err := os.ReadFile(corpus(t, "captures/"+file))
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(b)) {
			if l = strings.TrimRight(l, "\r\n"); strings.TrimSpace(l) != "" {
				c[file] = append(c[file], l)
			}
		}
	}
	if n >= len(c[file]) {
		t.Fatalf("%s: line %d of %d", id, n, len(c[file]))
	}
	return c[file][n]
}
