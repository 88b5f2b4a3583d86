package engine

import (
	"prescore/engine/detect"
	"prescore/engine/event"
)

// ExplainRule gives what each part of a rule's condition says of an event that Inspect shows; false where no rule has that id, name or
// title.
func (e *Engine) ExplainRule(rule string, ev *event.Event) (detect.Explanation, bool) {
	return e.rooms.Load().detect.Explain(rule, ev)
}

// Mask gives the value of a field of that name ("" where it has none) with its secrets masked, as the running configuration says.
// For people's commands: it allocates.
func (e *Engine) Mask(name, value string) string {
	r := e.rooms.Load().redact
	if r.Masks(name, value) {
		return r.Mask()
	}
	return event.View(r.AppendValue(nil, value))
}
