// Package decode turns a MessagePack chunk of the host into events: views into the chunk, no copies.
//
// A record is [[time, metadata], body] or [time, body], in every legal width; time is an EventTime (ext type 0, 8 bytes), an integer
// or a float, in seconds. Times of -1 and -2 mark the begin and end of a group of records (OTLP). Whatever is not a record (another
// shape, a marker, a body that is no map) is handed back whole, to be passed on byte for byte.
//
// Its door is Next, one record a call; its results live as long as the chunk. It imports event and wire. A chunk that is cut short or
// is not MessagePack gives an error and nothing of the record that was cut. Members that stand where the record before had members of the
// same short names are read in one loop that compares names as words (row.go); all others, and the last of a chunk, one by one.
//
// Proofs: decode_test.go, with a fuzz target, head_test.go, row_test.go.
package decode
