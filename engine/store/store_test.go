package store

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prescore/engine/entity"
	"prescore/engine/event"
	"prescore/engine/option"
)

const second = int64(1e9)

type note struct {
	n   int64
	pad []byte
}

// state makes an entity store with one slot, whose values grow so that pages split.
func state(t testing.TB) (*entity.Store, entity.Slot[note]) {
	t.Helper()
	st, err := entity.New(entity.Defaults(), entity.In{Names: event.NewNames()})
	if err != nil {
		t.Fatal(err)
	}
	slot, err := entity.NewSlot(st, entity.SlotSpec[note]{
		Name: "note", Version: 1,
		Append: func(dst []byte, v *note) []byte { return append(entity.AppendInt(dst, v.n), v.pad...) },
		Parse: func(_ *entity.Entity, _ uint8, b []byte) (*note, int, error) {
			r := entity.Reader{B: b}
			return &note{n: r.Int(), pad: append([]byte(nil), r.B...)}, len(b), r.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return st, slot
}

func put(st *entity.Store, slot entity.Slot[note], key string, n int64, pad int) {
	c := st.Get(0, key, second)
	defer c.Close()
	if c.E != nil {
		slot.Put(&c, &note{n, make([]byte, pad)}, pad)
	}
}

// score takes a record of that id through the state, and reports whether it went by before.
func score(st *entity.Store, id string) bool {
	ev := event.Event{ID: id, IDGiven: true, Arrival: second, Severity: 5, Risk: 50, Baseline: 3}
	seen := st.Seen(&ev)
	st.Scored(&ev)
	return seen
}

func get(st *entity.Store, slot entity.Slot[note], key string) int64 {
	c := st.Peek(0, key)
	defer c.Close()
	if c.E == nil || slot.Of(c.E) == nil {
		return -1
	}
	return slot.Of(c.E).n
}

// log collects messages.
type log struct {
	mu   sync.Mutex
	text []string
}

func (l *log) say(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, s)
}

func (l *log) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(strings.Join(l.text, "\n"), part)
}

func open(t testing.TB, path string, st *entity.Store, l *log) *Store {
	t.Helper()
	cfg := Defaults()
	cfg.Path = path
	cfg.Interval, cfg.Timeout, cfg.Retry = option.Duration(50*time.Millisecond), option.Duration(5*time.Second), option.Duration(50*time.Millisecond)
	s, err := New(cfg, In{State: st, Say: l.say})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestModel holds file and state against a map, over writes and restarts.
func TestModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	model := map[string]int64{}
	rng := rand.New(rand.NewSource(3))
	for i := range 4000 {
		key := fmt.Sprint("k", rng.Intn(300))
		switch r := rng.Intn(40); {
		case r == 0:
			if !s.Flush() {
				t.Fatalf("step %d: not written: %q", i, l.text)
			}
		case r == 1:
			s.Close()
			st, slot = state(t)
			s = open(t, path, st, l)
			s.Load()
			for k, n := range model {
				if got := get(st, slot, k); got != n {
					t.Fatalf("step %d: %s is %d after a restart, want %d", i, k, got, n)
				}
			}
			if st.Len() != len(model) {
				t.Fatalf("step %d: %d entities after a restart, want %d", i, st.Len(), len(model))
			}
		case r < 8:
			c := st.Peek(0, key)
			if c.E != nil {
				c.Delete()
			}
			c.Close()
			delete(model, key)
		default:
			n := rng.Int63()
			put(st, slot, key, n, rng.Intn(600))
			model[key] = n
		}
	}
	s.Close()
	if len(l.text) != 0 {
		t.Errorf("messages: %q", l.text)
	}
}

// TestStart writes by itself within the interval.
func TestStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	s.Start()
	put(st, slot, "alice", 7, 10)
	waitFor(t, "a write", func() bool { return s.n.writes.Load() >= 3 && s.n.put.Load() >= 1 })
	s.Close()
	st2, slot2 := state(t)
	s2 := open(t, path, st2, l)
	s2.Load()
	defer s2.Close()
	if got := get(st2, slot2, "alice"); got != 7 {
		t.Errorf("alice is %d", got)
	}
}

