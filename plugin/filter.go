package main

/*
#include <stdlib.h>
#include "prescore.h"
*/
import "C"

import (
	"strings"
	"sync"
	"time"
	"unsafe"

	"prescore/engine"
	"prescore/engine/event"
)

// handles give the C side a number for an engine: a Go pointer must not be kept there.
var handles = struct {
	sync.RWMutex
	next uint64
	open map[uint64]*engine.Engine
}{open: map[uint64]*engine.Engine{}}

// optionsOf reads what the C side read from the host. Overrides given one by one come down to one list.
func optionsOf(o *C.struct_prescore_options) engine.Options {
	opts := engine.Options{Version: engine.Version}
	if o.config != nil {
		opts.Config = C.GoString(o.config)
	}
	sets := unsafe.Slice(o.sets, int(o.nsets))
	list := make([]string, len(sets))
	for i, s := range sets {
		list[i] = C.GoString(s)
	}
	opts.Set = strings.Join(list, "; ")
	return opts
}

// prescoreValidate says whether prescoreOpen would succeed, and keeps nothing. Called by cb_pre_run, also while another configuration
// is running. 1 is yes; otherwise the reason is in the log.
//
//export prescoreValidate
func prescoreValidate(o *C.struct_prescore_options, log *C.struct_prescore_log) (ok C.int) {
	defer guard("validate", log)
	if err := engine.Validate(optionsOf(o)); err != nil {
		say(log, engine.Error, err.Error())
		return 0
	}
	return 1
}

// prescoreOpen opens or joins the engine of the options and gives its handle; 0, with the reason in the log, where it cannot. Called by
// cb_init, for several instances at once. prescoreClose gives the handle back.
//
//export prescoreOpen
func prescoreOpen(o *C.struct_prescore_options, log *C.struct_prescore_log) (handle C.uint64_t) {
	defer guard("open", log)
	opts := optionsOf(o)
	e, err := engine.Acquire(opts)
	if err != nil {
		say(log, engine.Error, err.Error())
		return 0
	}
	say(log, engine.Info, "prescore "+engine.Version+", configuration: "+opts.String())
	drain(e, log)
	handles.Lock()
	defer handles.Unlock()
	handles.next++
	handles.open[handles.next] = e
	return C.uint64_t(handles.next)
}

// prescoreClose gives a handle back. Called by cb_exit; other instances may go on with the same engine.
//
//export prescoreClose
func prescoreClose(handle C.uint64_t, log *C.struct_prescore_log) {
	defer guard("close", log)
	handles.Lock()
	e := handles.open[uint64(handle)]
	delete(handles.open, uint64(handle))
	handles.Unlock()
	if e != nil {
		engine.Release(e)
		drain(e, log)
	}
}

// prescoreFilter scores the chunk of a crossing; 1 where call.out holds the chunk that takes its place. Called by cb_filter, by several
// threads at once. The engine writes into the C side's buffer and into Go memory only where that was too small.
//
//export prescoreFilter
func prescoreFilter(handle C.uint64_t, call *C.struct_prescore_call) (modified C.int) {
	defer guard("filter", &call.log)
	handles.RLock()
	e := handles.open[uint64(handle)]
	handles.RUnlock()
	if e == nil {
		return 0
	}
	buf := view(call.out, call.out_cap)
	tag := event.View(view(call.tag, call.tag_len))
	if fault != nil {
		fault(tag)
	}
	out, counts, changed := e.Filter(buf[:0], view(call.data, call.size), tag, time.Now())
	drain(e, &call.log)
	for i, v := range counts {
		call.counts[i] = C.uint64_t(v)
	}
	if !changed {
		return 0
	}
	if unsafe.SliceData(out) != unsafe.SliceData(buf) {
		C.free(unsafe.Pointer(call.out))
		call.out = (*C.char)(C.CBytes(out))
		call.out_cap = C.size_t(len(out))
	}
	call.out_size = C.size_t(len(out))
	return 1
}

// The engine's counters fit into a crossing.
var _ [C.PRESCORE_COUNTERS - engine.NumCounts]struct{}

// prescoreCounterName writes the name of counter i, zero-terminated, and gives 1; 0 where there is none. Called while an instance opens.
//
//export prescoreCounterName
func prescoreCounterName(i C.int, name *C.char, size C.size_t) C.int {
	if i < 0 || int(i) >= int(engine.NumCounts) {
		return 0
	}
	to := view(name, size)
	n := copy(to[:len(to)-1], engine.Count(i).String())
	to[n] = 0
	return 1
}
