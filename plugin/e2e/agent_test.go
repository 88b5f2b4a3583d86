package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait for an agent: it flushes every 0.2 s, and the machine may be busy.
const patience = 20 * time.Second

// build is the folder of the built object, from the Makefile.
func build(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("E2E_BUILD")
	if dir == "" {
		t.Skip("run by `make e2e`")
	}
	return dir
}

// host is one Fluent Bit.
type host struct {
	path         string
	major, minor int
}

func (h host) atLeast(major, minor int) bool {
	return h.major > major || h.major == major && h.minor >= minor
}

// each runs a test in every agent named by FLUENT_BIT.
func each(t *testing.T, test func(t *testing.T, h host)) {
	t.Helper()
	build(t)
	paths := os.Getenv("FLUENT_BIT")
	if paths == "" {
		p, err := exec.LookPath("fluent-bit")
		if err != nil {
			t.Fatal("no fluent-bit on PATH: say FLUENT_BIT=PATH[,PATH...]")
		}
		paths = p
	}
	for _, p := range strings.Split(paths, ",") {
		out, err := exec.Command(p, "--version").Output()
		m := regexp.MustCompile(`Fluent Bit v((\d+)\.(\d+)\S*)`).FindSubmatch(out)
		if err != nil || m == nil {
			t.Fatalf("%s --version: %v, %q", p, err, out)
		}
		major, _ := strconv.Atoi(string(m[2]))
		minor, _ := strconv.Atoi(string(m[3]))
		t.Run(string(m[1]), func(t *testing.T) {
			t.Parallel()
			test(t, host{p, major, minor})
		})
	}
}

// buffer collects what a process writes, from two streams.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// agent is a Fluent Bit in a folder of its own.
type agent struct {
	t    *testing.T
	h    host
	dir  string
	port int // of its HTTP server
	log  *buffer
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait, once done is closed
	vars map[string]string
}

