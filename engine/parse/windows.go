package parse

import (
	"maps"
	"slices"
	"strings"

	"prescore/engine/event"
	"prescore/engine/option"
	"prescore/engine/parse/xml"
)

// windows gives the fields of a structured Windows event Sigma's names, whichever tool wrote it. It copies no field: a field keeps
// its name and is found under Sigma's.
type windows struct {
	system, eventID, oldID, logName, channel, provider, inserts, data, eventData event.NameID

	providers []event.NameID // names of the provider in a flat record
	marks     []mark
	renames   []event.NameID            // by NameID: the name of Sigma that it stands for in any shape
	flats     []event.NameID            // the same in a flat record only
	schema    map[uint32][]event.NameID // names of the positional values, by log and event id
}

// mark is a name whose presence tells a shape, and the prefixes under which that shape keeps the event's own data.
type mark struct {
	id       event.NameID
	prefixes []string
	initials uint64 // the first bytes of prefixes, by their last six bits
	deep     bool   // the data's name is the last part of the path
	flat     bool   // System's names stand among others
}

// renamed are the names of System that shapes spell differently: evtx_dump's JSON (with attributes under "#attributes" or beside),
// Winlogbeat 7 and 6.
var renamed = map[string]string{
	"Event.System.EventID": "EventID", "Event.System.EventID.#text": "EventID", "Event.System.EventID.text": "EventID", "Event.System.Channel": "Channel",
	"Event.System.Computer": "Computer", "Event.System.Level": "Level", "Event.System.Task": "Task", "Event.System.Opcode": "Opcode",
	"Event.System.Keywords": "Keywords", "Event.System.EventRecordID": "EventRecordID", "Event.System.Version": "Version",
	"Event.System.Provider.#attributes.Name": "Provider_Name", "Event.System.Provider_attributes.Name": "Provider_Name", "Event.System.Provider.@Name": "Provider_Name",
	"Event.System.Provider.Name": "Provider_Name", "Event.System.Provider.#attributes.Guid": "Provider_Guid", "Event.System.Provider_attributes.Guid": "Provider_Guid",
	"Event.System.Provider.@Guid": "Provider_Guid", "Event.System.TimeCreated.#attributes.SystemTime": "TimeCreated",
	"Event.System.TimeCreated_attributes.SystemTime": "TimeCreated", "Event.System.TimeCreated.@SystemTime": "TimeCreated", "Event.System.TimeCreated.SystemTime": "TimeCreated",
	"Event.System.Execution.#attributes.ProcessID": "Execution_ProcessID", "Event.System.Execution_attributes.ProcessID": "Execution_ProcessID",
	"Event.System.Execution.@ProcessID": "Execution_ProcessID", "Event.System.Execution.ProcessID": "Execution_ProcessID",
	"Event.System.Execution.#attributes.ThreadID": "Execution_ThreadID", "Event.System.Execution_attributes.ThreadID": "Execution_ThreadID",
	"Event.System.Execution.@ThreadID": "Execution_ThreadID", "Event.System.Execution.ThreadID": "Execution_ThreadID",
	"Event.System.Security.#attributes.UserID": "Security_UserID", "Event.System.Security_attributes.UserID": "Security_UserID", "Event.System.Security.@UserID": "Security_UserID",
	"Event.System.Security.UserID": "Security_UserID", "Event.System.Correlation.#attributes.ActivityID": "Correlation_ActivityID",
	"Event.System.Correlation_attributes.ActivityID": "Correlation_ActivityID", "Event.System.Correlation.@ActivityID": "Correlation_ActivityID",

	"winlog.event_id": "EventID", "winlog.channel": "Channel", "winlog.provider_name": "Provider_Name", "winlog.provider_guid": "Provider_Guid",
	"winlog.computer_name": "Computer", "winlog.task": "Task", "winlog.opcode": "Opcode", "winlog.keywords": "Keywords", "winlog.record_id": "EventRecordID",
	"winlog.version": "Version", "winlog.process.pid": "Execution_ProcessID", "winlog.process.thread.id": "Execution_ThreadID",
	"winlog.user.identifier": "Security_UserID", "winlog.activity_id": "Correlation_ActivityID", "winlog.time_created": "TimeCreated", "winlog.level": "Level",
}

