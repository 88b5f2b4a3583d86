package project

import (
	"strings"

	"prescore/engine/event"
)

// ocsfVersion is the version of the Open Cybersecurity Schema Framework whose names the view uses.
const ocsfVersion = "1.8.0"

// The derived leaves of the OCSF view.
const (
	ocsfActivityID = opOCSF + iota
	ocsfActivityName
	ocsfCategoryUID
	ocsfCategoryName
	ocsfClassUID
	ocsfClassName
	ocsfTypeUID
	ocsfTypeName
	ocsfTime
	ocsfOriginalTime
	ocsfSeverityID
	ocsfSeverity
	ocsfStatusID
	ocsfStatus
	ocsfUID
	ocsfProduct
	ocsfProfiles
	ocsfRiskScore
	ocsfRiskLevelID
	ocsfRiskLevel
	ocsfConfidenceID
	ocsfConfidence
	ocsfConfidenceScore
	ocsfAttacks
	ocsfDispositionID
	ocsfDisposition
	ocsfActionID
	ocsfAction
	ocsfDirectionID
	ocsfDirection
	ocsfIPVersionID
	ocsfIPVersion
	ocsfAddressVersionID
	ocsfAddressVersion
	ocsfProtocolOf
	ocsfLogonTypeID
	ocsfLogonType
	ocsfAuthProtocolID
	ocsfAuthProtocol
	ocsfRcodeID
	ocsfRcode
	ocsfOSType
	ocsfText   // the first of keys, as text
	ocsfLong   // the first of keys, as an integer
	ocsfBase   // the first of keys that is a path or a name, without its directories
	ocsfHashes // keys are MD5, SHA-1, SHA-256 and perhaps the import hash
	ocsfNamed  // [{"name": first of keys}]
	ocsfData   // [{"rdata": first of keys}]
	ocsfList   // [first of keys]
	ocsfVulnerability
	ocsfControl
	ocsfOperation
	ocsfMalware  // [{"name": first of keys, "classification_ids": [0]}]
	ocsfResource // [{"name", "uid", "type"}]
	ocsfLoggers  // [{"name", "uid"}]
	ocsfFindingList
	ocsfIndicators // [{"type_id", "type", "value"}] of each of keys
	ocsfFormat
	ocsfSource // the mapping's name, or "Unknown"
	ocsfMillis // a duration in nanoseconds as milliseconds
	ocsfScore  // a share of one as 0 to 100
	ocsfNumber // an integer out of text or number
)

// cond restricts a column to some events and classes.
type cond uint8

const (
	always    cond = iota
	own            // the class has a process, and the event acts on no other process: it is the event's own
	other          // not so: the event's process is its actor's
	target         // the class has a process, and it is the one acted on
	logon          // the class is about the account that logs on: who did it and whom it was done to are one
	noLogon        // not so
	noFinding      // the class is no finding, whose status is that of its treatment
)

// holds reports whether the condition is true for a class and an event that acts on a process.
func (c cond) holds(class *ocsfClass, onProcess bool) bool {
	switch c {
	case own:
		return class.has("process") && !onProcess
	case other:
		return !class.has("process") || onProcess
	case target:
		return class.has("process") && onProcess
	case logon:
		return class.uid == event.Authentication || class.uid == event.AuthorizeSession
	case noLogon:
		return class.uid != event.Authentication && class.uid != event.AuthorizeSession
	case noFinding:
		return class.uid.Category() != 2
	}
	return true
}

// fill is a column that keeps a class or an object legal. It is written where the object need is, or where the class requires need
// and the event has nothing for it (alone where need starts with "="); and where neither its own path nor a member of need named in
// unless is written already.
func fill(path string, o op, text, need, unless string) column {
	return column{path: path, op: o, text: text, need: need, unless: strings.Fields(unless)}
}

// zero is fill for an enumeration that is not known: 0 stands for that in all of OCSF.
func zero(need, member string) column { return fill(need+"."+member, opConst, "\x00", need, "") }

const unknown = "\xa7Unknown"

func ocsfColumns() []column {
	cols := []column{
		{path: "activity_id", op: ocsfActivityID, flags: fAlways},
		{path: "activity_name", op: ocsfActivityName, flags: fAlways},
		{path: "category_uid", op: ocsfCategoryUID, flags: fAlways},
		{path: "category_name", op: ocsfCategoryName, flags: fAlways},
		{path: "class_uid", op: ocsfClassUID, flags: fAlways},
		{path: "class_name", op: ocsfClassName, flags: fAlways},
		{path: "type_uid", op: ocsfTypeUID, flags: fAlways},
		{path: "type_name", op: ocsfTypeName, flags: fAlways},
		{path: "time", op: ocsfTime, flags: fAlways},
		{path: "severity_id", op: ocsfSeverityID, flags: fAlways},
		{path: "severity", op: ocsfSeverity, flags: fAlways},
		{path: "status_id", op: ocsfStatusID, any: keysOf(event.KeyOutcome), cond: noFinding},
		{path: "status", op: ocsfStatus, any: keysOf(event.KeyOutcome), cond: noFinding},
		{path: "metadata.version", op: opConst, text: key(ocsfVersion), flags: fAlways},
		{path: "metadata.product.name", op: ocsfProduct, flags: fAlways},
		{path: "metadata.uid", op: ocsfUID, flags: fID},
		{path: "metadata.original_time", op: ocsfOriginalTime, key: event.KeyTime},
		{path: "metadata.log_format", op: ocsfFormat, flags: fFormat},
		{path: "metadata.profiles", op: ocsfProfiles},
		{path: "metadata.loggers", op: ocsfLoggers, any: keysOf(event.KeyObserver, event.KeyObserverSerial)},
		{path: "raw_data", op: ecsOriginal, flags: fOriginal},
		{path: "risk_score", op: ocsfRiskScore, flags: fScored},
		{path: "risk_level_id", op: ocsfRiskLevelID, flags: fScored},
		{path: "risk_level", op: ocsfRiskLevel, flags: fScored},
		{path: "confidence_id", op: ocsfConfidenceID, flags: fConfidence},
		{path: "confidence", op: ocsfConfidence, flags: fConfidence},
		{path: "confidence_score", op: ocsfConfidenceScore, flags: fConfidence},
		{path: "attacks", op: ocsfAttacks, any: keysOf(event.KeyTechnique, event.KeyTactic), flags: fTechnique | fTactic},
		{path: "disposition_id", op: ocsfDispositionID, any: keysOf(event.KeyDisposition)},
		{path: "disposition", op: ocsfDisposition, any: keysOf(event.KeyDisposition)},
		{path: "action_id", op: ocsfActionID, any: keysOf(event.KeyDisposition)},
		{path: "action", op: ocsfAction, any: keysOf(event.KeyDisposition)},
		{path: "malware", op: ocsfMalware, any: keysOf(event.KeyThreat)},
	}
	cols = append(cols, ocsfKeyColumns()...)
	cols = append(cols, ocsfFills()...)
	for k := event.Key(1); k < event.NumKeys; k++ {
		if !ocsfElsewhere.has(k) {
			cols = append(cols, column{path: "unmapped." + k.String(), key: k})
		}
	}
	return cols
}

// ocsfElsewhere are keys that derived leaves hold in every class.
var ocsfElsewhere = keysOf(event.KeyTime, event.KeyProduct, event.KeyObserver, event.KeyObserverSerial,
	event.KeyThreat, event.KeyBaseline, event.KeyConfidence, event.KeyTechnique, event.KeyTactic)
