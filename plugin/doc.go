// Command plugin is the shared object that Fluent Bit loads. It turns the host's callbacks into calls of the engine, and nothing else.
//
// One file, two doors. Under the name flb-filter_prescore.so the host finds filter_prescore_plugin, a native filter (filter.c). Under
// any other name, by convention the link out_prescore.so, it finds the FLBPlugin functions of an output in Go (output.c). Both come
// down to few exports, each of which runs inside a guard (guard.go): nothing unwinds into the host.
//
//	host.h      what is used of the host's structures, and its functions as weak symbols: no header of the host is needed
//	load.c      what is asked before Go is entered: forked? too old a host? two copies? and whose signal handlers are in place; with how
//	            wide a timer slack Go's threads start, so that its monitor does not wake at every chunk
//	map.c       which options there are, in the row length of this host; metrics.c the counters in the host's metrics
//	filter.c    the filter door: the structure that the host copies, and its callbacks
//	output.c    the output door, as the host's proxy for Go calls it
//	floor.h     which versions of glibc's symbols the object asks for
//	guard.go    what every export runs inside, and how messages reach the host's log
//	filter.go   the exports of the filter door; export memory is the caller's, out buffers come from the host's malloc
//	output.go   the exports of the output door; flush.go how a chunk is handed over, kept and sent; sink/ where it goes
//
// Memory: what a callback is given lives until it returns. The filter writes into a buffer that C allocated and the host frees; an
// output copies the chunk, because its sender may still hold it when the host has it back.
// Bad input is the engine's business. A panic means "not touched" from the filter and "retry" from the output, with the stack in the log.
// Proofs: plugin_test.go drives the object in a host of its own (testdata/host.c), also under AddressSanitizer; e2e/ in Fluent Bit.
package main
