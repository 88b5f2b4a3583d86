// Package normalise turns the names and types of a source into the canonical event: which source it is, its class and activity, one
// typed value per key of the vocabulary, UTC time, baseline, entities, and whether what its class requires is there.
//
// Its door is New(Config, In) and Apply. New reads the mappings, TOML files that say how a source is recognised and what its fields
// mean (README.md describes them; the built-in ones are conf/sources, handed over in In), and refuses one that is wrong by file and
// reason; all names are interned there. Apply may be called by several threads at once, each with an event of its own. It fills
// ev.Source, Class, Activity, the canonical keys, Entities, Criticality, Identity, Confidence, Baseline, DriftNS and Invalid.
//
// It imports event, option, strict and the standard library.
//
// Values are views into the record, the event's arena or the mappings; they live until the event's Reset.
//
// Bad input never fails: a value of a wrong type is left out with a problem of the room "normalise": wrong_type, out_of_range,
// bad_timestamp, no_timestamp, time_drift, baseline_out_of_range, missing_required, schema_drift. What a class or a source requires
// and the event lacks sets Invalid, which routes it to quarantine; the record itself is kept whole.
//
// The work of one record: one look at the marker of each of its fields to recognise the source, one row of a table for the kind of
// event, one look-up by number for each alternative of each key of the mapping. No maps but those from text to row, no allocation.
//
// Proofs: unit tables beside each file, fixtures/sources with one record or more of each source, engine/conformance over corpora.
package normalise
