//go:build faults

package main

// With the build tag faults, which only the end-to-end tests set, a chunk under this tag dereferences nil in the export: what a host's
// signal handlers do to Go's can be seen only so.
func init() {
	fault = func(tag string) {
		if tag == "fault.nil" {
			var p *int
			*p = 1
		}
	}
}
