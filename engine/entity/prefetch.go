//go:build amd64 || arm64

package entity

import "unsafe"

// prefetch asks the processor for the line at p and goes on: for what lies far away and is wanted soon. p need not be valid.
//
//go:noescape
func prefetch(p unsafe.Pointer)
