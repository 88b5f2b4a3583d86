package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/parse"
	"prescore/engine/parse/cef"
	"prescore/engine/parse/csv"
	"prescore/engine/parse/kv"
)

// room opens the parse room with options and gives a function that puts a text through it as tail delivers it.
func room(t testing.TB, cfg parse.Config) func(tag, text string) *event.Event {
	t.Helper()
	names := event.NewNames()
	r, err := parse.New(cfg, parse.In{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New(names)
	return func(tag, text string) *event.Event {
		ev.Reset()
		ev.Tag = tag
		ev.Add("log", event.Str(text), 0)
		r.Apply(ev)
		return ev
	}
}

// values gives the parsed fields as text, the last of each name.
func values(ev *event.Event) map[string]string {
	m := map[string]string{}
	for _, f := range ev.Fields {
		if f.Layer > 0 {
			m[f.Name] = f.Value.Text(&ev.Arena)
		}
	}
	return m
}

// differ says how the fields differ from what is expected; "" where they do not. Only expected names are compared.
func differ(got map[string]string, want map[string]any) string {
	for k, v := range want {
		w := fmt.Sprint(v)
		if v == nil {
			w = ""
		}
		if g, ok := got[k]; !ok && w != "" || g != w {
			return fmt.Sprintf("%s is %q, want %q", k, g, w)
		}
	}
	return ""
}

// separator gives the character in the corpus's spelling of an option, 0 where it has none.
func separator(options, name string) byte {
	_, rest, ok := strings.Cut(options, name)
	if i := strings.IndexByte(rest, '"'); ok && i >= 0 && i+1 < len(rest) {
		return rest[i+1]
	}
	return 0
}

var cefNames = map[string]string{
	"cef_version": "cef.version", "device_vendor": "cef.device_vendor", "device_product": "cef.device_product", "device_version": "cef.device_version",
	"device_event_class_id": "cef.device_event_class_id", "event_name": "cef.name", "name": "cef.name", "agent_severity": "cef.severity", "severity": "cef.severity",
	"cefVersion": "cef.version", "deviceVendor": "cef.device_vendor", "deviceProduct": "cef.device_product", "deviceVersion": "cef.device_version", "deviceEventClassId": "cef.device_event_class_id",
	"leef_version": "leef.version", "vendor_name": "leef.vendor", "product_name": "leef.product", "product_version": "leef.product_version", "event_id": "leef.event_id", "leef_delimiter": "leef.delimiter",
}

func TestParseCEFAndLEEF(t *testing.T) {
	const file = "parsers/cef_leef_cases.ndjson"
	put := room(t, parse.Defaults())
	cases, wrong := 0, 0
	type one struct {
		Format, Name, Raw, Options string
		Valid                      bool
		Expected                   map[string]any
		Partial                    bool `json:"partial_expectation"`
	}
	eachLine(t, file, func(n int, c one) {
		cases++
		want := map[string]any{}
		keys := -1
		for k, v := range c.Expected {
			switch {
			case k == "extensions":
				for e, x := range v.(map[string]any) {
					want[e] = x
				}
			case k == "n_extensions":
				keys = int(v.(float64))
			case cefNames[k] != "":
				want[cefNames[k]] = v
			default:
				want[k] = v
			}
		}
		if !c.Partial {
			keys = len(want)
			for k := range want {
				if strings.HasPrefix(k, "cef.") || strings.HasPrefix(k, "leef.") {
					keys--
				}
			}
		}
		o := cef.Options{Pair: separator(c.Options, "pair_separator"), Value: separator(c.Options, "value_separator")}
		var ev *event.Event
		valid := false
		if o != (cef.Options{}) {
			ev = newEvent()
			if c.Format == "cef" {
				valid = cef.CEF(ev, c.Raw, 1, o)
			} else {
				valid = cef.LEEF(ev, c.Raw, 1, o)
			}
		} else {
			ev = put("t", c.Raw)
			valid = ev.Format == c.Format
		}
		got := values(ev)
		extra := 0 // keys that are neither the header's nor labels' texts
		labels := map[string]bool{}
		for k, v := range got {
			if strings.HasSuffix(k, "Label") {
				labels[v] = true
			}
		}
		for k := range got {
			if !labels[k] && !strings.HasPrefix(k, "cef.") && !strings.HasPrefix(k, "leef.") && !strings.HasPrefix(k, "syslog.") {
				extra++
			}
		}
		d := differ(got, want)
		if valid != c.Valid || valid && (d != "" || keys >= 0 && extra != keys) {
			wrong++
			t.Errorf("%s:%d %s: valid %v, want %v; %s; %d keys, want %d\n%s\n%v", file, n+1, c.Name, valid, c.Valid, d, extra, keys, c.Raw, got)
		}
	})
	report(t, file, cases, wrong, 0, "")
}

func TestParseLogfmt(t *testing.T) {
	const file = "parsers/logfmt_cases.json"
	b, err := os.ReadFile(corpus(t, file))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Kind    string
		Raw     *string
		RawB64  string `json:"raw_b64"`
		Valid   bool
		Records [][][2]*string `json:"expected_records"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i, c := range list {
		in := raw(t, c.Raw, c.RawB64)
		valid := true
		var got [][][2]*string
		records := strings.Split(strings.TrimSuffix(in, "\n"), "\n")
		if in == "\n\n" {
			records = []string{"", ""}
		} else if in == "" && c.Kind == "scan" {
			records = nil
		}
		for _, line := range records {
			ev := newEvent()
			if c.Kind == "pairs" {
				kv.Pairs(ev, line, 1, kv.Dialect{Bare: true})
			} else if !kv.Logfmt(ev, line, 1) {
				valid = false
			}
			var rec [][2]*string
			for _, f := range ev.Fields {
				name, v := f.Name, f.Value.Text(&ev.Arena)
				p := [2]*string{&name, &v}
				if f.Value.K == event.Null {
					p[1] = nil
				}
				rec = append(rec, p)
			}
			got = append(got, rec)
		}
		same := len(got) == len(c.Records)
		for j := range got {
			same = same && (len(got[j]) == 0 && len(c.Records[j]) == 0 || reflect.DeepEqual(got[j], c.Records[j]))
		}
		if valid != c.Valid || valid && !same {
			wrong++
			t.Errorf("%s: case %d %s %q: valid %v, got %s, want %s", file, i+1, c.Kind, in, valid, compact(got), compact(c.Records))
		}
	}
	report(t, file, len(list), wrong, 0, "")
}

func compact(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// csvExcept are files whose expectation prescore does not meet, with the reason.
var csvExcept = map[string]string{"location_coordinates": "the CSV has the phone number 2095257564, the JSON 1234567890"}

func TestParseCSVSpectrum(t *testing.T) {
	const dir = "parsers/csv_spectrum"
	files, err := filepath.Glob(filepath.Join(corpus(t, dir), "csvs", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_crlf") && !bytes.Contains(b, []byte("\r\n")) { // a checkout has taken away what the file is named after
			b = bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		}
		w, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(path)), "json", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want []map[string]string
		if w = bytes.TrimSpace(w); w[0] == '{' { // a file of one record
			w = append(append([]byte{'['}, w...), ']')
		}
		if err := json.Unmarshal(w, &want); err != nil {
			t.Fatal(err)
		}
		header, rest := csv.Header(string(b), csv.Delimiter(string(b)))
		var got []map[string]string
		for rest != "" {
			ev := newEvent()
			rest = csv.Parse(ev, rest, 1, header, ',')
			row := values(ev)
			for k, v := range row {
				row[k] = replaced(v)
			}
			got = append(got, row)
		}
		if !reflect.DeepEqual(got, want) && csvExcept[name] == "" {
			wrong++
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	report(t, dir, len(files), wrong, 0, fmt.Sprintf("%d excepted for a reason given", len(csvExcept)))
}
