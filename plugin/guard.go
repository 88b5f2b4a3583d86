package main

/*
#include <stdlib.h>
#include "prescore.h"
*/
import "C"

import (
	"fmt"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"unsafe"

	"prescore/engine"
)

func init() {
	C.prescore_signals()
	// The host survives a log reader that has gone; Go would die of it at the first write to stdout or stderr.
	signal.Ignore(syscall.SIGPIPE)
	boundMemory()
}

func main() {}

// fault is nil but in the object that the end-to-end tests build (fault_on.go).
var fault func(tag string)

// maxStackText bounds a panic's stack in the log, in bytes: the host's line buffer is not much longer.
const maxStackText = 3072

// guard is deferred by each export: a panic ends here, as a message, and the export's named result keeps what it was set to.
func guard(what string, log *C.struct_prescore_log) {
	if p := recover(); p != nil {
		stack := debug.Stack()
		say(log, engine.Error, fmt.Sprintf("%s: panic: %v\n%s", what, p, stack[:min(len(stack), maxStackText)]))
	}
}

// lines collects messages as struct prescore_log lays them out: a level byte, text, a zero byte, again and again.
type lines struct {
	buf []byte
	do  func(level int, text string) // add, bound once: a method value would be a fresh allocation for each chunk
}

func (l *lines) add(level int, text string) {
	l.buf = append(l.buf, byte(level))
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != 0 {
			l.buf = append(l.buf, c)
		}
	}
	l.buf = append(l.buf, 0)
}

var idleLines = sync.Pool{New: func() any {
	l := new(lines)
	l.do = l.add
	return l
}}

// collect gives what tell says to the C side, which prints and frees it: a copy in the host's malloc, after what is there already.
func collect(log *C.struct_prescore_log, tell func(do func(level int, text string))) {
	l := idleLines.Get().(*lines)
	tell(l.do)
	give(log, l)
}

// drain hands over the engine's messages.
func drain(e *engine.Engine, log *C.struct_prescore_log) {
	l := idleLines.Get().(*lines)
	e.DrainMessages(l.do)
	give(log, l)
}

// say hands over one message.
func say(log *C.struct_prescore_log, level int, text string) {
	l := idleLines.Get().(*lines)
	l.add(level, text)
	give(log, l)
}

func give(log *C.struct_prescore_log, l *lines) {
	if n := len(l.buf); n > 0 {
		to := C.realloc(unsafe.Pointer(log.lines), log.size+C.size_t(n))
		if to != nil {
			log.lines = (*C.char)(to)
			copy(view(log.lines, log.size+C.size_t(n))[log.size:], l.buf)
			log.size += C.size_t(n)
		}
		l.buf = l.buf[:0]
	}
	idleLines.Put(l)
}

// view gives C memory as bytes without a copy; valid as long as the memory is.
func view(p *C.char, n C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n))
}
