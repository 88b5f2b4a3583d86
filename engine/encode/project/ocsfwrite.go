package project

import (
	"math"
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// maxSeverityID is the number of severities that have a caption, Unknown among them.
const maxSeverityID = 6

var (
	severityCaptions   = encodeAll("Unknown", "Informational", "Low", "Medium", "High", "Critical")
	riskCaptions       = encodeAll("Info", "Low", "Medium", "High", "Critical")
	confidenceCaptions = encodeAll("Unknown", "Low", "Medium", "High")
	unknownText        = key("Unknown")
)

func encodeAll(ss ...string) []string {
	for i, s := range ss {
		ss[i] = key(s)
	}
	return ss
}

// ocsf writes a derived leaf of OCSF.
func (p *Plan) ocsf(dst []byte, l *leaf) []byte {
	ev, c := p.ev, p.class
	switch l.op {
	case ocsfActivityID:
		return wire.AppendUint(dst, uint64(p.activityID()))
	case ocsfActivityName:
		// 99 is Other: its name is the source's own word, where it has one.
		if p.activityID() == event.ActivityOther && p.have.has(event.KeyAction) {
			return p.ofKey(dst, event.KeyAction)
		}
		return append(dst, c.activity(p.activityID()).caption...)
	case ocsfTypeName:
		return append(dst, c.activity(p.activityID()).typeName...)
	case ocsfTypeUID:
		return wire.AppendUint(dst, uint64(c.uid)*100+uint64(p.activityID()))
	case ocsfCategoryUID:
		return wire.AppendUint(dst, uint64(c.uid.Category()))
	case ocsfCategoryName:
		return append(dst, c.category...)
	case ocsfClassUID:
		return wire.AppendUint(dst, uint64(c.uid))
	case ocsfClassName:
		return append(dst, c.caption...)
	case ocsfTime:
		return wire.AppendInt(dst, floorDiv(when(ev), 1e6))
	case ocsfSeverityID:
		return append(dst, severityID(ev))
	case ocsfSeverity:
		return append(dst, severityCaptions[severityID(ev)]...)
	case ocsfUID:
		return p.uid(dst)
	case ocsfFormat:
		return wire.AppendStr(dst, ev.Format)
	case ocsfProduct, ocsfSource:
		if p.have.has(event.KeyProduct) && l.op == ocsfProduct {
			return p.ofKey(dst, event.KeyProduct)
		}
		if ev.Source != "" {
			return wire.AppendStr(dst, ev.Source)
		}
		return append(dst, unknownText...)
	case ocsfProfiles:
		return p.profiles(dst)
	case ocsfRiskScore:
		return wire.AppendInt(dst, int64(math.Round(ev.Risk)))
	case ocsfRiskLevelID:
		return append(dst, riskLevel(ev))
	case ocsfRiskLevel:
		return append(dst, riskCaptions[riskLevel(ev)]...)
	case ocsfConfidenceID:
		return append(dst, confidenceID(ev))
	case ocsfConfidence:
		return append(dst, confidenceCaptions[confidenceID(ev)]...)
	case ocsfConfidenceScore:
		return wire.AppendInt(dst, int64(math.Round(100*min(ev.Confidence, 1))))
	case ecsOriginal:
		return wire.AppendStr(dst, p.original)
	}
	return p.ocsfOfKeys(dst, l)
}

// ocsfOfKeys writes a derived leaf that is made of keys.
func (p *Plan) ocsfOfKeys(dst []byte, l *leaf) []byte {
	k := p.first(l.keys)
	switch l.op {
	case ocsfText:
		return p.ofKey(dst, k)
	case ocsfLong:
		n, _ := integer(p.ev.Get(k))
		return wire.AppendInt(dst, n)
	case ocsfBase:
		if v := p.ev.Get(k); v.K == event.String && !p.v.secret.has(k) {
			return wire.AppendStr(dst, baseName(v.S))
		}
		return p.ofKey(dst, k)
	case ocsfList:
		return p.ofKey(append(dst, 0x91), k)
	case ocsfNamed:
		return p.ofKey(append(append(dst, 0x91, 0x81), "\xa4name"...), k)
	case ocsfData:
		return p.ofKey(append(append(dst, 0x91, 0x81), "\xa5rdata"...), k)
	case ocsfMalware:
		dst = p.ofKey(append(append(dst, 0x91, 0x82), "\xa4name"...), k)
		return append(append(dst, "\xb2classification_ids"...), 0x91, 0)
	case ocsfHashes:
		return p.hashes(dst, l.keys)
	case ocsfIndicators:
		return p.indicators(dst, l.keys)
	case ocsfResource:
		return p.object(append(dst, 0x91), l.keys, "name", "uid", "type")
	case ocsfLoggers:
		return p.object(append(dst, 0x91), l.keys, "name", "uid")
	case ocsfAttacks:
		return p.attacks(dst)
	case ocsfVulnerability:
		dst = append(append(dst, 0x91, 0x81), "\xa3cve\x81\xa3uid"...)
		return p.orUnknown(dst, event.KeyFindingID, event.KeyRuleID, event.KeyThreat)
	case ocsfControl:
		return p.orUnknown(dst, event.KeyRule, event.KeyFinding, event.KeyRuleID)
	case ocsfOperation:
		return p.orUnknown(dst, event.KeyAction, event.KeyEventCode)
	case ocsfFindingList:
		dst = p.uid(append(append(dst, 0x91, 0x82), "\xa3uid"...))
		return p.orUnknown(append(dst, "\xa5title"...), event.KeyFinding, event.KeyRule)
	}
	return p.enumeration(dst, l)
}

// first gives the first of keys that is set, 0 where none is.
func (p *Plan) first(keys []event.Key) event.Key {
	for _, k := range keys {
		if p.have.has(k) {
			return k
		}
	}
	return 0
}

func (p *Plan) orUnknown(dst []byte, keys ...event.Key) []byte {
	if k := p.first(keys); k != 0 {
		return p.ofKey(dst, k)
	}
	return append(dst, unknownText...)
}

// activityID gives the class's number: the event's own where the class has it, else Other.
func (p *Plan) activityID() uint8 {
	id := p.ev.Activity
	if p.class.uid != p.ev.Class || id == 0 {
		return 0
	}
	if _, ok := p.class.activities[id]; !ok {
		return event.ActivityOther
	}
	return id
}

// uid gives the record its id.
func (p *Plan) uid(dst []byte) []byte {
	if p.ev.ID != "" {
		return wire.AppendStr(dst, p.ev.ID)
	}
	return append(dst, unknownText...)
}

// severityID gives severity_id: of a finding what its baseline says; of an activity what its source says, in words or on its own scale
// (the baseline is that); and where the source says nothing, Informational: OCSF's severity is the source's, and prescore's own is
// risk_level. Where a rule matched, its level is the least.
func severityID(ev *event.Event) byte {
	id := byte(1)
	level := ev.Str(event.KeyLogLevel)
	word := pick(severityChoices, level)
	if word == nil {
		word = pick(severityChoices, ev.Str(event.KeyVendorSeverity))
	}
	switch {
	case ev.Class.Category() == 2 || word == nil && ev.Has(event.KeyVendorSeverity):
		id = ofBaseline(ev)
	case word != nil:
		id = byte(word.id)
	}
	if ev.Class == event.Authentication && id == 1 && ev.Str(event.KeyOutcome) == "failure" {
		id = 2 // sources log a failed logon as information too
	}
	if f := worst(ev); f != nil {
		id = max(id, byte(f.Level)) // informational is 1 in both
	}
	return min(id, maxSeverityID-1)
}

// ofBaseline maps the baseline as it came, before correlations raised it.
func ofBaseline(ev *event.Event) byte {
	b := ev.Baseline
	if ev.BaselineGiven > 0 {
		b = ev.BaselineGiven
	}
	switch {
	case b <= 0:
		return 0
	case b <= 2:
		return 1
	case b <= 4:
		return 2
	case b <= 6:
		return 3
	case b <= 8:
		return 4
	}
	return 5
}

// riskLevel maps the event's level, which is of prescore's score, to risk_level_id.
func riskLevel(ev *event.Event) byte {
	if ev.Level == event.LevelNone {
		return 0
	}
	return byte(ev.Level) - 1
}

// confidenceID maps 0 to 1 to Low, Medium and High, a third each.
func confidenceID(ev *event.Event) byte {
	switch c := ev.Confidence; {
	case c <= 0:
		return 0
	case c < 1.0/3:
		return 1
	case c < 2.0/3:
		return 2
	}
	return 3
}

func (p *Plan) profiles(dst []byte) []byte {
	n := 0
	at := len(dst)
	dst = append(dst, 0x90)
	for i := range p.layout.profiles {
		if p.profile&(1<<i) != 0 {
			dst = append(dst, p.layout.profiles[i].name...)
			n++
		}
	}
	dst[at] |= byte(n) // OCSF has fewer than 15 profiles
	return dst
}

// hashes writes an array of fingerprints. The keys are MD5, SHA-1, SHA-256 and the hash of the import table.
func (p *Plan) hashes(dst []byte, keys []event.Key) []byte {
	at, n := len(dst), byte(0)
	dst = append(dst, 0x90)
	for i, k := range keys {
		if !p.have.has(k) {
			continue
		}
		n++
		dst = append(dst, fingerprints[i]...)
		dst = p.ofKey(dst, k)
	}
	dst[at] |= n
	return dst
}

// fingerprints are the heads of fingerprint objects up to their value, in the order of the keys.
var fingerprints = func() (f [4]string) {
	for i, alg := range []struct {
		id   uint64
		name string
	}{{1, "MD5"}, {2, "SHA-1"}, {3, "SHA-256"}, {18, "Imphash"}} {
		b := wire.AppendUint(wire.AppendStr(wire.AppendMap(nil, 3), "algorithm_id"), alg.id)
		b = wire.AppendStr(wire.AppendStr(b, "algorithm"), alg.name)
		f[i] = string(wire.AppendStr(b, "value"))
	}
	return f
}()

// indicators writes an array of an osint object for each key that is set, one that is not known where none is.
func (p *Plan) indicators(dst []byte, keys []event.Key) []byte {
	at := len(dst)
	dst = append(dst, 0x90)
	for _, k := range keys {
		if !p.have.has(k) {
			continue
		}
		dst[at]++
		switch k {
		case event.KeyURL:
			dst = append(dst, "\x83\xa7type_id\x05\xa4type\xa3URL"...)
		case event.KeyDomain:
			dst = append(dst, "\x83\xa7type_id\x02\xa4type\xa6Domain"...)
		case event.KeyEmailFrom:
			dst = append(dst, "\x83\xa7type_id\x09\xa4type\xadEmail Address"...)
		case event.KeySrcIP:
			dst = append(dst, "\x83\xa7type_id\x01\xa4type\xaaIP Address"...)
		default:
			dst = append(dst, "\x83\xa7type_id\x04\xa4type\xa4Hash"...)
		}
		dst = p.ofKey(append(dst, "\xa5value"...), k)
	}
	if dst[at] == 0x90 {
		dst = append(append(dst, "\x82\xa7type_id\x00\xa5value"...), unknownText...)
		dst[at]++
	}
	return dst
}

// object writes a map of the keys that are set under names.
func (p *Plan) object(dst []byte, keys []event.Key, names ...string) []byte {
	at := len(dst)
	dst = append(dst, 0x80)
	named := false
	for i, k := range keys {
		if !p.have.has(k) {
			continue
		}
		dst[at]++
		dst = p.ofKey(wire.AppendStr(dst, names[i]), k)
		named = named || names[i] != "type"
	}
	if !named {
		dst[at]++
		dst = append(append(dst, "\xa4name"...), unknownText...)
	}
	return dst
}

// attacks writes one object a technique and one a tactic: which tactic belongs to which technique, the event does not say.
func (p *Plan) attacks(dst []byte) []byte {
	var techniques, tactics terms
	techniques.add(p.ev.Str(event.KeyTechnique))
	for _, t := range p.ev.Techniques {
		techniques.add(t)
	}
	for _, t := range p.ev.Tactics {
		tactics.add(t)
	}
	if s := p.ev.Str(event.KeyTactic); s != "" {
		if t := tacticNamed(s); t != nil {
			s = t.short
		}
		tactics.add(s)
	}
	dst = wire.AppendArray(dst, techniques.n+tactics.n)
	for _, id := range techniques.s[:techniques.n] {
		parent, _, sub := strings.Cut(id, ".")
		dst = append(wire.AppendMap(dst, 1), "\xa9technique\x81\xa3uid"...)
		if sub {
			dst[len(dst)-len("\x81\xa9technique\x81\xa3uid")] = 0x82
		}
		dst = wire.AppendStr(dst, parent)
		if sub {
			dst = wire.AppendStr(append(dst, "\xadsub_technique\x81\xa3uid"...), id)
		}
	}
	for _, s := range tactics.s[:tactics.n] {
		dst = append(dst, "\x81\xa6tactic"...)
		if t := tacticNamed(s); t != nil {
			dst = wire.AppendStr(append(dst, "\x82\xa4name"...), t.name)
			dst = wire.AppendStr(append(dst, "\xa3uid"...), t.id)
		} else {
			dst = wire.AppendStr(append(dst, "\x81\xa4name"...), s)
		}
	}
	return dst
}

// baseName gives what follows the last separator of a path, the whole where that is empty.
func baseName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 && i+1 < len(s) {
		return s[i+1:]
	}
	return s
}
