package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const outputFile = "[OUTPUT]\n    Name prescore\n    Match logs.*\n    config @DIR@/prescore.toml\n    emit file://@DIR@/out/all.json\n    Retry_Limit no_limits\n"

// Reloads by signal and by HTTP: records go on, each once, and the engine's state stays: the rule that wants ten failed logins sees those
// from before.
func TestReload(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.rules()
		a.append("in/a.log", logins(0, 3))
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+"[FILTER]\n    Name prescore\n    Match logs.*\n    config @DIR@/prescore.toml\n"+outputFile)
		a.arrive("all.json", 3)
		for i := 1; i <= 4; i++ {
			a.reload(i%2 == 0, false)
			a.append("in/a.log", logins(3*i, 3))
			a.arrive("all.json", 3*i+3)
		}
		a.stop()
		got := a.out("all.json")
		if n := found(got, bruteForce); len(got) != 15 || scored(got) != 15 || n != 6 {
			t.Errorf("%d records, %d scored, the rule fired on %d of them, not on the last six", len(got), scored(got), n)
		}
	})
}

// A configuration that would not start is refused in words: at the start, in a dry run where the host asks, and on a reload, where the
// old configuration runs on.
func TestWrongConfiguration(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		conf := "@SERVICE@" + tailInput + "[FILTER]\n    Name prescore\n    Match logs.*\n    config @DIR@/prescore.toml\n" + fileOutput("logs.*", "all.json")
		if h.atLeast(3, 2) { // after a reload that was halted, older hosts answer RETRY for outputs in Go without asking them
			conf = strings.Replace(conf, fileOutput("logs.*", "all.json"), outputFile, 1)
		}
		const broken, sentence = "[score]\nalert_at = \"soon\"\n", "prescore.toml:2:"
		a := newAgent(t, h)
		a.file("prescore.toml", broken)
		a.start("fluent-bit.conf", conf)
		if code := a.exit(); code != 255 && code != 1 {
			t.Errorf("start: exit code %d", code)
		}
		if !strings.Contains(a.log.String(), sentence) {
			t.Errorf("start: the log does not say %q:\n%s", sentence, a.log)
		}

		out, err := exec.Command(h.path, "--dry-run", "-c", filepath.Join(a.dir, "fluent-bit.conf")).CombinedOutput()
		said := strings.Contains(string(out), sentence)
		if h.atLeast(5, 0) && (err == nil || !said) {
			t.Errorf("dry run: %v, %s", err, out)
		}
		if !h.atLeast(5, 0) && (err != nil || said) {
			t.Errorf("dry run: this host asks its plugins after all; say so in the README: %v, %s", err, out)
		}

		b := newAgent(t, h)
		b.file("prescore.toml", "")
		_, text := lines(0, 10)
		b.append("in/a.log", text)
		b.start("fluent-bit.conf", conf)
		b.arrive("all.json", 10)
		n := 10
		for i, break_ := range []func(){
			func() { b.file("prescore.toml", broken) },
			func() { b.file("prescore.toml", "[no_such_table]\n") },
			func() { _ = os.Remove(filepath.Join(b.dir, "prescore.toml")) },
			func() {
				b.file("prescore.toml", "")
				b.file("fluent-bit.conf", strings.Replace(conf, "Match logs.*\n    config", "Match logs.*\n    set no.such=1\n    config", 1))
			},
		} {
			break_()
			b.reload(i%2 == 1 && h.atLeast(4, 2), true) // older hosts answer "in progress" by HTTP after a reload that was halted
			b.alive()
			_, text := lines(n, 5)
			b.append("in/a.log", text)
			n += 5
			b.arrive("all.json", n)
		}
		for _, s := range []string{sentence, "no_such_table", "no.such"} {
			if !strings.Contains(b.log.String(), s) {
				t.Errorf("reload: the log does not say %q", s)
			}
		}
		b.stop()
	})
}

// What only init could stumble over (an address in use or away, a folder that is missing) does not end the agent on a reload.
func TestReloadWithSinkAway(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.vars["PORT2"] = fmt.Sprint(freePort(t))
		_, text := lines(0, 10)
		a.append("in/a.log", text)
		conf := "@SERVICE@" + tailInput + filterAll + fileOutput("logs.*", "all.json")
		a.start("fluent-bit.conf", conf)
		a.arrive("all.json", 10)
		a.file("fluent-bit.conf", conf+"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit forward://127.0.0.1:@PORT2@\n"+
			"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit file://@DIR@/no/such/folder/x.json\n")
		a.reload(false, false)
		_, text = lines(10, 10)
		a.append("in/a.log", text)
		a.arrive("all.json", 20)
		a.alive()
		a.stop()
	})
}

var (
	faultyOnce sync.Once
	faulty     string
	faultyErr  error
)

