// Package sigma is the Sigma 2.1 language: it turns YAML into rules, correlations and filters, and says what a rule means.
//
//	Read      one file's text -> documents, each with its line; a broken document never stops the others
//	Set       the documents of all files -> rules with resolved conditions, filters applied, correlations with their rules named
//	Eval      a rule against a record, the plain way: the oracle of the indexed matcher and the source of `rules test`
//
// A rule's meaning is one tree of Expr whose leaves are Items: a field, how its values are compared, and the values. The matcher
// (engine/detect/match) compiles that tree; nothing else interprets rules.
//
// It imports engine/event for values and a YAML parser. It reads bytes that anyone may have written: sizes, nesting, aliases,
// permutations and regular expressions are bounded by the constants beside their use, and what is over a bound is refused by name.
// Refusals are Problems with file and line. The proofs: unit tables beside each file, fuzz targets on reading and on automata beside
// regexp, and engine/conformance/sigma_*.go over the public corpus.
package sigma
