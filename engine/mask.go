package engine

import "prescore/engine/event"

// Mask gives the value of a field of that name ("" where it has none) with its secrets masked, as the running configuration says.
// For people's commands: it allocates.
func (e *Engine) Mask(name, value string) string {
	r := e.rooms.Load().redact
	if r.Masks(name, value) {
		return r.Mask()
	}
	return event.View(r.AppendValue(nil, value))
}
