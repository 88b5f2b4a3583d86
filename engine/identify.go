package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"prescore/engine/event"
)

// hashDigits is how many hexadecimal digits of SHA-256 stand on the record: 64 bits, which ten million records an hour would take
// a century to make collide.
const hashDigits = 16

// identify sets Hash, of the line where one was parsed and else of the body's bytes, and ID: the record's own, or the hash with the
// host's timestamp, so that the same line logged twice is two events and the same record met twice is one.
func identify(ev *event.Event) {
	raw := ev.Raw
	if ev.Line != "" {
		raw = event.BytesOf(ev.Line)
	}
	sum := sha256.Sum256(raw)
	d := ev.Arena.Grab(hashDigits)
	hex.Encode(d, sum[:hashDigits/2])
	ev.Hash = event.View(d)
	if id := ev.Get(event.KeyEventID); id.K == event.String && id.S != "" {
		ev.ID, ev.IDGiven = id.S, true
		return
	}
	b := append(ev.Arena.Grab(hashDigits + 17)[:0], d...)
	b = append(b, '-')
	b = strconv.AppendUint(b, uint64(ev.HostTime), 16)
	ev.ID = event.View(b)
}
