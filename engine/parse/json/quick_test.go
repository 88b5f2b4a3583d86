package json

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"prescore/engine/event"
)

// TestQuickChangesNothing: what one pass over a string gives is what finding its end and then unescaping it gives, and it leaves the
// arena as it was where it gives nothing.
func TestQuickChangesNothing(t *testing.T) {
	pieces := []string{"a", "text of some length", `\\`, `\\`, `\"`, `\n`, `\/`, `\u00e4`, `\u0000`, `\ud83d\ude00`, `\ud83d`, `\x`, `\u12g4`, "\x01", "é", "\x80", `"`, `C:\\Windows\\System32`}
	rng := rand.New(rand.NewPCG(1, 2))
	ev := event.New(event.NewNames())
	read, escaped := 0, 0
	for range 50_000 {
		var b strings.Builder
		for range rng.IntN(12) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		if rng.IntN(4) > 0 {
			b.WriteString(`"` + strings.Repeat(" ", rng.IntN(12)))
		}
		p := scanner{document: document{ev: ev, s: b.String()}}
		ev.Reset()
		before := ev.Arena.Grab(8)
		copy(before, "untouche")
		got, j := p.quick(0)
		if j == 0 {
			after := ev.Arena.Grab(1)
			if string(before) != "untouche" || uintptr(unsafe.Pointer(&after[0]))-uintptr(unsafe.Pointer(&before[0])) != 8 {
				t.Fatalf("%q: the arena is not as it was", p.s)
			}
			continue
		}
		esc, end, loose := scan(p.s, 0)
		want := p.s[:max(end, 0)]
		ok := true
		if esc {
			want, ok = Unescape(&ev.Arena, want)
			escaped++
		}
		if read++; end+1 != j || loose || !ok || got != want {
			t.Fatalf("%q is %q to %d, want %q to %d, control %v, %v", p.s, got, j, want, end+1, loose, ok)
		}
	}
	if read < 5_000 || escaped < 2_000 {
		t.Errorf("only %d strings are read in one pass, %d with escapes", read, escaped)
	}
}

// BenchmarkText is a string with many escapes in one pass, and its end found first.
func BenchmarkText(b *testing.B) {
	s := strings.Repeat(`C:\\Windows\\System32\\cmd.exe `, 4) + `" , "more":1}`
	ev := event.New(event.NewNames())
	b.Run("one_pass", func(b *testing.B) {
		for b.Loop() {
			ev.Arena.Reset()
			p := scanner{document: document{ev: ev, s: s}}
			p.quick(0)
		}
	})
	b.Run("two", func(b *testing.B) {
		for b.Loop() {
			ev.Arena.Reset()
			p := scanner{document: document{ev: ev, s: s}}
			_, end, _ := scan(p.s, 0)
			Unescape(&p.ev.Arena, p.s[:end])
		}
	})
}

// TestSpecialMarks: the lowest mark is at the first byte that ends a run, and there is none where no byte does.
func TestSpecialMarks(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	bytes := []byte("\x00\x01\x02\x1f\x20\x21\x22\x23\x5b\x5c\x5d\x7f\x80\x82\xa0\xa2\xdc\xffaZ")
	for range 200_000 {
		var b [8]byte
		for i := range b {
			if b[i] = bytes[rng.IntN(len(bytes))]; rng.IntN(2) == 0 {
				b[i] = byte(0x80 | rng.IntN(256))
			}
		}
		want := 8
		for i := 7; i >= 0; i-- {
			if b[i] < ' ' || b[i] == '"' || b[i] == '\\' {
				want = i
			}
		}
		if got := bits.TrailingZeros64(special(binary.LittleEndian.Uint64(b[:]))) / 8; got != want {
			t.Fatalf("%q: %d, want %d", b, got, want)
		}
	}
}
