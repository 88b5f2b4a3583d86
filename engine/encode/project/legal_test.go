package project_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/encode/legal"
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// sample gives a value of a key's type; n makes different ones.
func sample(k event.Key, n uint64) event.Value {
	switch event.Vocabulary[k].Type {
	case event.TypeInt:
		return event.IntOf(int64(n % 1000000))
	case event.TypePort:
		return event.IntOf(int64(n % 65536))
	case event.TypeFloat:
		return event.FloatOf(float64(n%101) / 100)
	case event.TypeBool:
		return event.BoolOf(n%2 == 0)
	case event.TypeTime:
		return event.TimeOf(1715351520_123000000 + int64(n%1000)*1e9)
	case event.TypeIP:
		if n%3 == 0 {
			return event.Str("2001:db8::1")
		}
		return event.Str(fmt.Sprintf("10.0.%d.%d", n%256, n/256%256))
	case event.TypeMAC:
		return event.Str("00:1b:44:11:3a:b7")
	case event.TypeHash:
		return event.Str("9f86d081884c7d65")
	case event.TypePath:
		return event.Str(`C:\Windows\System32\cmd.exe`)
	}
	words := []string{"success", "allowed", "Blocked", "inbound", "ipv4", "ipv6", "3", "NTLM", "NXDOMAIN", "T1059.001", "windows 10", "a b c", "x"}
	return event.Str(words[n%uint64(len(words))])
}

func classes() (cs []event.Class) {
	for c := event.Class(0); c < 300000; c++ {
		if c.Name() != "" {
			cs = append(cs, c)
		}
	}
	return append(cs, 999999) // one that nobody knows
}

// object writes the view of an event and decodes it, numbers kept apart from floats.
func object(t testing.TB, v *project.View, ev *event.Event) map[string]any {
	t.Helper()
	var p project.Plan
	v.Plan(&p, ev, 0)
	b := v.Append(nil, &p, ev, nil)
	if n, err := wire.Skip(b); err != nil || n != len(b) {
		t.Fatalf("%x: %d of %d bytes, %v", b, n, len(b), err)
	}
	text, err := wire.AppendJSON(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := wire.FromJSON(nil, text); err != nil || !bytes.Equal(again, b) {
		t.Fatalf("%s: a head is not in its shortest form", text)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	back, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), `":`); n != strings.Count(string(back), `":`) {
		t.Fatalf("a key stands twice: %s", text)
	}
	return doc
}

// Every class with every activity, no key, all keys and many random sets of keys, each with what other rooms may have found: the
// view is legal in its schema, and the number of its top-level keys is what Count says.
func TestViewsAreLegal(t *testing.T) {
	for i, v := range []*project.View{
		project.New(project.ECS, project.AllKeys(), nil), project.NewLean(project.ECS, project.AllKeys(), nil),
		project.New(project.OCSF, project.AllKeys(), nil), project.NewLean(project.OCSF, project.AllKeys(), nil),
	} {
		schema, check := project.ECS, legal.ECS
		if i > 1 {
			schema, check = project.OCSF, legal.OCSF
		}
		rnd := rand.New(rand.NewPCG(1, 2))
		ev := event.New(event.NewNames())
		wrong := map[string]int{}
		for _, class := range classes() {
			for activity := uint8(0); activity < 102; activity++ {
				if activity > 20 && activity < 98 {
					continue
				}
				ev.Reset()
				ev.Class, ev.Activity, ev.Arrival = class, activity, 1715351520_000000000
				share := rnd.IntN(5) // of the keys: none, a quarter, ... all
				for k := event.Key(1); k < event.NumKeys; k++ {
					if rnd.IntN(4) < share {
						ev.Set(k, sample(k, rnd.Uint64()))
					}
				}
				if rnd.IntN(2) == 0 {
					ev.ID, ev.Source = "id", "sysmon"
					ev.Baseline, ev.Severity, ev.Risk = 1+9*rnd.Float64(), 1+rnd.IntN(10), 100*rnd.Float64()
					ev.Level, ev.Confidence = event.Level(rnd.IntN(6)), rnd.Float64()
					ev.AddTechnique("T1059.001")
					ev.AddTechnique("T1078")
					ev.AddTactic([]string{"execution", "no-such-tactic", "defense-impairment"}[rnd.IntN(3)])
					ev.Findings = append(ev.Findings, event.Finding{Rule: "r", Title: "t", Level: event.Level(rnd.IntN(6))})
				}
				for _, w := range check(object(t, v, ev)) {
					if wrong[w]++; wrong[w] == 1 && len(wrong) < 40 {
						t.Errorf("%s, class %d, activity %d: %s", schema, class, activity, w)
					}
				}
				var p project.Plan
				v.Plan(&p, ev, 0)
				if _, n := v.AppendPairs(nil, &p, ev, nil); n != v.Count(&p) {
					t.Fatalf("%s, class %d: %d keys written, %d counted", schema, class, n, v.Count(&p))
				}
			}
		}
	}
}

