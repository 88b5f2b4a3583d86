// Package attack knows MITRE ATT&CK and says which of it an event is about.
//
//	table, err := attack.Load(conf.Attack())                   // versions 18.1 and 19.1 side by side
//	info, ok := table.Technique("T1059.001")             // name, parent, tactics by version, successor
//	room, err := attack.New(cfg, attack.In{...})
//	room.Apply(ev)                                       // ev.Techniques, ev.Tactics
//
// Apply takes techniques and tactics from what the source itself names (the canonical keys technique and tactic, and the raw fields
// of vendors: ECS, OCSF, Wazuh, Falco, Defender, Suricata and others, vendor.go) and from a mapping table, conf/attack/map.toml: process
// name, cloud API, Windows event to technique. What is not mapped has no technique: none is made up.
//
// Ids stay as the source gave them, also where a version of ATT&CK revoked them or none knows them; only the case of a well-formed
// id is mended. Tactics are ATT&CK's shortnames ("lateral-movement"); "Lateral Movement", "lateral_movement", "LateralMovement"
// and "TA0008" are the same. Where a source names techniques and no tactic, the tactics are those of the techniques: in version 19
// where it has the technique, else in 18 ([detect.attack] version). Version 19 has stealth and defense-impairment where 18 has
// defense-evasion; TA0005 is read as version 19's.
//
// It imports event, option and strict. What it puts on an event lives as long as the table, or, for ids and names that no version
// knows, as long as the record. Nothing is allocated on the record path; text longer than its bound is not read. Proofs:
// attack_test.go, map_test.go, and engine/conformance/attack_test.go over the published versions.
package attack
