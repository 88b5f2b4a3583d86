package main

import (
	"fmt"
	"strings"
)

// way is one way of filtering one input.
type way struct {
	name   string
	input  string // of inputs
	bare   bool   // no filter: what the others of the same input are compared with
	lua    bool   // what all are compared with at last
	parsed bool   // tail parses the JSON; else records are lines under log
	filter string // the section of the configuration; $DIR is the folder of the run
	output string // of the configuration; null where empty
	seen   []cost
	starts []cost // the same with one event: what starting and stopping takes
}

// peers names what the way's cost is compared within.
func (w way) peers() string { return fmt.Sprint(w.input, w.parsed) }

// noRules leaves everything of prescore but the rules it ships.
const noRules = "detect.starter_rules=false; correlate.shipped=false"

// arrival lets time run by arrival: a log that is repeated goes back in its own time again and again, which no live one does.
const arrival = "entity.skew_behind=1s"

func prescore(set string) string {
	f := "[FILTER]\n    Name prescore\n    Match *\n"
	if set != "" {
		f += "    set " + set + "\n"
	}
	return f
}

// ways gives all of them; those with Sigma rules where a folder of rules is named.
func ways(rules string) []way {
	all := []way{
		{name: "no filter", bare: true, parsed: true},
		{name: "a filter that only copies", parsed: true, filter: "[FILTER]\n    Name copy\n    Match *\n"},
		{name: "Lua, the formula alone", lua: true, parsed: true, filter: "[FILTER]\n    Name lua\n    Match *\n    script $DIR/severity.lua\n    call severity\n"},
		{name: "prescore, no rules, no view", parsed: true, filter: prescore(noRules + "; output.schema=none")},
		{name: "prescore, no rules", parsed: true, filter: prescore(noRules)},
		{name: "prescore as it comes", parsed: true, filter: prescore("")},
		{name: "prescore as output", parsed: true, output: "[OUTPUT]\n    Name prescore\n    Match *\n    emit file:///dev/null\n"},
		{name: "lines: no filter", bare: true},
		{name: "lines: Fluent Bit's parser filter", filter: "[FILTER]\n    Name parser\n    Match *\n    Key_Name log\n    Parser json\n"},
		{name: "lines: prescore, no rules", filter: prescore(noRules)},
	}
	for i := range all {
		all[i].input = endpoint
	}
	if rules == "" {
		return all
	}
	sigma := func(n string, also ...string) string {
		return prescore(strings.Join(append(also, fmt.Sprintf("detect.rules=[\"%s/%s/*.yml\"]", rules, n)), "; "))
	}
	all = append(all, way{name: "prescore, 100 Sigma rules", input: endpoint, parsed: true, filter: sigma("100")},
		way{name: "prescore, all Sigma rules", input: endpoint, parsed: true, filter: sigma("all")})
	for _, in := range []string{linux, cloud, firewall, windows} {
		all = append(all, way{name: in + ": no filter", input: in, bare: true},
			way{name: in + ": prescore, no rules", input: in, filter: prescore(noRules)},
			way{name: in + ": prescore, all Sigma rules, no view", input: in, filter: sigma("all", arrival, "output.schema=none")},
			way{name: in + ": prescore, all Sigma rules", input: in, filter: sigma("all", arrival)})
	}
	return all
}
