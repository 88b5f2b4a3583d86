package encode

import (
	"encoding/binary"
	"math"

	"prescore/engine/encode/fixed"
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// contractVersion is "v": it changes when a key changes its meaning or type.
const contractVersion = 1

// mapToCome is the head of a map that begin opens and done writes.
const mapToCome = "\xde\x00\x00"

// The keys of the contract, encoded, in its order.
var (
	keyPrescore   = key("prescore")
	keyEvent      = key("prescore", mapToCome, encoded("v"), string(rune(contractVersion)), encoded("kind"), encoded("event"))
	keyV          = key("v", string(rune(contractVersion)))
	keyKind       = key("kind")
	keyID         = key("id")
	keyHash       = key("hash")
	keyTime       = key("time")
	keyTimeText   = key("time", "\xa0")
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
	keyReplayed   = key("replayed", "\xc3")
	keyTruncated  = key("state_truncated", "\xc3")
	keyProblems   = key("problems")
	keyRoom       = key("room")
	keyCode       = key("code")
	keyField      = key("field")
	keyValue      = key("value")
	keyFields     = key("fields")

	entityKeys = func() (k [event.NumEntityKinds]fixed.Bytes) {
		for i := range k {
			k[i] = key(event.EntityKind(i).String())
		}
		return k
	}()

	// What few values there are of.
	levelPairs = func() (p [event.Critical + 1]fixed.Bytes) {
		for l := event.Informational; l <= event.Critical; l++ {
			p[l] = key("level", encoded(l.String()))
		}
		return p
	}()
	routePairs = func() (p [event.NumRoutes]fixed.Bytes) {
		for i := range p {
			p[i] = key("route", encoded(event.Route(i).String()))
		}
		return p
	}()
)

// appendPrescore appends the key "prescore" and its map.
func (r *Room) appendPrescore(dst []byte, ev *event.Event, plan *project.Plan, fields bool) []byte {
	o := object{at: len(dst) + 9, n: 2} // behind the key
	dst = keyEvent.Append(dst)
	dst = o.str(dst, &keyID, ev.ID)
	dst = o.str(dst, &keyHash, ev.Hash)
	if ev.Has(event.KeyTime) {
		o.n++
		dst = appendTime(dst, ev)
	}
	dst = o.str(dst, &keySource, ev.Source)
	dst = o.str(dst, &keyFormat, ev.Format)
	dst = o.class(dst, ev.Class, ev.Activity)
	dst = entities(dst, &o, ev)
	dst = ratings(dst, &o, ev)
	dst = entityRisk(dst, &o, ev)
	dst = o.float(dst, &keyConfidence, ev.Confidence, false)
	if len(ev.Techniques)+len(ev.Tactics) > 0 {
		dst = attack(dst, &o, ev.Techniques, ev.Tactics)
	}
	if len(ev.Findings) > 0 {
		dst = r.findings(dst, &o, ev)
	}
	dst = factors(dst, &o, ev)
	if ev.Recurrence == 1 {
		dst = o.pairs(dst, &routeOnce[ev.Route], 2)
	} else {
		dst = o.pairs(dst, &routePairs[ev.Route], 1)
		dst = o.int(dst, &keyRecurrence, int64(ev.Recurrence))
	}
	dst = o.mark(dst, &keyReplayed, ev.Replayed)
	dst = o.mark(dst, &keyTruncated, ev.StateTruncated)
	if len(ev.Problems) > 0 {
		dst = problems(dst, &o, ev)
	}
	if fields && !r.view.Empty(plan) {
		o.n++
		dst = r.view.Append(keyFields.Append(dst), plan, ev, r.redact)
	}
	return o.done(dst)
}

// appendTime appends the event's time as RFC 3339 text; what is no time as the text it is.
func appendTime(dst []byte, ev *event.Event) []byte {
	v := ev.At(event.KeyTime)
	if v.K != event.Time {
		return keyTime.Text(dst, v.S)
	}
	dst = keyTimeText.Append(dst)
	at := len(dst)
	dst = ev.AppendRFC3339(dst, int64(v.N))
	dst[at-1] = 0xa0 | byte(len(dst)-at) // 30 bytes at most
	return dst
}

func (o *object) level(dst []byte, l event.Level) []byte {
	if l == event.LevelNone {
		return dst
	}
	return o.pairs(dst, &levelPairs[l], 1)
}

func entities(dst []byte, o *object, ev *event.Event) []byte {
	before := len(dst)
	dst, m := beginSmall(keyEntities.Append(dst))
	for i := range ev.Entities {
		if s := ev.Entities[i]; s != "" {
			m.n++
			dst = entityKeys[i].Text(dst, s)
		}
	}
	if m.n == 0 {
		return dst[:before]
	}
	o.n++
	return m.done(dst)
}

// ratings appends baseline, severity, risk and level.
func ratings(dst []byte, o *object, ev *event.Event) []byte {
	if says(ev.Baseline) && ev.Severity > 0 && ev.Severity < 128 && says(ev.Risk) && ev.Level != event.LevelNone {
		o.n += 4
		dst, c := ratingPairs[ev.Level].Append(dst)
		binary.BigEndian.PutUint64(c[ratingBaseline:], math.Float64bits(ev.Baseline))
		c[ratingSeverity] = byte(ev.Severity)
		binary.BigEndian.PutUint64(c[ratingRisk:], math.Float64bits(ev.Risk))
		return dst
	}
	dst = o.float(dst, &keyBaseline, ev.Baseline, false)
	if ev.Severity != 0 {
		dst = o.int(dst, &keySeverity, int64(ev.Severity))
		dst = o.float(dst, &keyRisk, ev.Risk, true)
		dst = o.level(dst, ev.Level)
	}
	return dst
}

// says reports whether a number is there: neither zero nor NaN nor infinite.
func says(f float64) bool { return math.Float64bits(f)<<1-1 < 0x7ff<<53-1 }

func entityRisk(dst []byte, o *object, ev *event.Event) []byte {
	before := len(dst)
	dst, m := beginSmall(keyEntityRisk.Append(dst))
	for i := range ev.EntityRisk {
		if f := ev.EntityRisk[i]; says(f) {
			m.n++
			dst = entityFloats[i].Float(dst, f)
		}
	}
	if m.n == 0 && ev.EntityRisk == [event.NumEntityKinds]float64{} {
		return dst[:before]
	}
	o.n++
	return m.done(dst)
}

func attack(dst []byte, o *object, techniques, tactics []string) []byte {
	if len(techniques) == 0 && len(tactics) == 0 {
		return dst
	}
	o.n++
	dst, a := beginSmall(keyAttack.Append(dst))
	dst = a.list(dst, &keyTechniques, techniques)
	dst = a.list(dst, &keyTactics, tactics)
	return a.done(dst)
}

func (r *Room) findings(dst []byte, o *object, ev *event.Event) []byte {
	o.n++
	dst = wire.AppendArray(keyFindings.Append(dst), len(ev.Findings))
	for i := range ev.Findings {
		f := &ev.Findings[i]
		var m object
		dst, m = beginSmall(dst)
		dst = m.str(dst, &keyRule, f.Rule)
		dst = m.str(dst, &keyTitle, f.Title)
		dst = m.level(dst, f.Level)
		dst = m.float(dst, &keyDelta, f.Delta, false)
		if len(f.Matches) > 0 {
			m.n++
			dst = r.matches(keyMatches.Append(dst), f.Matches)
		}
		dst = m.done(dst)
	}
	return dst
}

// matches appends the fields and values that made a rule match, as a list, because one field may match twice.
func (r *Room) matches(dst []byte, ms []event.Match) []byte {
	dst = wire.AppendArray(dst, len(ms))
	for i := range ms {
		m := &ms[i]
		dst = append(dst, 0x82)
		dst = wire.AppendStr(keyField.Append(dst), m.Field)
		if dst = keyValue.Append(dst); m.Clean {
			dst = wire.AppendStr(dst, m.Value)
		} else {
			dst = r.text(dst, m.Field, m.Value)
		}
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

// factors appends what was multiplied. The baseline is among them where findings made it another than the event's own.
func factors(dst []byte, o *object, ev *event.Event) []byte {
	f := &ev.Factors
	if f.Baseline == ev.Baseline && says(f.Asset) && says(f.Attack) && says(f.Identity) && says(f.Confidence) {
		o.n++
		dst, c := factorPairs.Append(dst)
		binary.BigEndian.PutUint64(c[factorAsset:], math.Float64bits(f.Asset))
		binary.BigEndian.PutUint64(c[factorAttack:], math.Float64bits(f.Attack))
		binary.BigEndian.PutUint64(c[factorIdentity:], math.Float64bits(f.Identity))
		binary.BigEndian.PutUint64(c[factorConfidence:], math.Float64bits(f.Confidence))
		return dst
	}
	if *f == (event.Factors{}) {
		return dst
	}
	o.n++
	dst, m := beginSmall(keyFactors.Append(dst))
	if f.Baseline != ev.Baseline {
		dst = m.float(dst, &keyBaseline, f.Baseline, false)
	}
	dst = m.float(dst, &keyAsset, f.Asset, false)
	dst = m.float(dst, &keyAttack, f.Attack, false)
	dst = m.float(dst, &keyIdentity, f.Identity, false)
	dst = m.float(dst, &keyConfidence, f.Confidence, false)
	return m.done(dst)
}

func problems(dst []byte, o *object, ev *event.Event) []byte {
	o.n++
	dst = wire.AppendArray(keyProblems.Append(dst), len(ev.Problems))
	for _, p := range ev.Problems {
		var m object
		dst, m = beginSmall(dst)
		dst = m.str(dst, &keyRoom, p.Room)
		dst = m.str(dst, &keyCode, p.Code)
		dst = m.str(dst, &keyField, p.Field)
		dst = m.done(dst)
	}
	return dst
}
