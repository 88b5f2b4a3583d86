package entity

import (
	"reflect"
	"testing"

	"prescore/engine/event"
)

func TestFlatten(t *testing.T) {
	got, warnings := flatten(map[string]string{
		"CORP\\Alice": "alice@example.com", "S-1-5-21-1": "corp\\alice", "a": "b", "b": "a",
		"X": "p1", "x ": "p2",
		"d1": "d2", "d2": "d3", "d3": "d4", "d4": "d5", "d5": "d6",
	})
	want := map[string]string{
		"corp\\alice": "alice@example.com", "s-1-5-21-1": "alice@example.com",
		"d2": "d6", "d3": "d6", "d4": "d6", "d5": "d6",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	sentences := []string{
		`alias "x" stands for "p1" and for "p2": left out`,
		`alias "a" leads back to itself: left out`,
		`alias "b" leads back to itself: left out`,
		`alias "d1" has more than 4 steps to its principal: left out`,
	}
	if !reflect.DeepEqual(warnings, sentences) {
		t.Errorf("%q", warnings)
	}
}

func login(names *event.Names, who, host, ip string) *event.Event {
	ev := event.New(names)
	ev.Class, ev.Activity = event.Authentication, 1
	ev.Set(event.KeyOutcome, event.Str("success"))
	ev.Entities[event.Principal], ev.Entities[event.Host], ev.Entities[event.Address] = who, host, ip
	return ev
}

func TestResolve(t *testing.T) {
	names := event.NewNames()
	st, err := New(Defaults(), In{Names: names, Aliases: map[string]string{"alice": "alice@example.com", "s-1-5-7": "alice@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	const hour = 3600 * second
	apply := func(ev *event.Event, at int64) (string, float64) {
		ev.Arrival = at
		st.Resolve(ev, at)
		return ev.Entities[event.Principal], ev.LinkStrength
	}
	f := func(ev *event.Event, at int64, who string, strength float64) {
		t.Helper()
		if w, s := apply(ev, at); w != who || s < strength-1e-9 || s > strength+1e-9 {
			t.Errorf("principal %q, strength %v; want %q, %v", w, s, who, strength)
		}
	}
	about := func(host, ip string) *event.Event {
		ev := event.New(names)
		ev.Entities[event.Host], ev.Entities[event.Address] = host, ip
		return ev
	}
	f(about("ws1", ""), 1*hour, "", 0)
	f(login(names, "ALICE", "ws1", "10.0.0.5"), 2*hour, "alice@example.com", 0)
	f(about("WS1", ""), 2*hour, "alice@example.com", 1)
	f(about("", "10.0.0.5"), 4*hour, "alice@example.com", 0.75)
	f(about("ws1", ""), 1*hour, "", 0)  // before the login
	f(about("ws1", ""), 9*hour, "", 0)  // weaker than link_min
	f(about("ws1", ""), 11*hour, "", 0) // link_for is over
	f(about("ws2", ""), 2*hour, "", 0)

	failed := login(names, "mallory", "ws1", "10.0.0.5")
	failed.Set(event.KeyOutcome, event.Str("failure"))
	f(failed, 3*hour, "mallory", 0)
	f(about("ws1", ""), 3*hour, "alice@example.com", 0.875)

	f(login(names, "bob", "ws1", "10.0.0.9"), 3*hour, "bob", 0)
	f(about("ws1", ""), 3*hour, "", 0)            // two users at one host: it identifies nobody
	f(about("ws1", "10.0.0.9"), 3*hour, "bob", 1) // the address is bob's alone
	f(about("ws1", "203.0.113.1"), 3*hour, "", 0) // an unknown address at a known host is nobody's
	f(login(names, "bob", "ws2", "10.0.0.5"), 3*hour, "bob", 0)
	ev := about("", "10.0.0.5") // two users of one address: never merged silently
	f(ev, 3*hour, "", 0)
	if len(ev.Problems) != 1 || ev.Problems[0].Code != "identity_conflict" {
		t.Errorf("problems %v", ev.Problems)
	}
	ev = about("ws2", "10.0.0.9") // both are bob's
	f(ev, 3*hour, "bob", 1)
	f(login(names, "carol", "ws3", ""), 3*hour, "carol", 0)
	ev = about("ws3", "10.0.0.9") // carol's host, bob's address
	f(ev, 3*hour, "", 0)
	if len(ev.Problems) != 1 {
		t.Errorf("problems %v", ev.Problems)
	}

	sid := event.New(names)
	sid.Set(event.KeyUserID, event.Str("S-1-5-7"))
	f(sid, hour, "alice@example.com", 0)
}

// TestLinksAreAdopted: who logged in before a reload is known after it, though nobody has logged in since.
func TestLinksAreAdopted(t *testing.T) {
	names := event.NewNames()
	old, _ := New(Defaults(), In{Names: names})
	ev := login(names, "alice", "ws1", "")
	ev.Arrival = second
	old.Resolve(ev, ev.Arrival)
	st, _ := New(Defaults(), In{Names: names})
	resolve := func() string {
		ev := event.New(names)
		ev.Entities[event.Host], ev.Arrival = "ws1", 2*second
		st.Resolve(ev, ev.Arrival)
		return ev.Entities[event.Principal]
	}
	if who := resolve(); who != "" {
		t.Errorf("%q before anybody was known", who)
	}
	st.Adopt(old)
	if who := resolve(); who != "alice" {
		t.Errorf("%q, not alice", who)
	}
}

func TestLinksAreBounded(t *testing.T) {
	names := event.NewNames()
	st, _ := New(Defaults(), In{Names: names})
	for i := range 100 {
		ev := login(names, string(rune('a'+i%26))+"user", "jump", "")
		ev.Arrival = int64(i) * second
		st.Resolve(ev, ev.Arrival)
	}
	c := st.Peek(Kind(event.Host), "jump")
	defer c.Close()
	if n := len(st.links.Of(c.E).l); n != maxLinks {
		t.Errorf("%d links", n)
	}
}

func TestSeen(t *testing.T) {
	names := event.NewNames()
	st, _ := New(Defaults(), In{Names: names})
	ev := event.New(names)
	rec := func(id, host string, given bool, at int64) *event.Event {
		ev.Reset()
		ev.ID, ev.IDGiven, ev.Arrival = id, given, at
		ev.Entities[event.Host] = host
		return ev
	}
	if st.Seen(rec("e1", "h", true, second)) {
		t.Fatal("a first record is a replay")
	}
	ev.Severity, ev.Risk, ev.Baseline, ev.Route, ev.Level = 7, 61.5, 4, event.Alert, event.High
	st.Scored(ev)
	if !st.Seen(rec("e1", "h", true, 100*second)) || !ev.Replayed || ev.Severity != 7 || ev.Risk != 61.5 || ev.Route != event.Alert || ev.Level != event.High {
		t.Fatalf("the replay did not get its score: %+v", ev.Severity)
	}
	if st.Seen(rec("e1", "other", true, 100*second)) {
		t.Error("one number on two hosts is one record")
	}
	for range 2 {
		if st.Seen(rec("e2", "h", false, second)) {
			t.Error("equal bytes without an id of their own are one record")
		}
	}
	if st.Seen(rec("e1", "h", true, 100*second+2*3600*second)) {
		t.Error("an id is remembered beyond seen_for")
	}
	if n := testing.AllocsPerRun(1000, func() { st.Seen(rec("e9", "h", true, 5*second)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
