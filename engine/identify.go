package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strconv"

	"prescore/engine/event"
)

// hashDigits is how many hexadecimal digits of SHA-256 stand on the record: 64 bits, which ten million records an hour would take
// a century to make collide.
const hashDigits = 16

// identifier makes ids and hashes for one thread, in memory of its own: sha256.Sum256 may allocate.
type identifier struct {
	digest hash.Hash
	sum    [sha256.Size]byte
}

func newIdentifier() identifier { return identifier{digest: sha256.New()} }

// identify sets Hash, of the line where one was parsed and else of the body's bytes, and ID: the record's own, or the hash with the
// host's timestamp, so that the same line logged twice is two events and the same record met twice is one.
func (t *identifier) identify(ev *event.Event) {
	raw := ev.Raw
	if ev.Line != "" {
		raw = event.BytesOf(ev.Line)
	}
	t.digest.Reset()
	t.digest.Write(raw)
	sum := binary.BigEndian.Uint64(t.digest.Sum(t.sum[:0]))
	d := ev.Arena.Grab(hashDigits)
	appendHex16(d[:0], sum)
	ev.Hash = event.View(d)
	if given(ev); ev.IDGiven {
		return
	}
	b := append(ev.Arena.Grab(hashDigits + 17)[:0], d...)
	b = append(b, '-')
	b = strconv.AppendUint(b, uint64(ev.HostTime), 16)
	ev.ID = event.View(b)
}

// given sets ID to the record's own, where it brought one.
func given(ev *event.Event) {
	if id := ev.Get(event.KeyEventID); id.K == event.String && id.S != "" {
		ev.ID, ev.IDGiven = id.S, true
	}
}

// appendHex16 appends the sixteen hexadecimal digits of x: eight nibbles at a time become eight digits in one word.
func appendHex16(dst []byte, x uint64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, hex8(uint32(x>>32)))
	return binary.BigEndian.AppendUint64(dst, hex8(uint32(x)))
}

// hex8 gives the eight lower-case digits of x, the first in the highest byte.
func hex8(x uint32) uint64 {
	n := uint64(x)
	n = (n | n<<16) & 0x0000ffff0000ffff
	n = (n | n<<8) & 0x00ff00ff00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f0f0f0f0f
	letters := (n + 0x0606060606060606) >> 4 & 0x0101010101010101 // 1 in the bytes above 9
	return n + 0x3030303030303030 + letters*('a'-'0'-10)
}
