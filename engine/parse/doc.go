// Package parse turns the text of a record into flat typed fields.
//
// Its door is New and Apply; several threads may call Apply at once, each with an Event of its own. Apply
//
//   - finds the text: the first of message_fields that is text, or the XML that in_winevtlog puts into System;
//   - says its format by content (detect.go: first byte, then what confirms it), or takes the one [[parse.tag]] fixes for the tag;
//     patterns of the user's own ([[parse.custom]]) come first;
//   - adds what it reads as fields of layer 1, and goes on with what nests in it (a syslog message that is CEF, a JSON member that is
//     a line, a container's wrapper) as layer 2 and so on, at most maxLayers deep;
//   - gives the fields of a Windows event Sigma's names, whichever tool wrote it (windows.go), also where the record arrived
//     structured. StringInserts get the names of their positions (schemas.go).
//
// It sets ev.Line (the outermost text, where the record is no more than its carrier), ev.Format (the innermost format) and
// ev.Formats (all, joined with "/"), adds fields, and touches nothing else: canonical fields are normalise's.
//
// The formats, each with the package that reads it, usable by itself:
//
//	json                           json.Parse
//	rfc5424, rfc3164               syslog.Parse5424, syslog.Parse3164
//	cef, leef                      cef.CEF, cef.LEEF
//	logfmt, kv, auditd             kv.Logfmt, kv.Pairs (kv.Sniff finds the separators), kv.Audit
//	winlog_xml, xml                xml.Parse
//	csv, tsv                       csv.Parse, csv.Header
//	clf, apache_error, nginx_error clf.Access, clf.ApacheError, clf.NginxError
//	zeek                           zeek.New, (*zeek.Layout).Row
//	cisco                          cisco.Parse
//	panos, vpc_flow, s3_access     columns.PANOS, columns.VPCFlow, columns.S3
//	cri                            cri.go
//	a pattern's own name           custom.Regex, custom.Dissect
//
// Names of fields: syslog.*, cef.*, leef.*, clf.*, apache.*, nginx.*, cisco.*, zeek.path, cri.*, audit.time and audit.serial where the
// format has no names of its own; else the names the source spells, nested ones joined with dots, elements of arrays repeated.
//
// It imports event, option and its own sub-packages. Fields are views into the text, into the Names table, into tables of the room
// or into the event's Arena; they live until the event's Reset. Nothing is allocated once an event is warm, but for the positions of
// the groups of a user's regular expression.
//
// State: the rooms before correlate hold none, with one exception. A row of CSV or of a Zeek log means nothing without the header line
// that named its columns, and the host delivers that line as a record of its own, so that header lines are kept by tag (headers.go):
// read without a lock, replaced whole when one comes, bounded in tags and bytes, and counted where refused (HeadersRefused). They are
// not persisted: a row whose header was never seen is read by Zeek's default layouts where exactly one fits, and else is text.
//
// Bad input never fails: what can be read is read, the rest stays in the record, and the event carries a problem of the room "parse":
//
//	bad_json, json_cut, json_trailing, json_control_character, long_name, too_deep
//	bad_priority, bad_version, bad_timestamp, bad_hostname, bad_appname, bad_procid, bad_msgid, bad_structured_data
//	bad_cef, too_many_labels, bad_leef, bad_leef_delimiter, bad_logfmt, csv_columns, too_many_headers, bad_xml, xml_cut
//	custom_too_long, not_<format> (a text that is not in the format its tag fixes)
//
// After the damage of a syslog header stands syslog.unparsed; a time that RFC 5424 does not allow is syslog.timestamp_raw.
//
// Proofs: tables of cases beside each parser; fuzz targets of all of them (fuzz_test.go: no panic, values inside the text or the
// arena, nothing added by a text that is refused); a megabyte of hostile text of every format in time, and twice of it in at most three
// times that (hostile_test.go); what an event remembers of earlier lines changes nothing of what it reads in the next (lanes_test.go);
// the quick ways of json, xml and syslog give what the plain ones do (tests of theirs); allocations (alloc_test.go); benchmarks as
// ratios to encoding/json (bench_test.go); real corpora (engine/conformance/parse_*_test.go).
package parse
