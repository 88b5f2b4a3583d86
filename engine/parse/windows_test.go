package parse

import (
	"testing"

	"prescore/engine/event"
)

// value gives the text under an interned name, "-" where there is none.
func value(ev *event.Event, name string) string {
	f := ev.First(ev.Names.Lookup(name))
	if f == nil {
		return "-"
	}
	return f.Value.Text(&ev.Arena)
}

func TestWindowsShapes(t *testing.T) {
	r, ev := open(t, Defaults(), "Image", "LogonType", "ServiceName")
	f := func(in, name, want string) {
		t.Helper()
		line(r, ev, in)
		if got := value(ev, name); got != want {
			t.Errorf("%s: %s is %q, want %q (%s)", in, name, got, want, show(ev))
		}
	}
	evtx := `{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Channel":"S","Execution":{"#attributes":{"ProcessID":7}},` +
		`"TimeCreated":{"#attributes":{"SystemTime":"T"}}},"EventData":{"Image":"C:\\x.exe"}}}`
	f(evtx, "EventID", "1")
	f(evtx, "Provider_Name", "Microsoft-Windows-Sysmon")
	f(evtx, "Execution_ProcessID", "7")
	f(evtx, "TimeCreated", "T")
	f(evtx, "Image", `C:\x.exe`)
	f(`{"Event":{"System":{"EventID":{"#text":400}},"EventData":{"Data":{"#text":["a","b"]}}}}`, "Data", "a")
	beat := `{"@timestamp":"T","winlog":{"event_id":4624,"channel":"Security","event_data":{"LogonType":"3"},"process":{"pid":4}}}`
	f(beat, "EventID", "4624")
	f(beat, "LogonType", "3")
	f(beat, "Execution_ProcessID", "4")
	f(`{"log_name":"Security","event_id":4624,"computer_name":"h","event_data":{"LogonType":"3"}}`, "LogonType", "3")
	f(`{"log_name":"Security","event_id":4624,"computer_name":"h","event_data":{"LogonType":"3"}}`, "Computer", "h")
	nx := `{"EventTime":"T","Hostname":"h","EventID":1,"SourceName":"Microsoft-Windows-Sysmon","ProcessID":5,"ProcessId":"9","Image":"i","RecordNumber":3}`
	f(nx, "Computer", "h")
	f(nx, "Execution_ProcessID", "5")
	f(nx, "EventRecordID", "3")
	f(`{"EventID":4624,"Channel":"Security","EventSourceName":"S","EventData":"<EventData xmlns=\"u\">\r\n  <Data Name=\"LogonType\">3</Data></EventData>"}`, "LogonType", "3")
	f(`{"EventID":7,"Hostname":"h","text":"not of Windows"}`, "Computer", "-")
	f(`<134>Oct 11 22:14:15 h app: <Event><System><EventID>4624</EventID></System><EventData><Data Name="LogonType">10</Data></EventData></Event>`, "LogonType", "10")
}

func TestWindowsRecords(t *testing.T) {
	r, ev := open(t, Defaults(), "Image")
	put := func(fields ...string) {
		ev.Reset()
		for i := 0; i < len(fields); i += 2 {
			ev.Add(fields[i], event.Str(fields[i+1]), 0)
		}
		r.Apply(ev)
	}
	f := func(name, want string) {
		t.Helper()
		if got := value(ev, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	put("ProviderName", "Microsoft-Windows-Security-Auditing", "EventID", "4625", "Channel", "Security", "ProcessID", "620",
		"StringInserts", "S-1-0-0", "StringInserts", "-", "StringInserts", "-", "StringInserts", "0x0", "StringInserts", "S-1-0-0", "StringInserts", "bob")
	f("Provider_Name", "Microsoft-Windows-Security-Auditing")
	f("Execution_ProcessID", "620")
	f("SubjectUserSid", "S-1-0-0")
	f("TargetUserName", "bob")
	f("StringInserts", "-")
	put("ProviderName", "p", "EventID", "1", "Channel", "Microsoft-Windows-Sysmon/Operational", "EventData.Image", "i.exe")
	f("Image", "i.exe")
	put("System", "<Event><System><EventID>1</EventID></System><EventData><Data Name='Image'>x</Data></EventData></Event>", "Message", "m")
	f("Image", "x")
	if ev.Format != "winlog_xml" || ev.Line == "" {
		t.Errorf("format %q, line %q", ev.Format, ev.Line)
	}
}
