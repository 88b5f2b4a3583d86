package conformance

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"prescore/engine/event"
)

// sigmaRule is a line of sigma/rules_all.ndjson.
type sigmaRule struct {
	ID        string
	Path      string
	Yaml      string
	Logsource struct{ Product, Category, Service string }
}

// xmlNode is any element of a Windows event.
type xmlNode struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []xmlNode  `xml:",any"`
}

func (n *xmlNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func loadXML(t testing.TB, ev *event.Event, text string) {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return -1
		}
		return r
	}, text)
	var root xmlNode
	if err := xml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	add := func(name, v string) { ev.Add(name, event.Str(v), 1) }
	for _, sec := range root.Kids {
		if sec.XMLName.Local == "System" {
			for _, k := range sec.Kids {
				for _, a := range k.Attrs {
					add(k.XMLName.Local+"_"+a.Name.Local, a.Value)
				}
				if len(k.Attrs) == 0 || strings.TrimSpace(k.Text) != "" {
					add(k.XMLName.Local, k.Text)
				}
			}
			continue
		}
		var unnamed []string
		var walk func(n *xmlNode)
		walk = func(n *xmlNode) {
			if len(n.Kids) > 0 {
				for i := range n.Kids {
					walk(&n.Kids[i])
				}
				return
			}
			name := n.attr("Name")
			if name == "" && n.XMLName.Local != "Data" {
				name = n.XMLName.Local
			}
			if name == "" {
				unnamed = append(unnamed, n.Text)
				return
			}
			add(name, n.Text)
			if b := strings.ReplaceAll(name, " ", ""); b != name {
				add(b, n.Text)
			}
		}
		if sec.XMLName.Local == "EventData" || sec.XMLName.Local == "UserData" {
			for i := range sec.Kids {
				walk(&sec.Kids[i])
			}
		}
		if len(unnamed) > 0 {
			add("Data", strings.Join(unnamed, "\n"))
		}
	}
	setSource(ev)
}

func setSource(ev *event.Event) {
	ev.Source = "windows"
}

func loadJSON(t testing.TB, ev *event.Event, text []byte) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	flat(ev, "", v)
}

func flat(ev *event.Event, name string, v any) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) == 0 {
			ev.Add(name, event.Value{K: event.EmptyObject}, 0)
		}
		for k, m := range x {
			if name != "" {
				k = name + "." + k
			}
			flat(ev, k, m)
		}
	case []any:
		if len(x) == 0 {
			ev.Add(name, event.Value{K: event.EmptyArray}, 0)
		}
		for _, m := range x {
			flat(ev, name, m)
		}
	case nil:
		ev.Add(name, event.Value{K: event.Null}, 0)
	case bool:
		ev.Add(name, event.BoolOf(x), 0)
	case json.Number:
		if n, err := x.Int64(); err == nil {
			ev.Add(name, event.IntOf(n), 0)
		} else {
			ev.Add(name, event.Value{K: event.Number, S: x.String()}, 0)
		}
	case string:
		ev.Add(name, event.Str(x), 0)
	}
}

// loadNXLog adds an event of the captures, which NXLog wrote.
func loadNXLog(t testing.TB, ev *event.Event, text []byte) {
	loadJSON(t, ev, text)
	for from, to := range map[string]string{"SourceName": "Provider_Name", "Hostname": "Computer"} {
		if f := ev.Find(from); f != nil && ev.Find(to) == nil {
			ev.Add(to, f.Value, 0)
		}
	}
	setSource(ev)
}

// loadEvtx adds an event as evtx_dump writes it.
func loadEvtx(t testing.TB, ev *event.Event, text []byte) {
	tmp := event.New(ev.Names)
	loadJSON(t, tmp, text)
	for _, f := range tmp.Fields {
		n := strings.ReplaceAll(strings.ReplaceAll(f.Name, ".#attributes.", "_"), ".#text", "")
		n = strings.TrimPrefix(n, "Event.")
		for _, p := range []string{"System.", "EventData."} {
			n = strings.TrimPrefix(n, p)
		}
		if strings.HasPrefix(n, "UserData.") {
			n = n[strings.LastIndexByte(n, '.')+1:]
		}
		ev.Add(n, f.Value, 0)
		if b := strings.ReplaceAll(n, " ", ""); b != n {
			ev.Add(b, f.Value, 0)
		}
	}
	setSource(ev)
}

// captureLines caches the non-empty lines of a capture.
type captureLines map[string][][]byte

func (c captureLines) line(t testing.TB, file string, n int) []byte {
	if c[file] == nil {
		b, err := os.ReadFile(corpus(t, "captures/"+file))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range bytes.Split(b, []byte("\n")) {
			if len(bytes.TrimSpace(l)) > 0 {
				c[file] = append(c[file], l)
			}
		}
	}
	return c[file][n]
}
