package decode

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// fields writes an event's fields and problems out.
func fields(ev *event.Event) (out string) {
	for i := range ev.Fields {
		f := &ev.Fields[i]
		out += fmt.Sprintf("%q %d %d %v|", f.Name, f.ID, f.Layer, f.Value)
	}
	return out + fmt.Sprint(ev.Problems)
}

// TestEveryByteOfAName: a name that differs in one byte from that of the record before is another one, wherever the byte is and however
// long the name.
func TestEveryByteOfAName(t *testing.T) {
	const behind = 2 * rowAhead // of another record: so much that the row is read as words
	for n := 1; n < 40; n++ {
		name := strings.Repeat("abcdefgh", 5)[:n]
		names := event.NewNames()
		names.Intern(name)
		read := func(ev *event.Event, name string) {
			ev.Reset()
			b := wire.AppendMap([]byte(heads[0].bytes), 2)
			b = wire.AppendStr(wire.AppendStr(b, name), "v")
			b = wire.AppendInt(wire.AppendStr(b, "second"), 7)
			if rec, err := Next(ev, append(b, make([]byte, behind)...)); err != nil || rec.Size != len(b) {
				t.Fatal(rec.Size, err)
			}
		}
		warm := event.New(names)
		for at := range n {
			read(warm, name)
			read(warm, name)
			if ev := warm.First(names.Lookup(name)); ev == nil || !warm.Alike() {
				t.Fatalf("%q is not read as the record before", name)
			}
			other := []byte(name)
			other[at] ^= 1
			cold := event.New(names)
			read(cold, string(other))
			if read(warm, string(other)); fields(warm) != fields(cold) {
				t.Fatalf("%q after %q: %s", other, name, fields(warm))
			}
		}
	}
}

// TestRowChangesNothing: records of a few shapes are read as an event reads them that has met none, with values of every kind and length.
func TestRowChangesNothing(t *testing.T) {
	names := event.NewNames()
	for _, n := range strings.Fields("id host user.name message eventtime asset_criticality cross_source_confidence") {
		names.Intern(n)
	}
	keys := strings.Fields("id host user.name message eventtime asset_criticality cross_source_confidence a_name_that_nobody_asked_for_at_all x list")
	rng := rand.New(rand.NewPCG(3, 4))
	value := func(b []byte) []byte {
		switch rng.IntN(12) {
		case 0:
			return append(b, 0x90)
		case 1:
			return append(b, 0x80)
		case 2:
			return append(b, 0x91, 0xc0)
		case 3:
			return wire.AppendStr(append(b, 0x91), strings.Repeat("e", rng.IntN(40)))
		case 4:
			return append(b, 0x91, 0x90)
		case 5:
			return append(b, 0x92, 1, 0xc3)
		case 6:
			return append(b, 0xcb, 0x40, 9, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18)
		case 7, 8:
			return wire.AppendInt(b, rng.Int64()>>rng.IntN(64))
		case 9:
			return append(b, 0x81, 0xa1, 'k', 0xc2)
		}
		return wire.AppendStr(b, strings.Repeat("v", rng.IntN(300)))
	}
	warm := event.New(names)
	sibling := warm.Sibling()
	for range 20_000 {
		n := 3 + rng.IntN(len(keys)-3)
		b := wire.AppendMap([]byte(heads[0].bytes), n)
		for _, k := range keys[:n] {
			b = value(wire.AppendStr(b, k))
		}
		if b = append(b, make([]byte, rng.IntN(2*rowAhead))...); rng.IntN(8) == 0 {
			b = b[:rng.IntN(len(b))]
		}
		cold := event.New(names)
		warm.Reset()
		want, wantErr := Next(cold, b)
		got, err := Next(warm, b)
		if err != wantErr || got.Kind != want.Kind || got.Size != want.Size || fields(warm) != fields(cold) {
			t.Fatalf("%x:\n got %v %v %s\nwant %v %v %s", b, got.Kind, err, fields(warm), want.Kind, wantErr, fields(cold))
		}
		warm, sibling = sibling, warm
	}
}
