package attack

import (
	"strings"

	"prescore/engine/event"
)

// Raw fields in which sources name techniques, tactics, or both among other tags, beside the canonical keys. Nested names are joined
// with dots; an array repeats its name.
var (
	techniqueFields = []string{
		"attack_technique", "attack_techniques", "attck_technique", "attck_techniques", "attack_technique_id", "attack.technique", "attack.techniques",
		"attack.technique_id", "mitre_technique", "mitre_techniques", "mitre_technique_id", "mitre_attack", "mitre_attack_id", "mitre.technique",
		"mitre.technique.id", "mitre.techniques", "mitre.technique_id", "mitre.id", "technique_id", "techniqueId", "TechniqueId", "technique",
		"techniques",
		// ECS and Elastic's alerts
		"threat.technique.id", "threat.technique.subtechnique.id", "rule.threat.technique.id", "kibana.alert.rule.threat.technique.id",
		"kibana.alert.rule.threat.technique.subtechnique.id", "signal.rule.threat.technique.id",
		// OCSF
		"attacks.technique.uid", "attacks.sub_technique.uid", "finding_info.attacks.technique.uid", "finding_info.attacks.sub_technique.uid",
		"finding.attacks.technique.uid",
		// Wazuh
		"rule.mitre.id", "rule.mitre.technique_id", "_source.rule.mitre.id",
		// Microsoft: Defender XDR's AlertInfo, Graph, Sentinel
		"AttackTechniques", "mitreTechniques", "MitreTechniques", "Techniques", "SubTechniques", "properties.techniques", "alert.mitreTechniques",
		// Suricata rules with MITRE metadata, CrowdStrike, Splunk
		"alert.metadata.mitre_technique_id", "metadata.mitre_technique_id", "event.MitreAttack.TechniqueID", "MitreAttack.TechniqueID",
		"event.TechniqueId", "annotations.mitre_attack", "annotations.mitre_attack.mitre_technique_id", "annotations.mitre_technique_id",
	}
	tacticFields = []string{
		"attack_tactic", "attack_tactics", "attck_tactic", "attck_tactics", "attack.tactic", "attack.tactics", "mitre_tactic", "mitre_tactics",
		"mitre_tactic_id", "mitre.tactic", "mitre.tactics", "mitre.tactic.id", "tactic", "tactics", "tactic_id", "tacticId", "TacticId",
		"threat.tactic.id", "threat.tactic.name", "rule.threat.tactic.id", "kibana.alert.rule.threat.tactic.id", "signal.rule.threat.tactic.id",
		"attacks.tactic.uid", "attacks.tactics.uid", "attacks.tactic.name", "finding_info.attacks.tactic.uid", "finding_info.attacks.tactics.uid",
		"rule.mitre.tactic", "rule.mitre.tactics", "_source.rule.mitre.tactic", "Tactics", "properties.tactics",
		"alert.metadata.mitre_tactic_id", "metadata.mitre_tactic_id", "event.MitreAttack.TacticID", "MitreAttack.TacticID", "event.TacticId",
		"annotations.mitre_attack.mitre_tactic",
	}
	tagFields = []string{"tags", "rule.tags", "rule.groups", "output_fields.tags", "sigma.tags", "labels.attack"}
)

// maxVendorText bounds a value that is read for ids, in bytes: lists of techniques are short, and anything longer is prose.
const maxVendorText = 1024

// mark says, by bits, which of the lists above have a name. A record has some twenty fields and the lists a hundred names: the fields
// are asked which lists to look through, and mostly that is none.
type mark uint8

const (
	ofTechnique = iota
	ofTactic
	ofTag
	numMarks
)

// marked is the one name of each list that an event has: 0 where it has none, several where it has more.
type marked [numMarks]event.NameID

const several = ^event.NameID(0)

func (r *Room) marked(ev *event.Event) (m marked) {
	for i := range ev.Fields {
		if !ev.Fields[i].Plays(event.RoleAttack) {
			continue
		}
		id := ev.Fields[i].ID
		if int(id) >= len(r.marks) { // it plays the role for a room of other options
			continue
		}
		for k := range m {
			switch {
			case r.marks[id]>>k&1 == 0 || m[k] == id:
			case m[k] == 0:
				m[k] = id
			default:
				m[k] = several
			}
		}
	}
	return m
}

// vendor takes what the source itself says: its tactics, its techniques, and where it names no tactic, those of its techniques.
func (r *Room) vendor(ev *event.Event) { r.take(ev, r.marked(ev)) }

// take is vendor for an event whose fields' names are known.
func (r *Room) take(ev *event.Event, m marked) {
	techniques, tactics := len(ev.Techniques), len(ev.Tactics)
	s := ev.Str(event.KeyTactic)
	if s != "" && len(s) <= maxVendorText {
		r.tacticText(ev, s)
	}
	r.each(ev, m[ofTactic], r.tacticIDs, s, (*Room).tacticText)
	s = ev.Str(event.KeyTechnique)
	if s != "" && len(s) <= maxVendorText {
		r.techniqueText(ev, s)
	}
	r.each(ev, m[ofTechnique], r.techniqueIDs, s, (*Room).techniqueText)
	r.each(ev, m[ofTag], r.tagIDs, "", (*Room).tagText)
	if len(ev.Tactics) > tactics {
		return
	}
	for _, id := range ev.Techniques[techniques:] {
		if i, ok := r.table.Technique(id); ok {
			for _, t := range i.Tactics(r.prefer) {
				ev.AddTactic(t)
			}
		}
	}
}