// newAgent makes the folder, with a plugins.conf that loads both doors.
func newAgent(t *testing.T, h host) *agent {
	t.Helper()
	a := &agent{t: t, h: h, dir: t.TempDir(), port: freePort(t), log: &buffer{}, vars: map[string]string{}}
	a.file("plugins.conf", "[PLUGINS]\n    Path @BUILD@/flb-filter_prescore.so\n    Path @BUILD@/out_prescore.so\n")
	for _, d := range []string{"in", "out", "chunks"} {
		if err := os.Mkdir(filepath.Join(a.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// expand fills in @DIR@, @BUILD@, @PORT@, @SERVICE@ and what a test named itself.
func (a *agent) expand(s string) string {
	s = strings.ReplaceAll(s, "@SERVICE@", "[SERVICE]\n    Flush 0.2\n    Grace 3\n    Log_Level info\n    Plugins_File @DIR@/plugins.conf\n    Hot_Reload On\n"+
		"    HTTP_Server On\n    HTTP_Listen 127.0.0.1\n    HTTP_Port @PORT@\n    scheduler.base 1\n    scheduler.cap 2\n    storage.path @DIR@/chunks\n")
	for k, v := range a.vars {
		s = strings.ReplaceAll(s, "@"+k+"@", v)
	}
	return strings.NewReplacer("@DIR@", a.dir, "@BUILD@", build(a.t), "@PORT@", strconv.Itoa(a.port)).Replace(s)
}

// file writes a file into the agent's folder.
func (a *agent) file(name, content string) string {
	a.t.Helper()
	p := filepath.Join(a.dir, name)
	if err := os.WriteFile(p, []byte(a.expand(content)), 0o644); err != nil {
		a.t.Fatal(err)
	}
	return p
}

// append adds lines to a file, as a program that logs would.
func (a *agent) append(name, lines string) {
	a.t.Helper()
	f, err := os.OpenFile(filepath.Join(a.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		a.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(lines); err != nil {
		a.t.Fatal(err)
	}
}

// start runs the agent with a configuration (its name ends in .conf or .yaml) and further arguments; the agent is killed at the end.
func (a *agent) start(name, conf string, args ...string) {
	a.t.Helper()
	a.run(append([]string{"-c", a.file(name, conf)}, args...)...)
}

func (a *agent) run(args ...string) {
	a.t.Helper()
	for i := range args {
		args[i] = a.expand(args[i])
	}
	a.cmd = exec.Command(a.h.path, args...)
	a.cmd.Dir = a.dir
	a.cmd.Stdout, a.cmd.Stderr = a.log, a.log
	a.launch()
}

func (a *agent) launch() {
	a.t.Helper()
	cmd, done := a.cmd, make(chan struct{})
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.done = done
	go func() {
		a.err = cmd.Wait()
		close(done)
	}()
	a.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		if a.t.Failed() {
			a.t.Logf("log of the agent:\n%s", tail(plain(a.log.String()), 5000))
		}
	})
}

// plain leaves the banner and the dump at SIGCONT out.
func plain(s string) string {
	return regexp.MustCompile(`(?m)^( |│|├|└|\||_|\\|=====).*\n`).ReplaceAllString(s, "")
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// wait waits until ok, or fails with what was waited for. It also fails when the agent ends meanwhile.
func (a *agent) wait(what string, ok func() bool) {
	a.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			a.t.Fatalf("not within %v: %s", patience, what)
		}
		if a.ended() && !ok() {
			a.t.Fatalf("the agent ended (%v) before: %s", a.err, what)
		}
	}
}

func (a *agent) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// says waits for a line of the agent's log.
func (a *agent) says(text string) {
	a.t.Helper()
	a.wait("log: "+text, func() bool { return strings.Contains(a.log.String(), text) })
}

// up waits until the agent runs.
func (a *agent) up() {
	a.t.Helper()
	a.wait("HTTP server", func() bool { _, err := a.get("/"); return err == nil })
}

// alive fails unless the agent is still running.
func (a *agent) alive() {
	a.t.Helper()
	time.Sleep(200 * time.Millisecond)
	if a.ended() {
		a.t.Fatalf("the agent ended: %v", a.err)
	}
}

func (a *agent) signal(s syscall.Signal) {
	a.t.Helper()
	if err := a.cmd.Process.Signal(s); err != nil {
		a.t.Fatalf("%v: %v", s, err)
	}
}

// exit waits for the agent's end and gives its exit code; 128 and the signal where one ended it.
func (a *agent) exit() int {
	a.t.Helper()
	select {
	case <-a.done:
	case <-time.After(patience):
		a.t.Fatalf("the agent does not end; its threads:\n%s", a.threads())
	}
	var e *exec.ExitError
	if errors.As(a.err, &e) {
		if st, ok := e.Sys().(syscall.WaitStatus); ok && st.Signaled() {
			return 128 + int(st.Signal())
		}
		return e.ExitCode()
	}
	return 0
}

// threads says what the agent's threads wait for, and which signals they hold.
func (a *agent) threads() string {
	var b strings.Builder
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", a.cmd.Process.Pid))
	for _, task := range tasks {
		status, _ := os.ReadFile(task + "/status")
		wait, _ := os.ReadFile(task + "/wchan")
		fmt.Fprintf(&b, "%s %s %s\n", filepath.Base(task), wait, regexp.MustCompile(`(Name|State|SigPnd|ShdPnd|SigBlk):\s*(\S+)`).FindAllString(string(status), -1))
	}
	return b.String()
}

// stop ends the agent and wants it to end well. Not as systemd does, with SIGCONT after SIGTERM: hosts ask for the local time in their
// signal handler and wait for themselves for ever where the second interrupts the first, and their dump at SIGCONT reads what a stop has
// freed already, with prescore and without. What SIGCONT does to prescore is TestNilDereference's.
func (a *agent) stop() {
	a.t.Helper()
	a.signal(syscall.SIGTERM)
	if code := a.exit(); code != 0 {
		a.t.Fatalf("exit code %d", code)
	}
}

// A reload is a new server on the same port: no connection is kept.
var client = http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func (a *agent) get(path string) (string, error) {
	r, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d%s", a.port, path))
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	return string(b), err
}

// reload reloads by SIGHUP or by HTTP and waits for it; refused says that the new configuration is to be halted. Hosts take no reload for
// a second after one that was halted, and lose a signal that comes while they put their handlers back: it is sent again.
func (a *agent) reload(byHTTP, refused bool) {
	a.t.Helper()
	from := len(a.log.String())
	said := func(text string) bool { return strings.Contains(a.log.String()[from:], text) }
	var last time.Time
	a.wait("a reload", func() bool {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			if !byHTTP {
				a.signal(syscall.SIGHUP)
			} else if r, err := client.Post(fmt.Sprintf("http://127.0.0.1:%d/api/v2/reload", a.port), "application/json", strings.NewReader("{}")); err == nil {
				r.Body.Close()
			}
		}
		return said("reloading instance")
	})
	if refused {
		a.wait("the reload is halted", func() bool { return said("eloading is halted") })
		return
	}
	a.wait("the new engine starts", func() bool { return said("stream processor started") })
	a.up()
}
