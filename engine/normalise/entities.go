package normalise

import (
	"strings"

	"prescore/engine/event"
)

// entities fills what the event is about. A principal is the account's name without its domain, or its address of mail, or its name
// in a cloud where that is all there is, in lower case; a host its name, else its address; an ip the source's address, else the
// host's. Of a network event that no host reported, the host is the source.
func entities(ev *event.Event, observer bool) {
	mem := &ev.Arena
	for _, k := range [...]event.Key{event.KeyUser, event.KeyUserEmail, event.KeyUserARN, event.KeyUserID, event.KeyTargetUser, event.KeyTargetUserEmail,
		event.KeySrcUser, event.KeyProcessUser, event.KeyEffectiveUser, event.KeyAccessKey} {
		if s := ev.Str(k); s != "" {
			if k == event.KeyUserARN && strings.Contains(s, ":assumed-role/") { // the session after the role is the user
				s = s[strings.LastIndexByte(s, '/')+1:]
			}
			ev.Entities[event.Principal] = lower(s, mem)
			break
		}
	}
	host := firstOf(ev, event.KeyHost, event.KeyHostIP)
	if host == "" && ev.Class.Category() == 4 || observer {
		if s := firstOf(ev, event.KeySrcHost, event.KeySrcIP); s != "" {
			host = s
		}
	}
	if host == "" {
		host = firstOf(ev, event.KeyCloudInstance, event.KeyObserver, event.KeyObserverIP)
	}
	ev.Entities[event.Host] = host
	for _, k := range [...]event.Key{event.KeySrcIP, event.KeyHostIP} {
		if s := ev.Str(k); s != "" && !everybody(s) {
			ev.Entities[event.Address] = s
			break
		}
	}
	ev.Entities[event.FileHash] = firstOf(ev, event.KeyProcessSHA256, event.KeyFileSHA256, event.KeyProcessSHA1, event.KeyFileSHA1, event.KeyProcessMD5,
		event.KeyFileMD5)
	ev.Entities[event.ProcessEntity] = lower(ev.Str(event.KeyProcess), mem)
	ev.Entities[event.DomainName] = firstOf(ev, event.KeyDNSQuery, event.KeyURLDomain, event.KeyTLSSNI, event.KeyDomain)
	ev.Entities[event.CloudAccount] = firstOf(ev, event.KeyCloudAccount, event.KeyCloudProject)
}

// everybody reports whether an address means no one machine: unspecified and loopback.
func everybody(ip string) bool {
	return ip == "0.0.0.0" || ip == "::" || ip == "::1" || strings.HasPrefix(ip, "127.")
}

func firstOf(ev *event.Event, keys ...event.Key) string {
	for _, k := range keys {
		if s := ev.Str(k); s != "" {
			return s
		}
	}
	return ""
}

// context takes over what a record says of its own context.
func (r *Room) context(ev *event.Event) {
	if s := ev.Str(event.KeyAssetCriticality); s != "" {
		if c, ok := event.CriticalityNamed(lower(s, &ev.Arena)); ok {
			ev.Criticality = c
		} else {
			ev.Problem(room, codeOutOfRange, event.KeyAssetCriticality.String())
		}
	}
	if v := ev.Get(event.KeyIdentityRisk); v.K == event.Float {
		f, _ := v.Float64()
		if f < 0 || f > 1 {
			ev.Problem(room, codeOutOfRange, event.KeyIdentityRisk.String())
			f = min(max(f, 0), 1)
		}
		ev.Identity = f
	}
	if v := ev.Get(event.KeyConfidence); v.K == event.Float {
		f, _ := v.Float64()
		if f < 0 || f > 1 {
			ev.Problem(room, codeOutOfRange, event.KeyConfidence.String())
			f = min(max(f, 0), 1)
		}
		ev.Confidence = f
	}
}