// flatNames are the names of a shape without nesting that Sigma spells differently: in_winevtlog, NXLog, Winlogbeat 6, Splunk's text. They are
// followed only in a record that such a shape's marks tell, because they mean other things elsewhere.
var flatNames = map[string]string{
	"ProviderName": "Provider_Name", "SourceName": "Provider_Name", "ProviderGuid": "Provider_Guid", "Hostname": "Computer", "RecordNumber": "EventRecordID",
	"ProcessID": "Execution_ProcessID", "ExecutionProcessID": "Execution_ProcessID", "ThreadID": "Execution_ThreadID", "ExecutionThreadID": "Execution_ThreadID",
	"UserID": "Security_UserID", "ActivityID": "Correlation_ActivityID", "EventTime": "TimeCreated", "OpcodeValue": "Opcode", "TaskValue": "Task",
	"event_id": "EventID", "log_name": "Channel", "source_name": "Provider_Name", "computer_name": "Computer", "record_number": "EventRecordID",
	"process_id": "Execution_ProcessID", "thread_id": "Execution_ThreadID", "provider_guid": "Provider_Guid", "user.identifier": "Security_UserID",
	"EventCode": "EventID", "EventSourceName": "Provider_Name", "LogName": "Channel", "ComputerName": "Computer",
	"activity_id": "Correlation_ActivityID", "EventLevel": "Level", "LevelValue": "Level",
}

// open interns the names.
func (w *windows) open(names *event.Names) error {
	w.schema = map[uint32][]event.NameID{}
	full := false
	id := func(name string) event.NameID {
		n := names.Intern(name)
		full = full || n == 0
		return n
	}
	w.renames, w.flats = table(renamed, id), table(flatNames, id)
	w.system, w.eventID, w.channel, w.provider = id("System"), id("EventID"), id("Channel"), id("Provider_Name")
	w.oldID, w.logName, w.inserts, w.data = id("event_id"), id("LogName"), id("StringInserts"), id("Data")
	w.eventData = id("EventData")
	w.providers = []event.NameID{w.channel, w.provider, id("ProviderName"), id("SourceName"), id("EventSourceName")}
	w.marks = []mark{
		{id: id("Event.System.EventID"), prefixes: []string{"Event.EventData.", "Event.UserData."}, deep: true},
		{id: id("Event.System.EventID.#text"), prefixes: []string{"Event.EventData.", "Event.UserData."}, deep: true},
		{id: id("winlog.event_id"), prefixes: []string{"winlog.event_data.", "winlog.user_data."}},
		{id: id("log_name"), prefixes: []string{"event_data.", "user_data."}, flat: true},
		{id: id("EventCode"), flat: true},
		{id: w.eventID, prefixes: []string{"EventData.", "UserData."}, deep: true, flat: true},
	}
	for i := range w.marks {
		for _, p := range w.marks[i].prefixes {
			w.marks[i].initials |= 1 << (p[0] & 63)
		}
	}
	for _, s := range schemas {
		list := make([]event.NameID, 0, 32)
		for _, f := range strings.Fields(s.names) {
			list = append(list, id(f))
		}
		for _, n := range s.ids {
			w.schema[uint32(s.log)<<24|uint32(n)] = list
		}
	}
	if full {
		return option.Refuse("", "no room for the names of Windows events: more than %d names are in use", event.MaxNames)
	}
	return nil
}

// table makes a table by NameID of names and what they stand for.
func table(m map[string]string, id func(string) event.NameID) []event.NameID {
	var t []event.NameID
	for _, from := range slices.Sorted(maps.Keys(m)) {
		f, to := id(from), m[from]
		for int(f) >= len(t) {
			t = append(t, 0)
		}
		t[f] = id(to)
	}
	return t
}

func lookup(t []event.NameID, id event.NameID) event.NameID {
	if int(id) < len(t) {
		return t[id]
	}
	return 0
}

