package conformance

import (
	"bufio"
	stdcsv "encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/parse"
)

// vrlNames are the names that a VRL function gives its fields, and prescore's.
var vrlNames = map[string]map[string]string{
	"parse_cef": cefNames,
	"parse_linux_authorization": {"appname": "syslog.appname", "hostname": "syslog.hostname", "message": "syslog.message", "procid": "syslog.procid",
		"timestamp": "syslog.timestamp"},
	"parse_nginx_log": {"cid": "nginx.cid", "client": "nginx.client", "host": "nginx.host", "message": "nginx.message", "pid": "nginx.pid", "request": "nginx.request",
		"server": "nginx.server", "severity": "nginx.level", "tid": "nginx.tid", "timestamp": "nginx.time"},
	"parse_nginx_log main": {"body_bytes_size": "clf.bytes", "http_referer": "clf.referrer", "http_user_agent": "clf.user_agent", "http_x_forwarded_for": "clf.forwarded_for",
		"remote_addr": "clf.client", "remote_user": "clf.user", "request": "clf.request", "status": "clf.status", "timestamp": "clf.time"},
}

// vrlFormats are the functions of VRL that read one of prescore's formats, and the format's name. flatten and parse_timestamp take
// values and not text; they belong to other rooms.
var vrlFormats = map[string]string{
	"parse_cef": "cef", "parse_key_value": "kv", "parse_csv": "csv", "parse_common_log": "clf", "parse_apache_log": "clf", "parse_nginx_log": "clf",
	"parse_xml": "xml", "parse_json": "json", "parse_linux_authorization": "rfc3164", "parse_syslog": "rfc5424", "parse_logfmt": "logfmt",
}

// vrlExcept are cases that prescore answers otherwise, each with its reason.
var vrlExcept = map[string]string{
	"doc: Parse JSON integer": "a bare number is not a log record in JSON: a line \"42\" is text",
	"doc: Parse JSON boolean": "a bare literal is not a log record in JSON: a line \"false\" is text",
}

type vrlCase struct {
	Format, Name string
	Raw          any
	VRL          string
	Options      map[string]string
	Expected     any
	Valid        *bool
	Error        *string
}

var (
	vrlText   = regexp.MustCompile(`(?s)\(\s*(s'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`)
	vrlOption = regexp.MustCompile(`(\w+): (s'[^']*'|"[^"]*"|\w+)`)
)

// source gives a case's text and options, which examples of the documentation have inside a call.
func (c *vrlCase) source(t *testing.T) (string, map[string]string) {
	if s, ok := c.Raw.(string); ok {
		o := map[string]string{}
		for k, v := range c.Options {
			o[k] = strings.Trim(v, `"`)
		}
		return s, o
	}
	m := vrlText.FindStringSubmatch(c.VRL)
	if m == nil {
		t.Fatalf("%s: no text in %s", c.Name, c.VRL)
	}
	text := m[2]
	if m[3] != "" {
		u, err := strconv.Unquote(`"` + m[3] + `"`)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		text = u
	}
	o := map[string]string{}
	rest := c.VRL[strings.Index(c.VRL, m[0])+len(m[0]):]
	for _, p := range vrlOption.FindAllStringSubmatch(rest, -1) {
		o[p[1]] = strings.Trim(p[2], `"`)
	}
	if strings.Contains(rest, `"error"`) {
		o["format"] = "error"
	} else if strings.Contains(rest, `"main"`) {
		o["format"] = "main"
	}
	return text, o
}

// flatten flattens an expected object with dots, as prescore does; elements of arrays are joined with "\x00".
func flatten(to map[string]any, name string, v any) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) == 0 {
			flatten(to, name, "")
		}
		for k, e := range x {
			n := k
			if name != "" {
				n = name + "." + k
			}
			flatten(to, n, e)
		}
	case []any:
		for _, e := range x {
			flatten(to, name, e)
		}
	default:
		if old, ok := to[name]; ok {
			v = fmt.Sprint(old) + "\x00" + fmt.Sprint(v)
		}
		to[name] = v
	}
}

// all gives the parsed fields as text, repeated ones joined with "\x00".
func all(ev *event.Event) map[string]string {
	m := map[string]string{}
	for _, f := range ev.Fields {
		if f.Layer == 0 {
			continue
		}
		v := f.Value.Text(&ev.Arena)
		if old, ok := m[f.Name]; ok {
			v = old + "\x00" + v
		}
		m[f.Name] = v
	}
	return m
}

