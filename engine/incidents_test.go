package engine

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
)

// kinds gives the text of a field of prescore's mark on each record of a chunk.
func marks(t testing.TB, chunk []byte, field string) []string {
	t.Helper()
	names := event.NewNames()
	id := names.Intern("prescore." + field)
	var out []string
	for _, rec := range split(t, chunk) {
		ev := event.New(names)
		if _, err := decode.Next(ev, rec); err != nil {
			t.Fatal(err)
		}
		if f := ev.First(id); f != nil {
			out = append(out, f.Value.S)
		} else {
			out = append(out, "")
		}
	}
	return out
}

func failedLogin(i int, at time.Time) []byte {
	return line(fmt.Sprintf("<38>%s bastion01 sshd[%d]: Failed password for root from 203.0.113.66 port %d ssh2", at.Format("Jan _2 15:04:05"), 100+i, 40000+i))
}

// TestIncidentsAreRecords: the record that makes a correlation hold is followed by the incident; one incident of a rule and group is
// open at a time; when it has been quiet the tick tag's next record is replaced by its end, and a tick without anything due by nothing.
func TestIncidentsAreRecords(t *testing.T) {
	e := open(t, "[engine]\ntick_tag = \"prescore.tick\"\n")
	var out []byte
	var total Counts
	for i := range 40 {
		at := now.Add(time.Duration(i) * time.Second)
		var n Counts
		before := len(out)
		in := failedLogin(i, at)
		out, n, _ = e.Filter(out, in, "t", at)
		marked(t, in, split(t, out[before:])[0])
		for c, v := range n {
			total[c] += v
		}
	}
	if total[CountIncidents] == 0 || int(total[CountEvents]+total[CountIncidents]) != len(split(t, out)) {
		t.Fatalf("%v", total)
	}
	opened := map[string]bool{}
	ids, kinds, states := marks(t, out, "id"), marks(t, out, "kind"), marks(t, out, "incident.state")
	for i, k := range kinds {
		if k == "incident" {
			if states[i] == "open" && opened[ids[i]] {
				t.Errorf("%s was opened twice", ids[i])
			}
			opened[ids[i]] = true
		}
	}
	later := now.Add(48 * time.Hour)
	tick := line("tick")
	ends, n, modified := e.Filter(nil, tick, "prescore.tick", later)
	if !modified || n[CountTicks] != 1 || int(n[CountIncidents]) != len(opened) {
		t.Fatalf("%d incidents were opened, the tick tells %v", len(opened), n)
	}
	for i, s := range marks(t, ends, "incident.state") {
		if s != "close" || !opened[marks(t, ends, "id")[i]] {
			t.Errorf("record %d of the tick: %s", i, s)
		}
	}
	if out, n, modified := e.Filter([]byte("x"), tick, "prescore.tick", later.Add(time.Hour)); !modified || string(out) != "x" || n[CountIncidents] != 0 {
		t.Errorf("a tick with nothing due: %q %v", out, n)
	}
}

// TestStateOutlivesAReload: failed logins before and after a changed configuration count together.
func TestStateOutlivesAReload(t *testing.T) {
	e := open(t, "")
	count := func(from, to int) (n Counts) {
		for i := from; i < to; i++ {
			at := now.Add(time.Duration(i) * time.Second)
			_, c, _ := e.Filter(nil, failedLogin(i, at), "t", at)
			n[CountIncidents] += c[CountIncidents]
		}
		return n
	}
	first := 0
	for ; first < 40 && count(first, first+1)[CountIncidents] == 0; first++ {
	}
	if first < 2 || first == 40 {
		t.Fatalf("an incident at failed login %d", first+1)
	}
	e = open(t, "")
	if n := count(0, first); n[CountIncidents] != 0 {
		t.Fatal("an incident too early")
	}
	if !e.reload() {
		t.Fatal("not reloaded")
	}
	if n := count(first, first+1); n[CountIncidents] == 0 {
		t.Error("the logins before the reload do not count after it")
	}
}

func TestUnchangedWithIncidents(t *testing.T) {
	run := func() (out []byte) {
		e := open(t, "")
		for i := range 30 {
			out, _, _ = e.Filter(out, failedLogin(i, now.Add(time.Duration(i)*time.Second)), "t", now.Add(time.Duration(i)*time.Second))
		}
		return out
	}
	if !bytes.Equal(run(), run()) {
		t.Error("the same records in the same order gave other bytes")
	}
}

// TestStateSurvivesARestart: failed logins before and after the engine was closed and opened anew count together, through the file.
func TestStateSurvivesARestart(t *testing.T) {
	config := "[store]\npath = \"" + t.TempDir() + "/state.db\"\n"
	at := func(i int) time.Time { return now.Add(time.Duration(i) * time.Second) }
	probe, first := open(t, ""), 0
	for ; first < 40; first++ {
		if _, n, _ := probe.Filter(nil, failedLogin(first, at(first)), "t", at(first)); n[CountIncidents] > 0 {
			break
		}
	}
	e := open(t, config)
	for i := range first {
		e.Filter(nil, failedLogin(i, at(i)), "t", at(i))
	}
	e.Close()
	again := open(t, config)
	if _, n, _ := again.Filter(nil, failedLogin(first, at(first)), "t", at(first)); n[CountIncidents] == 0 {
		again.DrainMessages(func(_ int, text string) { t.Log(text) })
		t.Error("the logins before the restart do not count after it")
	}
}