// record gives the fields from n on Sigma's names where they are a Windows event, and reports whether they are.
func (w *windows) record(ev *event.Event, n int) bool {
	if n >= len(ev.Fields) {
		return false
	}
	for i := range w.marks {
		m := &w.marks[i]
		if ev.First(m.id) == nil { // cheaper than Last, and enough nearly always
			continue
		}
		f := ev.Last(m.id)
		if f.Layer != ev.Fields[n].Layer || m.flat && !w.confirmed(ev, m) {
			continue
		}
		layer := ev.Fields[n].Layer
		w.relink(ev, n, m)
		w.positional(ev, n)
		if f := ev.Last(w.eventData); f != nil && f.Layer == layer && f.Value.K == event.String && strings.HasPrefix(f.Value.S, "<") {
			xml.Parse(ev, f.Value.S, layer+1) // Azure's tables keep the event's own data as XML
		}
		return true
	}
	return false
}

// confirmed reports whether a flat record has what only a Windows event has beside its id.
func (w *windows) confirmed(ev *event.Event, m *mark) bool {
	if m.id != w.eventID {
		return ev.First(w.eventID) != nil || ev.First(w.oldID) != nil || ev.First(w.logName) != nil
	}
	for _, id := range w.providers {
		if ev.First(id) != nil {
			return true
		}
	}
	return false
}

// relink gives each field its name of Sigma.
func (w *windows) relink(ev *event.Event, n int, m *mark) {
	pending := "" // the name of a datum whose value comes next, as converters of XML write it
	unnamed := 0
	for i := n; i < len(ev.Fields); i++ {
		f := &ev.Fields[i]
		id := lookup(w.renames, f.ID)
		if id == 0 && m.flat {
			id = lookup(w.flats, f.ID)
		}
		if id == 0 && f.Name != "" && m.initials>>(f.Name[0]&63)&1 == 0 {
			continue
		}
		for _, p := range m.prefixes {
			if id != 0 || !strings.HasPrefix(f.Name, p) {
				continue
			}
			name := f.Name[len(p):]
			switch name {
			case "Data.@Name", "Data.Name", "Data.#attributes.Name":
				pending, name = f.Value.S, ""
			case "Data", "Data.#text", "Data.text", "Data.Value":
				if pending != "" {
					name, pending = pending, ""
				} else {
					name = "Data"
					unnamed++
				}
			default:
				if m.deep {
					name = leafName(name)
				}
			}
			id = ev.Names.Lookup(name)
		}
		if id != 0 {
			ev.Relink(i, id)
		}
	}
	if unnamed > 1 {
		w.join(ev, n)
	}
}

// join adds unnamed data as one value as well, as the XML of the event gives it.
func (w *windows) join(ev *event.Event, n int) {
	size := 0
	for i := n; i < len(ev.Fields); i++ {
		if f := &ev.Fields[i]; f.ID == w.data && f.Value.K == event.String {
			size += len(f.Value.S) + 2
		}
	}
	if size == 0 {
		return
	}
	b := ev.Arena.Grab(size)[:0]
	for i := n; i < len(ev.Fields); i++ {
		if f := &ev.Fields[i]; f.ID == w.data && f.Value.K == event.String {
			if len(b) > 0 {
				b = append(b, ", "...)
			}
			b = append(b, f.Value.S...)
		}
	}
	ev.AddID(w.data, ev.Names.Name(w.data), event.Str(event.View(b)), ev.Fields[n].Layer+1)
}

// leafName gives the name of a datum: the last part of its path, without the "#text" that converters of XML append.
func leafName(s string) string {
	s = strings.TrimSuffix(s, ".#text")
	return s[strings.LastIndexByte(s, '.')+1:]
}

// positional gives the values of StringInserts the names that the event's schema has for their positions.
func (w *windows) positional(ev *event.Event, n int) {
	if ev.First(w.inserts) == nil {
		return
	}
	e, c := ev.First(w.eventID), ev.First(w.channel)
	if e == nil || c == nil {
		return
	}
	number, ok := e.Value.Int64()
	log := logOf(c.Value.S)
	if !ok || log == 0 || number < 0 || number >= 1<<24 {
		return
	}
	names := w.schema[uint32(log)<<24|uint32(number)]
	k := 0
	for i := n; i < len(ev.Fields) && k < len(names); i++ {
		if ev.Fields[i].ID == w.inserts {
			ev.Relink(i, names[k])
			k++
		}
	}
}
