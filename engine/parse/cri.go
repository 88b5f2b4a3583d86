package parse

import (
	"strings"

	"prescore/engine/event"
)

// isCRI reports whether a text is a line of a container's log as the Container Runtime Interface has it: a time of RFC 3339, stdout
// or stderr, F or P.
func isCRI(s string) bool {
	if len(s) < 30 || s[4] != '-' || s[10] != 'T' {
		return false
	}
	i := strings.IndexByte(s[:min(len(s), 40)], ' ')
	return i >= 20 && (strings.HasPrefix(s[i:], " stdout ") || strings.HasPrefix(s[i:], " stderr "))
}

// cri reads such a line and gives the container's text.
func cri(ev *event.Event, s string, layer uint8) string {
	at, rest, _ := strings.Cut(s, " ")
	stream, rest, _ := strings.Cut(rest, " ")
	flags, text, _ := strings.Cut(rest, " ")
	ev.Add("cri.time", event.Str(at), layer)
	ev.Add("cri.stream", event.Str(stream), layer)
	ev.Add("cri.flags", event.Str(flags), layer)
	ev.Add("cri.message", event.Str(text), layer)
	return text
}