// faultyBuild builds the object whose exports dereference nil under the tag fault.nil, and gives its folder.
func faultyBuild(t *testing.T) string {
	t.Helper()
	build(t)
	faultyOnce.Do(func() {
		if faulty, faultyErr = os.MkdirTemp("", "prescore-faulty"); faultyErr != nil {
			return
		}
		c := exec.Command("go", "build", "-trimpath", "-buildmode=c-shared", "-tags", "netgo,osusergo,faults", "-o", filepath.Join(faulty, "flb-filter_prescore.so"), "prescore/plugin")
		c.Env = append(os.Environ(), "CGO_ENABLED=1")
		if out, err := c.CombinedOutput(); err != nil {
			faultyErr = fmt.Errorf("%w: %s", err, out)
			return
		}
		faultyErr = os.Symlink("flb-filter_prescore.so", filepath.Join(faulty, "out_prescore.so"))
	})
	if faultyErr != nil {
		t.Fatal(faultyErr)
	}
	return faulty
}

func TestMain(m *testing.M) {
	code := m.Run()
	if faulty != "" {
		os.RemoveAll(faulty)
	}
	os.Exit(code)
}

// A nil dereference in Go is a record that passes unscored, not the agent's end: also after SIGHUP, SIGCONT and a reload by HTTP, when the
// host has put its own handlers in place. In a filter, in a processor, and in an output.
func TestNilDereference(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		dir := faultyBuild(t)
		plugins := fmt.Sprintf("[PLUGINS]\n    Path %s/flb-filter_prescore.so\n    Path %s/out_prescore.so\n", dir, dir)
		confs := map[string]string{
			"fluent-bit.conf": "@SERVICE@[INPUT]\n    Name dummy\n    Tag fault.nil\n    Rate 5\n[FILTER]\n    Name prescore\n    Match *\n[OUTPUT]\n    Name prescore\n    Match *\n    emit stdout\n    Retry_Limit no_retries\n" +
				fileOutput("*", "all.json"),
			"fluent-bit.yaml": yaml("pipeline:\n  inputs:\n    - name: dummy\n      tag: fault.nil\n      rate: 5\n      processors:\n        logs:\n          - name: prescore\n  outputs:\n    - name: file\n      match: '*'\n      path: '@DIR@/out'\n      file: all.json\n      format: plain\n"),
		}
		for name, conf := range confs {
			a := newAgent(t, h)
			a.file("plugins.conf", plugins)
			a.start(name, conf)
			a.says("panic: runtime error: invalid memory address")
			for _, disturb := range []func(){
				func() {},
				func() { a.signal(syscall.SIGCONT) },
				func() { a.reload(false, false) },
				func() { a.reload(true, false) },
				func() { a.signal(syscall.SIGCONT) },
			} {
				disturb()
				n := strings.Count(a.log.String(), "panic: runtime error")
				a.wait("more panics survived", func() bool { return strings.Count(a.log.String(), "panic: runtime error") > n+3 })
				a.alive()
			}
			a.arrive("all.json", 10)
			a.stop()
		}
	})
}

// `-d` forks after the object was loaded: the agent says why that cannot be, and ends, whichever door is used.
func TestDaemon(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		for door, section := range map[string]string{
			"filter": "[FILTER]\n    Name prescore\n    Match *\n",
			"output": "[OUTPUT]\n    Name prescore\n    Match *\n",
		} {
			a := newAgent(t, h)
			a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n"+section+"[OUTPUT]\n    Name null\n    Match *\n", "-d", "-l", "@DIR@/log")
			log := func() string { b, _ := os.ReadFile(filepath.Join(a.dir, "log")); return string(b) }
			for end := time.Now().Add(patience); !strings.Contains(log(), "went into the background"); time.Sleep(50 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%s: the log does not say it:\n%s%s", door, log(), a.log)
				}
			}
			time.Sleep(3 * time.Second)
			out, _ := exec.Command("pgrep", "-f", a.dir+"/fluent-bit.conf").Output()
			for _, pid := range strings.Fields(string(out)) {
				t.Errorf("%s: process %s is still there", door, pid)
				_ = exec.Command("kill", "-9", pid).Run()
			}
		}
	})
}

// Nobody reads the agent's output any longer: the agent goes on.
func TestLogReaderGone(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		want, text := lines(0, 20)
		conf := a.file("fluent-bit.conf", "@SERVICE@"+tailInput+filterAll+fileOutput("logs.*", "all.json")+"[OUTPUT]\n    Name prescore\n    Match logs.*\n    emit stdout\n    Retry_Limit no_retries\n")
		a.cmd = exec.Command(h.path, "-c", conf)
		a.cmd.Dir = a.dir
		a.cmd.Stdout, a.cmd.Stderr = w, w
		a.launch()
		w.Close()
		r.Close()
		a.append("in/a.log", text)
		once(t, a.arrive("all.json", 20), want)
		a.alive()
		a.stop()
	})
}

