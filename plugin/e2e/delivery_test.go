package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const tailInput = `
[INPUT]
    Name tail
    Tag logs.*
    Path @DIR@/in/*.log
    DB @DIR@/tail.db
    Read_from_Head On
    Refresh_Interval 1
    storage.type filesystem
`

func fileOutput(match, name string) string {
	return fmt.Sprintf("[OUTPUT]\n    Name file\n    Match %s\n    Path @DIR@/out\n    File %s\n    Format plain\n    Retry_Limit no_limits\n", match, name)
}

const filterAll = "[FILTER]\n    Name prescore\n    Match logs.*\n"

// Records of a file come out scored, from a [FILTER] section and from a processor.
func TestClassicAndYAML(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		want, text := lines(0, 100)
		a := newAgent(t, h)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+filterAll+fileOutput("logs.*", "all.json"))
		once(t, a.arrive("all.json", 100), want)
		a.stop()

		b := newAgent(t, h)
		b.append("in/a.log", text)
		b.start("fluent-bit.yaml", yaml(`
pipeline:
  inputs:
    - name: tail
      tag: logs.*
      path: '@DIR@/in/*.log'
      db: '@DIR@/tail.db'
      read_from_head: on
      threaded: true
      processors:
        logs:
          - name: prescore
  outputs:
    - name: file
      match: '*'
      path: '@DIR@/out'
      file: all.json
      format: plain
`))
		once(t, b.arrive("all.json", 100), want)
		b.stop()
	})
}

func yaml(pipeline string) string {
	return `service:
  flush: 0.2
  grace: 3
  log_level: info
  plugins_file: '@DIR@/plugins.conf'
  hot_reload: on
  http_server: on
  http_listen: 127.0.0.1
  http_port: @PORT@
  scheduler.base: 1
  scheduler.cap: 2
` + strings.TrimPrefix(pipeline, "\n")
}

// The shipped configurations run with nothing changed but their paths.
func TestShippedConfiguration(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		for _, name := range []string{"fluent-bit.conf", "fluent-bit.yaml"} {
			a := newAgent(t, h)
			conf, err := os.ReadFile(filepath.Join("..", "..", "conf", name))
			if err != nil {
				t.Fatal(err)
			}
			a.file("prescore.toml", "")
			text := strings.NewReplacer("/etc/fluent-bit/prescore.toml", "@DIR@/prescore.toml", "/var/lib/fluent-bit", "@DIR@", "/var/log/prescore", "@DIR@/out",
				"/var/log", "@DIR@/in", "2020", "@PORT@").Replace(string(conf))
			a.start(name, text)
			a.up()
			want, log := lines(0, 20)
			a.append("in/auth.log", log)
			all := func() []record {
				return append(append(a.out("pass.json"), a.out("alert.json")...), a.out("quarantine.json")...)
			}
			a.wait("20 records in the three streams", func() bool { return len(all()) >= 20 })
			once(t, all(), want)
			for stream, file := range map[string]string{"pass": "pass.json", "alert": "alert.json", "quarantine": "quarantine.json"} {
				for _, r := range a.out(file) {
					if route := r.mark()["route"]; route != stream && !(stream == "pass" && route == "suppressed") {
						t.Errorf("%s: %s has a record of route %v", name, file, route)
					}
				}
			}
			a.stop()
		}
	})
}

// The route becomes a stream: a record that asks for an alert leaves its tag, others stay.
func TestRewriteTag(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		want, text := lines(0, 10)
		a.append("in/a.log", text+"not a log line at all\n")
		// alert_at is low enough for the first ones
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+`
[FILTER]
    Name prescore
    Match logs.*
    set score.alert_at=1
[FILTER]
    Name rewrite_tag
    Match logs.*
    Rule $prescore['route'] ^alert$ alert.$TAG false
    Emitter_Name routes
    Emitter_Storage.type filesystem
`+fileOutput("alert.*", "alert.json")+fileOutput("logs.*", "rest.json"))
		all := func() int { return len(a.out("alert.json")) + len(a.out("rest.json")) }
		a.wait("all records", func() bool { return all() >= len(want)+1 })
		a.stop()
		if all() != len(want)+1 || len(a.out("alert.json")) == 0 {
			t.Errorf("%d alerts, %d others", len(a.out("alert.json")), len(a.out("rest.json")))
		}
		for _, r := range a.out("alert.json") {
			if r.mark()["route"] != "alert" {
				t.Errorf("alert.json: %v", r)
			}
		}
		for _, r := range a.out("rest.json") {
			if r.mark()["route"] == "alert" {
				t.Errorf("rest.json: %v", r)
			}
		}
	})
}

