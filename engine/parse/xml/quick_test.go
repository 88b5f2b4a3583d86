package xml

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
	"prescore/engine/parse/marks"
)

const quickSample = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770}'/>` +
	`<EventID Qualifiers='1'>1</EventID><Version>5</Version><Level>4</Level><e:Task>1</e:Task><Keywords>0x8000</Keywords><TimeCreated SystemTime='2025-10-24T23:36:29Z'/>` +
	`<EventRecordID>18267</EventRecordID><Correlation/><Execution ProcessID='3308'/><Channel>a&amp;b</Channel><Computer>dc.example</Computer><Security UserID='S-1'/></System>` +
	`<EventData><Data Name='RuleName'>-</Data><Data Name='A B'>x</Data><Data Name='Empty'/><Data Name='Empty2'></Data><Data>unnamed</Data>` +
	`<Data Name="Image">C:\Windows\System32\cmd.exe</Data><Data Name='CommandLine'>cmd &quot;/c&quot; a &lt; b, and a text that is longer than what is looked through at once &amp; more</Data>` +
	`<Data Name='Odd'><![CDATA[x]]>y</Data><Data Name='User' >j</Data><Data Name='Last'>z</Data ></EventData></Event>`

// TestQuickChangesNothing: with the quick ways a text is read as without, whole, cut, damaged or with parts of it exchanged, whichever
// names were met before.
func TestQuickChangesNothing(t *testing.T) {
	names := event.NewNames()
	for _, n := range strings.Fields("RuleName Image CommandLine User Level Version EventID Computer Channel Empty Last Data Keywords A_B AB Odd EventRecordID") {
		names.Intern(n)
	}
	a, b := event.New(names), event.New(names)
	full := func(ev *event.Event) (out string) {
		for i := range ev.Fields {
			f := &ev.Fields[i]
			out += fmt.Sprintf("%q %d %v %d|", f.Name, f.ID, f.Value, f.Layer)
		}
		return out + fmt.Sprint(ev.Problems)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	parts := strings.SplitAfter(quickSample, ">")
	windows := 0
	for range 30_000 {
		p := append([]string(nil), parts...)
		for range rng.IntN(4) {
			i, j := rng.IntN(len(p)), rng.IntN(len(p))
			switch rng.IntN(3) {
			case 0:
				p[i], p[j] = p[j], p[i]
			case 1:
				p[i] = p[j]
			case 2:
				p[i] += p[j]
			}
		}
		s := []byte(strings.Join(p, ""))
		for range rng.IntN(3) {
			k := rng.IntN(len(s))
			switch rng.IntN(3) {
			case 0:
				s[k] = "<>&'\"/ =:ax"[rng.IntN(11)]
			case 1:
				s = append(s[:k], s[k+1:]...)
			case 2:
				s = s[:k+1]
			}
		}
		a.Reset()
		b.Reset()
		got, want := parse(a, string(s), 1, false), parse(b, string(s), 1, true)
		if got != want || full(a) != full(b) {
			t.Fatalf("%s\n got %d %s\nwant %d %s", s, got, full(a), want, full(b))
		}
		if got == Windows {
			windows++
		}
	}
	if windows < 10_000 {
		t.Errorf("only %d texts are Windows events", windows)
	}
}

func TestTextEnd(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		b := make([]byte, rng.IntN(120))
		for i := range b {
			b[i] = byte('a' + rng.IntN(4))
			if n := rng.IntN(200); n < 4 {
				b[i] = "<&;\xbc"[n]
			}
		}
		i := rng.IntN(len(b) + 1)
		var w walker
		w.s = string(b)
		w.marks.Begin(marks.XML)
		end, entities := w.textEnd(i)
		want := strings.IndexByte(string(b[i:]), '<')
		if want < 0 {
			if end >= 0 {
				t.Fatalf("%q from %d ends at %d", b, i, end)
			}
			continue
		}
		if end != i+want || entities != strings.Contains(string(b[i:i+want]), "&") {
			t.Fatalf("%q from %d: %d, %v", b, i, end, entities)
		}
	}
}

// BenchmarkQuick is a Windows event with the quick ways and without.
func BenchmarkQuick(b *testing.B) {
	ev := event.New(event.NewNames())
	for _, slow := range []bool{false, true} {
		b.Run(fmt.Sprintf("slow=%v", slow), func(b *testing.B) {
			b.SetBytes(int64(len(quickSample)))
			for b.Loop() {
				ev.Reset()
				parse(ev, quickSample, 1, slow)
			}
		})
	}
}
