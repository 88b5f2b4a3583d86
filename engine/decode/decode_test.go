package decode

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/wire"
)

func newEvent(names ...string) *event.Event {
	n := event.NewNames()
	for _, s := range names {
		n.Intern(s)
	}
	return event.New(n)
}

// body is {"a": 1, "b": {"c": ["x", {"d": nil}], "e": {}}, "f": []} with fields flattened as want.
var body = func() []byte {
	b := wire.AppendMap(nil, 3)
	b = wire.AppendInt(wire.AppendStr(b, "a"), 1)
	b = wire.AppendMap(wire.AppendStr(b, "b"), 2)
	b = wire.AppendArray(wire.AppendStr(b, "c"), 2)
	b = wire.AppendStr(b, "x")
	b = wire.AppendNil(wire.AppendStr(wire.AppendMap(b, 1), "d"))
	b = wire.AppendMap(wire.AppendStr(b, "e"), 0)
	return wire.AppendArray(wire.AppendStr(b, "f"), 0)
}()

const flat = "a=2 b.c=x b.c.d= b.e= f="

// heads are the ways in which hosts write what stands before a body, with the time each tells.
var heads = []struct {
	name, bytes string
	time        int64
	kind        Kind
}{
	{"5.1", "\x92\x92\xd7\x00\x65\x00\x00\x00\x00\x00\x00\x05\x80", 0x65000000*1e9 + 5, Log},
	{"4.2, wide", "\xdd\x00\x00\x00\x02\xdd\x00\x00\x00\x02\xd7\x00\x65\x00\x00\x00\x00\x00\x00\x05\xdf\x00\x00\x00\x00", 0x65000000*1e9 + 5, Log},
	{"array16, ext8", "\xdc\x00\x02\xdc\x00\x02\xc7\x08\x00\x65\x00\x00\x00\x00\x00\x00\x05\xde\x00\x00", 0x65000000*1e9 + 5, Log},
	{"metadata", "\x92\x92\xd7\x00\x65\x00\x00\x00\x00\x00\x00\x05\x81\xa1k\x81\xa1v\x01", 0x65000000*1e9 + 5, Log},
	{"before 2.1", "\x92\xd7\x00\x65\x00\x00\x00\x00\x00\x00\x05", 0x65000000*1e9 + 5, Log},
	{"integer", "\x92\xce\x65\x00\x00\x00", 0x65000000 * 1e9, Log},
	{"small integer", "\x92\x92\x07\x80", 7e9, Log},
	{"float", "\x92\xcb\x41\xd9\x40\x00\x00\x20\x00\x00", 0x65000000*1e9 + 5e8, Log},
	{"float32", "\x92\xca\x3f\xc0\x00\x00", 15e8, Log},
	{"not a number", "\x92\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", 0, Log},
	{"far future", "\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 0, Log},
	{"before 1970", "\x92\xd0\xfb", -5e9, Log},
	{"group begins", "\x92\x92\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00\x80", 0, Marker},
	{"group ends", "\x92\x92\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x00\x80", 0, Marker},
	{"group ends, integer", "\x92\x92\xfe\x80", 0, Marker},
}

func show(ev *event.Event) string {
	var out []string
	for _, f := range ev.Fields {
		s := f.Value.S
		if f.Value.K == event.Int {
			s = fmt.Sprint(f.Value.N + 1) // so that a field without a number does not read like one
		}
		out = append(out, f.Name+"="+s)
	}
	return strings.Join(out, " ")
}

func TestHeads(t *testing.T) {
	for _, h := range heads {
		ev := newEvent("b.c")
		in := append([]byte(h.bytes), body...)
		rec, err := Next(ev, append(in, "tail"...))
		if err != nil || rec.Kind != h.kind || rec.Size != len(in) || rec.Time != h.time {
			t.Errorf("%s: %+v, %v", h.name, rec, err)
		}
		if rec.Kind == Log && (!bytes.Equal(rec.Head, []byte(h.bytes)) || !bytes.Equal(rec.Body, body) || show(ev) != flat) {
			t.Errorf("%s: %s", h.name, show(ev))
		}
		for n := range len(in) {
			ev.Reset()
			if _, err := Next(ev, in[:n]); err != wire.ErrShort {
				t.Fatalf("%s cut to %d bytes: %v", h.name, n, err)
			}
		}
	}
}

func TestNotARecord(t *testing.T) {
	for _, in := range []string{"\x01", "\xc0", "\x80", "\x92\x01\x02", "\x92\xa1x\x80", "\x93\x01\x80\x80", "\x92\x93\x01\x02\x03\x80", "\x92\xd7\x05xxxxxxxx\x80", "\x92\xd6\x00xxxx\x80", "\x90"} {
		ev := newEvent()
		rec, err := Next(ev, []byte(in+"tail"))
		if err != nil || rec.Kind != Other || rec.Size != len(in) {
			t.Errorf("%q: %+v, %v", in, rec, err)
		}
	}
}

func record(b []byte) []byte { return append([]byte(heads[0].bytes), b...) }

func TestMark(t *testing.T) {
	f := func(t *testing.T, mark []byte, want Kind) {
		t.Helper()
		b := append(wire.AppendStr(wire.AppendMap(nil, 1), MarkKey), mark...)
		if rec, err := Next(newEvent(), record(b)); err != nil || rec.Kind != want {
			t.Errorf("% x: %+v %v", mark, rec.Kind, err)
		}
	}
	id := func(b []byte) []byte { return wire.AppendStr(wire.AppendStr(b, "id"), "EVT-1") }
	f(t, id(wire.AppendInt(wire.AppendStr(wire.AppendMap(nil, 2), "v"), 1)), Scored)
	f(t, wire.AppendMap(nil, 0), Log)
	f(t, wire.AppendStr(nil, "id"), Log)
	f(t, wire.AppendStr(wire.AppendStr(wire.AppendMap(nil, 1), "id"), ""), Log)
}

func TestBounds(t *testing.T) {
	deep := wire.AppendMap(nil, 1)
	for range 1000 {
		deep = wire.AppendMap(wire.AppendStr(deep, "k"), 1)
	}
	deep = wire.AppendNil(wire.AppendStr(deep, "k"))
	ev := newEvent()
	if _, err := Next(ev, record(deep)); err != nil || len(ev.Fields) != 1 || ev.Fields[0].Value.K != event.Opaque || ev.Problems[0].Code != "too_deep" {
		t.Errorf("a thousand levels: %v, %+v", err, ev.Problems)
	}
	wide := wire.AppendMap(nil, 10_000)
	for i := range 10_000 {
		wide = wire.AppendArray(wire.AppendStr(wide, fmt.Sprint("k", i)), 1)
		wide = wire.AppendInt(wide, int64(i))
	}
	ev = newEvent()
	rec, err := Next(ev, record(wide))
	if err != nil || rec.Size != len(wide)+13 || len(ev.Fields) != event.MaxFields || ev.Problems[0].Code != "too_many_fields" {
		t.Errorf("ten thousand keys: %v, %d fields", err, len(ev.Fields))
	}
}

func TestOddKeysAndValues(t *testing.T) {
	b := wire.AppendMap(nil, 6)
	b = wire.AppendFloat(wire.AppendInt(b, -7), math.NaN())
	b = wire.AppendBool(wire.AppendNil(b), true)
	b = wire.AppendUint(wire.AppendStr(b, "big"), math.MaxUint64)
	b = wire.AppendBin(wire.AppendBin(b, "bin"), "\xff\x00")
	b = wire.AppendStr(wire.AppendStr(b, "dup"), "1")
	b = wire.AppendStr(wire.AppendStr(b, "dup"), "\xff")
	ev := newEvent("dup")
	if _, err := Next(ev, record(b)); err != nil {
		t.Fatal(err)
	}
	if got, want := show(ev), "-7= ?= big= bin=\xff\x00 dup=1 dup=\xff"; got != want {
		t.Errorf("%q", got)
	}
	id := ev.Names.Lookup("dup")
	if f := ev.First(id); f.Value.S != "1" || ev.Next(f).Value.S != "\xff" || ev.Last(id).Value.S != "\xff" || ev.Next(ev.Last(id)) != nil {
		t.Error("repeated names are not linked")
	}
	if ev.Problems[0].Code != "key_not_text" || len(ev.Problems) != 1 {
		t.Error(ev.Problems)
	}
}

func TestNoAllocations(t *testing.T) {
	ev := newEvent("a", "b.c")
	in := record(body)
	if n := testing.AllocsPerRun(100, func() {
		ev.Reset()
		if _, err := Next(ev, in); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

// FuzzNext: what Next takes is what wire.Skip takes, Head and Body add up to it, and each field is a view or counted.
func FuzzNext(f *testing.F) {
	for _, h := range heads {
		f.Add(append([]byte(h.bytes), body...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ev := newEvent("b.c", "a")
		rec, err := Next(ev, b)
		n, err2 := wire.Skip(b)
		if err == nil && (err2 != nil || n != rec.Size) {
			t.Fatalf("took %d bytes, the object has %d (%v)", rec.Size, n, err2)
		}
		if err != nil && err2 == nil {
			t.Fatalf("%v, but the object is whole", err)
		}
		if err == nil && (rec.Kind == Log || rec.Kind == Scored) && len(rec.Head)+len(rec.Body) != rec.Size {
			t.Fatalf("%d + %d is not %d", len(rec.Head), len(rec.Body), rec.Size)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	ev := newEvent("a", "b.c")
	in := record(body)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset()
		if _, err := Next(ev, in); err != nil || len(ev.Fields) != 5 {
			b.Fatal(err)
		}
	}
}

// TestWarmChangesNothing: an event that has met other records reads one as an event does that has met none: whatever the order,
// nesting and kinds of their members are.
func TestWarmChangesNothing(t *testing.T) {
	names := event.NewNames()
	for _, n := range strings.Fields("a b a.b a.c a.b.c x.a host host.name user b.b") {
		names.Intern(n)
	}
	keys := strings.Fields("a b c x host user name hosts 123456789012345678901234567890123456789")
	rng := rand.New(rand.NewPCG(1, 2))
	var object func(dst []byte, depth int) []byte
	object = func(dst []byte, depth int) []byte {
		n := rng.IntN(5)
		dst = wire.AppendMap(dst, n)
		for range n {
			dst = wire.AppendStr(dst, keys[rng.IntN(len(keys))])
			switch k := rng.IntN(9); {
			case k < 2 && depth < 3:
				dst = object(dst, depth+1)
			case k == 2 && depth < 3:
				dst = object(wire.AppendStr(wire.AppendArray(dst, 2), "e"), depth+1)
			case k == 3:
				dst = wire.AppendNil(dst)
			case k == 4:
				dst = append(dst, 0xca, 0, 0, 0x80, 0x3f)
			case k == 5:
				dst = wire.AppendInt(dst, rng.Int64()>>rng.IntN(64))
			default:
				dst = wire.AppendStr(dst, strings.Repeat("v", rng.IntN(60)))
			}
		}
		return dst
	}
	warm := event.New(names)
	for range 5000 {
		chunk := object([]byte(heads[0].bytes), 0)
		if rng.IntN(4) == 0 {
			chunk = chunk[:rng.IntN(len(chunk))]
		}
		warm.Reset()
		cold := event.New(names)
		got, err := Next(warm, chunk)
		want, wantErr := Next(cold, chunk)
		if err != wantErr || got.Kind != want.Kind || got.Size != want.Size || fields(warm) != fields(cold) {
			t.Fatalf("%x:\n got %v %v %s\nwant %v %v %s", chunk, got.Kind, err, fields(warm), want.Kind, wantErr, fields(cold))
		}
	}
}
