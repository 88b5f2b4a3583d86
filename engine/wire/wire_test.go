package wire

import (
	"bytes"
	"math"
	"testing"
)

// legal holds one object of each head that MessagePack has, with the token it must give.
var legal = []struct {
	in   string
	want Token
}{
	{"\x00", Token{Type: Uint, Size: 1}},
	{"\x7f", Token{Type: Uint, N: 127, Size: 1}},
	{"\x82", Token{Type: Map, N: 2, Size: 1}},
	{"\x93", Token{Type: Array, N: 3, Size: 1}},
	{"\xa2hi", Token{Type: Str, N: 2, Size: 3, Body: []byte("hi")}},
	{"\xc0", Token{Type: Nil, Size: 1}},
	{"\xc2", Token{Type: Bool, Size: 1}},
	{"\xc3", Token{Type: Bool, N: 1, Size: 1}},
	{"\xc4\x01x", Token{Type: Bin, N: 1, Size: 3, Body: []byte("x")}},
	{"\xc5\x00\x01x", Token{Type: Bin, N: 1, Size: 4, Body: []byte("x")}},
	{"\xc6\x00\x00\x00\x01x", Token{Type: Bin, N: 1, Size: 6, Body: []byte("x")}},
	{"\xc7\x01\x05x", Token{Type: Ext, Ext: 5, N: 1, Size: 4, Body: []byte("x")}},
	{"\xc8\x00\x01\xffx", Token{Type: Ext, Ext: -1, N: 1, Size: 5, Body: []byte("x")}},
	{"\xc9\x00\x00\x00\x01\x05x", Token{Type: Ext, Ext: 5, N: 1, Size: 7, Body: []byte("x")}},
	{"\xca\x3f\x80\x00\x00", Token{Type: Float, N: math.Float64bits(1), Size: 5}},
	{"\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00", Token{Type: Float, N: math.Float64bits(1), Size: 9}},
	{"\xcc\xff", Token{Type: Uint, N: 255, Size: 2}},
	{"\xcd\xff\xff", Token{Type: Uint, N: 65535, Size: 3}},
	{"\xce\xff\xff\xff\xff", Token{Type: Uint, N: math.MaxUint32, Size: 5}},
	{"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", Token{Type: Uint, N: math.MaxUint64, Size: 9}},
	{"\xd0\xff", Token{Type: Int, N: math.MaxUint64, Size: 2}},
	{"\xd1\x00\x05", Token{Type: Uint, N: 5, Size: 3}},
	{"\xd2\xff\xff\xff\xfe", Token{Type: Int, N: math.MaxUint64 - 1, Size: 5}},
	{"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", Token{Type: Int, N: 1 << 63, Size: 9}},
	{"\xd4\x00x", Token{Type: Ext, N: 1, Size: 3, Body: []byte("x")}},
	{"\xd5\x00xx", Token{Type: Ext, N: 2, Size: 4, Body: []byte("xx")}},
	{"\xd6\x00xxxx", Token{Type: Ext, N: 4, Size: 6, Body: []byte("xxxx")}},
	{"\xd7\x00xxxxxxxx", Token{Type: Ext, N: 8, Size: 10, Body: []byte("xxxxxxxx")}},
	{"\xd8\x00xxxxxxxxxxxxxxxx", Token{Type: Ext, N: 16, Size: 18, Body: []byte("xxxxxxxxxxxxxxxx")}},
	{"\xd9\x02hi", Token{Type: Str, N: 2, Size: 4, Body: []byte("hi")}},
	{"\xda\x00\x02hi", Token{Type: Str, N: 2, Size: 5, Body: []byte("hi")}},
	{"\xdb\x00\x00\x00\x02hi", Token{Type: Str, N: 2, Size: 7, Body: []byte("hi")}},
	{"\xdc\x00\x02", Token{Type: Array, N: 2, Size: 3}},
	{"\xdd\x00\x00\x00\x02", Token{Type: Array, N: 2, Size: 5}},
	{"\xde\x00\x02", Token{Type: Map, N: 2, Size: 3}},
	{"\xdf\x00\x00\x00\x02", Token{Type: Map, N: 2, Size: 5}},
	{"\xff", Token{Type: Int, N: math.MaxUint64, Size: 1}},
}

