package marks

import (
	"math/bits"

	"prescore/engine/event"
)

// Marks are where the marked bytes of a part of a text are, a bit a byte.
type Marks struct {
	base int  // where the part begins
	span uint // so far from base there are bits for the 64 bytes from there on
	bits [maxMarked/blockSize + 2]uint64
	kind Kind
}

const (
	blockSize = 64             // what one word of marks is of, bytes
	maxMarked = 64 * blockSize // a part: most records are one, and the marks are a few of the cache's lines
	overlap   = blockSize - 1  // at the end of a part that is not the last, where 64 bits are not to be had
)

// jsonBlocks and xmlBlocks set in each of n words the bits of 64 bytes of src.
//
//go:noescape
func jsonBlocks(words *uint64, src *byte, n int)

//go:noescape
func xmlBlocks(words *uint64, src *byte, n int)

// Begin is for another text.
func (m *Marks) Begin(k Kind) { m.base, m.span, m.kind = 0, 0, k }

// Near gives the bits of the 64 bytes from i on, the lowest for byte i, 0 where they are not at hand. Behind the text's end they mean
// nothing.
func (m *Marks) Near(i int) uint64 {
	if at := uint(i - m.base); at < m.span {
		return m.from(at)
	}
	return 0
}

// from gives the bits of the 64 bytes from at on.
func (m *Marks) from(at uint) uint64 {
	w := at / blockSize % (maxMarked / blockSize)
	return m.bits[w]>>(at%blockSize) | m.bits[w+1]<<1<<(^at%blockSize)
}

// Far gives where the first marked byte of s at i or behind it is, len(s) where there is none. s is the same text since Begin.
func (m *Marks) Far(s string, i int) int {
	for ; i < len(s); i += blockSize {
		if uint(i-m.base) >= m.span {
			m.mark(s, i)
		}
		if w := m.from(uint(i - m.base)); w != 0 {
			return min(i+bits.TrailingZeros64(w), len(s))
		}
	}
	return len(s)
}

// mark begins a part at i.
func (m *Marks) mark(s string, i int) {
	b := event.BytesOf(s)[i:]
	m.base = i
	if len(b) > maxMarked {
		m.blocks(0, b, maxMarked/blockSize)
		m.bits[maxMarked/blockSize] = 0
		m.span = maxMarked - overlap
		return
	}
	n := len(b) / blockSize
	if n > 0 {
		m.blocks(0, b, n)
	}
	var rest [blockSize]byte
	copy(rest[:], b[n*blockSize:])
	m.blocks(n, rest[:], 1)
	m.bits[n+1] = ^uint64(0)
	m.span = uint(len(b))
}

// blocks marks n blocks of b in the words from at on.
func (m *Marks) blocks(at int, b []byte, n int) {
	if m.kind == XML {
		xmlBlocks(&m.bits[at], &b[0], n)
	} else {
		jsonBlocks(&m.bits[at], &b[0], n)
	}
}
