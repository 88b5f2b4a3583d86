package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostTime bounds each run of the test host.
const hostTime = 4 * time.Minute

var (
	objectOnce sync.Once
	objectPath string
	objectErr  error
	scratch    string
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "prescore-plugin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	scratch = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// object builds the shared object as the Makefile does, once, and gives its path.
func object(t testing.TB) string {
	t.Helper()
	objectOnce.Do(func() {
		objectPath = filepath.Join(scratch, "flb-filter_prescore.so")
		objectErr = buildObject(objectPath)
	})
	if objectErr != nil {
		t.Fatal(objectErr)
	}
	return objectPath
}

func buildObject(to string, tags ...string) error {
	floor, err := filepath.Abs("floor.h")
	if err != nil {
		return err
	}
	c := exec.Command("go", "build", "-trimpath", "-buildmode=c-shared", "-tags", strings.Join(append([]string{"netgo", "osusergo"}, tags...), ","), "-o", to, ".")
	c.Env = append(os.Environ(), "CGO_CFLAGS=-O2 -g -Wall -Werror -include "+floor)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// host compiles the test host.
func host(t testing.TB, flags ...string) string {
	t.Helper()
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	to := filepath.Join(t.TempDir(), "host")
	args := append([]string{"-Wall", "-Wextra", "-Werror", "-O1", "-g", "-rdynamic", "-o", to}, flags...)
	args = append(args, "testdata/host.c", "testdata/check.c", "testdata/agent.c", "testdata/pack.c", "-ldl", "-lpthread")
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, out)
	}
	return to
}

// run gives the host's standard output; a host that fails, or says FAIL, fails the test.
func run(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hostTime)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	var out, log bytes.Buffer
	c.Stdout, c.Stderr = &out, &log
	err := c.Run()
	if err != nil || strings.Contains(out.String(), "FAIL") {
		t.Fatalf("%s %s: %v\n%s%s", filepath.Base(name), strings.Join(args, " "), err, out.String(), log.String())
	}
	return out.String()
}

// TestHost drives the object through both doors, as hosts before and after 5.0.3 lay out their configuration maps, with
// metrics and without, and beside a copy.
func TestHost(t *testing.T) {
	obj := object(t)
	second := filepath.Join(t.TempDir(), "out_prescore.so")
	b, err := os.ReadFile(obj)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, b, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"-DWIDE_MAP"}, {"-DNO_METRICS"}} {
		out := run(t, nil, host(t, flags...), "check", obj, second)
		if n := strings.Count(out, "ok  "); n < 55 {
			t.Errorf("%v: only %d checks were made:\n%s", flags, n, out)
		}
	}
	run(t, nil, host(t, "-DOLD_HOST"), "refuse", obj)
}

// TestAddressSanitizer repeats it under AddressSanitizer, leaks included, and compares what is allocated after N and after 10 N chunks.
func TestAddressSanitizer(t *testing.T) {
	obj := object(t)
	sanitised := host(t, "-fsanitize=address", "-fno-omit-frame-pointer", "-DWIDE_MAP")
	env := []string{"ASAN_OPTIONS=detect_leaks=1:halt_on_error=1"}
	run(t, env, sanitised, "check", obj)
	flat(t, run(t, env, sanitised, "soak", obj, "30000"))
}

// TestSoak sends many records through the filter: a million with -timeout to match and without -short.
func TestSoak(t *testing.T) {
	records := "1000000"
	if testing.Short() {
		records = "50000"
	}
	out := run(t, nil, host(t), "soak", object(t), records)
	t.Log(out)
	f := flat(t, out)
	// Go's heap breathes between collections and state fills up to its bounds; a leak of one record in ten would show.
	if grown := f["rss_late_kib"] - f["rss_early_kib"]; grown > 48<<10 {
		t.Errorf("resident memory grew by %d KiB between a tenth of the records and the end", grown)
	}
}

// flat reads the host's figures and wants what malloc gave out to be the same at a tenth of the chunks and at the end.
func flat(t *testing.T, out string) map[string]int {
	t.Helper()
	f := map[string]int{}
	words := strings.Fields(out)
	for i := 0; i+1 < len(words); i += 2 {
		n, err := strconv.Atoi(words[i+1])
		if err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		f[words[i]] = n
	}
	if f["records"] == 0 || f["out"] < f["records"] {
		t.Errorf("%d records in, %d out", f["records"], f["out"])
	}
	if grown := f["allocated_late"] - f["allocated_early"]; grown > 4096 {
		t.Errorf("%d bytes more allocated after ten times as many chunks: %s", grown, out)
	}
	return f
}

// TestObject looks at the object itself: both doors, a glibc that old machines have, never unloaded.
func TestObject(t *testing.T) {
	obj := object(t)
	symbols := run(t, nil, "nm", "-D", obj)
	for _, s := range []string{"D filter_prescore_plugin", "T FLBPluginRegister", "T FLBPluginInit", "T FLBPluginFlushCtx", "T FLBPluginExitCtx", "T FLBPluginUnregister"} {
		if !strings.Contains(symbols, " "+s+"\n") {
			t.Errorf("nm -D: no %q", s)
		}
	}
	for _, m := range regexp.MustCompile(`\bU (flb|cmt)_\w+`).FindAllString(symbols, -1) {
		t.Errorf("a host without it would not load the object: %s", m)
	}
	versions := regexp.MustCompile(`GLIBC_2\.(\d+)`).FindAllStringSubmatch(run(t, nil, "objdump", "-T", obj), -1)
	if len(versions) == 0 {
		t.Error("objdump -T names no version of glibc")
	}
	for _, m := range versions {
		if minor, _ := strconv.Atoi(m[1]); minor > 17 {
			t.Errorf("needs %s: 2.17 at most", m[0])
		}
	}
	if dynamic := run(t, nil, "readelf", "-d", obj); !strings.Contains(dynamic, "NODELETE") {
		t.Errorf("may be unloaded, which Go does not survive:\n%s", dynamic)
	}
}

// TestPinned holds the binding at the commit before the one that writes past a structure of hosts up to 4.2.2.
func TestPinned(t *testing.T) {
	f, err := os.Open("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const want = "github.com/fluent/fluent-bit-go v0.0.0-20230731091245-a7a013e2473c"
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if line := strings.TrimPrefix(strings.TrimSpace(sc.Text()), "require "); strings.HasPrefix(line, "github.com/fluent/fluent-bit-go") {
			if line != want {
				t.Errorf("go.mod has %q, not %q", line, want)
			}
			return
		}
	}
	t.Error("go.mod does not name fluent-bit-go")
}

// BenchmarkCrossing says what a call of the filter costs by the host's own clock, over chunk sizes.
func BenchmarkCrossing(b *testing.B) {
	h, obj := host(b), object(b)
	for b.Loop() {
		out := run(b, nil, h, "cost", obj)
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			w := strings.Fields(line)
			ns, err := strconv.ParseFloat(w[3], 64)
			if err != nil {
				b.Fatalf("%q: %v", line, err)
			}
			b.ReportMetric(ns, "ns/chunk-of-"+w[1])
		}
	}
}
