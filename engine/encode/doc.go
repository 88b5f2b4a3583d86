// Package encode turns a scored event into the record that leaves: the original body with the key "prescore" (README, "The record"),
// and the normalised view in the names of a schema.
//
//	New(cfg Config, in In) (*Room, error)
//	(*Room).Append(dst, ev) []byte             the new body, appended to dst
//	(*Room).AppendIncident(dst, inc) []byte    the body of an incident's own record
//
// Beyond the contract's keys, where they say something: findings carry "matches" (field and value, redacted), factors carry
// "baseline" where findings raised it, "replayed" and "state_truncated" are true where state says so, and an incident has its
// timeline under "incident".
//
// # Where the original values are
//
//	layout    original record                             view
//	nested    byte for byte, first                        under prescore.fields
//	merge     beside the view; what has the name of       at the top level, after the original pairs
//	          a top-level key of the view is under
//	          "original", under its own name
//	replace   ECS: event.original, the line as it came    the record
//	          or the whole body as JSON; OCSF: raw_data
//	          (the line) and unmapped (every value that
//	          the view does not hold); flat: "original"
//
// The key "prescore" is there in each layout: by it a record that comes by twice is recognised. A key "prescore" that the record
// brought itself stays (nested) or moves as if the view had one (merge, replace).
//
// Results are appended to the caller's dst and live as long as that. Nothing is allocated beyond dst's growth but the view's programs,
// which are bounded and end with the room. The same event gives the same bytes: keys in the contract's order, empty keys left out,
// integers in their shortest form, every fractional quantity a float64.
//
// Bad input: a body that is no MessagePack map is appended as it came, without the key (the engine passes such records untouched).
// Where the record itself is masked, what nests deeper than that goes is masked whole, with the problem "masked_too_deep".
//
// It imports engine/event, engine/option, engine/wire and its sub-packages project and fixed. Proofs: encode_test.go (contract,
// layouts, allocations), plain_test.go (what goes out in pieces is what the plain way writes), layout_test.go, fuzz_test.go (any event gives valid MessagePack with every original pair), project (names and
// types are legal, by package legal, which tests alone import; programs change no byte), conformance (the same over the corpora's
// logs), bench_test.go, and the engine's BenchmarkEncode (the room alone, over events that the rooms before made).
package encode
