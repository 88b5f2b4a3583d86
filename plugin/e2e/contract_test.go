package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An option that does not exist is refused by name, in both doors where the host asks, and `-h` and `-J` show the options.
func TestOptions(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n[FILTER]\n    Name prescore\n    Match *\n    boguskey 1\n[OUTPUT]\n    Name null\n    Match *\n")
		if code := a.exit(); code == 0 || code > 128 && code != 255 || !strings.Contains(a.log.String(), "boguskey") {
			t.Errorf("filter: exit code %d, %s", code, a.log)
		}
		b := newAgent(t, h)
		b.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n[OUTPUT]\n    Name prescore\n    Match *\n    boguskey 1\n")
		if h.atLeast(5, 1) { // the first that takes a map from an output in Go
			if code := b.exit(); code == 0 || !strings.Contains(b.log.String(), "boguskey") {
				t.Errorf("output: exit code %d, %s", code, b.log)
			}
		} else {
			b.says("[output:prescore:")
			b.stop()
		}
		plugins := []string{"-e", build(t) + "/flb-filter_prescore.so", "-e", build(t) + "/out_prescore.so"}
		help, err := exec.Command(h.path, append(plugins, "-F", "prescore", "-h")...).CombinedOutput()
		if err != nil || !bytes.Contains(help, []byte("Path of prescore's configuration file")) || !bytes.Contains(help, []byte("Overrides of single options")) {
			t.Errorf("-h: %v, %s", err, help)
		}
		schema, err := exec.Command(h.path, append(plugins, "-J")...).CombinedOutput()
		if err != nil || !bytes.Contains(schema, []byte(`"name":"prescore"`)) || !bytes.Contains(schema, []byte("Overrides of single options")) {
			t.Errorf("-J: %v, %s", err, tail(string(schema), 500))
		}
	})
}

// What the host does with values: a comment behind one becomes part of it, `set` may be given again, `config` may not.
func TestValues(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		try := func(what, section, want string, refused bool) {
			t.Helper()
			a := newAgent(t, h)
			a.file("prescore.toml", "")
			a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n    Tag logs.d\n[FILTER]\n    Name prescore\n    Match *\n"+section+fileOutput("*", "all.json"))
			if refused {
				if code := a.exit(); code == 0 || code == 128+6 || code == 128+11 {
					t.Errorf("%s: exit code %d", what, code)
				}
			} else {
				a.arrive("all.json", 1)
				a.stop()
			}
			if !strings.Contains(a.log.String(), want) {
				t.Errorf("%s: the log does not say %q:\n%s", what, want, tail(a.log.String(), 800))
			}
		}
		try("comment behind a value", "    config @DIR@/prescore.toml # mine\n", "# mine", true)
		try("quoted path", "    config \"@DIR@/prescore.toml\"\n", `prescore.toml`, true)
		try("repeated set", "    set score.alert_at=8\n    set score.nonsense=1\n", "score.nonsense", true)
		try("list in one set", "    set score.alert_at=8; score.nonsense=1\n", "score.nonsense", true)
		try("sets that are right", "    set score.alert_at=8\n    set score.alert_at=7\n", "[filter:prescore:", false)
		try("config twice", "    config @DIR@/prescore.toml\n    config @DIR@/other.toml\n", "config", true)
		try("unset variable", "    config ${PRESCORE_NOT_SET}\n", "built-in defaults", false)
		try("no value", "    config\n", "", true)
		try("alias in the log", "    Alias scorer\n", "[filter:prescore:scorer]", false)
	})
}

// The YAML form takes a list for a repeated key; camelCase reaches the filter in `filters:` from 3.x on.
func TestYAMLValues(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.start("fluent-bit.yaml", yaml("pipeline:\n  inputs:\n    - name: dummy\n      tag: logs.d\n  filters:\n    - name: prescore\n      match: '*'\n      set:\n        - score.alert_at=8\n        - score.nonsense=1\n  outputs:\n    - name: null\n      match: '*'\n"))
		if code := a.exit(); code == 0 || !strings.Contains(a.log.String(), "score.nonsense") {
			t.Errorf("exit code %d, %s", code, tail(a.log.String(), 800))
		}
	})
}

