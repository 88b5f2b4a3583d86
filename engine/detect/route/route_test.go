package route

import (
	"os"
	"slices"
	"strings"
	"testing"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
	"prescore/engine/strict"
)

func table(t testing.TB) []Row {
	t.Helper()
	text, err := os.ReadFile("../../../conf/logsources.toml")
	if err != nil {
		t.Fatal(err)
	}
	var f File
	if _, err := strict.Decode("logsources.toml", text, &f); err != nil {
		t.Fatal(err)
	}
	return f.Logsource
}

// TestRows holds what the built-in table makes of events.
func TestRows(t *testing.T) {
	names := event.NewNames()
	r, err := New(table(t), names, "logsource")
	if err != nil {
		t.Fatal(err)
	}
	f := func(set func(ev *event.Event), want string) {
		t.Helper()
		ev := event.New(names)
		set(ev)
		var got []string
		for _, n := range r.Rows(ev, nil) {
			got = append(got, r.LogSources()[n].String())
		}
		slices.Sort(got)
		if g := strings.Join(slices.Compact(got), " "); g != want {
			t.Errorf("%q, want %q", g, want)
		}
	}
	win := func(source, channel string, id int64, kv ...string) func(*event.Event) {
		return func(ev *event.Event) {
			ev.Source = source
			ev.Add("Channel", event.Str(channel), 0)
			ev.Add("EventID", event.IntOf(id), 0)
			for i := 0; i+1 < len(kv); i += 2 {
				ev.Add(kv[i], event.Str(kv[i+1]), 0)
			}
		}
	}
	const sysmon = "Microsoft-Windows-Sysmon/Operational"
	f(win("sysmon", sysmon, 1), "windows/-/- windows/-/sysmon windows/process_creation/sysmon")
	f(win("sysmon", strings.ToUpper(sysmon), 1), "windows/-/- windows/-/sysmon windows/process_creation/sysmon")
	f(win("windows_security", "Security", 4688), "windows/-/- windows/-/security windows/process_creation/security")
	f(win("windows_security", "Security", 1), "windows/-/- windows/-/security")
	f(win("sysmon", sysmon, 12, "EventType", "DeleteKey"), "windows/-/- windows/-/sysmon windows/registry_delete/sysmon windows/registry_event/sysmon")
	f(win("sysmon", sysmon, 13), "windows/-/- windows/-/sysmon windows/registry_event/sysmon windows/registry_set/sysmon")
	f(win("powershell", "PowerShellCore/Operational", 4104), "windows/-/- windows/-/powershell windows/ps_script/powershell")
	f(win("fortigate", sysmon, 1), "-/firewall/- fortios/-/sslvpnd")
	f(win("", sysmon, 1), "")
	f(func(ev *event.Event) { ev.Source = "sshd" }, "linux/-/- linux/-/auth linux/-/sshd linux/-/syslog")
	f(func(ev *event.Event) { ev.Source = "cloudtrail"; ev.Class = event.APIActivity }, "aws/-/cloudtrail")
	f(func(ev *event.Event) { ev.Source = "kubernetes_audit" }, "kubernetes/-/audit kubernetes/application/audit")
	f(func(ev *event.Event) { ev.Source = "zeek_dns"; ev.Class = event.DNSActivity }, "-/dns/- -/network/dns zeek/-/dns")
	launch := func(os, path string) func(*event.Event) {
		return func(ev *event.Event) {
			ev.Source, ev.Class, ev.Activity = "ecs", event.ProcessActivity, 1
			if os != "" {
				ev.Set(event.KeyHostOS, event.Str(os))
			}
			ev.Set(event.KeyProcessPath, event.Str(path))
		}
	}
	f(launch("Windows Server 2022", "/odd"), "windows/process_creation/-")
	f(launch("", `C:\x.exe`), "windows/process_creation/-")
	f(launch("", "/usr/bin/id"), "linux/process_creation/-")
	f(launch("macOS 14", "/usr/bin/id"), "macos/process_creation/-")
	f(launch("", "/Applications/x"), "macos/process_creation/-")
	f(launch("", "id"), "")
}

// TestCovers holds when a log source of a rule takes in that of an event.
func TestCovers(t *testing.T) {
	l := func(p, c, s string) sigma.LogSource { return sigma.LogSource{Product: p, Category: c, Service: s} }
	for _, c := range []struct {
		rule, event sigma.LogSource
		want        bool
	}{
		{l("windows", "", ""), l("windows", "process_creation", "sysmon"), true},
		{l("windows", "process_creation", ""), l("windows", "process_creation", "security"), true},
		{l("windows", "", "security"), l("windows", "process_creation", "sysmon"), false},
		{l("", "process_creation", ""), l("linux", "process_creation", ""), true},
		{l("windows", "process_creation", ""), l("windows", "", ""), false},
	} {
		if got := c.rule.Covers(c.event); got != c.want {
			t.Errorf("%s covers %s: %v", c.rule, c.event, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	f := func(r Row, want string) {
		t.Helper()
		if _, err := New([]Row{r}, event.NewNames(), "logsource"); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f(Row{Source: []string{"x"}}, "logsource: a logsource needs a product, a category or a service")
	f(Row{Product: "x", Class: []string{"nope"}}, `logsource: unknown class "nope"`)
	f(Row{Product: "x", OS: []string{"beos"}}, `logsource: unknown os "beos": write windows, linux, macos`)
}

func TestRowsAllocateNothing(t *testing.T) {
	names := event.NewNames()
	r, err := New(table(t), names, "logsource")
	if err != nil {
		t.Fatal(err)
	}
	ev := event.New(names)
	ev.Source = "sysmon"
	ev.Add("Channel", event.Str("Microsoft-Windows-Sysmon/Operational"), 0)
	ev.Add("EventID", event.Str("12"), 0)
	ev.Add("EventType", event.Str("CreateKey"), 0)
	buf := make([]uint16, 0, 16)
	if n := testing.AllocsPerRun(100, func() { buf = r.Rows(ev, buf[:0]) }); n != 0 || len(buf) != 4 {
		t.Errorf("%v allocations, %d rows", n, len(buf))
	}
}
