// Package cisco reads messages of Cisco's devices: "%FACILITY-SEVERITY-MNEMONIC: text", as IOS, NX-OS, ASA and FTD write them.
package cisco

import (
	"strings"

	"prescore/engine/event"
)

// maxHead bounds the part before the colon in bytes: facility, subfacility and mnemonic of IOS XR reach 90.
const maxHead = 128

// head finds the parts of "%FAC-SUB-SEV-MNEMONIC:" at the start of s; ok is false where it is none.
func head(s string) (facility, severity, mnemonic string, end int, ok bool) {
	if len(s) < 6 || s[0] != '%' {
		return
	}
	end = strings.IndexByte(s[:min(len(s), maxHead)], ':')
	if b := strings.IndexByte(s[:min(len(s), maxHead)], ' '); b > 0 && (end < 0 || b < end) && s[b-1] >= '0' && s[b-1] <= 'Z' {
		end = b // NX-OS leaves the colon out where it has a text of its own
	}
	if end < 0 {
		return
	}
	h := s[1:end]
	for i := 1; i+2 < len(h); i++ {
		if h[i] == '-' && h[i+1]-'0' < 8 && h[i+2] == '-' {
			if !word(h[:i]) || !word(h[i+3:]) {
				return
			}
			return h[:i], h[i+1 : i+2], h[i+3:], end, true
		}
	}
	return
}

func word(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && c-'0' > 9 && c != '_' && c != '-' && c != '.' {
			return false
		}
	}
	return s != ""
}

// Is reports whether a text begins as a message of a Cisco device.
func Is(s string) bool {
	_, _, _, _, ok := head(s)
	return ok
}

// Parse reads a message into cisco.facility, cisco.severity (0 to 7), cisco.mnemonic and cisco.message, and gives the message and
// whether it is one.
func Parse(ev *event.Event, s string, layer uint8) (message string, ok bool) {
	facility, severity, mnemonic, end, ok := head(s)
	if !ok {
		return "", false
	}
	ev.Add("cisco.facility", event.Str(facility), layer)
	ev.Add("cisco.severity", event.Value{S: severity, N: uint64(severity[0] - '0'), K: event.Int}, layer)
	ev.Add("cisco.mnemonic", event.Str(mnemonic), layer)
	message = strings.TrimLeft(s[end+1:], " ")
	ev.Add("cisco.message", event.Str(message), layer)
	return message, true
}
