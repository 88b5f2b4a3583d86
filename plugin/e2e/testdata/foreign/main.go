// Command foreign is another vendor's output in Go, as far as a test needs one: it notes in a file that it was given a chunk.
package main

import "C"

import (
	"os"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
)

var path string

//export FLBPluginRegister
func FLBPluginRegister(def unsafe.Pointer) int {
	return output.FLBPluginRegister(def, "foreign", "notes that it was given a chunk")
}

//export FLBPluginInit
func FLBPluginInit(plugin unsafe.Pointer) int {
	path = output.FLBPluginConfigKey(plugin, "path")
	return output.FLB_OK
}

//export FLBPluginFlushCtx
func FLBPluginFlushCtx(ctx, data unsafe.Pointer, length C.int, tag *C.char) int {
	if os.WriteFile(path, []byte(C.GoString(tag)), 0o644) != nil {
		return output.FLB_ERROR
	}
	return output.FLB_OK
}

//export FLBPluginExit
func FLBPluginExit() int { return output.FLB_OK }

func main() {}
