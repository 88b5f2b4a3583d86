// Package parse turns the text of a record into flat typed fields.
//
// Its door is New and Apply; several threads may call Apply at once, each with an Event of its own. Apply finds the text (the first
// of message_fields that is text), says its format by content or takes the one the configuration fixes for the tag, adds what it
// reads as fields of layer 1, and goes on with what nests in it (a syslog message that is CEF, a JSON member that is a line) as
// layer 2, and so on. It sets ev.Line, ev.Format and ev.Formats, and never touches canonical fields.
//
// It imports event, option and its own sub-packages, one a family of formats; each of those can be used by itself:
//
//	json.Parse, syslog.Parse5424, syslog.Parse3164
//
// Fields are views into the text, into the Names table or into the event's Arena; they live until the event's Reset.
//
// Bad input never fails: what can be read is read, the rest stays in the record, and the event carries a problem of the room
// "parse": bad_json, json_cut, json_control_character, long_name, too_deep, bad_priority, bad_version, bad_timestamp, bad_hostname,
// bad_appname, bad_procid, bad_msgid, bad_structured_data.
//
// Proofs: unit tables and fuzz targets beside each parser, engine/conformance/parse_test.go over real corpora.
package parse