// Relative paths start at the working directory; a wrong file name, and a copy instead of the link, are answered in words.
func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.file("prescore.toml", "")
		for _, f := range []string{"flb-filter_prescore.so", "out_prescore.so"} {
			if err := os.Symlink(filepath.Join(build(t), f), filepath.Join(a.dir, f)); err != nil {
				t.Fatal(err)
			}
		}
		a.file("plugins.conf", "[PLUGINS]\n    Path ./flb-filter_prescore.so\n    Path ./out_prescore.so\n")
		a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n    Tag logs.d\n[FILTER]\n    Name prescore\n    Match *\n    config prescore.toml\n"+fileOutput("*", "all.json"))
		a.arrive("all.json", 1)
		a.stop()

		object, err := os.ReadFile(filepath.Join(build(t), "flb-filter_prescore.so"))
		if err != nil {
			t.Fatal(err)
		}
		b := newAgent(t, h)
		if err := os.WriteFile(filepath.Join(b.dir, "out_prescore.so"), object, 0o755); err != nil {
			t.Fatal(err)
		}
		b.file("plugins.conf", "[PLUGINS]\n    Path @BUILD@/flb-filter_prescore.so\n    Path @DIR@/out_prescore.so\n")
		b.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n[FILTER]\n    Name prescore\n    Match *\n[OUTPUT]\n    Name prescore\n    Match *\n")
		if code := b.exit(); code == 0 || !strings.Contains(b.log.String(), "two copies of prescore") || !strings.Contains(b.log.String(), "ln -s") {
			t.Errorf("copies: exit code %d, %s", code, tail(b.log.String(), 800))
		}

		c := newAgent(t, h)
		if err := os.WriteFile(filepath.Join(c.dir, "prescore.so"), object, 0o755); err != nil {
			t.Fatal(err)
		}
		c.file("plugins.conf", "[PLUGINS]\n    Path @DIR@/prescore.so\n")
		c.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n[FILTER]\n    Name prescore\n    Match *\n[OUTPUT]\n    Name null\n    Match *\n")
		if code := c.exit(); code == 0 {
			t.Errorf("prescore.so gave a filter after all; say so in the README: %s", c.log)
		}
	})
}

// An output that the host gives up before it was initialised ends with the host's own error, not with a crash.
func TestExitWithoutInit(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n[OUTPUT]\n    Name prescore\n    Match *\n[OUTPUT]\n    Name prescore\n    Match *\n    net.bogus 1\n")
		if code := a.exit(); code == 0 || code >= 128 && code != 255 {
			t.Errorf("exit code %d", code)
		}
	})
}

// A record that comes before the filter's init: an input that flushes at the start. The older hosts do not survive that by themselves,
// nor do the newer ones with chunks in files.
func TestBeforeInit(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		if !h.atLeast(4, 0) {
			t.Skip("this host crashes by itself")
		}
		a := newAgent(t, h)
		a.start("fluent-bit.conf", "[SERVICE]\n    Flush 0.2\n    Plugins_File @DIR@/plugins.conf\n[INPUT]\n    Name dummy\n    Flush_On_Startup true\n    Tag logs.d\n"+filterAll+fileOutput("*", "all.json"))
		a.arrive("all.json", 2)
		a.stop()
	})
}

// OTLP logs come in groups, with markers that are no records: they pass, and every record within is scored.
func TestOTLPGroups(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.vars["OTLP"] = fmt.Sprint(freePort(t))
		a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name opentelemetry\n    Listen 127.0.0.1\n    Port @OTLP@\n    Tag_From_Uri false\n    Tag logs.otlp\n"+filterAll+fileOutput("*", "all.json"))
		a.up()
		body := `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[` +
			`{"timeUnixNano":"1700000000000000000","severityText":"WARN","body":{"stringValue":"one"}},{"timeUnixNano":"1700000001000000000","body":{"stringValue":"two"}}]}]}]}`
		r, err := http.Post(fmt.Sprintf("http://127.0.0.1:%s/v1/logs", a.vars["OTLP"]), "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
		a.wait("two records", func() bool { return scored(a.out("all.json")) >= 2 })
		a.stop()
		if got := a.out("all.json"); scored(got) != 2 {
			t.Errorf("%d scored of %v", scored(got), got)
		}
	})
}

func scored(list []record) int {
	n := 0
	for _, r := range list {
		if r.mark() != nil {
			n++
		}
	}
	return n
}

