package engine

import (
	"encoding/binary"
	"strconv"

	"prescore/engine/digest"
	"prescore/engine/event"
)

// hashDigits is how many hexadecimal digits of SHA-256 stand on the record: 64 bits, which ten million records an hour would take
// a century to make collide.
const hashDigits = 16

// identifier makes ids and hashes for one thread.
type identifier struct {
	hasher digest.Hasher
	sums   [batchRecords]uint64 // of the batch's records
	summed bool                 // they are
}

// hash sets sums[i] to the hash of evs[i]: of the line where one was parsed, and else of the body's bytes. Parse has gone before.
func (t *identifier) hash(sums []uint64, evs []*event.Event) {
	var raws [batchRecords][]byte
	for i, ev := range evs {
		raws[i] = ev.Raw
		if ev.Line != "" {
			raws[i] = event.BytesOf(ev.Line)
		}
	}
	t.hasher.Sums(sums, raws[:len(evs)])
}

// identify sets Hash, and ID: the record's own, or the hash with the host's timestamp, so that the same line logged twice is two events
// and the same record met twice is one.
func identify(ev *event.Event, sum uint64) {
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
