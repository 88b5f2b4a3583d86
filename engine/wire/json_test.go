package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestAppendJSON(t *testing.T) {
	f := func(obj []byte, want string) {
		t.Helper()
		got, err := AppendJSON(nil, obj)
		if err != nil || string(got) != want {
			t.Errorf("%x: got %s, %v, want %s", obj, got, err, want)
		}
	}
	f(AppendNil(nil), `null`)
	f(AppendInt(nil, math.MinInt64), `-9223372036854775808`)
	f(AppendUint(nil, math.MaxUint64), `18446744073709551615`)
	f(AppendFloat(nil, 65), `65.0`)
	f(AppendFloat(nil, 1e21), `1e+21`)
	f(AppendFloat(nil, 0.1), `0.1`)
	f(AppendFloat(nil, math.NaN()), `"NaN"`)
	f(AppendFloat(nil, math.Inf(-1)), `"-Infinity"`)
	f(AppendStr(nil, "a\"\\\n\x01é\xffz"), `"a\"\\\n\u0001é�z"`)
	f(AppendBin(nil, "text"), `"text"`)
	f(AppendBin(nil, "\xff\x00"), `"/wA="`)
	f(AppendEventTime(nil, 1700000000_000000042), `1700000000.000000042`)
	f([]byte{0xc7, 1, 5, 'x'}, `"eA=="`)
	f([]byte{0x90}, `[]`)
	f([]byte{0x80}, `{}`)
	f([]byte{0x93, 0x80, 0x90, 0x91, 0x01}, `[{},[],[1]]`)
	f([]byte{0x82, 0xa1, 'a', 0x81, 0xa1, 'b', 0x92, 0x01, 0xc0, 0xa1, 'a', 0xc3}, `{"a":{"b":[1,null]},"a":true}`)
	f([]byte{0x83, 0x05, 0x01, 0xc0, 0x02, 0x90, 0x03}, `{"5":1,"null":2,"kA==":3}`)
	f(append([]byte{0x82, 0x01, 0x02}, append(AppendFloat(nil, 1.5), 0x01)...), `{"1":2,"1.5":1}`)
	f(append([]byte{0x81}, append(AppendEventTime(nil, 1e9), 0xc2)...), `{"1.000000000":false}`)
	f(append(bytes.Repeat([]byte{0x91}, 5000), 0x90), strings.Repeat("[", 5001)+strings.Repeat("]", 5001))
}

func TestAppendJSONVerbatimKeepsBytes(t *testing.T) {
	got, err := AppendJSONVerbatim(nil, AppendStr(nil, "a\xff\"z"))
	if want := "\"a\xff\\\"z\""; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestFromJSON(t *testing.T) {
	f := func(in, want string) { // want: the same again as JSON
		t.Helper()
		obj, err := FromJSON(nil, []byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			return
		}
		got, err := AppendJSON(nil, obj)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
	f(` {"b":1, "a":{"x":[1,-2,3.50,1e3]}, "b":null, "":[]} `, `{"b":1,"a":{"x":[1,-2,3.5,1000.0]},"b":null,"":[]}`)
	f(`18446744073709551615`, `18446744073709551615`)
	f(`18446744073709551616`, `"18446744073709551616"`)
	f(`-0`, `-0.0`)
	f(`1e999`, `"1e999"`)
	f(`"é😀\/"`, `"é😀/"`)
	for _, bad := range []string{``, `{`, `{"a":}`, `[1,]`, `1 2`, `nul`, strings.Repeat("[", 20000)} {
		if _, err := FromJSON(nil, []byte(bad)); err == nil {
			t.Errorf("%.20q: want an error", bad)
		}
	}
}

func FuzzAppendJSON(f *testing.F) {
	f.Add([]byte{0x82, 0xa1, 'a', 0x01, 0x05, 0x92, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0})
	f.Add([]byte{0x81, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0, 0xd7, 0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, obj []byte) {
		sameJSON(t, obj)
		n, err := Skip(obj)
		text, jerr := AppendJSON([]byte("x"), obj)
		if (err == nil) != (jerr == nil) {
			t.Fatalf("Skip says %v, AppendJSON %v", err, jerr)
		}
		if err == nil && !json.Valid(text[1:]) && nesting(obj[:n]) < maxJSONDepth {
			t.Fatalf("%x gives %s", obj[:n], text[1:])
		}
	})
}

// nesting gives a number no smaller than the depth of the object.
func nesting(obj []byte) int { return len(obj) }

func FuzzFromJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2.5,"x",null,true,{"b":{}}],"a":-0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		obj, err := FromJSON(nil, text)
		if err != nil {
			return
		}
		if n, err := Skip(obj); err != nil || n != len(obj) {
			t.Fatalf("%s gives %x: %d, %v", text, obj, n, err)
		}
		once, err := AppendJSON(nil, obj)
		if err != nil {
			t.Fatal(err)
		}
		again, err := FromJSON(nil, once)
		if err != nil || !bytes.Equal(again, obj) {
			t.Fatalf("%s gives %x, and its JSON %s gives %x, %v", text, obj, once, again, err)
		}
	})
}

// TestQuotedPlain: what is passed over eight bytes at a time is what goes byte by byte, wherever in the eight a byte stands.
func TestQuotedPlain(t *testing.T) {
	for c := range 256 {
		for at := range 24 {
			text := bytes.Repeat([]byte{'x'}, 24)
			text[at] = byte(c)
			got := AppendQuoted(nil, text, false)
			var back string
			if err := json.Unmarshal(got, &back); err != nil {
				t.Fatalf("%q: %s: %v", text, got, err)
			}
			want := string(text)
			if c >= 0x80 {
				want = strings.ToValidUTF8(want, "\uFFFD")
			}
			if back != want {
				t.Fatalf("%q reads back as %q", text, back)
			}
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	obj, err := FromJSON(nil, []byte(`{"event_id":"EVT-00000001","host":"ws-042","user":"j.doe@corp.example","process_id":2214,"score":0.97,`+
		`"command_line":"C:\\Windows\\System32\\conhost.exe 0xffffffff -ForceV1","tags":["execution","defense-evasion"]}`))
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.SetBytes(int64(len(obj)))
	b.ReportAllocs()
	for b.Loop() {
		out, _ = AppendJSON(out[:0], obj)
	}
	if !json.Valid(out) {
		b.Fatal(string(out))
	}
}
