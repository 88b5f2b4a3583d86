package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"prescore/engine"
)

// section is one section of the host's configuration: [INPUT], or an element of pipeline.inputs.
type section struct {
	kind  string // service, input, filter, output
	line  int
	keys  map[string]string // by name in lower case
	lines map[string]int    // where each key stands
}

func newSection(kind string, line int) section {
	return section{kind: kind, line: line, keys: map[string]string{}, lines: map[string]int{}}
}

// warning is a sentence about a line of the host's file.
type warning struct {
	line int
	text string
}

// checkHost warns of settings of the host with which records are lost, and checks what the prescore instances name. The figures behind
// it: storage in memory lost 24% of records over twenty kill -9, filesystem storage with checksums as much, without them none; the
// default Retry_Limit lost 64% while a sink was down for a minute, no_limits none.
func checkHost(c *cobra.Command, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var all []section
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".conf" {
		all = classic(data)
	} else if all, err = fromYAML(data); err != nil {
		return wrong{fmt.Errorf("%s: %w", path, err)}
	}
	if len(all) < 2 {
		return wrong{fmt.Errorf("%s: has no section of Fluent Bit's configuration", path)}
	}
	warnings := append(losses(all), surprises(all)...)
	instances, notes, bad := named(path, all)
	warnings = append(warnings, bad...)
	sort.SliceStable(warnings, func(i, j int) bool { return warnings[i].line < warnings[j].line })
	for _, n := range notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", n)
	}
	for _, w := range warnings {
		fmt.Fprintf(c.OutOrStdout(), "%s:%d: %s\n", path, max(w.line, 1), w.text)
	}
	if len(warnings) > 0 {
		return wrong{fmt.Errorf("%s: %s to mend", path, plural(len(warnings), "setting"))}
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: no setting that loses records; %s of prescore\n", path, plural(instances, "instance"))
	return nil
}

// losses gives a sentence for each setting that loses records.
func losses(all []section) []warning {
	service := newSection("service", 0)
	for _, s := range all {
		if s.kind == "service" {
			service = s
		}
	}
	var out []warning
	say := func(line int, format string, args ...any) {
		out = append(out, warning{line, fmt.Sprintf(format, args...)})
	}
	disk := false
	for _, s := range all {
		switch s.kind {
		case "input":
			switch {
			case strings.EqualFold(s.keys["storage.type"], "filesystem"):
				disk = true
			case !ephemeral(s.keys["name"]):
				say(s.line, "input %s keeps records in memory: what it holds is lost when the agent is killed; set storage.type filesystem", s.keys["name"])
			}
			if s.keys["name"] == "tail" && s.keys["db"] == "" && !on(s.keys["exit_on_eof"]) {
				say(s.line, "input tail has no DB: after a restart it does not know how far it had read; set DB to a file")
			}
		case "output":
			if r := strings.ToLower(s.keys["retry_limit"]); r != "no_limits" && r != "false" && !local(s.keys["name"]) {
				say(s.line, "output %s gives a chunk up after %s: it is lost while the sink is down; set Retry_Limit no_limits", s.keys["name"], retries(r))
			}
		}
	}
	if disk && service.keys["storage.path"] == "" {
		say(service.line, "service has no storage.path: filesystem storage stays off without it")
	}
	if disk && on(service.keys["storage.checksum"]) {
		say(service.lines["storage.checksum"], "service has storage.checksum on: the chunk that was being written when the agent was killed fails its sum and is lost whole; set it off")
	}
	return out
}

// surprises gives a sentence for each value that the host takes otherwise than it reads.
func surprises(all []section) []warning {
	var out []warning
	for _, s := range all {
		if s.kind == "service" && on(s.keys["daemon"]) {
			out = append(out, warning{s.lines["daemon"], "Daemon on forks after plugins are loaded, which a Go plugin does not survive: leave it off and let the service manager keep the agent"})
		}
		if s.keys["name"] != "prescore" {
			continue
		}
		for k, v := range s.keys {
			switch {
			case strings.Contains(v, " #"):
				out = append(out, warning{s.lines[k], fmt.Sprintf("%s: what stands after the value is part of it for the host: %q; put the comment on a line of its own", k, v)})
			case len(v) > 1 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] && s.plain():
				out = append(out, warning{s.lines[k], fmt.Sprintf("%s: the host keeps quotes as part of the value: %s; leave them away", k, v)})
			case k != strings.ReplaceAll(k, "-", "_"):
				out = append(out, warning{s.lines[k], fmt.Sprintf("%s: keys are written with underscores", k)})
			}
		}
	}
	return out
}

// plain reports whether the section stood in the classic format, where quotes are text.
func (s *section) plain() bool { return s.lines[classicMark] != 0 }

const classicMark = "\x00classic"

