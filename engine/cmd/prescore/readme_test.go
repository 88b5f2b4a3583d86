package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	readme      = "../../../README.md"
	readmeLimit = 2 * time.Minute // for one command of it
)

// screen is a block of the README with commands and what they print.
type screen struct {
	line     int
	commands []step
}

type step struct {
	command string
	output  []string
	from    int // first line of the output
	to      int // line after it
}

// screens gives the blocks ```console of a text: lines that begin with "$ " are commands, what follows is their output.
func screens(lines []string) []screen {
	var all []screen
	inside := false
	for i, l := range lines {
		switch {
		case !inside && l == "```console":
			inside = true
			all = append(all, screen{line: i + 1})
		case inside && l == "```":
			inside = false
		case inside:
			s := &all[len(all)-1]
			if c, ok := strings.CutPrefix(l, "$ "); ok {
				s.commands = append(s.commands, step{command: c, from: i + 1, to: i + 1})
			} else if n := len(s.commands); n > 0 {
				s.commands[n-1].output = append(s.commands[n-1].output, l)
				s.commands[n-1].to = i + 1
			}
		}
	}
	return all
}

// volatile is what differs from run to run: how long it took, the version, paths of the test.
var volatile = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`in \d+(\.\d+)?(ms|s|µs) \(\d+ a second\)`), "in 60ms (8600 a second)"},
	{regexp.MustCompile(`("id": "[0-9a-f]{16})-[0-9a-f]+`), "$1-18ea505cb1b5b7df"}, // the time at which the host read it
	{regexp.MustCompile(`(?m)^prescore \S+ go\S+ \S+$`), "prescore v0.1.0 go1.26.0 linux/amd64"},
}

// TestReadme runs every command of the README's screens in the project's folder and holds what it prints, both streams, to the page.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	root, err := filepath.Abs(filepath.Dir(readme))
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "prescore")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	all := screens(lines)
	if len(all) == 0 {
		t.Fatal("the README has no screens")
	}
	for i := len(all) - 1; i >= 0; i-- { // from the end, so that an update moves no line that is still to come
		for j := len(all[i].commands) - 1; j >= 0; j-- {
			c := all[i].commands[j]
			got := screenOf(t, root, bin, c.command)
			if strings.Join(got, "\n") == strings.Join(c.output, "\n") {
				continue
			}
			if *updateScripts {
				lines = append(lines[:c.from:c.from], append(got, lines[c.to:]...)...)
				continue
			}
			t.Errorf("README.md:%d: $ %s\ngot:\n%s\nthe page has:\n%s", c.from, c.command, strings.Join(got, "\n"), strings.Join(c.output, "\n"))
		}
	}
	if *updateScripts {
		if err := os.WriteFile(readme, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// screenOf runs a command line of the README and gives the lines it prints.
func screenOf(t *testing.T, root, bin, command string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), readmeLimit)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", strings.ReplaceAll(command, "build/prescore", bin))
	c.Dir = root
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil && c.ProcessState.ExitCode() != exitWrong {
		t.Errorf("$ %s: %v", command, err)
	}
	text := strings.TrimRight(out.String(), "\n")
	for _, v := range volatile {
		text = v.find.ReplaceAllString(text, v.put)
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines
}

// TestReadmeNamesEveryOptionOfTheHost holds the table of parameters to the map that the object gives the host.
func TestReadmeNamesEveryOptionOfTheHost(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../../../plugin/map.c")
	if err != nil {
		t.Fatal(err)
	}
	options := regexp.MustCompile(`\{HOST_MAP_\w+, "(\w+)"`).FindAllSubmatch(source, -1)
	if len(options) < 4 {
		t.Fatalf("%d options in map.c", len(options))
	}
	for _, o := range options {
		if !bytes.Contains(data, []byte("| `"+string(o[1])+"` |")) {
			t.Errorf("the README's table of parameters does not have `%s`", o[1])
		}
	}
}

// TestReadmeLinks: what the README links to in the project is there.
func TestReadmeLinks(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllSubmatch(data, -1) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(readme), string(m[1]))); err != nil {
			t.Errorf("README.md links to %s: %v", m[1], err)
		}
	}
}

// TestReadmeMeasurements: the page has the table that `make bench-host` prints, whole.
func TestReadmeMeasurements(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(data), "<!-- make bench-host -->\n```text\n")
	table, _, whole := strings.Cut(table, "\n```\n")
	if !ok || !whole {
		t.Fatal("the README has no table of make bench-host")
	}
	for _, row := range []string{`^Fluent Bit v\S+, go\S+, linux/\w+, \d+ processors( \(.+\))?, \d+ events, \d+ rounds, \S+$`, `^way +processor s`, `^no filter +\d`, `^Lua, the formula alone +\d`, `^prescore as it comes +\d`} {
		if !regexp.MustCompile("(?m)" + row).MatchString(table) {
			t.Errorf("the table has no row %s", row)
		}
	}
}