// A record that meets filters twice carries one mark and is scored once: two filters in a row, what rewrite_tag and the multiline filter
// inject again, and then the output.
func TestScoredOnce(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		want, text := lines(0, 30)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+`
[FILTER]
    Name prescore
    Match *
[FILTER]
    Name prescore
    Match *
[FILTER]
    Name rewrite_tag
    Match logs.*
    Rule $log ^Nov again.$TAG false
[FILTER]
    Name multiline
    Match again.*
    multiline.parser go
    multiline.key_content log
[OUTPUT]
    Name prescore
    Match again.*
    emit file://@DIR@/out/all.json
    Retry_Limit no_limits
`)
		once(t, a.arrive("all.json", 30), want)
		a.wait("metrics", func() bool {
			m := a.metrics()
			return m.sum("prescore_events_total") == 30 && m.sum("prescore_seen_total") >= 60
		})
		a.stop()
	})
}

// Both doors in one process share one engine: of twelve failed logins six come through the filter and six through the output alone, and
// the rule that wants ten of them fires.
func TestBothDoors(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.rules()
		a.append("in/a.log", logins(0, 6))
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+`
[FILTER]
    Name prescore
    Match logs*a.log
    config @DIR@/prescore.toml
[OUTPUT]
    Name prescore
    Match *
    config @DIR@/prescore.toml
    emit file://@DIR@/out/all.json
    Retry_Limit no_limits
`)
		if n := found(a.arrive("all.json", 6), bruteForce); n != 0 {
			t.Errorf("the rule fired after six logins")
		}
		a.append("in/b.log", logins(6, 6))
		got := a.arrive("all.json", 12)
		if n := found(got, bruteForce); len(got) != 12 || scored(got) != 12 || n != 3 {
			t.Errorf("%d records, %d scored, the rule fired on %d of them, not on the last three", len(got), scored(got), n)
		}
		if strings.Contains(a.log.String(), "two copies") {
			t.Errorf("the link counts as a copy")
		}
		a.stop()
	})
}

// An output sends into an input of the same agent, with acknowledgements; the records come out under the new tag.
func TestForwardIntoSelf(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.vars["FORWARD"] = fmt.Sprint(freePort(t))
		want, text := lines(0, 200)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+`
[INPUT]
    Name forward
    Listen 127.0.0.1
    Port @FORWARD@
[OUTPUT]
    Name prescore
    Match logs.*
    emit forward://127.0.0.1:@FORWARD@
    emit_tag scored.$TAG
    Retry_Limit no_limits
`+fileOutput("scored.logs.*", "all.json"))
		once(t, a.arrive("all.json", 200), want)
		a.stop()
	})
}

// RETRY: the server is away at first. Every record arrives once, and none is scored twice.
func TestRetry(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		port := freePort(t)
		a.vars["FORWARD"] = fmt.Sprint(port)
		want, text := lines(0, 40)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+`
[OUTPUT]
    Name prescore
    Match logs.*
    emit forward://127.0.0.1:@FORWARD@
    Retry_Limit no_limits
`)
		a.says("is kept and sent again")
		b := newAgent(t, h)
		b.vars["FORWARD"] = fmt.Sprint(port)
		b.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name forward\n    Listen 127.0.0.1\n    Port @FORWARD@\n"+fileOutput("*", "all.json"))
		once(t, b.arrive("all.json", 40), want)
		a.stop()
		time.Sleep(time.Second) // what would come twice comes now
		once(t, b.out("all.json"), want)
		b.stop()
	})
}

// A server that takes everything and acknowledges nothing: the agent still ends within its grace.
func TestFlushBeyondGrace(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
			}
		}()
		a := newAgent(t, h)
		a.vars["FORWARD"] = l.Addr().String()
		_, text := lines(0, 40)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+"[OUTPUT]\n    Name prescore\n    Match *\n    emit forward://@FORWARD@\n    Retry_Limit no_limits\n")
		a.says("[output:prescore:")
		time.Sleep(3 * time.Second)
		start := time.Now()
		a.stop()
		if d := time.Since(start); d > 15*time.Second {
			t.Errorf("the end took %v", d)
		}
	})
}