func TestNext(t *testing.T) {
	for _, c := range legal {
		got, err := Next([]byte(c.in + "tail"))
		if err != nil || got.Type != c.want.Type || got.N != c.want.N || got.Ext != c.want.Ext || got.Size != c.want.Size || !bytes.Equal(got.Body, c.want.Body) {
			t.Errorf("% x: got %+v, %v; want %+v", c.in, got, err, c.want)
		}
		for n := range len(c.in) {
			if _, err := Next([]byte(c.in[:n])); err != ErrShort {
				t.Errorf("% x cut to %d bytes: %v", c.in, n, err)
			}
		}
	}
	if _, err := Next([]byte{0xc1}); err != ErrInvalid {
		t.Error(err)
	}
}

func TestSkip(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x91}, 1<<20), 0xc0)
	if n, err := Skip(deep); n != len(deep) || err != nil {
		t.Errorf("a million levels: %d, %v", n, err)
	}
	if _, err := Skip([]byte{0xdf, 0xff, 0xff, 0xff, 0xff, 1, 1}); err != ErrShort {
		t.Errorf("four thousand million pairs in seven bytes: %v", err)
	}
	if n, err := Skip([]byte{0x82, 0xa1, 'a', 0x92, 1, 2, 0xa1, 'b', 0xc0, 0x55}); n != 9 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestAppendNumbers(t *testing.T) {
	for _, n := range []int64{0, 1, 127, 128, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64,
		-1, -32, -33, -128, -129, -32768, -32769, math.MinInt32, math.MinInt32 - 1, math.MinInt64} {
		b := AppendInt(nil, n)
		got, err := Next(b)
		if err != nil || int64(got.N) != n || got.Size != len(b) {
			t.Errorf("%d: % x gives %+v, %v", n, b, got, err)
		}
	}
	for _, n := range []int{0, 15, 16, 31, 32, 255, 256, 65535, 65536} {
		s := string(bytes.Repeat([]byte{'x'}, n))
		for want, b := range map[Type][]byte{Str: AppendStr(nil, s), Bin: AppendBin(nil, s)} {
			got, err := Next(b)
			if err != nil || got.Type != want || string(got.Body) != s {
				t.Errorf("%d bytes of %v: %v", n, want, err)
			}
		}
		for want, b := range map[Type][]byte{Map: AppendMap(nil, n), Array: AppendArray(nil, n)} {
			if got, err := Next(b); err != nil || got.Type != want || got.N != uint64(n) {
				t.Errorf("%v of %d: %+v %v", want, n, got, err)
			}
		}
	}
}

// FuzzSkip: what Skip takes is what walking token by token takes, and neither reads past the end.
func FuzzSkip(f *testing.F) {
	for _, c := range legal {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := Skip(b)
		if n > len(b) {
			t.Fatalf("%d of %d bytes", n, len(b))
		}
		if m, werr := walk(b); m != n || (werr == nil) != (err == nil) {
			t.Fatalf("%d, %v; token by token %d, %v", n, err, m, werr)
		}
		if err != nil {
			return
		}
		if m, err := Skip(b[:n]); m != n || err != nil {
			t.Fatalf("the object alone: %d, %v", m, err)
		}
		if n > 0 {
			if _, err := Skip(b[:n-1]); err == nil {
				t.Fatal("an object cut by a byte is whole")
			}
		}
	})
}

// walk is Skip, token by token.
func walk(b []byte) (int, error) {
	off := 0
	for left := uint64(1); left > 0; left-- {
		t, err := Next(b[off:])
		if err != nil {
			return off, err
		}
		off += t.Size
		switch t.Type {
		case Array:
			left += t.N
		case Map:
			left += 2 * t.N
		}
		if left > uint64(len(b)-off)+1 {
			return off, ErrShort
		}
	}
	return off, nil
}

func BenchmarkSkip(b *testing.B) {
	obj, err := FromJSON(nil, []byte(`{"event_id":"EVT-00000001","host":"ws-042","user":"j.doe@corp.example","process_id":2214,"score":0.97,"tags":["a","b"],"none":null}`))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(obj)))
	for b.Loop() {
		if n, err := Skip(obj); n != len(obj) || err != nil {
			b.Fatal(n, err)
		}
	}
}
