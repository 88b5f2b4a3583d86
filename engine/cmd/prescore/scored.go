package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"prescore/engine/event"
)

// scored is what the record contract says of one record, as far as people's tables need it.
type scored struct {
	Kind     string            `json:"kind"`
	ID       string            `json:"id"`
	Time     string            `json:"time"`
	Source   string            `json:"source"`
	Class    string            `json:"class"`
	Activity string            `json:"activity"`
	Entities map[string]string `json:"entities"`
	Severity int               `json:"severity"`
	Risk     float64           `json:"risk"`
	Level    string            `json:"level"`
	Route    string            `json:"route"`
	Incident struct {
		State string `json:"state"`
		Count int    `json:"count"`
	} `json:"incident"`
	Attack struct {
		Techniques []string `json:"techniques"`
	} `json:"attack"`
	Findings []struct {
		Title string  `json:"title"`
		Level string  `json:"level"`
		Risk  float64 `json:"risk"`
	} `json:"findings"`
	Factors factors `json:"factors"`
	Fields  struct {
		Event struct {
			Action string `json:"action"` // as ECS has it
		} `json:"event"`
		Action string `json:"action"` // as the flat view has it
		API    struct {
			Operation string `json:"operation"` // as OCSF has it
		} `json:"api"`
	} `json:"fields"`
	Problems []struct {
		Room  string `json:"room"`
		Code  string `json:"code"`
		Field string `json:"field"`
	} `json:"problems"`
}

type factors struct {
	Asset      float64 `json:"asset"`
	Attack     float64 `json:"attack"`
	Identity   float64 `json:"identity"`
	Confidence float64 `json:"confidence"`
}

const kindIncident = "incident"

// readScored reads a line of NDJSON; false where it is no record that prescore has scored.
func readScored(line []byte) (scored, bool) {
	var doc struct {
		Prescore *scored `json:"prescore"`
	}
	if !bytes.Contains(line, []byte(`"prescore"`)) || json.Unmarshal(line, &doc) != nil || doc.Prescore == nil {
		return scored{}, false
	}
	return *doc.Prescore, doc.Prescore.Route != "" || doc.Prescore.Kind != ""
}

// Host gives the host the event happened on.
func (s *scored) Host() string { return s.Entities[event.Host.String()] }

// Who gives who did it: the principal, else the address, else the account.
func (s *scored) Who() string {
	for _, k := range []event.EntityKind{event.Principal, event.Address, event.CloudAccount} {
		if v := s.Entities[k.String()]; v != "" {
			return v
		}
	}
	return ""
}

// Technique gives the first technique, and how many more there are.
func (s *scored) Technique() string {
	switch n := len(s.Attack.Techniques); n {
	case 0:
		return ""
	case 1:
		return s.Attack.Techniques[0]
	default:
		return fmt.Sprintf("%s +%d", s.Attack.Techniques[0], n-1)
	}
}

// why gives the reason in a few words: the weightiest finding, else what multiplied the baseline, else what was wrong, else what happened.
func (s *scored) why() string {
	if s.Kind == kindIncident && len(s.Findings) > 0 {
		return fmt.Sprintf("incident of %s (%s): %s", plural(s.Incident.Count, "record"), s.Incident.State, s.Findings[0].Title)
	}
	best := -1
	for i, f := range s.Findings {
		if best < 0 || rank(f.Level) > rank(s.Findings[best].Level) || rank(f.Level) == rank(s.Findings[best].Level) && f.Risk > s.Findings[best].Risk {
			best = i
		}
	}
	if best >= 0 {
		w := s.Findings[best].Title
		if n := len(s.Findings) - 1; n > 0 {
			w += fmt.Sprintf(" (and %d more)", n)
		}
		return w
	}
	if s.Route == event.Quarantine.String() && len(s.Problems) > 0 {
		return strings.TrimSpace(s.Problems[0].Code + " " + s.Problems[0].Field)
	}
	what := strings.TrimSpace(s.Source + " " + s.what())
	if p := s.Entities[event.ProcessEntity.String()]; p != "" && p != s.Source {
		what += " " + p
	}
	if f := s.Factors.words(); f != "" {
		return what + ": " + f
	}
	return what
}

// what says in a word or two what happened.
func (s *scored) what() string {
	for _, w := range []string{s.Fields.Event.Action, s.Fields.Action, s.Fields.API.Operation, s.Activity, s.Class} {
		if w != "" {
			return w
		}
	}
	return "event"
}

// words names the factors that changed anything.
func (f factors) words() string {
	var out []string
	for _, x := range []struct {
		name string
		by   float64
	}{{"asset", f.Asset}, {"ATT&CK", f.Attack}, {"identity", f.Identity}, {"confidence", f.Confidence}} {
		if x.by != 0 && x.by != 1 {
			out = append(out, fmt.Sprintf("%s x%s", x.name, number(x.by)))
		}
	}
	return strings.Join(out, ", ")
}

func rank(level string) event.Level {
	l, _ := event.LevelNamed(level)
	return l
}
