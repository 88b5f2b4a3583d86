package encode

import (
	"encoding/binary"

	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// contractVersion is "v": it changes when a key changes its meaning or type.
const contractVersion = 1

// The keys of the contract, encoded, in its order.
var (
	keyPrescore   = key("prescore")
	keyV          = key("v") + string(rune(contractVersion))
	keyKind       = key("kind")
	keyKindEvent  = key("kind") + key("event")
	keyID         = key("id")
	keyHash       = key("hash")
	keyTime       = key("time")
	keySource     = key("source")
	keyFormat     = key("format")
	keyClass      = key("class")
	keyClassUID   = key("class_uid")
	keyActivity   = key("activity")
	keyEntities   = key("entities")
	keyBaseline   = key("baseline")
	keySeverity   = key("severity")
	keyRisk       = key("risk")
	keyLevel      = key("level")
	keyEntityRisk = key("entity_risk")
	keyConfidence = key("confidence")
	keyAttack     = key("attack")
	keyTechniques = key("techniques")
	keyTactics    = key("tactics")
	keyFindings   = key("findings")
	keyRule       = key("rule")
	keyTitle      = key("title")
	keyDelta      = key("delta")
	keyMatches    = key("matches")
	keyFactors    = key("factors")
	keyAsset      = key("asset")
	keyIdentity   = key("identity")
	keyRoute      = key("route")
	keyRecurrence = key("recurrence")
	keyReplayed   = key("replayed") + "\xc3"
	keyTruncated  = key("state_truncated") + "\xc3"
	keyProblems   = key("problems")
	keyRoom       = key("room")
	keyCode       = key("code")
	keyField      = key("field")
	keyFields     = key("fields")

	entityKeys = func() (k [event.NumEntityKinds]string) {
		for i := range k {
			k[i] = key(event.EntityKind(i).String())
		}
		return k
	}()
)

func key(name string) string { return string(wire.AppendStr(nil, name)) }

// object is a map whose members are counted while they are written. Its head takes three bytes until done.
type object struct{ at, n int }

func begin(dst []byte) ([]byte, object) { return append(dst, 0xde, 0, 0), object{at: len(dst)} }

func (o *object) str(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	o.n++
	return wire.AppendStr(append(dst, key...), s)
}

// float appends a number; 0 stands for none where zero is false.
func (o *object) float(dst []byte, key string, f float64, zero bool) []byte {
	if f == 0 && !zero || f-f != 0 { // f-f is NaN for NaN and infinities
		return dst
	}
	o.n++
	return wire.AppendFloat(append(dst, key...), f)
}

func (o *object) int(dst []byte, key string, n int64) []byte {
	if n == 0 {
		return dst
	}
	o.n++
	return wire.AppendInt(append(dst, key...), n)
}

func (o *object) list(dst []byte, key string, l []string) []byte {
	if len(l) == 0 {
		return dst
	}
	o.n++
	dst = wire.AppendArray(append(dst, key...), len(l))
	for _, s := range l {
		dst = wire.AppendStr(dst, s)
	}
	return dst
}

// time appends a time as RFC 3339 text; 0 stands for none.
func (o *object) time(dst []byte, key string, ns int64) []byte {
	if ns == 0 {
		return dst
	}
	o.n++
	return appendTime(append(dst, key...), event.TimeOf(ns))
}

// mark appends a key whose value is true, or nothing.
func (o *object) mark(dst []byte, pair string, is bool) []byte {
	if !is {
		return dst
	}
	o.n++
	return append(dst, pair...)
}

// done writes the head in its shortest form. An object of at most 65,535 members.
func (o *object) done(dst []byte) []byte {
	if o.n > 15 {
		binary.BigEndian.PutUint16(dst[o.at+1:], uint16(o.n))
		return dst
	}
	dst[o.at] = 0x80 | byte(o.n)
	copy(dst[o.at+1:], dst[o.at+3:])
	return dst[:len(dst)-2]
}

// appendPrescore appends the key "prescore" and its map.
func (r *Room) appendPrescore(dst []byte, ev *event.Event, plan *project.Plan, fields bool) []byte {
	dst = append(dst, keyPrescore...)
	dst, o := begin(dst)
	dst = append(append(dst, keyV...), keyKindEvent...)
	o.n = 2
	dst = o.str(dst, keyID, ev.ID)
	dst = o.str(dst, keyHash, ev.Hash)
	if ev.Has(event.KeyTime) {
		o.n++
		dst = appendTime(append(dst, keyTime...), ev.Get(event.KeyTime))
	}
	dst = o.str(dst, keySource, ev.Source)
	dst = o.str(dst, keyFormat, ev.Format)
	if ev.Class != event.BaseEvent {
		dst = o.str(dst, keyClass, ev.Class.Name())
		dst = o.int(dst, keyClassUID, int64(ev.Class))
		dst = o.str(dst, keyActivity, ev.Class.Activity(ev.Activity))
	}
	dst = r.entities(dst, &o, ev)
	dst = o.float(dst, keyBaseline, ev.Baseline, false)
	if ev.Severity != 0 {
		dst = o.int(dst, keySeverity, int64(ev.Severity))
		dst = o.float(dst, keyRisk, ev.Risk, true)
		dst = o.str(dst, keyLevel, ev.Level.String())
	}
	dst = entityRisk(dst, &o, ev)
	dst = o.float(dst, keyConfidence, ev.Confidence, false)
	dst = attack(dst, &o, ev.Techniques, ev.Tactics)
	dst = r.findings(dst, &o, ev)
	dst = factors(dst, &o, ev)
	dst = o.str(dst, keyRoute, ev.Route.String())
	dst = o.int(dst, keyRecurrence, int64(ev.Recurrence))
	dst = o.mark(dst, keyReplayed, ev.Replayed)
	dst = o.mark(dst, keyTruncated, ev.StateTruncated)
	dst = problems(dst, &o, ev)
	if fields && !r.view.Empty(plan) {
		o.n++
		dst = r.view.Append(append(dst, keyFields...), plan, ev, r.redact)
	}
	return o.done(dst)
}

// appendTime appends a time as RFC 3339 text; what is no time as the text it is.
func appendTime(dst []byte, v event.Value) []byte {
	if v.K != event.Time {
		return wire.AppendStr(dst, v.S)
	}
	at := len(dst)
	dst = event.AppendRFC3339(append(dst, 0xa0), int64(v.N))
	dst[at] = 0xa0 | byte(len(dst)-at-1) // 30 bytes at most
	return dst
}

func (r *Room) entities(dst []byte, o *object, ev *event.Event) []byte {
	n := 0
	for i := range ev.Entities {
		if ev.Entities[i] != "" {
			n++
		}
	}
	if n == 0 {
		return dst
	}
	o.n++
	dst = wire.AppendMap(append(dst, keyEntities...), n)
	for i, s := range ev.Entities {
		if s != "" {
			dst = wire.AppendStr(append(dst, entityKeys[i]...), s)
		}
	}
	return dst
}

func entityRisk(dst []byte, o *object, ev *event.Event) []byte {
	if ev.EntityRisk == [event.NumEntityKinds]float64{} {
		return dst
	}
	o.n++
	dst, m := begin(append(dst, keyEntityRisk...))
	for i, f := range ev.EntityRisk {
		dst = m.float(dst, entityKeys[i], f, false)
	}
	return m.done(dst)
}

func attack(dst []byte, o *object, techniques, tactics []string) []byte {
	if len(techniques) == 0 && len(tactics) == 0 {
		return dst
	}
	o.n++
	dst, a := begin(append(dst, keyAttack...))
	dst = a.list(dst, keyTechniques, techniques)
	dst = a.list(dst, keyTactics, tactics)
	return a.done(dst)
}

func (r *Room) findings(dst []byte, o *object, ev *event.Event) []byte {
	if len(ev.Findings) == 0 {
		return dst
	}
	o.n++
	dst = wire.AppendArray(append(dst, keyFindings...), len(ev.Findings))
	for i := range ev.Findings {
		f := &ev.Findings[i]
		var m object
		dst, m = begin(dst)
		dst = m.str(dst, keyRule, f.Rule)
		dst = m.str(dst, keyTitle, f.Title)
		dst = m.str(dst, keyLevel, f.Level.String())
		dst = m.float(dst, keyDelta, f.Delta, false)
		if len(f.Matches) > 0 {
			m.n++
			dst = r.matches(append(dst, keyMatches...), f.Matches)
		}
		dst = m.done(dst)
	}
	return dst
}

// matches appends the fields and values that made a rule match, as a list, because one field may match twice.
func (r *Room) matches(dst []byte, ms []event.Match) []byte {
	dst = wire.AppendArray(dst, len(ms))
	for _, m := range ms {
		dst = append(dst, 0x82)
		dst = wire.AppendStr(append(dst, keyField...), m.Field)
		dst = r.text(append(dst, keyValue...), m.Field, m.Value)
	}
	return dst
}

// text appends a value of a field, masked as far as it is secret.
func (r *Room) text(dst []byte, field, value string) []byte {
	switch {
	case r.redact != nil && r.redact.Masks(field, value):
		return wire.AppendStr(dst, r.redact.Mask())
	case r.redact != nil && r.redact.MayHold(value):
		return project.AppendMasked(dst, value, r.redact)
	}
	return wire.AppendStr(dst, value)
}

var keyValue = key("value")

// factors appends what was multiplied. The baseline is among them where findings made it another than the event's own.
func factors(dst []byte, o *object, ev *event.Event) []byte {
	f := &ev.Factors
	if *f == (event.Factors{}) {
		return dst
	}
	o.n++
	dst, m := begin(append(dst, keyFactors...))
	if f.Baseline != ev.Baseline {
		dst = m.float(dst, keyBaseline, f.Baseline, false)
	}
	dst = m.float(dst, keyAsset, f.Asset, false)
	dst = m.float(dst, keyAttack, f.Attack, false)
	dst = m.float(dst, keyIdentity, f.Identity, false)
	dst = m.float(dst, keyConfidence, f.Confidence, false)
	return m.done(dst)
}

func problems(dst []byte, o *object, ev *event.Event) []byte {
	if len(ev.Problems) == 0 {
		return dst
	}
	o.n++
	dst = wire.AppendArray(append(dst, keyProblems...), len(ev.Problems))
	for _, p := range ev.Problems {
		var m object
		dst, m = begin(dst)
		dst = m.str(dst, keyRoom, p.Room)
		dst = m.str(dst, keyCode, p.Code)
		dst = m.str(dst, keyField, p.Field)
		dst = m.done(dst)
	}
	return dst
}
