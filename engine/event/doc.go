// Package event is the vocabulary of prescore: what every room reads and writes, and nothing else.
//
// An Event is one record on its way through the engine. It has three layers, each added by a room and never taken away:
//
//	Fields     what the record said, flat: the record's own keys and what the parsers read out of its text, under the names
//	           the source gave them ("Event.System.EventID", "userIdentity.arn"). Repeated names are the elements of an array.
//	Canonical  what it means: one Value per Key of the vocabulary (vocabulary.go), typed and in UTC.
//	Results    class, entities, context, findings, factors, severity, risk, route, problems.
//
// Names become small integers (NameID) once, when the engine opens: rooms intern each name they will ever ask for in a Names
// table, the record path resolves each field's name once, first against the name that followed the last one before (follow.go),
// and from then on everything is an array index.
//
// Memory: every string of an Event is a view: into the chunk, into the Event's Arena, or into a table of the engine. Views are
// valid until Reset; what outlives the record is cloned by the one who keeps it (strings.Clone). After warm-up nothing is allocated.
//
// The package imports the standard library alone, and any room may import it.
package event
