package detect

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"prescore/engine/event"
)

// TestShownIsWhatItWasTheFirstTime: findings of events whose values come again and again, secrets and long ones among them, show what
// they show on an event that remembers nothing.
func TestShownIsWhatItWasTheFirstTime(t *testing.T) {
	var rules strings.Builder
	for i := range 40 {
		for _, field := range []string{"CommandLine", "password", "Image"} {
			fmt.Fprintf(&rules, "---\ntitle: t\nid: %s-%d\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {%s|contains: 'word%d '}, condition: s}\n", field, i, field, i)
		}
	}
	r, names := room(t, rules.String(), nil)
	rng := rand.New(rand.NewPCG(1, 2))
	values := []string{"word1 word2 and more", "word3 --password hunter2", "word4 no", "curl https://user:secret@host/ word5 ", "word6 token=abcdefgh12345678", "word7 /home/x",
		strings.Repeat("x", event.MaxMatchValue-8) + " word8 ", strings.Repeat("y", 300) + " word9 --password hunter2", "word11 " + strings.Repeat("pwd=hunter2 ", 20), "word10 " + strings.Repeat("z", 5000)}
	same := event.New(names)
	plain, masked := 0, 0
	for round := range 500 {
		var kv []string
		for _, field := range []string{"CommandLine", "password", "Image", "CommandLine"}[:1+rng.IntN(4)] {
			kv = append(kv, field, values[rng.IntN(len(values))])
		}
		same.Reset()
		fill(same, kv...)
		r.Apply(same)
		fresh := sysmon(names, kv...)
		r.Apply(fresh)
		if len(same.Findings)+len(fresh.Findings) > 0 && !reflect.DeepEqual(same.Findings, fresh.Findings) {
			t.Fatalf("round %d: %q\n got %+v\nwant %+v", round, kv, same.Findings, fresh.Findings)
		}
		for _, f := range same.Findings {
			for _, m := range f.Matches {
				if strings.Contains(m.Value, r.redact.Mask()) {
					masked++
				} else {
					plain++
				}
				if strings.Contains(m.Value, "hunter2") || m.Field == "password" && m.Value != r.redact.Mask() {
					t.Fatalf("%s shows %q", m.Field, m.Value)
				}
			}
		}
	}
	if plain < 50 || masked < 50 {
		t.Errorf("%d values are shown, %d masked", plain, masked)
	}
}

// TestShownOutlivesTheNextRun: what a finding shows stands while other events of the batch are matched, also where a number is written
// as a text that was met before.
func TestShownOutlivesTheNextRun(t *testing.T) {
	var rules strings.Builder
	for i := range 40 {
		fmt.Fprintf(&rules, "---\ntitle: t\nid: r%d\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {CommandLine|contains: '47%02d'}, condition: s}\n", i, i)
	}
	r, names := room(t, rules.String(), nil)
	text := event.New(names)
	number := text.Sibling()
	for n := range 20 {
		want := fmt.Sprint(123_456_784_700 + n)
		for range 4 { // a value is remembered when it has come again
			text.Reset()
			fill(text, "CommandLine", want)
			r.Apply(text)
		}
		number.Reset()
		fill(number)
		number.Add("CommandLine", event.IntOf(int64(123_456_784_700+n)), 0)
		r.Apply(number)
		if len(number.Findings) != 1 || len(number.Findings[0].Matches) != 1 {
			t.Fatalf("%+v", number.Findings)
		}
		for other := range 3 {
			text.Reset()
			fill(text)
			text.Add("CommandLine", event.IntOf(int64(999_999_994_701+other)), 0)
			r.Apply(text)
		}
		if got := number.Findings[0].Matches[0].Value; got != want {
			t.Fatalf("it shows %q, want %q", got, want)
		}
	}
}
