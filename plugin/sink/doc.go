// Package sink is where an output's scored chunks go: a Fluent Forward server, a file, or standard output.
//
// Its door is Open, which refuses an address it cannot read, and Send, which delivers a whole chunk or reports why not; a chunk that
// failed can be sent again. Sinks are used by one goroutine at a time. They look at a chunk only as far as sending needs: what is no
// record (group markers, damage) is left out of forward messages and files, since neither has a form for it.
// It imports engine/wire and engine/event for MessagePack and times. Bad input is skipped, never a panic.
// Proofs: sink_test.go, with a server of its own; bench_test.go; the e2e tests send into Fluent Bit.
package sink
