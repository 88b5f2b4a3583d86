package project

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"prescore/engine/event"
)

// stars masks every text with a star in it.
type stars struct{}

func (stars) MayHold(s string) bool                   { return strings.Contains(s, "*") }
func (stars) AppendValue(dst []byte, s string) []byte { return append(append(dst, "masked "...), s...) }
func (stars) Mask() string                            { return "###" }

// TestQuickChangesNothing: a view writes the same bytes as one whose leaves all go the long way, over random keys and kinds of value,
// with room behind dst and without.
func TestQuickChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	values := []event.Value{event.Str("x"), event.Str("se*cret"), event.Str(strings.Repeat("long ", 60)), event.Str("00:11:22:33:44:55"), event.IntOf(7),
		event.FloatOf(0.5), event.BoolOf(true), event.TimeOf(1715351520e9), {K: event.Number, S: "12.5"}, event.Str("10.0.0.1"), event.Str("")}
	for _, schema := range []string{ECS, OCSF, Flat} {
		v := New(schema, AllKeys(), func(name string) bool { return name == event.KeyAccessKey.String() })
		v.programs = nil
		long := *v
		long.quick = slices.Clone(v.quick)
		for i := range long.quick {
			long.quick[i].how, long.quick[i].size = asValue, 0
		}
		ev := event.New(event.NewNames())
		for round := range 1000 {
			ev.Reset()
			ev.Class, ev.Severity, ev.Tactics = event.Class(1007), 1+round%10, append(ev.Tactics, "execution", "nowhere")
			for range rng.IntN(60) {
				ev.Set(1+event.Key(rng.IntN(int(event.NumKeys)-1)), values[rng.IntN(len(values))])
			}
			var p Plan
			v.Plan(&p, ev, 0)
			got := v.Append(make([]byte, 0, rng.IntN(4000)), &p, ev, stars{})
			if want := long.Append(nil, &p, ev, stars{}); !bytes.Equal(got, want) {
				t.Fatalf("%s, round %d:\n got %q\nwant %q", schema, round, got, want)
			}
		}
	}
}

// TestCleanTexts: what is remembered of texts without secrets changes no answer: neither for another view with another masker over the
// same event, nor for a text that has one in the place of a text that has none.
func TestCleanTexts(t *testing.T) {
	ev := event.New(event.NewNames())
	masked, other := New(Flat, AllKeys(), nil), New(Flat, AllKeys(), nil)
	write := func(v *View, m Masker, s string) string {
		ev.Reset()
		ev.Set(event.KeyProcessCmdline, event.Str(s))
		var p Plan
		v.Plan(&p, ev, 0)
		return string(v.Append(nil, &p, ev, m))
	}
	const clean, secret = "run with x-token now", "run with a*token now"
	for range 40 { // with a program and without
		if got := write(masked, stars{}, clean); !strings.Contains(got, clean) {
			t.Fatalf("%q", got)
		}
		if got := write(masked, stars{}, secret); !strings.Contains(got, "masked") {
			t.Fatalf("%q", got)
		}
		if got := write(other, all{}, clean); strings.Contains(got, "x-token") {
			t.Fatalf("%q", got)
		}
	}
}

// all masks every text.
type all struct{}

func (all) MayHold(string) bool                     { return true }
func (all) AppendValue(dst []byte, _ string) []byte { return append(dst, '#') }
func (all) Mask() string                            { return "#" }
