package project

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// ecsVersion is the version of the Elastic Common Schema whose names the view uses.
const ecsVersion = "9.4.0"

// The derived leaves of the ECS view.
const (
	ecsTimestamp = opDerived + iota
	ecsKind
	ecsCategory
	ecsType
	ecsRisk
	ecsOriginal
	ecsRuleID
	ecsRuleName
	ecsFramework
	ecsTechnique
	ecsSubtechnique
	ecsTacticID
	ecsTacticName
	ecsFirstText // the first of any that is set
	ecsDistinct  // every different text of any, as an array
	ecsAnswers
	ecsMAC
	ecsMACs
	ecsPercent
	ecsOutcome
	ecsTLSVersion
	ecsSerial
	ecsURL
	ecsStart
)

// ecsOps are keys that ECS has with another type than the vocabulary: arrays, numbers as keywords.
var ecsOps = map[event.Key]op{
	event.KeyHostIP: opList, event.KeyObserverIP: opList, event.KeyHostMAC: ecsMACs, event.KeySrcMAC: ecsMAC, event.KeyDstMAC: ecsMAC,
	event.KeyUserRole: opList, event.KeyEmailFrom: opList, event.KeyEmailTo: opList, event.KeyProcessArgs: opList,
	event.KeyRegistryData: opList, event.KeyProtocolNum: opText, event.KeyVendorSeverity: opLong, event.KeyIdentityRisk: ecsPercent,
	event.KeyOutcome: ecsOutcome, event.KeyTLSVersion: ecsTLSVersion, event.KeyTLSSerial: ecsSerial,
}

// ecsDerivedKeys are keys that stand in the view through a derived leaf.
var ecsDerivedKeys = keysOf(event.KeyTime, event.KeyRuleID, event.KeyRule, event.KeyTechnique, event.KeyTactic, event.KeyDNSAnswer,
	event.KeyURL, event.KeyStartTime)

func ecsColumns() []column {
	sources := keysOf(event.KeySrcIP, event.KeySrcHost)
	cols := []column{
		{path: "@timestamp", op: ecsTimestamp, flags: fAlways},
		{path: "ecs.version", op: opConst, flags: fAlways, text: key(ecsVersion)},
		{path: "event.kind", op: ecsKind, flags: fAlways},
		{path: "event.category", op: ecsCategory, flags: fClassified},
		{path: "event.type", op: ecsType, flags: fClassified},
		{path: "event.risk_score", op: ecsRisk, flags: fScored},
		{path: "event.original", op: ecsOriginal, flags: fOriginal},
	}
	for k := event.Key(1); k < event.NumKeys; k++ {
		s := event.Vocabulary[k]
		if s.ECS == "" || ecsDerivedKeys.has(k) {
			continue
		}
		own := ecsOps[k]
		if strings.HasPrefix(s.ECS, "labels.") { // labels are keywords
			own = opText
		}
		cols = append(cols, column{path: s.ECS, key: k, op: opFor(s, own)})
	}
	return append(cols,
		column{path: "host.hostname", op: ecsFirstText, any: keysOf(event.KeyHost)},
		column{path: "event.start", op: ecsStart, any: keysOf(event.KeyStartTime, event.KeyTime)},
		of("url.original", ecsURL, event.KeyURL, event.KeyURLPath),
		column{path: "source.address", op: ecsFirstText, any: sources},
		column{path: "destination.address", op: ecsFirstText, any: keysOf(event.KeyDstIP, event.KeyDstHost)},
		column{path: "dns.answers", op: ecsAnswers, any: keysOf(event.KeyDNSAnswer)},
		column{path: "rule.id", op: ecsRuleID, any: keysOf(event.KeyRuleID), flags: fFinding},
		column{path: "rule.name", op: ecsRuleName, any: keysOf(event.KeyRule), flags: fFinding},
		column{path: "threat.framework", op: ecsFramework, any: keysOf(event.KeyTechnique), flags: fTechnique | fTactic},
		column{path: "threat.technique.id", op: ecsTechnique, any: keysOf(event.KeyTechnique), flags: fTechnique},
		column{path: "threat.technique.subtechnique.id", op: ecsSubtechnique, flags: fSubtechnique},
		column{path: "threat.tactic.id", op: ecsTacticID, flags: fTacticID},
		column{path: "threat.tactic.name", op: ecsTacticName, any: keysOf(event.KeyTactic), flags: fTactic},
		column{path: "related.ip", op: ecsDistinct, any: keysOf(event.KeySrcIP, event.KeyDstIP, event.KeyHostIP, event.KeyObserverIP, event.KeySrcNATIP, event.KeyDstNATIP)},
		column{path: "related.user", op: ecsDistinct, any: keysOf(event.KeyUser, event.KeyTargetUser, event.KeyEffectiveUser, event.KeySrcUser, event.KeyDstUser, event.KeyProcessUser)},
		column{path: "related.hosts", op: ecsDistinct, any: keysOf(event.KeyHost, event.KeySrcHost, event.KeyDstHost, event.KeyObserver, event.KeyDNSQuery, event.KeyURLDomain)},
		column{path: "related.hash", op: ecsDistinct, any: keysOf(event.KeyProcessMD5, event.KeyProcessSHA1, event.KeyProcessSHA256, event.KeyProcessImphash, event.KeyFileMD5, event.KeyFileSHA1, event.KeyFileSHA256, event.KeyTLSJA3, event.KeyTLSJA3S)},
	)
}

