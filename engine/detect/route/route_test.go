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

// BenchmarkRows is the routing of events of each kind: one of no row, an endpoint's under its class, and Windows's by channel and id.
func BenchmarkRows(b *testing.B) {
	names := event.NewNames()
	r, err := New(table(b), names, "logsource")
	if err != nil {
		b.Fatal(err)
	}
	class, _ := event.ClassNamed("process_activity")
	none := event.New(names)
	none.Source = "vpc_flow"
	ecs := event.New(names)
	ecs.Source, ecs.Class, ecs.Activity = "ecs", class, 1
	ecs.Set(event.KeyHostOS, event.Str("Ubuntu 22.04.3 LTS"))
	paths := event.New(names)
	paths.Source, paths.Class, paths.Activity = "ecs", class, 1
	paths.Set(event.KeyProcessPath, event.Str("/usr/bin/whoami"))
	sysmon := event.New(names)
	sysmon.Source = "sysmon"
	sysmon.Add("Channel", event.Str("Microsoft-Windows-Sysmon/Operational"), 0)
	sysmon.Add("EventID", event.IntOf(1), 0)
	for _, c := range []struct {
		name string
		ev   *event.Event
	}{{"none", none}, {"class_os", ecs}, {"class_paths", paths}, {"windows", sysmon}} {
		b.Run(c.name, func(b *testing.B) {
			var buf []uint16
			for b.Loop() {
				buf = r.Rows(c.ev, buf[:0])
			}
			b.ReportMetric(float64(len(buf)), "rows")
		})
	}
}

// TestChannelWithoutSource holds that a row that names a channel or an event id and no source asks for them all the same.
func TestChannelWithoutSource(t *testing.T) {
	names := event.NewNames()
	r, err := New([]Row{{Product: "p", Channel: []string{"Mine"}, EventID: []int64{7}}, {Product: "q", EventID: []int64{8}}}, names, "logsource")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		channel string
		id      int64
		want    []uint16
	}{{"mine", 7, []uint16{0}}, {"mine", 8, []uint16{1}}, {"other", 7, nil}, {"other", 8, []uint16{1}}, {"MINE", 9, nil}} {
		ev := event.New(names)
		ev.Add("Channel", event.Str(c.channel), 0)
		ev.Add("EventID", event.IntOf(c.id), 0)
		if got := r.Rows(ev, nil); !slices.Equal(got, c.want) {
			t.Errorf("%s %d: rows %v, want %v", c.channel, c.id, got, c.want)
		}
	}
}

// TestPlans holds what a plan gives, first and later, against the rows looked at one by one, and what a router over some of the rows
// gives against those of them.
func TestPlans(t *testing.T) {
	names := event.NewNames()
	r, err := New(table(t), names, "logsource")
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{"", "sysmon", "windows", "windows_security", "powershell", "auditd", "sysmon_linux", "syslog", "sshd", "ecs", "falco", "cloudtrail", "fortigate", "apache_access"}
	classes := []event.Class{0}
	for _, n := range []string{"process_activity", "file_activity", "network_activity", "dns_activity", "registry_value_activity", "http_activity"} {
		c, ok := event.ClassNamed(n)
		if !ok {
			t.Fatal(n)
		}
		classes = append(classes, c)
	}
	channels := []string{"", "Security", "SECURITY", "Microsoft-Windows-Sysmon/Operational", "System", "none"}
	paths := []string{"", `C:\a.exe`, "/usr/bin/id", "/Applications/a"}
	third := func(row int) bool { return row%3 == 0 }
	some, routed := r.Only(third), 0
	for i := range 2 * len(sources) * len(classes) * len(channels) * len(paths) { // twice, the second time with all plans made
		ev := event.New(names)
		ev.Source, ev.Class = sources[i%len(sources)], classes[i/len(sources)%len(classes)]
		ev.Activity = uint8(i / 7 % 6)
		if c := channels[i/len(sources)/len(classes)%len(channels)]; c != "" {
			ev.Add("Channel", event.Str(c), 0)
			ev.Add("EventID", event.IntOf(int64([]int{1, 3, 11, 4688, 4104}[i%5])), 0)
		}
		if p := paths[i%len(paths)]; p != "" {
			ev.Set(event.KeyProcessPath, event.Str(p))
		}
		got, want := r.Rows(ev, nil), r.look(ev, nil)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%s class %d activity %d: rows %v, without a plan %v", ev.Source, ev.Class, ev.Activity, got, want)
		}
		routed += len(got)
		got = some.Rows(ev, nil)
		slices.Sort(got)
		if want = slices.DeleteFunc(want, func(n uint16) bool { return !third(int(n)) }); !slices.Equal(got, want) {
			t.Fatalf("%s class %d activity %d: of a third of the rows %v, want %v", ev.Source, ev.Class, ev.Activity, got, want)
		}
	}
	if routed == 0 {
		t.Error("nothing is routed")
	}
	if n := r.Unplanned(); n == 0 { // there are more sources with a class and an activity here than plans
		t.Error("no event is counted as one without a plan")
	}
}
