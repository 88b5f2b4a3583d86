// Package kv reads pairs of keys and values: logfmt as Go programs write it, the freer dialects of firewalls and other devices, and
// records of the Linux audit system.
package kv

import (
	"strings"
	"unicode/utf8"

	"prescore/engine/event"
	"prescore/engine/parse/json"
)

// Logfmt reads a text as logfmt: keys, "=", values that are quoted as in JSON where they hold blanks. A key without a value is Null.
// It gives false at the first place that is not logfmt; what stood before it is added.
func Logfmt(ev *event.Event, s string, layer uint8) bool {
	i := 0
	for {
		for i < len(s) && s[i] <= ' ' {
			i++
		}
		if i == len(s) {
			return true
		}
		start, high := i, byte(0)
		for i < len(s) && logfmtByte[s[i]] {
			high |= s[i]
			i++
		}
		key := s[start:i]
		if key == "" || i < len(s) && s[i] == '"' || high >= utf8.RuneSelf && !validKey(key) {
			return false
		}
		v, next := event.Value{K: event.Null}, i
		if i < len(s) && s[i] == '=' {
			if v, next = logfmtValue(ev, s, i+1); next < 0 {
				return false
			}
		}
		if !ev.Add(key, v, layer) {
			return true
		}
		i = next
	}
}

// logfmtByte are the bytes of keys and of values without quotes.
var logfmtByte = func() (t [256]bool) {
	for c := ' ' + 1; c < 256; c++ {
		t[c] = c != '=' && c != '"'
	}
	return t
}()

func validKey(key string) bool {
	return utf8.ValidString(key) && !strings.ContainsRune(key, utf8.RuneError)
}

func logfmtValue(ev *event.Event, s string, i int) (event.Value, int) {
	if i < len(s) && s[i] == '"' {
		return quoted(ev, s, i+1)
	}
	start := i
	for i < len(s) && logfmtByte[s[i]] {
		i++
	}
	if i < len(s) && s[i] > ' ' {
		return event.Value{}, -1
	}
	if i == start {
		return event.Value{K: event.Null}, i
	}
	return event.Str(s[start:i]), i
}

// quoted reads a value after its opening quote, with JSON's escapes.
func quoted(ev *event.Event, s string, i int) (event.Value, int) {
	end, esc := closing(s, i, '"')
	if end < 0 {
		return event.Value{}, -1
	}
	v := s[i:end]
	if esc {
		var ok bool
		if v, ok = json.Unescape(&ev.Arena, v); !ok {
			return event.Value{}, -1
		}
	}
	return event.Str(v), end + 1
}