// Every key that is set is in the flat view under its own name, and in the OCSF view somewhere.
func TestNothingIsLost(t *testing.T) {
	flat := project.New(project.Flat, project.AllKeys(), nil)
	ev := event.New(event.NewNames())
	for k := event.Key(1); k < event.NumKeys; k++ {
		ev.Set(k, sample(k, 5))
	}
	doc := object(t, flat, ev)
	for k := event.Key(1); k < event.NumKeys; k++ {
		if _, ok := doc[k.String()]; !ok {
			t.Errorf("flat: %s is missing", k)
		}
	}
	ocsf := project.New(project.OCSF, project.AllKeys(), nil)
	for _, class := range classes() {
		for k := event.Key(1); k < event.NumKeys; k++ {
			switch k {
			case event.KeyBaseline, event.KeyConfidence: // under prescore itself
				continue
			}
			ev.Reset()
			ev.Class = class
			v := sample(k, 7)
			if event.Vocabulary[k].Type == event.TypeString {
				v = event.Str("needle")
			}
			ev.Set(k, v)
			with := written(ocsf, ev)
			ev.Set(k, event.Value{})
			if bytes.Equal(with, written(ocsf, ev)) {
				t.Errorf("ocsf, class %d: %s makes no difference", class, k)
			}
		}
	}
}

// With every text set, each of them is in the OCSF view of every class.
func TestNoTextHidesAnother(t *testing.T) {
	v := project.New(project.OCSF, project.AllKeys(), nil)
	ev := event.New(event.NewNames())
	for _, class := range classes() {
		for _, onProcess := range []bool{false, true} {
			ev.Reset()
			ev.Class = class
			needles := map[event.Key]string{}
			for k := event.Key(1); k < event.NumKeys; k++ {
				switch event.Vocabulary[k].Type {
				case event.TypeInt, event.TypePort, event.TypeFloat, event.TypeBool, event.TypeTime:
					continue
				}
				if !onProcess && strings.HasPrefix(k.String(), "target_process") {
					continue
				}
				needles[k] = fmt.Sprintf("needle%d.", k)
				ev.Set(k, event.Str(needles[k]))
			}
			got := written(v, ev)
			for k, s := range needles {
				if !bytes.Contains(got, []byte(s)) {
					t.Errorf("class %d: %s is not in the view", class, k)
				}
			}
		}
	}
}

func written(v *project.View, ev *event.Event) []byte {
	var p project.Plan
	v.Plan(&p, ev, 0)
	return v.Append(nil, &p, ev, nil)
}

func TestNarrowedView(t *testing.T) {
	var keep project.Mask
	keep.Set(event.KeyUser)
	v := project.New(project.ECS, keep, nil)
	ev := event.New(event.NewNames())
	ev.Set(event.KeyUser, event.Str("alice"))
	ev.Set(event.KeyHost, event.Str("secret-host"))
	ev.Set(event.KeySrcIP, event.Str("10.0.0.1"))
	doc := object(t, v, ev)
	if got := fmt.Sprint(doc); !strings.Contains(got, "related:map[user:[alice]]") || strings.Contains(got, "secret-host") || strings.Contains(got, "10.0.0.1") {
		t.Errorf("got %s", got)
	}
}

// What ECS spells in a way of its own.
func TestECSForms(t *testing.T) {
	v := project.New(project.ECS, project.AllKeys(), nil)
	f := func(want string, set func(ev *event.Event)) {
		t.Helper()
		ev := event.New(event.NewNames())
		ev.Arrival = 1715351520_000000000
		set(ev)
		if got := fmt.Sprint(object(t, v, ev)); !strings.Contains(got, want) {
			t.Errorf("got %s, want it to have %s", got, want)
		}
	}
	key := func(k event.Key, s string) func(*event.Event) {
		return func(ev *event.Event) { ev.Set(k, event.Str(s)) }
	}
	f("version:1.2", key(event.KeyTLSVersion, "TLS 1.2"))
	f("version:1.3", key(event.KeyTLSVersion, "TLSv1.3"))
	f("version:1.2", key(event.KeyTLSVersion, "tls12"))
	f("version:3", key(event.KeyTLSVersion, "SSLv3"))
	f("serial_number:5C9CE1", key(event.KeyTLSSerial, "5c:9C:e1"))
	f("mac:[00-1B-44-11-3A-B7]", key(event.KeyHostMAC, "00:1b:44:11:3a:b7"))
	f("original:/a path:/a", key(event.KeyURLPath, "/a"))
	f("original:/a?b=c path:/a query:b=c", func(ev *event.Event) {
		ev.Set(event.KeyURLPath, event.Str("/a"))
		ev.Set(event.KeyURLQuery, event.Str("b=c"))
	})
	f("@timestamp:2024-05-10T14:32:00Z", func(*event.Event) {})
	f("kind:pipeline_error", func(ev *event.Event) { ev.Invalid = true })
	f("category:[network intrusion_detection] kind:alert type:[denied]", func(ev *event.Event) {
		ev.Class, ev.Activity = event.DetectionFinding, 1
		ev.Set(event.KeySrcIP, event.Str("10.0.0.1"))
		ev.Set(event.KeyDstIP, event.Str("10.0.0.2"))
		ev.Set(event.KeyDisposition, event.Str("Blocked"))
	})
	f("technique:map[id:[T1059] subtechnique:map[id:[T1059.001]]]", func(ev *event.Event) { ev.AddTechnique("T1059.001") })
}