// named counts the instances of prescore and checks the configuration each one names, as the agent would. One that this machine does
// not have is noted: the file may be meant for another.
func named(path string, all []section) (n int, notes []string, bad []warning) {
	vars := map[string]string{}
	for _, s := range all {
		if s.kind == "env" {
			vars = s.keys
		}
	}
	for _, s := range all {
		if s.keys["name"] != "prescore" {
			continue
		}
		n++
		config := expand(s.keys["config"], vars)
		if config != "" && !exists(config) {
			beside := filepath.Join(filepath.Dir(path), filepath.Base(config))
			if !exists(beside) {
				notes = append(notes, fmt.Sprintf("%s is not on this machine, so it is not checked", config))
				continue
			}
			notes = append(notes, fmt.Sprintf("%s is not on this machine; %s is checked in its place", config, beside))
			config = beside
		}
		if err := engine.Validate(engine.Options{Config: config, Set: expand(s.keys["set"], vars)}); err != nil {
			bad = append(bad, warning{max(s.lines["config"], s.line), err.Error()})
		}
	}
	return n, notes, bad
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// expand replaces ${NAME} and ${NAME:-default} by the file's own variables and the environment, as the host does; an unset name is
// nothing.
func expand(v string, vars map[string]string) string {
	return os.Expand(v, func(name string) string {
		name, other, _ := strings.Cut(name, ":-")
		if x := vars[strings.ToLower(name)]; x != "" {
			return x
		}
		if x := os.Getenv(name); x != "" {
			return x
		}
		return other
	})
}

// ephemeral reports whether an input has nothing that could be lost.
func ephemeral(name string) bool {
	return strings.EqualFold(name, "dummy") || strings.EqualFold(name, "random")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// local reports whether an output cannot be down.
func local(name string) bool {
	switch strings.ToLower(name) {
	case "stdout", "file", "null", "counter":
		return true
	}
	return false
}

func retries(limit string) string {
	if limit == "" {
		return "one retry"
	}
	return limit + " retries"
}

func on(v string) bool {
	switch strings.ToLower(v) {
	case "on", "true", "yes":
		return true
	}
	return false
}

// classic reads Fluent Bit's classic format as far as its sections and keys.
func classic(data []byte) []section {
	env := newSection("env", 0)
	all := []section{env}
	sc := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; sc.Scan(); n++ {
		l := strings.TrimSpace(sc.Text())
		if l == "" || l[0] == '#' {
			continue
		}
		if l[0] == '@' {
			if set, ok := strings.CutPrefix(l, "@SET "); ok {
				k, v, _ := strings.Cut(set, "=")
				env.keys[strings.ToLower(strings.TrimSpace(k))] = strings.TrimSpace(v)
			}
			continue
		}
		if l[0] == '[' {
			all = append(all, newSection(strings.ToLower(strings.Trim(l, "[]")), n))
			all[len(all)-1].lines[classicMark] = n
			continue
		}
		if k, v, _ := strings.Cut(l, " "); len(all) > 1 {
			s := &all[len(all)-1]
			if k = strings.ToLower(k); s.lines[k] == 0 { // of a repeated key the host takes the first
				s.keys[k], s.lines[k] = strings.TrimSpace(v), n
			}
		}
	}
	return all
}

// fromYAML reads Fluent Bit's YAML format as far as its sections and their scalar keys.
func fromYAML(data []byte) ([]section, error) {
	var doc struct {
		Env      yaml.Node `yaml:"env"`
		Service  yaml.Node `yaml:"service"`
		Pipeline struct {
			Inputs  []yaml.Node `yaml:"inputs"`
			Filters []yaml.Node `yaml:"filters"`
			Outputs []yaml.Node `yaml:"outputs"`
		} `yaml:"pipeline"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	var all []section
	var add func(kind string, n yaml.Node)
	add = func(kind string, n yaml.Node) {
		s := newSection(kind, n.Line)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := strings.ToLower(n.Content[i].Value), n.Content[i+1]
			switch {
			case v.Kind == yaml.ScalarNode:
				s.keys[k], s.lines[k] = v.Value, v.Line
			case k == "processors" && v.Kind == yaml.MappingNode:
				for j := 1; j < len(v.Content); j += 2 {
					for _, p := range v.Content[j].Content {
						add("processor", *p)
					}
				}
			}
		}
		all = append(all, s)
	}
	add("env", doc.Env)
	if doc.Service.Kind == yaml.MappingNode {
		add("service", doc.Service)
	}
	for _, list := range []struct {
		kind  string
		nodes []yaml.Node
	}{{"input", doc.Pipeline.Inputs}, {"filter", doc.Pipeline.Filters}, {"output", doc.Pipeline.Outputs}} {
		for _, n := range list.nodes {
			add(list.kind, n)
		}
	}
	return all, nil
}