func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

func TestWithoutPath(t *testing.T) {
	st, _ := state(t)
	s := open(t, "", st, &log{})
	s.Load()
	s.Start()
	if s.Flush() {
		t.Error("something was written nowhere")
	}
	s.Close()
}

func TestRefuse(t *testing.T) {
	st, _ := state(t)
	cfg := Defaults()
	cfg.Interval = 0
	if _, err := New(cfg, In{State: st}); err == nil || err.Error() != "interval: must be at least 10ms, not 0s" {
		t.Errorf("%v", err)
	}
}

func TestSeal(t *testing.T) {
	k, v := []byte("key"), []byte("value")
	sealed := seal(nil, k, v)
	if got, err := unseal(k, sealed); err != nil || string(got) != "value" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := unseal([]byte("kex"), sealed); err == nil {
		t.Error("a value under another key passes")
	}
	for bit := range len(sealed) * 8 {
		bad := append([]byte(nil), sealed...)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := unseal(k, bad); err == nil {
			t.Errorf("bit %d flipped passes", bit)
		}
	}
}

// TestMigrate: a file of an older version is brought up by its hook, one of a newer version is set aside.
func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	s.Close()
	setVersion(t, path, formatVersion-1)
	called := false
	migrations[formatVersion-1] = func(tx *txT) error { called = true; return nil }
	defer delete(migrations, formatVersion-1)
	st, slot = state(t)
	s = open(t, path, st, l)
	s.Load()
	if !called || get(st, slot, "alice") != 7 {
		t.Errorf("migrated %v, alice %d", called, get(st, slot, "alice"))
	}
	s.Close()
	setVersion(t, path, formatVersion+1)
	st, slot = state(t)
	s = open(t, path, st, l)
	s.Load()
	put(st, slot, "bob", 1, 1)
	if !s.Flush() || !l.has("written by a newer version; it is set aside as") {
		t.Errorf("a newer file: %q", l.text)
	}
	s.Close()
	if _, err := os.Stat(path + ".damaged-1"); err != nil {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	for i := range 5 {
		put(st, slot, fmt.Sprint("user", i), int64(i), 10)
	}
	score(st, "a")
	score(st, "b")
	s.Flush()
	if _, err := List(path, func(entity.Info) {}); err == nil || !strings.HasSuffix(err.Error(), "an agent has it open; list a copy of it") {
		t.Errorf("an open file: %v", err)
	}
	s.Close()
	var keys []string
	n, err := List(path, func(i entity.Info) {
		keys = append(keys, i.Kind+" "+i.Key)
		if len(i.Slots["note"]) == 0 || i.Last != second {
			t.Errorf("%+v", i)
		}
	})
	if err != nil || n != (Totals{Seen: 2, SeenAt: second}) || strings.Join(keys, ",") != "principal user0,principal user1,principal user2,principal user3,principal user4" {
		t.Errorf("%q, %+v, %v", keys, n, err)
	}
	if _, err := List(path+".none", func(entity.Info) {}); err == nil {
		t.Error("a file that is not there is listed")
	}
}

// TestSoon: what cannot wait is in the file long before the interval is over, and a flood of such writes is a few.
func TestSoon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	st, slot := state(t)
	cfg := Defaults()
	cfg.Path, cfg.Interval = path, option.Duration(time.Hour)
	s, err := New(cfg, In{State: st})
	if err != nil {
		t.Fatal(err)
	}
	s.Load()
	s.Start()
	defer s.Close()
	put(st, slot, "alice", 7, 0)
	s.Soon()
	early := func() uint64 { return s.n.early.Load() }
	for deadline := time.Now().Add(10 * time.Second); s.n.put.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was written")
		}
	}
	began := time.Now()
	for time.Since(began) < 2*soonGap {
		s.Soon()
		time.Sleep(time.Millisecond)
	}
	if most := 3 + uint64(time.Since(began)/soonGap); early() > most {
		t.Errorf("%d early writes within %v, at most %d", early(), time.Since(began), most)
	}
}
