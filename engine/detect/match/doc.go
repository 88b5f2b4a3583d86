// Package match evaluates all rules on one event at the cost of the few that could match.
//
// It compiles sigma.Rules into lanes, one for each log source that rules name. A lane holds its rules' fields, an index of the
// rarest literals that its rules cannot do without (anchor.go chooses them; walk.go finds whole values, prefixes and suffixes, gram.go
// substrings, words.go keywords, once for all lanes of an event), and the rules as trees over interned items (compile.go, item.go).
// An event goes through the lanes of its log sources: each indexed field is scanned once, what is hit names the candidate rules,
// and only these are evaluated, each item at most once. A value is folded when something compares with it, once. What a value gave in
// a field is remembered (memory.go), since most values come again: the rules it makes candidates and those it rules out, and what
// items, expressions among them, answered. An expression runs only on a text that has all the literals it needs.
//
// Its door is New and Matcher.Run. It imports engine/event and the sigma and route packages beside it. What Run gives lives until
// the Scratch is used again; a Scratch is for one thread, some 2.5 MB where fields are worth remembering. Nothing is allocated for an
// event that has no finding. Input is bounded by sigma.MaxScan per value and
// maxValues per field; what was cut is counted (Counts). Proofs: match_test.go and property_test.go hold it equal to the plain
// evaluator (sigma.Eval) over random rules and events, engine/conformance over the corpus.
package match
