package entity

import (
	"fmt"
	"testing"

	"prescore/engine/event"
)

// saved plays the part of the file: what Changes says, applied to a map.
type saved map[string]string

func (s saved) take(st *Store) {
	_ = st.Changes(func() error { clear(s); return nil }, func(k, v []byte) error { s[string(k)] = string(v); return nil },
		func(k string) error { delete(s, k); return nil }) // none of them fails
}

func TestChangesFollow(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 200, 4 })
	slot := noteSlot(t, st)
	file := saved{}
	for i := range 3000 {
		c := st.Get(0, fmt.Sprint(i*7%900), int64(i)*100*second)
		if c.E != nil {
			slot.Put(&c, &note{int64(i)}, 16)
		}
		c.Close()
		if i%100 == 0 {
			file.take(st)
		}
	}
	file.take(st)
	all := saved{}
	st.Export(func(k, v []byte) { all[string(k)] = string(v) })
	if len(all) != len(file) {
		t.Fatalf("%d entities, %d in the file", len(all), len(file))
	}
	for k, v := range all {
		if file[k] != v {
			t.Fatalf("%q differs", k)
		}
	}
	next := newStore(t, func(c *Config) { c.MaxEntities = 2000 })
	nextSlot := noteSlot(t, next)
	for k, v := range file {
		if err := next.Restore([]byte(k), []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	for k := range all {
		c := st.Peek(0, k[len("principal")+1:])
		want := slot.Of(c.E).n
		c.Close()
		d := next.Peek(0, k[len("principal")+1:])
		if d.E == nil || nextSlot.Of(d.E).n != want || d.E.First() == 0 {
			t.Errorf("%q was not restored", k)
		}
		d.Close()
	}
}

// TestChangesAfterFailure: what a failed write took is given again.
func TestChangesAfterFailure(t *testing.T) {
	st := newStore(t, nil)
	slot := noteSlot(t, st)
	file := saved{}
	for i := range 1000 {
		c := st.Get(0, fmt.Sprint(i), second)
		slot.Put(&c, &note{int64(i)}, 16)
		c.Close()
		if i%100 == 0 {
			n := 0
			err := st.Changes(func() error { return nil }, func(_, _ []byte) error {
				if n++; n > 5 {
					return errShort
				}
				return nil
			}, func(string) error { return nil })
			if (err != nil) != (n > 5) {
				t.Fatalf("%d puts: %v", n, err)
			}
		}
	}
	file.take(st)
	if len(file) != 1000 {
		t.Errorf("%d of 1000 entities in the file", len(file))
	}
}

func TestGoneOverflow(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxEntities, c.Shards = 64, 1 })
	slot := noteSlot(t, st)
	file := saved{}
	file.take(st)
	for i := range maxGone * 2 {
		c := st.Get(0, fmt.Sprint(i), int64(i)*100*second)
		slot.Put(&c, &note{1}, 16)
		c.Close()
		if i%10 == 0 && i < 100 {
			file.take(st)
		}
	}
	file.take(st)
	if len(file) != st.Len() {
		t.Errorf("%d in the file, %d entities", len(file), st.Len())
	}
}

func TestAdopt(t *testing.T) {
	old := newStore(t, nil)
	slot := noteSlot(t, old)
	same, _ := old.AddKind("rule:same", 1, 0)
	changed, _ := old.AddKind("rule:changed", 1, 0)
	gone, _ := old.AddKind("rule:gone", 1, 0)
	for _, k := range []Kind{0, same, changed, gone} {
		c := old.Get(k, "key", second)
		slot.Put(&c, &note{42}, 16)
		c.Close()
	}
	ev := event.New(event.NewNames())
	ev.ID, ev.IDGiven, ev.Arrival = "id", true, second
	old.Seen(ev)

	st := newStore(t, nil)
	slot = noteSlot(t, st)
	changed, _ = st.AddKind("rule:changed", 2, 0)
	same, _ = st.AddKind("rule:same", 1, 0)
	st.Adopt(old)
	for k, want := range map[Kind]bool{0: true, same: true, changed: false} {
		c := st.Peek(k, "key")
		if (c.E != nil) != want || want && slot.Of(c.E).n != 42 {
			t.Errorf("%s: there %v, want %v", st.KindName(k), c.E != nil, want)
		}
		c.Close()
	}
	if counter(t, st, "entities_restore_dropped") != 2 {
		t.Errorf("%d dropped, want 2", counter(t, st, "entities_restore_dropped"))
	}
	if !st.Seen(ev) {
		t.Error("seen ids were lost")
	}
}

// TestAdoptFull: a hot reload of a full store loses nothing, and keeps the order in which entities go.
func TestAdoptFull(t *testing.T) {
	full := func(c *Config) { c.MaxEntities, c.Shards = 1024, 8 }
	old := newStore(t, full)
	slot := noteSlot(t, old)
	for i := range 5000 {
		c := old.Get(0, fmt.Sprint(i), int64(i)*100*second)
		if c.E != nil {
			slot.Put(&c, &note{int64(i)}, 16)
		}
		c.Close()
	}
	st := newStore(t, full)
	noteSlot(t, st)
	st.Adopt(old)
	if st.Len() != old.Len() || st.Len() != 1024 {
		t.Fatalf("%d of %d entities", st.Len(), old.Len())
	}
	next := func(st *Store) map[string]bool {
		c := st.Get(0, "one more", 600_000*second)
		c.Close()
		left := map[string]bool{}
		st.Export(func(k, _ []byte) { left[string(k)] = true })
		return left
	}
	a, b := next(old), next(st)
	for k := range a {
		if !b[k] {
			t.Errorf("%q went after the reload, but not before", k)
		}
	}
}

// FuzzRestore: damaged state is refused or read, never a panic, and never more than it says.
func FuzzRestore(f *testing.F) {
	st := newStore(f, nil)
	slot := noteSlot(f, st)
	c := st.Get(0, "alice", second)
	slot.Put(&c, &note{7}, 16)
	c.Close()
	ev := login(event.NewNames(), "alice", "h", "10.0.0.1")
	ev.Arrival = second
	st.Resolve(ev, second)
	st.Export(func(k, v []byte) { f.Add(append([]byte(nil), k...), append([]byte(nil), v...)) })
	f.Fuzz(func(t *testing.T, k, v []byte) {
		st := newStore(t, func(c *Config) { c.SeenIDs, c.MaxEntities = 0, 64 })
		noteSlot(t, st)
		before := st.Len()
		if err := st.Restore(k, v); err != nil && st.Len() != before {
			t.Errorf("refused, but %d entities", st.Len())
		}
	})
}