func TestParseVRL(t *testing.T) {
	const file = "parsers/parser_cases_vrl.ndjson"
	cases, wrong, except := 0, 0, 0
	eachLine(t, file, func(n int, c vrlCase) {
		format := vrlFormats[c.Format]
		if format == "" || strings.Contains(c.Name, "custom_text_key") || strings.Contains(c.Name, "exclude_attr") { // names that VRL lets one choose
			return
		}
		cases++
		in, options := c.source(t)
		tag := parse.Tag{Match: "*", Format: format}
		names := vrlNames[c.Format]
		switch {
		case c.Format == "parse_nginx_log" && options["format"] == "error":
			tag.Format = "nginx_error"
		case c.Format == "parse_nginx_log":
			names = vrlNames["parse_nginx_log main"]
		case c.Format == "parse_key_value":
			tag.PairDelimiter, tag.ValueDelimiter = options["field_delimiter"], options["key_value_delimiter"]
		}
		if list, ok := c.Expected.([]any); ok && format == "csv" {
			for i := range list {
				tag.Header = append(tag.Header, fmt.Sprint("c", i))
			}
			named := map[string]any{}
			for i, v := range list {
				named[tag.Header[i]] = v
			}
			c.Expected = named
			in, _, _ = strings.Cut(in, "\n") // the corpus expects the first record
		}
		cfg := parse.Defaults()
		cfg.Tag = []parse.Tag{tag}
		ev := room(t, cfg)("t", in)
		want := map[string]any{}
		flatten(want, "", c.Expected)
		if v, ok := want[""]; ok { // what stands in an array at the top
			want = map[string]any{"value": v}
		}
		got := all(ev)
		if names != nil {
			for k, v := range want {
				if to := names[k]; to != "" {
					delete(want, k)
					want[to] = v
				}
			}
		}
		if c.Format == "parse_key_value" { // one value a key: the last
			got = values(ev)
		}
		delete(want, "syslog.timestamp") // times are normalise's to read: the year of a date without one, and zones
		delete(want, "clf.time")
		delete(want, "nginx.time")
		valid := ev.Format == tag.Format
		d := differ(got, want)
		if strings.ReplaceAll(d, "\x00", ",") == "" && valid == (c.Valid == nil || *c.Valid) || !valid && c.Valid != nil && !*c.Valid {
			return
		}
		if why := vrlExcept[c.Name]; why != "" {
			except++
			return
		}
		wrong++
		t.Errorf("%s:%d %s: format %q; %s\n%s\n%v", file, n+1, c.Name, ev.Format, d, in, got)
	})
	report(t, file, cases, wrong, 0, fmt.Sprintf("%d answered otherwise for a reason given", except))
}

