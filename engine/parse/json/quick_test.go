package json

import (
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
		p := scanner{ev: ev, s: b.String()}
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
			p := scanner{ev: ev, s: s}
			p.quick(0)
		}
	})
	b.Run("two", func(b *testing.B) {
		for b.Loop() {
			ev.Arena.Reset()
			p := scanner{ev: ev, s: s}
			_, end, _ := scan(p.s, 0)
			Unescape(&p.ev.Arena, p.s[:end])
		}
	})
}
