package normalise

import (
	"encoding/binary"
	"strings"

	"prescore/engine/event"
)

// rarer are keys from which others follow and which most records do not have.
var rarer = event.SetOf(event.KeyTargetProcessPath, event.KeyFilePath, event.KeyModulePath, event.KeyProtocolNum, event.KeyTransport, event.KeyBytesOut,
	event.KeyPacketsOut, event.KeyTLSVersion, event.KeyURL)

// derive fills canonical keys that follow from others, whatever the source: the name from a path, the domain from an address of mail.
// Of an account's name it also says the principal, which is the same text.
func (r *Room) derive(ev *event.Event, reach *reach) {
	if reach.paths {
		base(ev, event.KeyProcess, event.KeyProcessPath)
		base(ev, event.KeyParent, event.KeyParentPath)
	}
	if u := ev.Str(event.KeyUser); u != "" {
		mail, large := account(u)
		small := u
		if large {
			small = lower(u, &ev.Arena)
		}
		if ev.Entities[event.Principal] = small; mail && !ev.Has(event.KeyUserEmail) {
			ev.Set(event.KeyUserEmail, event.Str(small))
		}
	}
	if !reach.rarer || !ev.HasAny(&rarer) {
		return
	}
	base(ev, event.KeyTargetProcess, event.KeyTargetProcessPath)
	base(ev, event.KeyFile, event.KeyFilePath)
	base(ev, event.KeyModule, event.KeyModulePath)
	if p := ev.Str(event.KeyFilePath); p != "" {
		cut := lastSlash(p)
		if cut > 0 && !ev.Has(event.KeyFileDir) {
			ev.Set(event.KeyFileDir, event.Str(p[:cut]))
		}
		name := p[cut+1:]
		if i := strings.LastIndexByte(name, '.'); i > 0 && i+1 < len(name) && !ev.Has(event.KeyFileExt) {
			ev.Set(event.KeyFileExt, event.Str(name[i+1:]))
		}
	}
	if !ev.Has(event.KeyTransport) && ev.Has(event.KeyProtocolNum) {
		if n, _ := ev.Get(event.KeyProtocolNum).Int64(); n >= 0 && n < int64(len(protocols)) && protocols[n] != "" {
			ev.Set(event.KeyTransport, event.Str(protocols[n]))
		}
	}
	if t := ev.Get(event.KeyTransport); t.K == event.String {
		if n, ok := t.Int64(); ok && n >= 0 && n < int64(len(protocols)) && protocols[n] != "" {
			ev.Set(event.KeyTransport, event.Str(protocols[n]))
			if !ev.Has(event.KeyProtocolNum) {
				ev.Set(event.KeyProtocolNum, event.IntOf(n))
			}
		} else if s := lower(t.S, &ev.Arena); s != t.S {
			ev.Set(event.KeyTransport, event.Str(s))
		}
	}
	sum(ev, event.KeyBytes, event.KeyBytesOut, event.KeyBytesIn)
	sum(ev, event.KeyPackets, event.KeyPacketsOut, event.KeyPacketsIn)
	if v := ev.Str(event.KeyTLSVersion); len(v) > 3 && equalFold(v[:3], "tls") {
		v = strings.TrimLeft(v[3:], "vV ")
		if v == "10" || v == "11" || v == "12" || v == "13" { // Zeek writes TLSv12
			v = [...]string{"1.0", "1.1", "1.2", "1.3"}[v[1]-'0']
		}
		if v != "" && isDigit(v[0]) {
			ev.Set(event.KeyTLSVersion, event.Str(v))
		}
	}
	if u := ev.Str(event.KeyURL); u != "" {
		part(ev, event.KeyURLDomain, opURLHost, u)
		part(ev, event.KeyURLPath, opURLPath, u)
		part(ev, event.KeyURLQuery, opURLQuery, u)
		part(ev, event.KeyURLScheme, opURLScheme, u)
	}
}

// sum fills the total of both directions.
func sum(ev *event.Event, total, out, in event.Key) {
	if !ev.Has(out) || ev.Has(total) || !ev.Has(in) {
		return
	}
	a, _ := ev.Get(out).Int64()
	b, _ := ev.Get(in).Int64()
	if a >= 0 && b >= 0 && a+b >= 0 {
		ev.Set(total, event.IntOf(a+b))
	}
}

func base(ev *event.Event, name, path event.Key) {
	if p := ev.Str(path); p != "" && !ev.Has(name) {
		if s := p[lastSlash(p)+1:]; s != "" {
			ev.Set(name, event.Str(s))
		}
	}
}

// lastSlash gives the place of the last slash of either kind, -1 where there is none.
func lastSlash(s string) int {
	i := len(s) - 1
	for i >= 0 && s[i] != '\\' && s[i] != '/' {
		i--
	}
	return i
}

func part(ev *event.Event, k event.Key, code opCode, url string) {
	if ev.Has(k) {
		return
	}
	if s := urlPart(url, code); s != "" {
		if k == event.KeyURLDomain {
			s = lower(s, &ev.Arena)
		}
		ev.Set(k, event.Str(s))
	}
}

// account says what is to be known of an account's name: whether it is like an address of mail, and whether it may have capitals.
func account(s string) (mail, large bool) {
	n := len(s)
	if n < 8 {
		return mailLike(s), true
	}
	b := event.BytesOf(s)
	blanks, upper := uint64(0), uint64(0) // their highest bits
	for i := 0; ; i += 8 {
		i = min(i, n-8)
		x := binary.LittleEndian.Uint64(b[i:])
		upper |= capitals(x)
		x ^= ' ' * ones
		blanks |= (x - ones) &^ x
		if i+8 >= n {
			break
		}
	}
	return blanks&(0x80*ones) == 0 && addressed(s), upper != 0
}

// mailLike reports whether s has one at sign with something before it, no blank, and a dot behind it, though not next to it.
func mailLike(s string) bool {
	return addressed(s) && strings.IndexByte(s, ' ') < 0
}

// addressed is mailLike but for blanks.
func addressed(s string) bool {
	at := strings.IndexByte(s, '@')
	if at <= 0 {
		return false
	}
	domain := s[at+1:]
	return strings.IndexByte(domain, '.') > 0 && strings.IndexByte(domain, '@') < 0
}

// protocols names IANA's protocol numbers that logs carry.
var protocols = [...]string{1: "icmp", 2: "igmp", 4: "ipv4", 6: "tcp", 17: "udp", 41: "ipv6", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp", 89: "ospf", 103: "pim", 112: "vrrp", 132: "sctp"}
