package main

/*
#include <stdlib.h>
#include "prescore.h"
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"

	"prescore/engine"
	"prescore/plugin/sink"
)

// outputs are the opened instances, and the flushers behind them. Instances with the same options share one, and one that still keeps
// chunks outlives its last instance: a hot reload closes the old instance before it opens the new one.
var outputs = struct {
	sync.Mutex
	next     uint64
	open     map[uint64]*opened
	flushers map[string]*opened
}{open: map[uint64]*opened{}, flushers: map[string]*opened{}}

// opened is an output: where scored chunks of an engine go. The engine is held once for all its users.
type opened struct {
	key    string
	engine *engine.Engine
	flush  *flusher
	users  int

	mu     sync.Mutex
	counts engine.Counts // since the last flush that took them for the host's metrics
}

// outputOptions are an output's options as configured.
type outputOptions struct {
	engine.Options
	emit, emitTag string
}

func readOutputOptions(plugin unsafe.Pointer) outputOptions {
	o := outputOptions{
		Options: engine.Options{Config: output.FLBPluginConfigKey(plugin, "config"), Set: output.FLBPluginConfigKey(plugin, "set"), Version: engine.Version},
		emit:    output.FLBPluginConfigKey(plugin, "emit"),
		emitTag: output.FLBPluginConfigKey(plugin, "emit_tag"),
	}
	if o.emit == "" {
		o.emit = "stdout"
	}
	return o
}

// tagger gives what turns a record's tag into the one it is sent with. The host itself takes ${...} for an environment variable in its
// files, so $TAG is understood as well.
func tagger(pattern string) func(string) string {
	if pattern == "" {
		return func(tag string) string { return tag }
	}
	return func(tag string) string {
		return strings.ReplaceAll(strings.ReplaceAll(pattern, "${TAG}", tag), "$TAG", tag)
	}
}

// prescoreOutputOpen opens an output with the options that the host has for it and gives its number; 0, with the reason in the log,
// where it cannot. Called by FLBPluginInit.
//
//export prescoreOutputOpen
func prescoreOutputOpen(plugin *C.struct_host_output, log *C.struct_prescore_log) (id C.uint64_t) {
	defer guard("open", log)
	opts := readOutputOptions(unsafe.Pointer(plugin))
	o, err := openOutput(opts)
	if err != nil {
		say(log, engine.Error, err.Error())
		return 0
	}
	say(log, engine.Info, "prescore "+engine.Version+", configuration: "+opts.Options.String()+", to "+opts.emit)
	drain(o.engine, log)
	outputs.Lock()
	defer outputs.Unlock()
	outputs.next++
	outputs.open[outputs.next] = o
	return C.uint64_t(outputs.next)
}

func openOutput(opts outputOptions) (*opened, error) {
	e, err := engine.Acquire(opts.Options)
	if err != nil {
		return nil, err
	}
	s, err := sink.Open(opts.emit)
	if err != nil {
		engine.Release(e)
		return nil, err
	}
	key := strings.Join([]string{opts.Config, opts.Set, opts.emit, opts.emitTag}, "\x00")
	outputs.Lock()
	defer outputs.Unlock()
	o := outputs.flushers[key]
	if o != nil && o.engine != e { // the registry made a new engine meanwhile
		o = nil
	}
	if o == nil {
		o = &opened{key: key, engine: e}
		o.flush = newFlusher(s, tagger(opts.emitTag), o.score)
		outputs.flushers[key] = o
	}
	o.users++
	return o, nil
}

// score gives the scored chunk in fresh memory. Records that a filter has scored already go on as they are.
func (o *opened) score(tag string, chunk []byte) []byte {
	out, counts, modified := o.engine.Filter(make([]byte, 0, 2*len(chunk)), chunk, tag, time.Now())
	o.mu.Lock()
	for i, n := range counts {
		o.counts[i] += n
	}
	o.mu.Unlock()
	if !modified {
		return chunk
	}
	return out
}

func outputNumber(id C.uint64_t) *opened {
	outputs.Lock()
	defer outputs.Unlock()
	return outputs.open[uint64(id)]
}

// prescoreOutputFlush takes a chunk and says whether it arrived; the chunk is the caller's again when it returns. counts, of
// PRESCORE_COUNTERS, are filled with what was scored since the last flush. Called by FLBPluginFlushCtx on a small stack, for several
// instances and workers at once.
//
//export prescoreOutputFlush
func prescoreOutputFlush(id C.uint64_t, data *C.char, size C.size_t, tag *C.char, counts *C.uint64_t, log *C.struct_prescore_log) (code C.int) {
	code = output.FLB_RETRY
	defer guard("flush", log)
	o := outputNumber(id)
	if o == nil {
		return output.FLB_ERROR
	}
	if size == 0 {
		return output.FLB_OK
	}
	if fault != nil {
		fault(C.GoString(tag))
	}
	arrived := o.flush.flush(C.GoString(tag), view(data, size))
	o.mu.Lock()
	for i, n := range o.counts {
		unsafe.Slice(counts, C.PRESCORE_COUNTERS)[i] = C.uint64_t(n)
	}
	o.counts = engine.Counts{}
	o.mu.Unlock()
	collect(log, o.flush.messages)
	drain(o.engine, log)
	if arrived {
		return output.FLB_OK
	}
	return output.FLB_RETRY
}

// prescoreOutputClose gives an output back; what is on its way gets a little time. Called by FLBPluginExitCtx.
//
//export prescoreOutputClose
func prescoreOutputClose(id C.uint64_t, log *C.struct_prescore_log) {
	defer guard("close", log)
	o := outputNumber(id)
	if o == nil {
		return
	}
	left := o.flush.settle()
	outputs.Lock()
	delete(outputs.open, uint64(id))
	o.users--
	last := o.users == 0
	if last && left == 0 {
		delete(outputs.flushers, o.key)
	}
	outputs.Unlock()
	collect(log, o.flush.messages)
	if left > 0 {
		say(log, engine.Warn, fmt.Sprintf("%d scored chunks have not arrived; the agent has them still if its storage does", left))
	} else if last {
		o.flush.close()
	}
	engine.Release(o.engine)
	drain(o.engine, log)
}
