package store

import (
	"fmt"
	"path/filepath"
	"testing"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// TestSeen: ids survive restarts, with the scores their records got; only what is new is written; the file never holds more than
// twice what the table does.
func TestSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	small := func() *entity.Store {
		cfg := entity.Defaults()
		cfg.SeenIDs = 512
		st, err := entity.New(cfg, entity.In{Names: event.NewNames()})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	st := small()
	s := open(t, path, st, l)
	s.Load()
	next := 0
	for life := range 5 {
		for range 40 {
			for range 10 {
				if score(st, fmt.Sprint("id", next)) {
					t.Fatalf("id%d is known before it came", next)
				}
				next++
			}
			if !s.Flush() {
				t.Fatalf("not written: %q", l.text)
			}
		}
		if n := s.n.seen.Load(); n > (400+512+100)*22 {
			t.Errorf("life %d: %d bytes written, 400 ids are new and at most 512 old", life, n)
		}
		s.Close()
		total, err := List(path, func(entity.Info) {})
		if err != nil || total.Seen < 300 || total.Seen > 2*512 || total.Damaged != 0 {
			t.Errorf("life %d: %+v, %v", life, total, err)
		}
		st = small()
		s = open(t, path, st, l)
		s.Load()
		known := 0
		for i := next - 100; i < next; i++ {
			ev := event.Event{ID: fmt.Sprint("id", i), IDGiven: true, Arrival: second}
			if st.Seen(&ev) {
				known++
				if ev.Severity != 5 || ev.Risk != 50 || ev.Baseline != 3 {
					t.Errorf("id%d came back with severity %d, risk %v, baseline %v", i, ev.Severity, ev.Risk, ev.Baseline)
				}
			}
		}
		if known < 60 { // sets of eight fill unevenly
			t.Errorf("life %d: %d of the last 100 ids are known", life, known)
		}
	}
	s.Close()
	if len(l.text) != 0 {
		t.Errorf("messages: %q", l.text)
	}
}

// TestNotes: what was noted for entities that are not there survives restarts.
func TestNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, _ := state(t)
	s := open(t, path, st, l)
	s.Load()
	for life := range 3 {
		c := st.Find(0, "alice", second)
		c.Note(0, "alice", 2*second, []byte(fmt.Sprint(life)))
		c.Close()
		s.Close()
		if total, err := List(path, func(entity.Info) {}); err != nil || total != (Totals{Notes: life + 1}) {
			t.Errorf("life %d: %+v, %v", life, total, err)
		}
		st, _ = state(t)
		s = open(t, path, st, l)
		s.Load()
	}
	var got []string
	c := st.Get(0, "alice", second)
	c.Noted(func(text []byte) { got = append(got, string(text)) })
	c.Close()
	s.Close()
	if fmt.Sprint(got) != "[0 1 2]" || len(l.text) != 0 {
		t.Errorf("noted %q, said %q", got, l.text)
	}
}
