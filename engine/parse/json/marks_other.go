//go:build !amd64

package json

import (
	"encoding/binary"
	"math/bits"

	"prescore/engine/event"
)

// marks are nothing where there are no instructions for them here.
type marks struct{}

func (marks) forget() {}

func (marks) near(int) uint64 { return 0 }

// far gives where the first special byte of s at i or behind it is, len(s) where there is none.
func (marks) far(s string, i int) int {
	b := event.BytesOf(s)
	for ; i+8 <= len(b); i += 8 {
		if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}
