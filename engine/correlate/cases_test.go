package correlate

import (
	"reflect"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

func newShipped(t testing.TB) *bench {
	return newBench(t, func(_ *entity.Config, _ *Config, in *In) { in.Shipped = shipped(t) })
}

// TestFailedLoginAndTransfer: a failed login of baseline 3 becomes 7 when the same principal has an anomalous outbound transfer
// within 15 minutes, in either order.
func TestFailedLoginAndTransfer(t *testing.T) {
	const rule = "prescore.failed-login-and-transfer"
	b := newShipped(t)
	b.apply(0, upload("alice", 500<<20))
	ev := b.apply(10*minute, failedLogin("alice", "10.0.0.5"))
	if found(ev, rule) == nil || ev.BaselineGiven != 3 || ev.Baseline != 7 {
		t.Errorf("transfer first: baseline %v from %v, want 7 from 3", ev.Baseline, ev.BaselineGiven)
	}
	in := incidentOf(ev.Incidents, rule)
	if in == nil || in.State != event.IncidentOpen || len(in.Timeline) != 2 || in.Timeline[0].ID != "e1" || in.Timeline[1].ID != "e2" {
		t.Fatalf("incident %+v", in)
	}
	if !reflect.DeepEqual(in.Sources, []string{"fortigate", "okta"}) {
		t.Errorf("sources %q", in.Sources)
	}

	b = newShipped(t)
	ev = b.apply(0, failedLogin("bob", "10.0.0.9"))
	if ev.Baseline != 3 || len(ev.Incidents) != 0 {
		t.Errorf("a failed login alone: baseline %v", ev.Baseline)
	}
	ev = b.apply(14*minute, upload("bob", 500<<20))
	in = incidentOf(ev.Incidents, rule)
	if found(ev, rule) == nil || in == nil || len(in.Timeline) != 2 {
		t.Fatalf("login first: %+v", ev.Incidents)
	}
	if c := in.Timeline[0]; c.ID != "e1" || c.Step != "failed login" || c.Baseline != 3 || c.Raised != 7 {
		t.Errorf("the failed login is told as %+v, want baseline 3 raised to 7", c)
	}
	if in.Baseline != 7 {
		t.Errorf("the incident's baseline is %v, want 7", in.Baseline)
	}

	f := func(name string, ev *event.Event) {
		t.Helper()
		if found(ev, rule) != nil || ev.Baseline != 3 {
			t.Errorf("%s: it holds, baseline %v", name, ev.Baseline)
		}
	}
	b = newShipped(t)
	b.apply(0, failedLogin("carol", "10.0.0.9"))
	f("another principal", b.apply(minute, upload("dave", 500<<20)))
	f("a small transfer", b.apply(minute, upload("carol", 5<<10)))
	f("too late", b.apply(16*minute, upload("carol", 500<<20)))
}

// TestInjectionThenBeacon: T1055 followed by T1071 within 15 minutes raises a campaign, reversed order does not.
func TestInjectionThenBeacon(t *testing.T) {
	const rule = "prescore.injection-then-beacon"
	b := newShipped(t)
	b.apply(0, attack("sysmon", "alice", "ws1", "T1055.012", "defense-evasion"))
	ev := b.apply(5*minute, attack("zeek_http", "", "ws1", "T1071.001", "command-and-control"))
	in := incidentOf(ev.Incidents, rule)
	if in == nil {
		t.Fatal("no campaign")
	}
	if !reflect.DeepEqual(in.Techniques, []string{"T1055.012", "T1071.001"}) {
		t.Errorf("techniques %q are not in order", in.Techniques)
	}
	if !reflect.DeepEqual(in.Entities, []event.EntityRef{{Kind: "host", Key: "ws1"}, {Kind: "principal", Key: "alice"}}) {
		t.Errorf("entities %v", in.Entities)
	}
	b = newShipped(t)
	b.apply(0, attack("zeek_http", "", "ws1", "T1071.001", ""))
	if ev = b.apply(5*minute, attack("sysmon", "", "ws1", "T1055", "")); incidentOf(ev.Incidents, rule) != nil {
		t.Error("the reverse order is a campaign")
	}
	b = newShipped(t)
	b.apply(0, attack("sysmon", "", "ws1", "T1055", ""))
	if ev = b.apply(15*minute+second, attack("zeek_http", "", "ws1", "T1071", "")); incidentOf(ev.Incidents, rule) != nil {
		t.Error("it holds beyond a quarter of an hour")
	}
	// One record that is both does not follow itself.
	b = newShipped(t)
	ev = b.apply(0, func(ev *event.Event) {
		attack("sysmon", "", "ws1", "T1055", "")(ev)
		ev.AddTechnique("T1071")
	})
	if incidentOf(ev.Incidents, rule) != nil {
		t.Error("a record follows itself")
	}
}

// TestEndpointAndCloud: T1059.001 on an endpoint and T1078 in a cloud trail for one principal is lateral movement.
func TestEndpointAndCloud(t *testing.T) {
	const rule = "prescore.endpoint-and-cloud"
	cloud := func(who string) func(*event.Event) {
		return func(ev *event.Event) {
			attack("cloudtrail", who, "", "T1078", "initial-access")(ev)
			ev.Class = event.APIActivity
		}
	}
	for _, cloudFirst := range []bool{false, true} {
		b := newShipped(t)
		first, last := attack("sysmon", "alice", "ws1", "T1059.001", "execution"), cloud("alice")
		if cloudFirst {
			first, last = last, first
		}
		b.apply(0, first)
		ev := b.apply(20*minute, last)
		if f := found(ev, rule); f == nil || !contains(f.Tactics, "lateral-movement") || !contains(ev.Tactics, "lateral-movement") {
			t.Errorf("cloud first %v: not lateral movement: %+v", cloudFirst, ev.Findings)
		}
	}
	b := newShipped(t)
	b.apply(0, attack("sysmon", "alice", "ws1", "T1059.001", "execution"))
	if ev := b.apply(minute, attack("sysmon", "alice", "ws1", "T1078", "")); found(ev, rule) != nil {
		t.Error("both on the endpoint is lateral movement")
	}
	if ev := b.apply(minute, cloud("bob")); found(ev, rule) != nil {
		t.Error("two principals are lateral movement")
	}
}

// TestObfuscation: T1027 alone on a development workstation stays low, with T1048 on a domain controller it is critical.
func TestObfuscation(t *testing.T) {
	const rule = "prescore.obfuscation-then-exfiltration"
	b := newShipped(t)
	ev := b.apply(0, func(ev *event.Event) {
		attack("sysmon", "alice", "dev7", "T1027", "defense-evasion")(ev)
		ev.Baseline, ev.Criticality, ev.AssetRole = 2, event.AssetLow, "development"
	})
	if len(ev.Incidents) != 0 || ev.Baseline != 2 {
		t.Errorf("alone: baseline %v, incidents %v", ev.Baseline, ev.Incidents)
	}
	ev = b.apply(10*minute, func(ev *event.Event) {
		attack("zeek_conn", "alice", "dev8", "T1048", "exfiltration")(ev)
		ev.AssetRole = "development"
	})
	if found(ev, rule) != nil {
		t.Error("it holds without a domain controller")
	}
	ev = b.apply(20*minute, func(ev *event.Event) {
		attack("sysmon", "alice", "dc01", "T1048.003", "exfiltration")(ev)
		ev.Baseline, ev.Criticality, ev.AssetRole = 4, event.AssetCritical, "domain_controller"
	})
	f := found(ev, rule)
	if f == nil || f.Level != event.Critical || ev.Baseline != 10 {
		t.Fatalf("on a domain controller: %+v, baseline %v", f, ev.Baseline)
	}
}

// TestBruteForceThenSuccess: a chain of counting and sequence.
func TestBruteForceThenSuccess(t *testing.T) {
	b := newShipped(t)
	for i := range int64(5) {
		ev := b.apply(i*5*second, failedLogin("root", "203.0.113.9"))
		if got := found(ev, "prescore.brute-force-source") != nil; got != (i == 4) {
			t.Errorf("failure %d: brute force %v", i+1, got)
		}
	}
	ev := b.apply(minute, login("root", "203.0.113.9"))
	if f := found(ev, "prescore.brute-force-success"); f == nil || f.Level != event.Critical || ev.Baseline != 8 {
		t.Errorf("success after brute force: %+v, baseline %v", f, ev.Baseline)
	}
	if ev = b.apply(minute, login("root", "203.0.113.10")); found(ev, "prescore.brute-force-success") != nil {
		t.Error("another address is guilty too")
	}
	b = newShipped(t)
	for i := range int64(4) {
		b.apply(i*second, failedLogin("root", "203.0.113.9"))
	}
	if ev = b.apply(minute, login("root", "203.0.113.9")); found(ev, "prescore.brute-force-success") != nil {
		t.Error("four failures are brute force")
	}
}

// TestThreeTactics: three tactics from two sources on one entity within a day.
func TestThreeTactics(t *testing.T) {
	const rule = "prescore.three-tactics-two-sources"
	b := newShipped(t)
	b.apply(0, attack("sysmon", "alice", "ws1", "T1566", "initial-access"))
	b.apply(5*hour, attack("sysmon", "alice", "ws2", "T1059", "execution"))
	ev := b.apply(10*hour, attack("zeek_http", "alice", "ws3", "T1071", "command-and-control"))
	if f := found(ev, rule); f == nil || f.Value != 3 {
		t.Fatalf("three tactics of two sources: %+v", ev.Findings)
	}
	b = newShipped(t)
	for i, tactic := range []string{"initial-access", "execution", "persistence", "discovery"} {
		if ev = b.apply(int64(i)*hour, attack("sysmon", "alice", "ws1", "", tactic)); found(ev, rule) != nil {
			t.Error("one source is enough")
		}
	}
	b = newShipped(t)
	b.apply(0, attack("sysmon", "alice", "", "", "initial-access"))
	b.apply(13*hour, attack("okta", "alice", "", "", "execution"))
	if ev = b.apply(25*hour, attack("zeek_http", "alice", "", "", "impact")); found(ev, rule) != nil {
		t.Error("it holds over more than a day")
	}
}

// TestAcrossSources: the firewall knows an address only; the login before says whose it is.
func TestAcrossSources(t *testing.T) {
	const rule = "prescore.failed-login-and-transfer"
	b := newShipped(t)
	b.apply(0, login("alice", "10.0.0.5"))
	b.apply(minute, failedLogin("alice", "198.51.100.1"))
	ev := b.apply(2*minute, upload("", 500<<20))
	if found(ev, rule) == nil || ev.Entities[event.Principal] != "alice" || ev.LinkStrength < 0.99 {
		t.Errorf("principal %q, strength %v, findings %+v", ev.Entities[event.Principal], ev.LinkStrength, ev.Findings)
	}
	b = newShipped(t)
	b.apply(0, login("alice", "10.0.0.5"))
	b.apply(0, login("bob", "10.0.0.5"))
	b.apply(minute, failedLogin("alice", "198.51.100.1"))
	if ev = b.apply(2*minute, upload("", 500<<20)); found(ev, rule) != nil {
		t.Error("two people share the address: whose transfer it is is not known")
	}
}

func TestTwoCountries(t *testing.T) {
	const rule = "prescore.two-countries"
	b := newShipped(t)
	from := func(country string) func(*event.Event) {
		return func(ev *event.Event) {
			login("alice", "198.51.100.7")(ev)
			ev.Set(event.KeySrcCountry, event.Str(country))
		}
	}
	b.apply(0, from("DE"))
	b.apply(minute, from("DE"))
	if ev := b.apply(30*minute, from("BR")); found(ev, rule) == nil {
		t.Error("two countries in half an hour pass")
	}
}

// TestShippedRulesCompile: what ships has a level and a group.
func TestShippedRulesCompile(t *testing.T) {
	b := newShipped(t)
	if len(b.r.rules) < 10 {
		t.Errorf("%d shipped rules", len(b.r.rules))
	}
	for _, c := range b.r.rules {
		if c.Level == 0 || len(c.GroupBy) == 0 {
			t.Errorf("%s: level %v, group %v", c.ID, c.Level, c.GroupBy)
		}
	}
}
