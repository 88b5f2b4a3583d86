package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemo runs `make demo`'s script as on a machine without Fluent Bit: every line of the demo's logs comes out scored, and the table has
// the intrusion at its head.
func TestDemo(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "build/flb-filter_prescore.so")); err != nil {
		t.Skip("no build/flb-filter_prescore.so: `make test` builds it first")
	}
	c := exec.Command("fixtures/demo/run.sh")
	c.Dir = root
	c.Env = append(os.Environ(), "PATH="+withoutAgent(t))
	var out, log bytes.Buffer
	c.Stdout, c.Stderr = &out, &log
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.String(), log.String())
	}
	for _, want := range []string{"no fluent-bit on PATH", "LSASS written to a file", "CloudTrail or GuardDuty switched off", "All 5"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	scored, err := os.ReadFile(filepath.Join(root, "build/demo/all.json"))
	if err != nil {
		t.Fatal(err)
	}
	logs, err := filepath.Glob(filepath.Join(root, "fixtures/demo/*.log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, l := range logs {
		text, err := os.ReadFile(l)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
	}
	if n := bytes.Count(scored, []byte(`"prescore":{"v":1,"kind":"event"`)); n != lines || lines == 0 {
		t.Errorf("%d lines went in, %d records came out", lines, n)
	}
}

// withoutAgent gives a PATH with a link to every program the script needs, and no fluent-bit.
func withoutAgent(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, p := range strings.Fields("sh cat wc rm mkdir grep ls sed tr cc gcc as ld env dirname") {
		if at, err := exec.LookPath(p); err == nil {
			if err := os.Symlink(at, filepath.Join(dir, p)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}
