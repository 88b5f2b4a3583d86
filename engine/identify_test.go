package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
)

// TestIdentifyIsSHA256 compares the digits on the record with those of the standard library, for every length of padding.
func TestIdentifyIsSHA256(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var id identifier
	ev := event.New(event.NewNames())
	for n := range 200 {
		raw := make([]byte, n)
		for i := range raw {
			raw[i] = byte(rng.Uint32())
		}
		ev.Reset()
		ev.Raw, ev.HostTime = raw, 0xabc
		id.hash(id.sums[:1], []*event.Event{ev})
		identify(ev, id.sums[0])
		sum := sha256.Sum256(raw)
		want := hex.EncodeToString(sum[:8])
		if ev.Hash != want || ev.ID != want+"-abc" {
			t.Fatalf("%d bytes: %s, %s; want %s", n, ev.Hash, ev.ID, want)
		}
	}
	for x := range uint32(1 << 16) { // every digit in every place
		if got, want := string(appendHex16(nil, uint64(x)<<40|uint64(x))), hex.EncodeToString([]byte{0, byte(x >> 8 & 0xff), byte(x), 0, 0, 0, byte(x >> 8), byte(x)}); got != want {
			t.Fatalf("%x: %s, want %s", x, got, want)
		}
	}
}