// Many reloads cost no more threads than as many reloads of the same agent without prescore, and stay within bounds of memory.
func TestManyReloads(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		grown := func(sections string) (threads, files, rss int) {
			a := newAgent(t, h)
			a.start("fluent-bit.conf", "@SERVICE@[INPUT]\n    Name dummy\n    Tag logs.d\n    Rate 20\n"+sections+fileOutput("logs.*", "all.json"))
			a.arrive("all.json", 5)
			a.reload(false, false)
			t0, f0, r0 := a.usage()
			for range 15 {
				a.reload(false, false)
			}
			n := len(a.out("all.json"))
			a.arrive("all.json", n+5)
			t1, f1, r1 := a.usage()
			a.stop()
			return t1 - t0, f1 - f0, r1 - r0
		}
		ct, cf, cr := grown("")
		pt, pf, pr := grown(filterAll + "[OUTPUT]\n    Name prescore\n    Match none\n    emit file://@DIR@/out/x.json\n")
		t.Logf("grown by over 15 reloads: threads %d (control %d), files %d (%d), resident KiB %d (%d)", pt, ct, pf, cf, pr, cr)
		if pt > ct+4 { // the Go scheduler starts a thread when it feels like it
			t.Errorf("threads grew by %d, control by %d", pt, ct)
		}
		if pf > cf+4 {
			t.Errorf("open files grew by %d, control by %d", pf, cf)
		}
		if pr > cr+24<<10 {
			t.Errorf("resident memory grew by %d KiB, control by %d", pr, cr)
		}
	})
}

// usage gives the agent's threads, open files and resident KiB.
func (a *agent) usage() (threads, files, rss int) {
	a.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", a.cmd.Process.Pid)
	tasks, err := os.ReadDir(proc + "task")
	if err != nil {
		a.t.Fatal(err)
	}
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		a.t.Fatal(err)
	}
	b, err := os.ReadFile(proc + "statm")
	if err != nil {
		a.t.Fatal(err)
	}
	var pages int
	if _, err := fmt.Sscanf(string(b), "%d %d", new(int), &pages); err != nil {
		a.t.Fatal(err)
	}
	return len(tasks), len(fds), pages * (os.Getpagesize() / 1024)
}

// Three threaded inputs with a processor each, which open at once, and an output with two workers.
func TestThreads(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		a := newAgent(t, h)
		a.file("prescore.toml", "")
		var want []string
		pipeline := "pipeline:\n  inputs:\n"
		for i := range 3 {
			more, text := lines(1000*i, 500)
			want = append(want, more...)
			a.append(fmt.Sprintf("in/%d.log", i), text)
			pipeline += fmt.Sprintf("    - name: tail\n      tag: logs.%d\n      path: '@DIR@/in/%d.log'\n      db: '@DIR@/%d.db'\n      read_from_head: on\n      threaded: true\n"+
				"      processors:\n        logs:\n          - name: prescore\n            config: '@DIR@/prescore.toml'\n", i, i, i)
		}
		a.start("fluent-bit.yaml", yaml(pipeline+"  outputs:\n    - name: prescore\n      match: 'logs.*'\n      config: '@DIR@/prescore.toml'\n      emit: 'file://@DIR@/out/all.json'\n      workers: 2\n      retry_limit: no_limits\n"))
		once(t, a.arrive("all.json", len(want)), want)
		a.stop()
	})
}

// Another vendor's Go plugin in the same agent is another Go runtime: both work, and a nil dereference in ours is still survived.
func TestForeignGoPlugin(t *testing.T) {
	each(t, func(t *testing.T, h host) {
		dir := faultyBuild(t)
		foreign := filepath.Join(t.TempDir(), "out_foreign.so")
		if out, err := exec.Command("go", "build", "-buildmode=c-shared", "-o", foreign, "prescore/plugin/e2e/testdata/foreign").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		a := newAgent(t, h)
		a.file("plugins.conf", fmt.Sprintf("[PLUGINS]\n    Path %s/flb-filter_prescore.so\n    Path %s\n", dir, foreign))
		want, text := lines(0, 20)
		a.append("in/a.log", text)
		a.start("fluent-bit.conf", "@SERVICE@"+tailInput+"[INPUT]\n    Name dummy\n    Tag fault.nil\n    Rate 5\n[FILTER]\n    Name prescore\n    Match *\n[OUTPUT]\n    Name foreign\n    Match logs.*\n    path @DIR@/foreign.txt\n"+fileOutput("logs.*", "all.json"))
		once(t, a.arrive("all.json", 20), want)
		a.wait("the other plugin's file", func() bool { _, err := os.Stat(filepath.Join(a.dir, "foreign.txt")); return err == nil })
		a.signal(syscall.SIGCONT)
		n := strings.Count(a.log.String(), "panic: runtime error")
		a.wait("more panics survived", func() bool { return strings.Count(a.log.String(), "panic: runtime error") > n+3 })
		a.alive()
		a.stop()
	})
}