// opFor gives how a key is written: as its schema wants it where that is said, else by its canonical type.
func opFor(s event.Spec, own op) op {
	if own != opAny {
		return own
	}
	switch s.Type {
	case event.TypeInt, event.TypePort:
		return opLong
	case event.TypeFloat:
		return opFloat
	case event.TypeBool:
		return opBool
	case event.TypeTime:
		return opDate
	}
	return opText
}

func key(s string) string { return string(wire.AppendStr(nil, s)) }

func (p *Plan) ecs(dst []byte, l *leaf) []byte {
	ev := p.ev
	switch l.op {
	case ecsTimestamp:
		return p.appendTime(dst, when(ev))
	case ecsKind:
		return append(dst, ecsKindOf(ev)...)
	case ecsCategory:
		return append(dst, categoryOf(ev).categories...)
	case ecsType:
		return p.types(dst)
	case ecsRisk:
		return wire.AppendFloat(dst, ev.Risk)
	case ecsOriginal:
		return wire.AppendStr(dst, p.original)
	case ecsRuleID:
		if p.have.has(event.KeyRuleID) {
			return p.ofKey(dst, event.KeyRuleID)
		}
		return wire.AppendStr(dst, worst(ev).Rule)
	case ecsRuleName:
		if p.have.has(event.KeyRule) {
			return p.ofKey(dst, event.KeyRule)
		}
		return wire.AppendStr(dst, worst(ev).Title)
	case ecsFramework:
		return append(dst, mitre...)
	case ecsTechnique, ecsSubtechnique:
		return p.techniques(dst, l.op == ecsSubtechnique)
	case ecsTacticID, ecsTacticName:
		return p.tactics(dst, l.op == ecsTacticName)
	case ecsFirstText:
		return p.ofKey(dst, p.first(l.keys))
	case ecsStart: // what happened at one time began then
		if v := ev.Get(event.KeyStartTime); v.K == event.Time {
			return p.appendTime(dst, int64(v.N))
		}
		return p.appendTime(dst, when(ev))
	case ecsURL:
		return p.url(dst)
	case ecsDistinct:
		return p.distinct(dst, l.keys)
	case ecsAnswers:
		return p.ofKey(append(append(dst, 0x91, 0x81), "\xa4data"...), event.KeyDNSAnswer)
	}
	return wire.AppendNil(dst)
}

// url writes the address as the source has it: whole, or the path with its query.
func (p *Plan) url(dst []byte) []byte {
	if p.wholeURL() {
		return p.ofKey(dst, p.first([]event.Key{event.KeyURL, event.KeyURLPath}))
	}
	at := len(dst)
	dst = append(dst, 0xdb, 0, 0, 0, 0)
	dst = p.masked(dst, p.ev.Str(event.KeyURLPath))
	dst = p.masked(append(dst, '?'), p.ev.Str(event.KeyURLQuery))
	return closeStr(dst, at)
}

// wholeURL reports whether the address is one key's, and not a path and its query.
func (p *Plan) wholeURL() bool {
	return p.have.has(event.KeyURL) || !p.have.has(event.KeyURLQuery) || p.v.secret.has(event.KeyURLQuery)
}

func (p *Plan) masked(dst []byte, s string) []byte {
	if p.mask != nil && p.mask.MayHold(s) {
		return p.mask.AppendValue(dst, s)
	}
	return append(dst, s...)
}

// appendTLSVersion appends the number of "TLS 1.2", "TLSv1.2", "tls12" or "SSLv3".
func appendTLSVersion(dst []byte, s string) []byte {
	n := strings.TrimLeft(s, "TLStlsVv _")
	switch {
	case n == "":
		n = s
	case len(n) == 2 && n[0] == '1' && n[1] <= '3':
		return append(dst, 0xa3, '1', '.', n[1])
	}
	return wire.AppendStr(dst, n)
}

// appendSerial appends the serial number of a certificate as ECS wants it: hexadecimal capitals, nothing between.
func appendSerial(dst []byte, s string) []byte {
	at := len(dst)
	dst = append(dst, 0xdb, 0, 0, 0, 0)
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':' || c == ' ' || c == '-':
		case c >= 'a' && c <= 'f':
			dst = append(dst, c-0x20)
		default:
			dst = append(dst, c)
		}
	}
	return closeStr(dst, at)
}
