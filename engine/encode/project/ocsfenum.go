package project

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// choice is a value of an enumeration of OCSF: its number, its caption, and the words that sources have for it.
type choice struct {
	id      uint64
	caption string
	words   []string
}

// enumOther is the number for a word that an enumeration does not have; its caption is the source's word.
const enumOther = 99

func choices(list ...choice) []choice { return list }

func one(id uint64, caption string, words ...string) choice { return choice{id, caption, words} }

var (
	// Captions are severityCaptions'.
	severityChoices = choices(one(1, "", "information", "informational", "info", "debug", "trace", "verbose", "notice"),
		one(2, "", "warning", "warn", "low", "minor"), one(3, "", "error", "err", "medium", "moderate"),
		one(4, "", "high", "severe", "major"), one(5, "", "critical", "crit", "alert", "emergency", "emerg", "fatal"))

	statusChoices = choices(one(1, "Success", "success"), one(2, "Failure", "failure"), one(0, "Unknown", "unknown"))

	dispositionChoices = choices(
		one(1, "Allowed", "allowed", "allow", "accept", "accepted", "pass", "passed", "permit", "permitted"),
		one(2, "Blocked", "blocked", "block", "denied", "deny"), one(3, "Quarantined", "quarantined", "quarantine"),
		one(5, "Deleted", "deleted", "delete"), one(6, "Dropped", "dropped", "drop"),
		one(15, "Detected", "detected", "detect"), one(16, "No Action", "none", "no action"), one(17, "Logged", "logged", "log"),
		one(19, "Alert", "alert"), one(21, "Reset", "reset", "reset-both", "reset-client", "reset-server"),
		one(25, "Rejected", "rejected", "reject", "refused"), one(0, "Unknown", "unknown"))

	actionChoices = choices(
		one(1, "Allowed", "allowed", "allow", "accept", "accepted", "pass", "passed", "permit", "permitted"),
		one(2, "Denied", "blocked", "block", "denied", "deny", "dropped", "drop", "rejected", "reject", "refused", "reset", "reset-both",
			"reset-client", "reset-server", "quarantined", "quarantine"),
		one(3, "Observed", "detected", "detect", "logged", "log", "alert", "none", "no action"), one(0, "Unknown", "unknown"))

	directionChoices = choices(one(1, "Inbound", "inbound", "ingress", "in"), one(2, "Outbound", "outbound", "egress", "out"),
		one(3, "Lateral", "internal", "lateral"), one(4, "Local", "local", "host"), one(0, "Unknown", "unknown"))

	mailDirectionChoices = choices(one(1, "Inbound", "inbound", "ingress", "in"), one(2, "Outbound", "outbound", "egress", "out"),
		one(3, "Internal", "internal"), one(4, "Local", "local"), one(0, "Unknown", "unknown"))

	ipVersionChoices = choices(one(4, "Internet Protocol version 4 (IPv4)", "ipv4", "4"), one(6, "Internet Protocol version 6 (IPv6)", "ipv6", "6"))

	// IANA's assigned internet protocol numbers.
	protocolChoices = choices(one(1, "", "icmp"), one(2, "", "igmp"), one(6, "", "tcp"), one(17, "", "udp"), one(47, "", "gre"), one(50, "", "esp"),
		one(51, "", "ah"), one(58, "", "icmp6", "icmpv6", "ipv6-icmp"), one(89, "", "ospf"), one(132, "", "sctp"))

	logonChoices = choices(one(1, "System", "0", "system"), one(2, "Interactive", "2", "interactive"), one(3, "Network", "3", "network"),
		one(4, "Batch", "4", "batch"), one(5, "OS Service", "5", "service"), one(7, "Unlock", "7", "unlock"),
		one(8, "Network Cleartext", "8", "networkcleartext"), one(9, "New Credentials", "9", "newcredentials"),
		one(10, "Remote Interactive", "10", "remoteinteractive"), one(11, "Cached Interactive", "11", "cachedinteractive"),
		one(12, "Cached Remote Interactive", "12", "cachedremoteinteractive"), one(13, "Cached Unlock", "13", "cachedunlock"))

	authChoices = choices(one(1, "NTLM", "ntlm", "ntlm v1", "ntlm v2", "ntlmssp"), one(2, "Kerberos", "kerberos"), one(3, "Digest", "digest", "wdigest"),
		one(4, "OpenID", "openid", "oidc"), one(5, "SAML", "saml", "saml2"), one(6, "OAUTH 2.0", "oauth", "oauth2", "oauth 2.0"), one(7, "PAP", "pap"),
		one(8, "CHAP", "chap"), one(9, "EAP", "eap"), one(10, "RADIUS", "radius"), one(11, "Basic Authentication", "basic"), one(12, "LDAP", "ldap"))

	rcodeChoices = choices(one(0, "NoError", "noerror", "0"), one(1, "FormError", "formerr", "formerror", "1"), one(2, "ServError", "servfail", "serverror", "2"),
		one(3, "NXDomain", "nxdomain", "3"), one(4, "NotImp", "notimp", "4"), one(5, "Refused", "refused", "5"), one(6, "YXDomain", "yxdomain", "6"),
		one(7, "YXRRSet", "yxrrset", "7"), one(8, "NXRRSet", "nxrrset", "8"), one(9, "NotAuth", "notauth", "9"), one(10, "NotZone", "notzone", "10"))
)

