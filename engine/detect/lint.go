package detect

import (
	"fmt"
	"os"
	"sort"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// Lint reads the rules that cfg names as New does, without running them, and gives everything that is wrong with them, by file and
// line: what keeps a rule out (Fatal), what is odd, and which log sources no row of the table covers. An error is of cfg itself.
func Lint(cfg Config, in In) ([]sigma.Problem, error) {
	if in.Names == nil {
		in.Names = event.NewNames()
	}
	r, err := build(cfg, in, true)
	if err != nil {
		return nil, err
	}
	list := append(r.set.Advice, r.set.Problems...)
	if r.all == nil {
		unrouted := r.matcher.Unrouted()
		for _, ru := range r.set.Rules {
			if _, ok := unrouted[ru.Source]; ok {
				list = append(list, sigma.Problem{File: ru.File, Line: ru.Line, Rule: ru.Ident(),
					Text: fmt.Sprintf("log source %s: no row of the table of log sources covers it, so that it never runs", ru.Source)})
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].File != list[j].File {
			return list[i].File < list[j].File
		}
		return list[i].Line < list[j].Line
	})
	return list, nil
}

// Explanation is what one rule says of one event.
type Explanation struct {
	Rule    *sigma.Rule
	Routed  bool // the event is of the rule's log source
	Matched bool // the condition holds, whether routed or not
	Trace   sigma.Trace
}

// Explain gives the answer of every part of a rule's condition for an event; false where no rule has that id, name or title.
func (r *Room) Explain(rule string, ev *event.Event) (Explanation, bool) {
	for _, ru := range r.set.Rules {
		if rule != ru.ID && rule != ru.Name && rule != ru.Title {
			continue
		}
		x := Explanation{Rule: ru, Routed: r.all != nil, Trace: sigma.Explain(ru.Cond, r.Record(ev))}
		for _, src := range r.matcher.LogSources(ev) {
			x.Routed = x.Routed || ru.Source.Covers(src)
		}
		x.Matched = x.Trace.Matched
		return x, true
	}
	return Explanation{}, false
}

// LogSources gives what Sigma log sources an event is of.
func (r *Room) LogSources(ev *event.Event) []sigma.LogSource { return r.matcher.LogSources(ev) }

// LintFile is Lint for one file or folder, with the defaults and without the starter rules.
func LintFile(path string, logsources []byte) ([]sigma.Problem, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	cfg := Defaults()
	cfg.Starter, cfg.Rules = false, []string{path}
	return Lint(cfg, In{Dir: ".", Logsources: logsources})
}
