package project

import (
	"strings"

	"prescore/engine/event"
)

// flag is something an event shows besides its canonical keys.
type flag uint32

const (
	fAlways       flag = 1 << iota
	fScored            // it has a severity
	fClassified        // its class is known
	fTechnique         // it has ATT&CK techniques
	fSubtechnique      // one of them is a sub-technique
	fTactic            // it has ATT&CK tactics
	fTacticID          // one of them is known
	fFinding           // a rule matched
	fConfidence        // it has a confidence
	fID                // it has an id
	fFormat            // text was parsed
	fOriginal          // the layout wants the original text on it

	numFlags = 12
)

func flagsOf(ev *event.Event) flag {
	f := fAlways
	if ev.Severity != 0 {
		f |= fScored
	}
	if ev.Class != event.BaseEvent {
		f |= fClassified
	}
	for _, id := range ev.Techniques {
		f |= fTechnique
		if strings.IndexByte(id, '.') > 0 {
			f |= fSubtechnique
		}
	}
	for _, s := range ev.Tactics {
		f |= fTactic
		if tacticNamed(s) != nil {
			f |= fTacticID
		}
	}
	if len(ev.Findings) > 0 {
		f |= fFinding
	}
	if ev.Confidence > 0 {
		f |= fConfidence
	}
	if ev.ID != "" {
		f |= fID
	}
	if ev.Format != "" {
		f |= fFormat
	}
	return f
}

// when gives the event's time in nanoseconds: its own, else the host's, else that of its arrival.
func when(ev *event.Event) int64 {
	if v := ev.Get(event.KeyTime); v.K == event.Time {
		return int64(v.N)
	}
	if ev.HostTime != 0 {
		return ev.HostTime
	}
	return ev.Arrival
}

// worst gives the finding of the highest level, the first of several; nil where there is none.
func worst(ev *event.Event) *event.Finding {
	var w *event.Finding
	for i := range ev.Findings {
		if f := &ev.Findings[i]; w == nil || f.Level > w.Level {
			w = f
		}
	}
	return w
}
