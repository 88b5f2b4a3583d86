//go:build !amd64

package marks

import (
	"encoding/binary"
	"math/bits"

	"prescore/engine/event"
)

// Marks are nothing here but the kind of bytes.
type Marks struct{ kind Kind }

// Begin is for another text.
func (m *Marks) Begin(k Kind) { m.kind = k }

// Near gives 0: no bits are at hand.
func (m *Marks) Near(int) uint64 { return 0 }

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// Far gives where the first marked byte of s at i or behind it is, len(s) where there is none.
func (m *Marks) Far(s string, i int) int {
	x, y, least := byte('"'), byte('\\'), byte(' ') // the bytes, and what is below
	if m.kind == XML {
		x, y, least = '<', '&', 0
	}
	b := event.BytesOf(s)
	for ; i+8 <= len(b); i += 8 { // of eight, the lowest mark is exact
		w := binary.LittleEndian.Uint64(b[i:])
		p, q := w^lows*uint64(x), w^lows*uint64(y)
		if k := ((p-lows)&^p | (q-lows)&^q | (w-lows*uint64(least))&^w) & highs; k != 0 {
			return i + bits.TrailingZeros64(k)>>3
		}
	}
	for i < len(b) && b[i] >= least && b[i] != x && b[i] != y {
		i++
	}
	return i
}