// lines reads the lines of a file of the corpus.
func lines(t testing.TB, name string) []string {
	t.Helper()
	b, err := os.ReadFile(corpus(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	sc := bufio.NewScanner(strings.NewReader(string(b)))
	sc.Buffer(nil, 1<<26)
	for sc.Scan() {
		out = append(out, sc.Text())
	}
	return out
}

func TestParseLoghub(t *testing.T) {
	put := room(t, parse.Defaults())
	f := func(name string, columns func(ev map[string]string) map[string]string) {
		raws := lines(t, "loghub/"+name+"_2k.log")
		file, err := os.Open(corpus(t, "loghub/"+name+"_2k.log_structured.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := stdcsv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for i, row := range rows[1:] {
			got := columns(values(put("t", raws[i])))
			for c, column := range rows[0] {
				want, asked := got[column]
				if asked && strings.TrimSpace(want) != strings.TrimSpace(row[c]) {
					wrong++
					t.Errorf("%s line %d: %s is %q, want %q", name, i+1, column, want, row[c])
					break
				}
			}
			if len(got) < 4 {
				t.Errorf("%s: %v", name, got)
			}
		}
		report(t, "loghub/"+name, len(rows)-1, wrong, 0, "")
	}
	f("OpenSSH", func(v map[string]string) map[string]string {
		at := strings.Fields(v["syslog.timestamp"])
		if len(at) != 3 {
			at = make([]string, 3)
		}
		// the corpus calls the host Component
		return map[string]string{"Date": at[0], "Day": at[1], "Time": at[2], "Component": v["syslog.hostname"], "Pid": v["syslog.procid"], "Content": v["syslog.message"], "program": v["syslog.appname"]}
	})
	f("Apache", func(v map[string]string) map[string]string {
		content := v["apache.message"]
		if c := v["apache.client"]; c != "" { // the corpus leaves the bracket in the message
			content = "[client " + c + "] " + content
		}
		return map[string]string{"Time": v["apache.time"], "Level": v["apache.level"], "Content": content, "format": "apache_error"}
	})
}

// TestParseCaptures holds that every line of the captures is read in the format it has, also where Zeek's logs share a tag.
func TestParseCaptures(t *testing.T) {
	dir := corpus(t, "captures")
	put := room(t, parse.Defaults())
	cases, wrong := 0, 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "index.json" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		for i, l := range lines(t, "captures/"+filepath.ToSlash(name)) {
			if l == "" {
				continue
			}
			cases++
			ev := put("capture", l)
			want := "json"
			switch {
			case strings.HasPrefix(l, "type="):
				want = "auditd"
			case l[0] != '{':
				want = "zeek"
			case strings.Contains(l, `"SyslogMessage":"\u003cEvent`) || strings.Contains(l, `"SyslogMessage":"<Event`):
				want = "winlog_xml"
			case strings.Contains(l, `"SyslogMessage":"type=`):
				want = "auditd"
			}
			cut := want == "winlog_xml" && !strings.Contains(l, "/Event\\u003e") && !strings.Contains(l, "</Event>") // as it was captured
			if ev.Format != want || len(ev.Problems) > 0 != cut || len(ev.Fields) < 3 {
				wrong++
				t.Errorf("%s:%d: format %q, want %q, problems %v: %.200s", name, i+1, ev.Format, want, ev.Problems, l)
			}
			if l[0] == '{' && !sameLeaves(l, ev) {
				wrong++
				t.Errorf("%s:%d: not every value of the document is a field: %.200s", name, i+1, l)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	report(t, "captures (parse)", cases, wrong, 0, "")
}

// sameLeaves reports whether every value of a JSON document, as encoding/json reads it, is among the fields of layer 1.
func sameLeaves(doc string, ev *event.Event) bool {
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return false
	}
	got := map[string]int{}
	for _, f := range ev.Fields {
		if f.Layer == 1 {
			got[f.Name+"="+f.Value.Text(&ev.Arena)]++
		}
	}
	var walk func(name string, v any) bool
	walk = func(name string, v any) bool {
		switch x := v.(type) {
		case map[string]any:
			for k, e := range x {
				n := k
				if name != "" {
					n = name + "." + k
				}
				if !walk(n, e) {
					return false
				}
			}
			if len(x) > 0 {
				return true
			}
			v = nil
		case []any:
			for _, e := range x {
				if !walk(name, e) {
					return false
				}
			}
			if len(x) > 0 {
				return true
			}
			v = nil
		}
		text := ""
		if v != nil {
			text = fmt.Sprint(v)
		}
		got[name+"="+text]--
		return got[name+"="+text] >= 0
	}
	return walk("", v)
}

// The corpus's tests put this host and one of these times into each device's line.
var (
	vendorTime    = regexp.MustCompile(`Nov 22 05:04:03|2026-11-22T05:04:03\.123456\+00:00|1795323843\.123`)
	vendorProgram = regexp.MustCompile(`^(?:<\d+>)?(?:1 )?\W*(?:Nov 22 05:04:03|2026-11-22T05:04:03\.123456\+00:00)Z? +testhost-web01 ([A-Za-z][\w./-]*)(?:\[[^\] ]+\])?: `)
)

const vendorHost = "testhost-web01"

// TestParseVendorSyslog holds that of lines of vendors' devices the product is recognised by a format that names it, or time, host and
// program are read wherever the line's head has them.
func TestParseVendorSyslog(t *testing.T) {
	const file = "parsers/vendor_syslog.ndjson"
	put := room(t, parse.Defaults())
	cases, wrong := 0, 0
	eachLine(t, file, func(n int, c struct{ Raw string }) {
		cases++
		ev := put("t", c.Raw)
		v := values(ev)
		if v["cef.device_product"] != "" || v["leef.product"] != "" || v["cisco.mnemonic"] != "" || v["devname"] != "" || v["product"] != "" {
			return
		}
		head := c.Raw[:min(len(c.Raw), 90)]
		at := v["syslog.timestamp"] + v["syslog.timestamp_raw"]
		why := ""
		switch m := vendorProgram.FindStringSubmatch(c.Raw); {
		case ev.Format == "":
			why = "no format"
		case vendorTime.MatchString(head) && !vendorTime.MatchString(at):
			why = "time " + at
		case strings.Contains(head, vendorHost) && !strings.Contains(v["syslog.hostname"], vendorHost):
			why = "host " + v["syslog.hostname"]
		case m != nil && v["syslog.appname"] != m[1]:
			why = "program " + v["syslog.appname"] + ", want " + m[1]
		}
		if why != "" {
			wrong++
			t.Logf("%s:%d %s: %.160q", file, n+1, why, c.Raw)
		}
	})
	report(t, file, cases, wrong, cases/10, "")
}
