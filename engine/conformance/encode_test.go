package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"prescore/engine/encode"
	"prescore/engine/encode/legal"
	"prescore/engine/event"
	"prescore/engine/redact"
	"prescore/engine/wire"
)

// projector is the way of a line to its record, without the rooms that score.
type projector struct {
	*reader
	rooms map[string]*encode.Room // by schema and layout
}

var (
	projected = []string{"ecs", "ocsf"}
	layouts   = []string{encode.LayoutNested, encode.LayoutMerge, encode.LayoutReplace}
)

func newProjector(t testing.TB) *projector {
	t.Helper()
	p := &projector{newReader(t), map[string]*encode.Room{}}
	mask, err := redact.New(redact.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range append(projected, "flat") {
		for _, layout := range layouts {
			cfg := encode.Defaults()
			cfg.Schema, cfg.Layout = schema, layout
			if p.rooms[schema+layout], err = encode.New(cfg, encode.In{Names: p.ev.Names, Redact: mask}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// arrival is when the records of the corpus are said to arrive: after the newest of them.
const arrivalOfCorpus = 1790000000_000000000

// record takes a line the way in_tail delivers it and gives the event with its body.
func (p *projector) record(line string) *event.Event {
	ev := p.read(line, arrivalOfCorpus)
	ev.Raw = wire.AppendStr(wire.AppendStr(wire.AppendMap(nil, 1), "log"), line)
	ev.ID, ev.Hash = "0123456789abcdef", "0123456789abcdef"
	return ev
}

// document writes the event in a layout and decodes it; text is its JSON.
func (p *projector) document(schema, layout string, ev *event.Event) (doc map[string]any, text []byte, err error) {
	b := p.rooms[schema+layout].Append(nil, ev)
	if n, err := wire.Skip(b); err != nil || n != len(b) {
		return nil, nil, fmt.Errorf("%d of %d bytes are MessagePack: %v", n, len(b), err)
	}
	if text, err = wire.AppendJSON(nil, b); err != nil {
		return nil, nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return doc, text, d.Decode(&doc)
}

// view gives the view of a nested record.
func view(doc map[string]any) map[string]any {
	p, _ := doc["prescore"].(map[string]any)
	v, _ := p["fields"].(map[string]any)
	return v
}

// violations gives what is illegal in the views of a line, and what a layout lost of it.
func (p *projector) violations(line string) (bad []string) {
	ev := p.record(line)
	for schema, check := range map[string]func(map[string]any) []string{"ecs": legal.ECS, "ocsf": legal.OCSF} {
		for _, layout := range layouts {
			doc, _, err := p.document(schema, layout, ev)
			if err != nil {
				return append(bad, fmt.Sprintf("%s %s: %v", schema, layout, err))
			}
			v := view(doc)
			switch layout {
			case encode.LayoutReplace:
				v = doc
				delete(v, "prescore")
				event, _ := doc["event"].(map[string]any)
				unmapped, _ := doc["unmapped"].(map[string]any)
				want := strings.ToValidUTF8(line, "\ufffd")
				if schema == "ecs" && event["original"] != want || schema == "ocsf" && doc["raw_data"] != want && unmapped["log"] != want {
					bad = append(bad, schema+" replace: the line is lost")
				}
			case encode.LayoutMerge:
				if doc["log"] == nil && !strings.Contains(fmt.Sprint(doc["original"]), "log:") {
					bad = append(bad, schema+" merge: the line is lost")
				}
				continue
			}
			for _, w := range check(v) {
				bad = append(bad, schema+" "+layout+": "+w)
			}
		}
	}
	return bad
}

// tally counts what went wrong, by its words.
type tally struct {
	cases, wrong int
	why          map[string]int
	first        map[string]string
}

func (y *tally) add(line string, bad []string) {
	if y.why == nil {
		y.why, y.first = map[string]int{}, map[string]string{}
	}
	y.cases++
	if len(bad) > 0 {
		y.wrong++
	}
	for _, w := range bad {
		if y.why[w]++; y.why[w] == 1 {
			y.first[w] = line
		}
	}
}

// maxSaid bounds the reasons that a test prints.
const maxSaid = 15

func (y *tally) say(t *testing.T) {
	t.Helper()
	var why []string
	for w := range y.why {
		why = append(why, w)
	}
	sort.Slice(why, func(i, j int) bool {
		return y.why[why[i]] > y.why[why[j]] || y.why[why[i]] == y.why[why[j]] && why[i] < why[j]
	})
	for i, w := range why {
		if i == maxSaid {
			t.Logf("and %d more", len(why)-maxSaid)
			break
		}
		t.Logf("%d x %s: %.300s", y.why[w], w, y.first[w])
	}
}

// Every view of every raw log of the corpora is legal in its schema, and each layout keeps the log.
func TestProjectionIsLegal(t *testing.T) {
	p := newProjector(t)
	for _, name := range []string{"events/raw_to_ocsf", "events/raw_to_ocsf_examples", "events/raw_to_ecs", "events/wazuh_cases"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			var y tally
			eachLine(t, name+".ndjson", func(_ int, c struct {
				Raw string `json:"raw"`
			}) {
				y.add(c.Raw, p.violations(c.Raw))
			})
			y.say(t)
			report(t, name+" (projection)", y.cases, y.wrong, 0, "ecs and ocsf, nested, merged and in place of the record")
		})
	}
	t.Run("captures", func(t *testing.T) {
		var y tally
		err := filepath.WalkDir(corpus(t, "captures"), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "index.json" {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			sc := bufio.NewScanner(f)
			sc.Buffer(make([]byte, 1<<20), 1<<26)
			for n := 0; sc.Scan(); n++ {
				if n%7 == 0 { // each seventh: the lines of a capture are alike, and six documents of each are checked whole
					y.add(sc.Text(), p.violations(sc.Text()))
				}
			}
			return sc.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		y.say(t)
		report(t, "captures (projection)", y.cases, y.wrong, 0, "each seventh line")
	})
}
