package normalise

import (
	"strings"

	"prescore/engine/event"
)

// ladder is keys of which the first that has text counts.
type ladder struct {
	keys []event.Key
	any  event.KeySet
}

func ladderOf(keys ...event.Key) ladder { return ladder{keys, event.SetOf(keys...)} }

func (l *ladder) of(ev *event.Event) string {
	if ev.HasAny(&l.any) {
		for _, k := range l.keys {
			if s := ev.Str(k); s != "" {
				return s
			}
		}
	}
	return ""
}

var (
	principals = ladderOf(event.KeyUser, event.KeyUserEmail, event.KeyUserARN, event.KeyUserID, event.KeyTargetUser, event.KeyTargetUserEmail,
		event.KeySrcUser, event.KeyProcessUser, event.KeyEffectiveUser, event.KeyAccessKey)
	hosts     = ladderOf(event.KeyHost, event.KeyHostIP)
	senders   = ladderOf(event.KeySrcHost, event.KeySrcIP)
	observers = ladderOf(event.KeyCloudInstance, event.KeyObserver, event.KeyObserverIP)
	hashes    = ladderOf(event.KeyProcessSHA256, event.KeyFileSHA256, event.KeyProcessSHA1, event.KeyFileSHA1, event.KeyProcessMD5, event.KeyFileMD5)
	domains   = ladderOf(event.KeyDNSQuery, event.KeyURLDomain, event.KeyTLSSNI, event.KeyDomain)
	accounts  = ladderOf(event.KeyCloudAccount, event.KeyCloudProject)
)

// entities fills what the event is about. A principal is the account's name without its domain, or its address of mail, or its name
// in a cloud where that is all there is, in lower case; a host its name, else its address; an ip the source's address, else the
// host's. Of a network event that no host reported, the host is the source.
func entities(ev *event.Event, observer bool) {
	mem := &ev.Arena
	for _, k := range principals.keys {
		if s := ev.Str(k); s != "" {
			if k == event.KeyUserARN && strings.Contains(s, ":assumed-role/") { // the session after the role is the user
				s = s[strings.LastIndexByte(s, '/')+1:]
			}
			ev.Entities[event.Principal] = lower(s, mem)
			break
		}
	}
	host := hosts.of(ev)
	if host == "" && ev.Class.Category() == 4 || observer {
		if s := senders.of(ev); s != "" {
			host = s
		}
	}
	if host == "" {
		host = observers.of(ev)
	}
	ev.Entities[event.Host] = host
	for _, k := range [...]event.Key{event.KeySrcIP, event.KeyHostIP} {
		if s := ev.Str(k); s != "" && !everybody(s) {
			ev.Entities[event.Address] = s
			break
		}
	}
	ev.Entities[event.FileHash] = hashes.of(ev)
	ev.Entities[event.ProcessEntity] = lower(ev.Str(event.KeyProcess), mem)
	ev.Entities[event.DomainName] = domains.of(ev)
	ev.Entities[event.CloudAccount] = accounts.of(ev)
}

// everybody reports whether an address means no one machine: unspecified and loopback.
func everybody(ip string) bool {
	return ip == "0.0.0.0" || ip == "::" || ip == "::1" || strings.HasPrefix(ip, "127.")
}

var contextual = event.SetOf(event.KeyAssetCriticality, event.KeyIdentityRisk, event.KeyConfidence)

// context takes over what a record says of its own context.
func (r *Room) context(ev *event.Event) {
	if !ev.HasAny(&contextual) {
		return
	}
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
