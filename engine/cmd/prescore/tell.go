package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"prescore/engine/event"
)

// teller says what each room made of an event, in the order of the rooms; what a room says is what was not there before it.
type teller struct {
	w        io.Writer
	mask     func(name, value string) string
	problems int
	fields   int
	findings int
}

// firstEvent gives a whole JSON document, or the first line that is not empty.
func firstEvent(text []byte) []byte {
	text = bytes.TrimSpace(text)
	if len(text) > 0 && text[0] == '{' {
		d := json.NewDecoder(bytes.NewReader(text))
		var doc json.RawMessage
		if d.Decode(&doc) == nil {
			var out bytes.Buffer
			if json.Compact(&out, doc) == nil {
				return out.Bytes()
			}
		}
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.TrimRight(line, "\r")
}

// say prints a line of a room; the name stands once.
func (t *teller) say(room, format string, args ...any) {
	fmt.Fprintln(t.w, strings.TrimRight(fmt.Sprintf("%-10s %s", room, fmt.Sprintf(format, args...)), " "))
}

// room is called after each room.
func (t *teller) room(room string, ev *event.Event) {
	switch room {
	case "decode":
		t.say(room, "%s", plural(len(ev.Fields), "field"))
	case "parse":
		t.parse(ev)
	case "normalise":
		t.normalise(ev)
	case "enrich":
		t.enrich(ev)
	case "detect", "correlate":
		t.detect(room, ev)
	case "score":
		t.score(ev)
	}
	t.fields = len(ev.Fields)
	for _, p := range ev.Problems[t.problems:] {
		if p.Field != "" {
			t.say("", "problem: %s (%s)", p.Code, p.Field)
		} else {
			t.say("", "problem: %s", p.Code)
		}
	}
	t.problems = len(ev.Problems)
}

func (t *teller) parse(ev *event.Event) {
	if ev.Formats == "" {
		t.say("parse", "structured already: no text to read")
		return
	}
	t.say("parse", "%s: %s more", ev.Formats, plural(len(ev.Fields)-t.fields, "field"))
}

func (t *teller) normalise(ev *event.Event) {
	source, class := ev.Source, ev.Class.Name()
	if source == "" {
		source = "not recognised"
	}
	if a := ev.Class.Activity(ev.Activity); a != "" {
		class += ", " + a
	}
	t.say("normalise", "source %s, class %s (%d)", source, class, ev.Class)
	t.say("", "baseline %s", number(ev.Baseline))
	for k := event.Key(1); k < event.NumKeys; k++ {
		if ev.Has(k) {
			t.say("", "%-21s %s", k, t.shown(k.String(), ev.Get(k).Text(&ev.Arena)))
		}
	}
	for k, v := range ev.Entities {
		if v != "" {
			t.say("", "entity %-14s %s", event.EntityKind(k), t.shown("", v))
		}
	}
	if ev.Invalid {
		t.say("", "not valid for its class: quarantine")
	}
}

func (t *teller) enrich(ev *event.Event) {
	said := false
	tell := func(format string, args ...any) {
		room := "enrich"
		if said {
			room = ""
		}
		said = true
		t.say(room, format, args...)
	}
	if ev.Criticality != event.CriticalityNone {
		tell("asset is %s %s", ev.Criticality, ev.AssetRole)
	}
	if ev.Identity > 0 || ev.Tier != "" {
		tell("identity risk %s %s", number(ev.Identity), ev.Tier)
	}
	for _, h := range ev.Intel {
		tell("intelligence %s in %s (%s): +%s", h.Indicator, h.Field, h.Source, number(h.Score))
	}
	if !said {
		tell("nothing known of its asset, identity and indicators")
	}
}

func (t *teller) detect(room string, ev *event.Event) {
	for _, f := range ev.Findings[t.findings:] {
		t.say(room, "%s: %s (risk %s, rule %s)", f.Level, f.Title, number(f.Risk), f.Rule)
		for _, m := range f.Matches {
			t.say("", "  %s: %s", m.Field, t.shown(m.Field, m.Value))
		}
		room = ""
	}
	if room == "detect" && len(ev.Findings) == 0 {
		t.say(room, "no rule matches")
		room = ""
	}
	t.findings = len(ev.Findings)
	if room != "correlate" && (len(ev.Techniques) > 0 || len(ev.Tactics) > 0) {
		t.say("", "ATT&CK %s", strings.TrimSpace(fmt.Sprintf("%s (%s)", strings.Join(ev.Techniques, " "), strings.Join(ev.Tactics, " "))))
	}
}

func (t *teller) score(ev *event.Event) {
	f := ev.Factors
	t.say("score", "baseline %s x asset %s x attack %s x identity %s x confidence %s = %s", number(f.Baseline), number(f.Asset),
		number(f.Attack), number(f.Identity), number(f.Confidence), number(f.Raw))
	t.say("", "severity %d of 10 (%s), risk %s of 100, route %s", ev.Severity, ev.Level, number(ev.Risk), ev.Route)
}

// number prints a number with at most three digits after the point.
func number(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", f), "0"), ".")
}

// maxShown is how much of a value explain prints, in bytes.
const maxShown = 160

// shown gives a value as it may be shown: secrets masked, cut short.
func (t *teller) shown(name, value string) string { return short(t.mask(name, value)) }

func short(s string) string {
	if len(s) > maxShown {
		return strings.ToValidUTF8(s[:maxShown], "") + " ..."
	}
	return s
}
