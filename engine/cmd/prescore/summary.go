package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"prescore/engine/event"
)

// summary counts what scored records say, by the record contract alone: what a SIEM behind the agent could count too.
type summary struct {
	in, out, events int            // records read, those of them that came out, those scored
	added           map[string]int // records that the engine added, by kind
	took            time.Duration
	routes, levels  map[string]int
	severity        [11]int
	techniques      map[string]int
	findings        map[string]int
	entities        map[string]int
	sources         map[string]int
	problems        map[string]int

	ev                                                           *event.Event
	kind, route, level, sev, source, technique, rule, room, code event.NameID
	entity                                                       [event.NumEntityKinds]event.NameID
}

func newSummary() *summary {
	n := event.NewNames()
	id := func(name string) event.NameID { return n.Intern("prescore." + name) }
	s := &summary{
		routes: map[string]int{}, levels: map[string]int{}, techniques: map[string]int{}, findings: map[string]int{},
		entities: map[string]int{}, sources: map[string]int{}, problems: map[string]int{},
		added: map[string]int{}, kind: id("kind"), route: id("route"), level: id("level"), sev: id("severity"), source: id("source"), technique: id("attack.techniques"),
		rule: id("findings.title"), room: id("problems.room"), code: id("problems.code"),
	}
	for k := range s.entity {
		s.entity[k] = id("entities." + event.EntityKind(k).String())
	}
	s.ev = event.New(n)
	return s
}

func (s *summary) count(ev *event.Event) {
	text := func(id event.NameID) string {
		if f := ev.First(id); f != nil {
			return strings.Clone(f.Value.S)
		}
		return ""
	}
	if k := text(s.kind); k != "" && k != "event" {
		s.added[k]++
		return
	}
	s.out++
	r := text(s.route)
	if r == "" {
		return
	}
	s.events++
	s.routes[r]++
	s.levels[text(s.level)]++
	if f := ev.First(s.sev); f != nil {
		if n, ok := f.Value.Int64(); ok && n >= 0 && n < int64(len(s.severity)) {
			s.severity[n]++
		}
	}
	if src := text(s.source); src != "" {
		s.sources[src]++
	} else {
		s.sources["(unknown)"]++
	}
	for id, m := range map[event.NameID]map[string]int{s.technique: s.techniques, s.rule: s.findings} {
		for f := ev.First(id); f != nil; f = ev.Next(f) {
			m[strings.Clone(f.Value.S)]++
		}
	}
	for code, room := ev.First(s.code), ev.First(s.room); code != nil && room != nil; code, room = ev.Next(code), ev.Next(room) {
		s.problems[room.Value.S+": "+code.Value.S]++
	}
	for k, id := range s.entity {
		if v := text(id); v != "" {
			s.entities[event.EntityKind(k).String()+" "+v]++
		}
	}
}

// topRows is how many rows of an open-ended column are printed.
const topRows = 8

func (s *summary) print(w io.Writer) {
	rate := float64(s.in) / max(s.took.Seconds(), 1e-9)
	fmt.Fprintf(w, "\n%d records in, %d out, %d scored, in %s (%.0f a second)\n", s.in, s.out, s.events, s.took.Round(time.Millisecond), rate)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	column := func(title string, m map[string]int, most int) {
		if len(m) == 0 {
			return
		}
		fmt.Fprintf(tw, "\n%s\t\t\n", title)
		for _, k := range byCount(m)[:min(len(m), most)] {
			fmt.Fprintf(tw, "  %s\t%d\t%5.1f%%\n", k, m[k], 100*float64(m[k])/float64(max(s.events, 1)))
		}
		if len(m) > most {
			fmt.Fprintf(tw, "  and %d more\t\t\n", len(m)-most)
		}
	}
	column("route", s.routes, event.NumRoutes)
	column("added", s.added, topRows)
	sev := map[string]int{}
	for n, c := range s.severity {
		if c > 0 {
			sev[fmt.Sprintf("%2d", n)] = c
		}
	}
	if len(sev) > 0 {
		fmt.Fprintf(tw, "\nseverity\t\t\n")
		for n := len(s.severity) - 1; n > 0; n-- {
			if c := s.severity[n]; c > 0 {
				fmt.Fprintf(tw, "  %2d\t%d\t%5.1f%%\n", n, c, 100*float64(c)/float64(s.events))
			}
		}
	}
	column("source", s.sources, topRows)
	column("technique", s.techniques, topRows)
	column("finding", s.findings, topRows)
	column("entity", s.entities, topRows)
	column("problem", s.problems, topRows)
	_ = tw.Flush()
}

// byCount gives the keys, most counted first, equals by name.
func byCount(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		if m[keys[i]] != m[keys[j]] {
			return m[keys[i]] > m[keys[j]]
		}
		return keys[i] < keys[j]
	})
	return keys
}