// Forward messages with every kind of time, and with junk between the records: what is a record comes out scored, and the agent goes on.
func TestForwardForms(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.vars["FORWARD"] = fmt.Sprint(freePort(t))
		a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name forward\n    Listen 127.0.0.1\n    Port @FORWARD@\n"+strings.Replace(filterAll, "logs.*", "*", 1)+fileOutput("*", "all.json"))
		a.up()
		send := func(message string) {
			t.Helper()
			c, err := net.Dial("tcp", "127.0.0.1:"+a.vars["FORWARD"])
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := c.Write([]byte(message)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond) // the host reads until the connection ends
		}
		text := func(s string) string { return "\x81\xa3log" + string([]byte{0xa0 + byte(len(s))}) + s }
		send("\x93\xa3app\xce\x65\x53\xf1\x00" + text("integer"))
		send("\x93\xa3app\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x01" + text("eventtime"))
		entries := "\x92\xce\x65\x53\xf1\x00" + text("packed one") + "\x92\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x02" + text("packed two")
		send("\x92\xa3app\xc4" + string([]byte{byte(len(entries))}) + entries)
		a.wait("four records", func() bool { return scored(a.out("all.json")) >= 4 })
		junk := entries + "\x2a\xa4junk\x93\x01\x02\x03" + "\x92\xce\x65\x53\xf1\x00"
		send("\x92\xa3app\xc4" + string([]byte{byte(len(junk))}) + junk)
		a.alive()
		send("\x93\xa3app\xce\x65\x53\xf1\x00" + text("after"))
		a.wait("the record after the junk", func() bool {
			for _, r := range a.out("all.json") {
				if r.text() == "after" {
					return true
				}
			}
			return false
		})
		a.stop()
	})
}

// The counters are in the host's metrics, from a [FILTER] section, from an output and, where the host collects them, from a processor.
func TestMetrics(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		_, text := lines(0, 25)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+filterAll+fileOutput("*", "all.json"))
		a.arrive("all.json", 25)
		a.wait("metrics", func() bool {
			m := a.metrics()
			return m.sum("prescore_events_total") == 25 && m.sum("prescore_records_total") == 25 && m.sum("prescore_panics_total") == 0
		})
		a.stop()
		o := newAgent(t, h)
		o.append("in/a.log", text)
		o.start("fluent-bit.conf", "@SERVICE@"+tailInput+"[OUTPUT]\n    Name prescore\n    Match *\n    emit file://@DIR@/out/all.json\n")
		o.arrive("all.json", 25)
		o.wait("metrics of an output", func() bool { return o.metrics().sum("prescore_events_total") == 25 })
		o.stop()
		if !h.atLeast(3, 0) {
			return
		}
		b := newAgent(t, h)
		b.append("in/a.log", text)
		b.start("fluent-bit.yaml", yaml("pipeline:\n  inputs:\n    - name: tail\n      tag: logs.a\n      path: '@DIR@/in/*.log'\n      read_from_head: on\n      processors:\n        logs:\n          - name: prescore\n"+
			"  outputs:\n    - name: file\n      match: '*'\n      path: '@DIR@/out'\n      file: all.json\n      format: plain\n"))
		b.arrive("all.json", 25)
		b.wait("metrics of a processor", func() bool { return b.metrics().sum("prescore_events_total") == 25 })
		b.stop()
	})
}

// Conditional routes append a record once a route and once for its own tag; each copy carries one mark.
func TestConditionalRoutes(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		if !h.atLeast(4, 2) {
			t.Skip("this host has no conditional routes")
		}
		a := newAgent(t, h)
		_, text := lines(0, 10)
		a.append("in/a.log", text)
		a.start("fluent-bit.yaml", yaml(`
pipeline:
  inputs:
    - name: tail
      tag: logs.a
      path: '@DIR@/in/*.log'
      read_from_head: on
      routes:
        logs:
          - name: failed
            condition:
              rules:
                - field: '$log'
                  op: regex
                  value: Failed
            to:
              outputs:
                - routed
  filters:
    - name: prescore
      match: '*'
  outputs:
    - name: file
      alias: routed
      path: '@DIR@/out'
      file: routed.json
      format: plain
`))
		got := a.arrive("routed.json", 10)
		for _, r := range got {
			if r.mark() == nil {
				t.Errorf("not scored: %v", r)
			}
		}
		a.stop()
	})
}