// each takes the texts of the fields of one name, or of all names of a list, in its order. The text done has been taken already: the
// canonical key has it from one of them mostly, and nothing is noted twice.
func (r *Room) each(ev *event.Event, one event.NameID, all []event.NameID, done string, do func(*Room, *event.Event, string)) {
	switch one {
	case 0:
		return
	case several:
	default:
		all = []event.NameID{one}
	}
	for _, id := range all {
		for f := ev.First(id); f != nil; f = ev.Next(f) {
			if f.Value.K == event.String && len(f.Value.S) <= maxVendorText && f.Value.S != done {
				do(r, ev, f.Value.S)
			}
		}
	}
}

// techniqueText notes each id in a text: alone, in a list, behind a name ("PowerShell (T1059.001)"), as a Sigma tag or in an URL. A text
// without one that looks like an id of another kind ("AML.T0051") is noted as it is.
func (r *Room) techniqueText(ev *event.Event, s string) {
	found := false
	for i := 0; i < len(s); {
		n := idAt(s, i)
		if n == 0 {
			i++
			continue
		}
		r.noteTechnique(ev, s[i:i+n])
		found = true
		i += n
	}
	if !found && otherID(s) {
		ev.AddTechnique(s)
	}
}

// idAt gives the length of the id that stands at s[i] as a word, 0 where none does. After a dot it is one only in "attack.t1059".
func idAt(s string, i int) int {
	if i+5 > len(s) || s[i]|0x20 != 't' {
		return 0
	}
	if i > 0 {
		if p := s[i-1]; alnum(p) || p == '.' && !(i >= 7 && s[i-7:i-1] == "attack") {
			return 0
		}
	}
	for _, c := range []byte(s[i+1 : i+5]) {
		if c < '0' || c > '9' {
			return 0
		}
	}
	n := 5
	if i+9 <= len(s) && (s[i+5] == '.' || s[i+5] == '/') && digit(s[i+6]) && digit(s[i+7]) && digit(s[i+8]) {
		n = 9
	}
	if i+n < len(s) && alnum(s[i+n]) {
		return 0
	}
	return n
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
func alnum(c byte) bool { return digit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

// otherID reports whether s looks like an id that is not ATT&CK's: one word of letters, digits, dots and hyphens with a digit in it,
// starting with a letter.
func otherID(s string) bool {
	if len(s) < 3 || len(s) > 32 || !alnum(s[0]) || digit(s[0]) {
		return false
	}
	has := false
	for i := range len(s) {
		if !alnum(s[i]) && s[i] != '.' && s[i] != '-' {
			return false
		}
		has = has || digit(s[i])
	}
	return has
}

// nothing are words that sources write where they mean no tactic.
var nothing = [...]string{"none", "null", "unknown", "undefined", "other", "notapplicable"}

// tacticText notes each tactic in a text or list of texts; one that no version knows as it is.
func (r *Room) tacticText(ev *event.Event, s string) {
	if r.table.isShort(s) { // most texts are one tactic, as ATT&CK spells it
		ev.AddTactic(r.table.shorts[shortSlot(s)])
		return
	}
	for len(s) > 0 {
		n := 0
		for n < len(s) && !listByte[s[n]] {
			n++
		}
		r.tacticWord(ev, trim(s[:n]))
		s = s[min(n+1, len(s)):]
	}
}

// listByte are the bytes that part the tactics of a list.
var listByte = [256]bool{',': true, ';': true, '|': true, '/': true, '[': true, ']': true, '"': true, '\'': true, '\n': true}

func trim(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func (r *Room) tacticWord(ev *event.Event, s string) {
	if len(s) > 7 && s[:7] == "attack." {
		s = s[7:]
	}
	if short, ok := r.table.Tactic(s); ok {
		ev.AddTactic(short)
		return
	}
	var buf [maxTactic]byte
	k := tacticKey(s, &buf)
	if len(k) < 3 {
		return
	}
	for _, n := range nothing {
		if string(k) == n {
			return
		}
	}
	ev.AddTactic(s)
}

// tagText notes what a tag among others says in a form that nothing else has: T1059, attack.execution, mitre_execution (Falco).
func (r *Room) tagText(ev *event.Event, s string) {
	if idAt(s, 0) == len(s) && len(s) > 0 {
		r.noteTechnique(ev, s)
		return
	}
	rest, ok := strings.CutPrefix(s, "attack.")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "mitre_"); !ok {
			return
		}
	}
	if rest == "" {
		return
	}
	if idAt(rest, 0) == len(rest) {
		r.noteTechnique(ev, rest)
	} else if short, ok := r.table.Tactic(rest); ok {
		ev.AddTactic(short)
	}
}
