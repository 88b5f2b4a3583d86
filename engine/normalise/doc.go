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
// The work of one record: its shape, the sequence of its names and of what they hold at large, is compared with those met before
// (shape.go). For one that is known, the candidates for its source, the steps and the tables that its names do not rule out are at
// hand, each with the place of the field it reads (script.go), those that hang on no other in a loop a kind of value (sweep.go); and
// what may follow from the keys that these can set is known too (reach.go). What is left hangs on values: a look-up of those that tell
// sources apart, one row of a table for the kind of event, one conversion a key. Of a new shape everything is asked by name: slower and
// no different. No maps but those from text to row, no allocation once shapes are known; their table is bounded and counted (ShapesFull).
// What one thread met last, shapes, the minute, names, it has at hand in the memory of its events (recent).
//
// Proofs: shape_test.go, sweep_test.go and plan_test.go hold the quick ways to the plain one; unit tables beside each file; fixtures/sources with one
// record or more of each source; engine/conformance over corpora.
package normalise