// pick finds the choice of a word, case aside; nil where none has it.
func pick(list []choice, word string) *choice {
	if word == "" { // no choice has that
		return nil
	}
	for i := range list {
		for _, w := range list[i].words {
			if len(w) == len(word) && strings.EqualFold(w, word) {
				return &list[i]
			}
		}
	}
	return nil
}

func pickID(list []choice, id uint64) *choice {
	for i := range list {
		if list[i].id == id {
			return &list[i]
		}
	}
	return nil
}

// addressVersion gives 4 or 6 by the addresses of the event, 0 where it has none.
func (p *Plan) addressVersion() byte {
	ip := p.ev.Str(event.KeySrcIP)
	if ip == "" {
		ip = p.ev.Str(event.KeyDstIP)
	}
	switch {
	case strings.IndexByte(ip, ':') >= 0:
		return 6
	case strings.IndexByte(ip, '.') >= 0:
		return 4
	}
	return 0
}

// enumeration writes the number of an enumeration, or its caption.
func (p *Plan) enumeration(dst []byte, l *leaf) []byte {
	k := p.first(l.keys)
	switch l.op {
	case ocsfStatusID, ocsfStatus:
		return p.choose(dst, statusChoices, event.KeyOutcome, l.op == ocsfStatusID)
	case ocsfDispositionID, ocsfDisposition:
		return p.choose(dst, dispositionChoices, k, l.op == ocsfDispositionID)
	case ocsfActionID, ocsfAction:
		return p.choose(dst, actionChoices, k, l.op == ocsfActionID)
	case ocsfDirectionID, ocsfDirection:
		if p.class.uid == event.EmailActivity {
			return p.choose(dst, mailDirectionChoices, event.KeyDirection, l.op == ocsfDirectionID)
		}
		return p.choose(dst, directionChoices, event.KeyDirection, l.op == ocsfDirectionID)
	case ocsfIPVersionID, ocsfIPVersion:
		return p.choose(dst, ipVersionChoices, k, l.op == ocsfIPVersionID)
	case ocsfAddressVersionID:
		return append(dst, p.addressVersion())
	case ocsfAddressVersion:
		if c := pickID(ipVersionChoices, uint64(p.addressVersion())); c != nil {
			return wire.AppendStr(dst, c.caption)
		}
		return append(dst, unknownText...)
	case ocsfProtocolOf:
		if c := pick(protocolChoices, p.ev.Str(event.KeyTransport)); c != nil {
			return wire.AppendUint(dst, c.id)
		}
		return wire.AppendInt(dst, -1) // not one that IANA has a number for
	case ocsfLogonTypeID, ocsfLogonType:
		return p.choose(dst, logonChoices, k, l.op == ocsfLogonTypeID)
	case ocsfAuthProtocolID, ocsfAuthProtocol:
		return p.choose(dst, authChoices, k, l.op == ocsfAuthProtocolID)
	case ocsfRcodeID, ocsfRcode:
		return p.choose(dst, rcodeChoices, k, l.op == ocsfRcodeID)
	case ocsfOSType:
		return wire.AppendUint(dst, osType(p.ev.Str(k)))
	}
	return wire.AppendNil(dst)
}

// choose writes the number or the caption of the choice that a key's text has. A text that no choice has is 99 and its own caption.
func (p *Plan) choose(dst []byte, list []choice, k event.Key, number bool) []byte {
	if !p.have.has(k) {
		if number {
			return append(dst, 0)
		}
		return append(dst, unknownText...)
	}
	v := p.ev.Get(k)
	var c *choice
	var digits [2]byte
	if n := int64(v.N); v.K == event.Int && n >= 0 && n < 100 {
		text := digits[:0]
		if n >= 10 {
			text = append(text, byte('0'+n/10))
		}
		c = pick(list, event.View(append(text, byte('0'+n%10))))
	} else if v.K == event.String {
		c = pick(list, v.S)
	}
	switch {
	case c != nil && number:
		return wire.AppendUint(dst, c.id)
	case c != nil:
		return wire.AppendStr(dst, c.caption)
	case number:
		return wire.AppendUint(dst, enumOther)
	}
	return p.ofKey(dst, k)
}

// osType gives the type_id of an operating system by its name.
func osType(name string) uint64 {
	for _, o := range []struct {
		word string
		id   uint64
	}{{"windows", 100}, {"linux", 200}, {"ubuntu", 200}, {"debian", 200}, {"centos", 200}, {"red hat", 200}, {"android", 201}, {"macos", 300},
		{"darwin", 300}, {"ios", 301}, {"solaris", 400}, {"aix", 401}, {"hp-ux", 402}} {
		if len(name) >= len(o.word) && strings.EqualFold(name[:len(o.word)], o.word) {
			return o.id
		}
	}
	if name == "" {
		return 0
	}
	return enumOther
}
