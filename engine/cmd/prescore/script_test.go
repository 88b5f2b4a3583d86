package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var updateScripts = flag.Bool("update", false, "rewrite what the scripts expect; read the diff")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"prescore": func() { os.Exit(run()) }})
}

// TestScripts runs testdata/script: every subcommand, its flags, its exit codes and its sentences.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *updateScripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROOT", root)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exit": exit, "lines": lines},
	})
}

// exit runs the command and holds its exit code: `exit 2 replay /nonexistent`.
func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exit CODE ARGS...")
	}
	err := ts.Exec("prescore", args[1:]...)
	code := "0"
	if err != nil {
		code = exitCode(err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, not %s", code, args[0])
	}
}

// lines holds the number of lines of a file: `lines 3 stdout`.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: lines N FILE")
	}
	n := 0
	for _, c := range ts.ReadFile(args[1]) {
		if c == '\n' {
			n++
		}
	}
	if (args[0] == itoa(n)) == neg {
		ts.Fatalf("%d lines", n)
	}
}

func exitCode(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return itoa(e.ExitCode())
	}
	return err.Error()
}

func itoa(n int) string { return strconv.Itoa(n) }
