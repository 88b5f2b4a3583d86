// Package detect turns an event into findings: the Sigma rules that it matches, with level, risk, ATT&CK techniques and tactics, and
// the fields that made them match.
//
//	r, err := detect.New(cfg, detect.In{Names: names, Dir: dir, Starter: rules, Logsources: table, Redact: redactor})
//	r.Apply(ev)        // adds to Findings, Techniques and Tactics; raises Baseline to the highest finding's level, never lowers it
//	r.Correlations()   // what Sigma correlations were among the rules, for the correlate room
//	r.Record(ev)       // the event as rules see it: fields by the names that rules use
//	r.Problems()       // everything wrong with the rules, with file and line
//
// Its parts are packages of their own: sigma (the language, and the plain evaluator), route (which log sources an event is of),
// match (all rules at once). A rule that cannot be used never stops the others; it is a Problem and a warning.
//
// It imports event, option, strict, redact and its own sub-packages. A Room does not change after New; a changed rule is a new
// Room. Findings hold strings of the room, but for Matches, whose values live until the event's Reset. Nothing is allocated for
// an event without a finding once its thread's memory is made, which stays with the event and its siblings (event.ScratchDetect).
// Bounds that were hit are problems on the event (too_many_findings, value_cut, regex_cut,
// too_many_values) and Counts. Proofs: detect_test.go, the packages' own tests, engine/conformance/sigma_*.go.
package detect
