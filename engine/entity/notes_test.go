package entity

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

func leave(st *Store, key, text string, now int64) (lost bool) {
	c := st.Find(0, key, now)
	defer c.Close()
	if c.E != nil {
		return false
	}
	lost = c.Lost()
	c.Note(0, key, now+1000*second, []byte(text))
	return lost
}

// noted makes the entity and gives what was noted for it.
func noted(st *Store, key string, now int64) (out []string, truncated bool) {
	c := st.Get(0, key, now)
	defer c.Close()
	if c.E == nil {
		return nil, false
	}
	c.Noted(func(text []byte) { out = append(out, string(text)) })
	return out, c.E.Truncated()
}

// TestNotesModel holds notes against a map of lists: what comes back is what was left last, in order, and what gave way is known to have.
func TestNotesModel(t *testing.T) {
	st := newStore(t, func(c *Config) { c.MaxBytes, c.Shards = 1<<20, 4 })
	rng := rand.New(rand.NewSource(9))
	model := map[string][]string{}
	lost, kept := 0, 0
	for i := range 60_000 {
		key, now := fmt.Sprint("k", rng.Intn(3000)), int64(i)*second/100
		if rng.Intn(12) > 0 {
			text := fmt.Sprint(key, " ", i, strings.Repeat("x", rng.Intn(200)))
			leave(st, key, text, now)
			model[key] = append(model[key], text)
			continue
		}
		got, truncated := noted(st, key, now)
		want := model[key]
		if len(got) > len(want) || !slices.Equal(got, want[len(want)-len(got):]) {
			t.Fatalf("step %d: %s had %q noted, got %q", i, key, want, got)
		}
		kept += len(got)
		if len(got) < len(want) {
			lost++
			if !truncated {
				t.Errorf("step %d: %s lost %d notes and does not know", i, key, len(want)-len(got))
			}
		}
		delete(model, key)
		c := st.Peek(0, key)
		c.Delete()
		c.Close()
	}
	if lost == 0 || kept == 0 || counter(t, st, "notes_forgotten") == 0 {
		t.Errorf("%d lost, %d kept", lost, kept)
	}
	for i := range st.shards {
		if n := len(st.shards[i].notes.buf); n > 1<<20/4/noteShare {
			t.Errorf("%d bytes of notes in a shard", n)
		}
	}
}

// TestNotesJournal: notes go to the next store in memory and through batches; those of an entity that is there are not wanted any more.
func TestNotesJournal(t *testing.T) {
	st := newStore(t, nil)
	for i := range 5000 {
		leave(st, fmt.Sprint("k", i%1000), fmt.Sprint(i), second)
	}
	noted(st, "k7", second)
	batches, anew := st.TakeNotes()
	leave(st, "k8", "last", second)
	more, again := st.TakeNotes()
	n, err := NotesInfo(more[0])
	if !anew || again || len(batches) < 2 || len(more) != 1 || n != 1 || err != nil {
		t.Fatalf("%d and %d batches, anew %v and %v, %d notes, %v", len(batches), len(more), anew, again, n, err)
	}
	adopted, restored := newStore(t, nil), newStore(t, nil)
	adopted.Adopt(st)
	noted(restored, "k9", second)
	for _, b := range append(batches, more...) {
		if err := restored.RestoreNotes(b); err != nil {
			t.Fatal(err)
		}
	}
	for _, next := range []*Store{adopted, restored} {
		if got, _ := noted(next, "k8", second); !slices.Equal(got, []string{"8", "1008", "2008", "3008", "4008", "last"}) {
			t.Errorf("k8 has %q", got)
		}
		if got, _ := noted(next, "k7", second); len(got) != 0 {
			t.Errorf("k7 has %q, which were asked for before", got)
		}
	}
	if got, _ := noted(restored, "k9", second); len(got) != 0 {
		t.Errorf("k9 was there, and has %q", got)
	}
}

// FuzzRestoreNotes: damaged batches are refused or read, never a panic.
func FuzzRestoreNotes(f *testing.F) {
	st := newStore(f, nil)
	leave(st, "alice", "text", second)
	leave(st, "bob", "", second)
	batches, _ := st.TakeNotes()
	f.Add(batches[0])
	f.Add([]byte{noteVersion})
	f.Fuzz(func(t *testing.T, b []byte) {
		st := newStore(t, func(c *Config) { c.SeenIDs, c.MaxEntities, c.MaxBytes, c.Shards = 0, 64, 1<<20, 1 })
		_, bad := NotesInfo(b)
		if err := st.RestoreNotes(b); (err != nil) != (bad != nil) {
			t.Errorf("%v, but %v", err, bad)
		}
	})
}

// BenchmarkNote leaves notes for entities that never come.
func BenchmarkNote(b *testing.B) {
	st := newStore(b, nil)
	text := make([]byte, 80)
	key := []byte("user0000000")
	for i := 0; b.Loop(); i++ {
		for j, x := 10, i; j > 3; j, x = j-1, x>>4 {
			key[j] = hexDigits[x&15]
		}
		c := st.Find(0, string(key), second)
		c.Note(0, string(key), 2*second, text)
		c.Close()
	}
}
