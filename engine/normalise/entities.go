package normalise

import (
	"math"
	"strings"

	"prescore/engine/event"
)

// first gives the text of the first of the keys that has any.
func first(ev *event.Event, keys []event.Key) string {
	for _, k := range keys {
		if s := ev.Str(k); s != "" {
			return s
		}
	}
	return ""
}

// entities fills what the event is about. A principal is the account's name without its domain, or its address of mail, or its name
// in a cloud where that is all there is, in lower case; a host its name, else its address; an ip the source's address, else the
// host's. Of a network event that no host reported, the host is the source.
func entities(ev *event.Event, observer bool, reach *reach) {
	mem := &ev.Arena
	for _, k := range reach.principals {
		if ev.Entities[event.Principal] != "" { // by derive
			break
		}
		if s := ev.Str(k); s != "" {
			if k == event.KeyUserARN && strings.Contains(s, ":assumed-role/") { // the session after the role is the user
				s = s[strings.LastIndexByte(s, '/')+1:]
			}
			ev.Entities[event.Principal] = lower(s, mem)
			break
		}
	}
	host := first(ev, reach.hosts)
	if host == "" && ev.Class.Category() == 4 || observer {
		if s := first(ev, reach.senders); s != "" {
			host = s
		}
	}
	if host == "" {
		host = first(ev, reach.observers)
	}
	ev.Entities[event.Host] = host
	for _, k := range reach.addresses {
		if s := ev.Str(k); s != "" && !everybody(s) {
			ev.Entities[event.Address] = s
			break
		}
	}
	if len(reach.processes) > 0 {
		ev.Entities[event.ProcessEntity] = lower(ev.Str(event.KeyProcess), mem)
	}
	if len(reach.hashes) > 0 {
		ev.Entities[event.FileHash] = first(ev, reach.hashes)
	}
	if len(reach.domains) > 0 {
		ev.Entities[event.DomainName] = first(ev, reach.domains)
	}
	if len(reach.accounts) > 0 {
		ev.Entities[event.CloudAccount] = first(ev, reach.accounts)
	}
}

// everybody reports whether an address means no one machine: unspecified and loopback.
func everybody(ip string) bool {
	return ip == "0.0.0.0" || ip == "::" || ip == "::1" || strings.HasPrefix(ip, "127.")
}

var contextual = event.SetOf(event.KeyAssetCriticality, event.KeyIdentityRisk, event.KeyConfidence)

// context takes over what a record says of its own context.
func (r *Room) context(ev *event.Event) {
	if s := ev.Str(event.KeyAssetCriticality); s != "" {
		c, ok := event.CriticalityNamed(s)
		if !ok {
			c, ok = event.CriticalityNamed(lower(s, &ev.Arena))
		}
		if ok {
			ev.Criticality = c
		} else {
			ev.Problem(room, codeOutOfRange, event.KeyAssetCriticality.String())
		}
	}
	if f, ok := share(ev, event.KeyIdentityRisk); ok {
		ev.Identity = f
	}
	if f, ok := share(ev, event.KeyConfidence); ok {
		ev.Confidence = f
	}
}

// share gives a key's number, which is to be from 0 to 1; false where there is none.
func share(ev *event.Event, k event.Key) (float64, bool) {
	v := ev.At(k)
	if !ev.Has(k) || v.K != event.Float {
		return 0, false
	}
	f := math.Float64frombits(v.N)
	if f < 0 || f > 1 {
		ev.Problem(room, codeOutOfRange, k.String())
		f = min(max(f, 0), 1)
	}
	return f, true
}
