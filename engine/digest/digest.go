package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Hasher hashes messages for one thread. The zero value is ready.
type Hasher struct {
	lanes lanes
	plain hash.Hash // crypto/sha256, made when it is needed first
	sum   [sha256.Size]byte
}

// Sums sets sums[i] to the first 64 bits of the SHA-256 sum of msgs[i], the sum's first byte highest. There are as many sums as messages.
func (h *Hasher) Sums(sums []uint64, msgs [][]byte) {
	sums = sums[:len(msgs)]
	if paired {
		h.lanes.sums(sums, msgs)
	} else {
		h.plainSums(sums, msgs)
	}
}

// plainSums does one message after the other. The digest is kept, because sha256.Sum256 may allocate.
func (h *Hasher) plainSums(sums []uint64, msgs [][]byte) {
	if h.plain == nil {
		h.plain = sha256.New()
	}
	for i, m := range msgs {
		h.plain.Reset()
		h.plain.Write(m)
		sums[i] = binary.BigEndian.Uint64(h.plain.Sum(h.sum[:0]))
	}
}