// SIGTERM in the middle of a stream: with a file behind the chunks, what did not come out before comes out after the next start.
func TestNothingLostAtSIGTERM(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		// Hosts lose a line that a read has cut when they stop: a read takes all there is here.
		conf := "@SERVICE@" + tailInput + "    Buffer_Chunk_Size 4M\n    Buffer_Max_Size 8M\n" + filterAll +
			"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit file://@DIR@/out/all.json\n    Retry_Limit no_limits\n"
		var want []string
		for i := range 40 {
			more, text := lines(100*i, 100)
			want = append(want, more...)
			a.append("in/a.log", text)
			if i == 0 {
				a.start("fluent-bit.conf", conf)
				a.arrive("all.json", 1)
			}
			time.Sleep(20 * time.Millisecond)
		}
		a.stop()
		a.start("fluent-bit.conf", conf)
		got := a.arrive("all.json", len(want))
		a.stop()
		once(t, got, want)
	})
}

// Multiline buffers of tail are appended after the filters have gone: at SIGTERM and at a reload, in memory and in files. Each record
// comes out once, scored, because the output scores what carries no mark.
func TestHeldByMultiline(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		for _, storage := range []string{"memory", "filesystem"} {
			for _, end := range []string{"SIGTERM", "SIGHUP"} {
				t.Run(storage+" "+end, func(t *testing.T) {
					a := newAgent(t, h)
					a.file("parsers.conf", "[MULTILINE_PARSER]\n    Name held\n    Type regex\n    Flush_timeout 60000\n    rule \"start_state\" \"/^Nov/\" \"cont\"\n    rule \"cont\" \"/^ +at/\" \"cont\"\n")
					conf := strings.Replace("@SERVICE@", "@SERVICE@", "@SERVICE@    Parsers_File @DIR@/parsers.conf\n", 1) +
						strings.Replace(tailInput, "filesystem", storage, 1) + "    multiline.parser held\n" + filterAll +
						"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit file://@DIR@/out/all.json\n    Retry_Limit no_limits\n"
					want, text := lines(0, 5)
					a.append("in/a.log", text)
					a.start("fluent-bit.conf", conf)
					a.arrive("all.json", 4) // the fifth waits for a line to follow
					if end == "SIGTERM" {
						a.stop()
						a.start("fluent-bit.conf", conf)
					} else {
						a.reload(false, false)
					}
					if storage == "filesystem" {
						a.arrive("all.json", 5)
					} else {
						time.Sleep(time.Second) // the host may have lost what it held in memory
					}
					a.stop()
					got := a.out("all.json")
					if storage == "memory" && len(got) == 4 {
						want = want[:4]
					}
					for _, r := range got {
						r["log"] = strings.TrimSuffix(r.text(), "\n")
					}
					once(t, got, want)
				})
			}
		}
	})
}

// SIGKILL in the middle of a stream: with chunks in files every record comes out, though one that was on its way may come twice.
func TestNothingLostAtSIGKILL(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		conf := "@SERVICE@    storage.checksum off\n" + tailInput + "    Buffer_Chunk_Size 4M\n    Buffer_Max_Size 8M\n" + filterAll +
			"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit file://@DIR@/out/all.json\n    Retry_Limit no_limits\n"
		var want []string
		for i := range 30 {
			more, text := lines(100*i, 100)
			want = append(want, more...)
			a.append("in/a.log", text)
			if i == 0 {
				a.start("fluent-bit.conf", conf)
				a.arrive("all.json", 1)
			}
			time.Sleep(20 * time.Millisecond)
		}
		a.signal(syscall.SIGKILL)
		a.exit()
		a.start("fluent-bit.conf", conf)
		a.wait("every record", func() bool {
			seen := map[string]bool{}
			for _, r := range a.out("all.json") {
				seen[r.text()] = r.mark() != nil
			}
			for _, l := range want {
				if !seen[l] {
					return false
				}
			}
			return true
		})
		a.stop()
	})
}
