package json

import (
	"math/bits"

	"prescore/engine/event"
)

// marks are where the special bytes of a part of a text are, a bit a byte. To look for the end of each string in the string means to
// guess each time how many steps it takes, and half of the guesses are wrong: here one pass over the part guesses nothing, and the end
// of a string is the next bit.
type marks struct {
	base int  // where the part begins
	span uint // so far from base there are bits for the 64 bytes from there on
	bits [maxMarked/blockSize + 2]uint64
}

const (
	blockSize = 64             // what one word of marks is of, bytes
	maxMarked = 64 * blockSize // a part: most records are one, and the marks are a few of the cache's lines
	overlap   = blockSize - 1  // at the end of a part that is not the last, where 64 bits are not to be had
)

// markBlocks sets in each of n words the bits of 64 bytes of src.
//
//go:noescape
func markBlocks(words *uint64, src *byte, n int)

// forget is for another text.
func (m *marks) forget() { m.base, m.span = 0, 0 }

// near gives the bits of the 64 bytes from i on, 0 where they are not at hand.
func (m *marks) near(i int) uint64 {
	if at := uint(i - m.base); at < m.span {
		return m.from(at)
	}
	return 0
}

// from gives the bits of the 64 bytes from at on.
func (m *marks) from(at uint) uint64 {
	w := at / blockSize % (maxMarked / blockSize)
	return m.bits[w]>>(at%blockSize) | m.bits[w+1]<<1<<(^at%blockSize)
}

// far gives where the first special byte of s at i or behind it is, len(s) where there is none.
func (m *marks) far(s string, i int) int {
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

// mark begins a part at i. Behind the text's end all is marked.
func (m *marks) mark(s string, i int) {
	b := event.BytesOf(s)[i:]
	m.base = i
	if len(b) > maxMarked {
		markBlocks(&m.bits[0], &b[0], maxMarked/blockSize)
		m.bits[maxMarked/blockSize] = 0
		m.span = maxMarked - overlap
		return
	}
	n := len(b) / blockSize
	if n > 0 {
		markBlocks(&m.bits[0], &b[0], n)
	}
	var rest [blockSize]byte // zeros are control characters
	copy(rest[:], b[n*blockSize:])
	markBlocks(&m.bits[n], &rest[0], 1)
	m.bits[n+1] = ^uint64(0)
	m.span = uint(len(b))
}
