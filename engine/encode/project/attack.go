package project

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// tactic is a tactic of MITRE ATT&CK Enterprise, of version 18 or 19 (facts; (c) The MITRE Corporation, reproduced with
// permission under the ATT&CK terms of use).
type tactic struct{ short, id, name string }

var tactics = []tactic{
	{"initial-access", "TA0001", "Initial Access"}, {"execution", "TA0002", "Execution"}, {"persistence", "TA0003", "Persistence"},
	{"privilege-escalation", "TA0004", "Privilege Escalation"}, {"defense-evasion", "TA0005", "Defense Evasion"},
	{"stealth", "TA0005", "Stealth"}, {"credential-access", "TA0006", "Credential Access"}, {"discovery", "TA0007", "Discovery"},
	{"lateral-movement", "TA0008", "Lateral Movement"}, {"collection", "TA0009", "Collection"},
	{"exfiltration", "TA0010", "Exfiltration"}, {"command-and-control", "TA0011", "Command and Control"},
	{"impact", "TA0040", "Impact"}, {"resource-development", "TA0042", "Resource Development"},
	{"reconnaissance", "TA0043", "Reconnaissance"}, {"defense-impairment", "TA0112", "Defense Impairment"},
}

// mitre is the name of the framework, encoded.
var mitre = key("MITRE ATT&CK")

// tacticNames are shortnames, names and ids with their tactic, by length; of two tactics of one id it is the first's.
var tacticNames = func() (t [maxTacticName + 1][]tacticName) {
	for i := range tactics {
		k := &tactics[i]
		for _, s := range []string{k.short, k.name, k.id} {
			if tacticIn(t[len(s)], s) == nil {
				t[len(s)] = append(t[len(s)], tacticName{s, k})
			}
		}
	}
	return t
}()

type tacticName struct {
	text   string
	tactic *tactic
}

// maxTacticName is the length of the longest name.
const maxTacticName = len("privilege-escalation")

func tacticIn(names []tacticName, s string) *tactic {
	for i := range names {
		if names[i].text == s {
			return names[i].tactic
		}
	}
	return nil
}

// tacticNamed gives a tactic by its shortname, its name or its id, nil where neither version has it.
func tacticNamed(s string) *tactic {
	if len(s) > maxTacticName {
		return nil
	}
	return tacticIn(tacticNames[len(s)], s)
}

// maxTerms bounds the elements of a list that a view makes of what rooms found. More than that on one event is a rule set gone
// wrong; all of them are in prescore.attack.
const maxTerms = 16

// terms is a list of different texts.
type terms struct {
	s [maxTerms]string
	n int
}

func (t *terms) add(s string) {
	if s == "" || t.n == maxTerms {
		return
	}
	for _, x := range t.s[:t.n] {
		if x == s {
			return
		}
	}
	t.s[t.n] = s
	t.n++
}

func (t *terms) append(dst []byte) []byte {
	dst = wire.AppendArray(dst, t.n)
	for _, s := range t.s[:t.n] {
		dst = wire.AppendStr(dst, s)
	}
	return dst
}

// techniques appends the ids of techniques, a sub-technique as its parent; or of sub-techniques alone.
func (p *Plan) techniques(dst []byte, sub bool) []byte {
	var t terms
	for i := -1; i < len(p.ev.Techniques); i++ {
		id := ""
		if i >= 0 {
			id = p.ev.Techniques[i]
		} else {
			id = p.ev.Str(event.KeyTechnique)
		}
		parent, _, has := strings.Cut(id, ".")
		switch {
		case !sub:
			t.add(parent)
		case has:
			t.add(id)
		}
	}
	return t.append(dst)
}

// tactics appends the names or the ids of tactics. A tactic that neither version has keeps its name and has no id.
func (p *Plan) tactics(dst []byte, names bool) []byte {
	if len(p.ev.Tactics) == 1 && p.ev.Str(event.KeyTactic) == "" { // as mostly
		if known := tacticNamed(p.ev.Tactics[0]); known != nil {
			dst = append(dst, 0x91)
			if names {
				return wire.AppendStr(dst, known.name)
			}
			return wire.AppendStr(dst, known.id)
		}
	}
	var t terms
	for i := -1; i < len(p.ev.Tactics); i++ {
		s := ""
		if i >= 0 {
			s = p.ev.Tactics[i]
		} else {
			s = p.ev.Str(event.KeyTactic)
		}
		known := tacticNamed(s)
		switch {
		case known == nil && names:
			t.add(s)
		case known != nil && names:
			t.add(known.name)
		case known != nil:
			t.add(known.id)
		}
	}
	return t.append(dst)
}
