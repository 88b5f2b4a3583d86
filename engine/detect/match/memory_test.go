package match

import (
	"fmt"
	"hash/maphash"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// remembering makes a matcher of random rules that is worth a memory.
func remembering(t testing.TB, r *rand.Rand, names *event.Names) *Matcher {
	t.Helper()
	set := sigma.NewSet(sigma.Options{})
	var text strings.Builder
	for i := range 120 {
		text.WriteString(randomRule(r, i, 1))
	}
	set.Add("random.yml", []byte(text.String()))
	set.Close()
	m, err := New(set.Rules, nil, NewFields(names))
	if err != nil {
		t.Fatal(err)
	}
	if !m.remember {
		t.Fatal("no field is worth remembering")
	}
	return m
}

// TestMemoryIsPlain holds what is found with a memory equal to what is found without one, over events that come again and again.
func TestMemoryIsPlain(t *testing.T) {
	for seed := range 40 {
		r := rand.New(rand.NewSource(int64(seed)))
		names := event.NewNames()
		m := remembering(t, r, names)
		with, without, lanes := m.NewScratch(), m.NewScratch(), m.All()
		without.memories = nil
		if seed%2 == 0 { // so small that values of one event take each other's place
			with.memories.short, with.memories.long = newMemory(1, shortText), newMemory(1, longText)
		}
		events := make([]*event.Event, 50)
		for i := range events {
			events[i] = event.New(names)
			fillRandom(r, events[i])
		}
		found := 0
		for range 1000 {
			ev := pick(r, events)
			got, want := m.RunLanes(ev, lanes, with), m.RunLanes(ev, lanes, without)
			if found += len(want); !slices.Equal(got, want) {
				t.Fatalf("seed %d: with memory %v, without %v\n%+v", seed, got, want, ev.Fields)
			}
		}
		entries := 0
		for _, e := range with.memories.short.entries {
			entries += int(min(e.n, 1))
		}
		if found == 0 || entries == 0 {
			t.Errorf("seed %d: %d findings, %d entries: the random rules test nothing", seed, found, entries)
		}
	}
}

// TestMemoryFlood holds that values that come again and again stay while a flood of others goes by, each of which comes twice, and
// that what is given up is counted.
func TestMemoryFlood(t *testing.T) {
	const regulars, flood = 200, 100_000
	m, seed := newMemory(shortSets, shortText), maphash.MakeSeed()
	ask := func(text string) (known, replaced bool) {
		key := memoryKey(maphash.String(seed, text), 0, 0)
		if m.find(key, 0, 0, text) != nil {
			return true, false
		}
		if m.admit(key) {
			_, gone := m.take(key, 0, 0, text)
			return false, gone
		}
		return false, false
	}
	known, asked, gone := 0, 0, 0
	for i := range flood {
		text := fmt.Sprintf("flood %d", i)
		for range 2 {
			if _, replaced := ask(text); replaced {
				gone++
			}
		}
		ok, _ := ask(fmt.Sprintf("regular %d", i%regulars))
		if asked++; ok {
			known++
		}
	}
	if known*100 < asked*90 {
		t.Errorf("in a flood %d of %d regular values are known", known, asked)
	}
	if gone < flood/2 {
		t.Errorf("%d values gave way in a flood of %d", gone, flood)
	}
}

// TestMemoryAllocates holds that values that never come again cost no memory.
func TestMemoryAllocates(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	names := event.NewNames()
	m := remembering(t, r, names)
	s, lanes, ev := m.NewScratch(), m.All(), event.New(names)
	text := []byte("C:\\Windows\\cmd.exe /c abcd 00000000")
	run := func() {
		for i := len(text) - 1; ; i-- {
			if text[i]++; text[i] <= '9' {
				break
			}
			text[i] = '0'
		}
		ev.Reset()
		ev.Add("CommandLine", event.Str(event.View(text)), 0)
		m.RunLanes(ev, lanes, s)
		s.Release()
	}
	for range 100 {
		run()
	}
	if n := testing.AllocsPerRun(1000, run); n != 0 {
		t.Errorf("%v allocations for a value that is new", n)
	}
}

// BenchmarkMemory is one lane's way for values that come again, and for values that never do, with a memory and without.
func BenchmarkMemory(b *testing.B) {
	set := sigma.NewSet(sigma.Options{})
	var text strings.Builder
	for i := range 500 {
		fmt.Fprintf(&text, "---\ntitle: t\nid: r%d\nlogsource: {product: p}\ndetection: {s: {CommandLine|contains: ['-opt%d /x', 'tool%d.exe'], Image|endswith: 'exe'}, condition: s}\n", i, i*7919, i*104729)
	}
	set.Add("many.yml", []byte(text.String()))
	set.Close()
	names := event.NewNames()
	m, err := New(set.Rules, nil, NewFields(names))
	if err != nil {
		b.Fatal(err)
	}
	lanes, ev := m.All(), event.New(names)
	for _, memory := range []bool{true, false} {
		for _, fresh := range []bool{false, true} {
			b.Run(fmt.Sprintf("memory=%v/fresh=%v", memory, fresh), func(b *testing.B) {
				s := m.NewScratch()
				if !memory {
					s.memories = nil
				}
				line := []byte(`"C:\Program Files\Vendor\Product\service.exe" -k netsvcs -p -s Schedule --session 00000000`)
				for n := 0; b.Loop(); n++ {
					if fresh {
						for i, k := len(line)-1, n; i >= len(line)-8; i, k = i-1, k/10 {
							line[i] = '0' + byte(k%10)
						}
					}
					ev.Reset()
					ev.Add("CommandLine", event.Str(event.View(line)), 0)
					m.RunLanes(ev, lanes, s)
				}
			})
		}
	}
}
