package engine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"prescore/engine/entity"
)

// TestRoomCounts: every name is a counter that some room has, and what is told is what was added.
func TestRoomCounts(t *testing.T) {
	e := open(t, "")
	have := e.rooms.Load().counters()
	for _, name := range roomCounts {
		if !slices.ContainsFunc(have, func(c entity.Counter) bool { return c.Name == name }) {
			t.Errorf("no room counts %s", name)
		}
	}
	at := func(name string) Count { return countRooms + Count(slices.Index(roomCounts[:], name)) }
	var c collector
	f := func(value, want uint64) {
		t.Helper()
		var n Counts
		c.add([]entity.Counter{{Name: "replayed", Value: value}, {Name: "entities", Value: 7}}, &n)
		if n[at("replayed")] != want {
			t.Errorf("%d: %d were told, not %d", value, n[at("replayed")], want)
		}
	}
	f(3, 3)
	f(3, 0)
	f(10, 7)
	f(2, 2) // a new configuration's rooms
}

// TestBrokenRuleIsCounted: a rule that is refused is in the metrics as soon as a chunk comes.
func TestBrokenRuleIsCounted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "broken.yml"), []byte("title: t\nlogsource: {category: process_creation}\ndetection: {s: {a: b}, condition: nosuch}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := open(t, "[detect]\nrules = [\""+dir+"/*.yml\"]\n")
	chunk, _, _ := chunksOf([][]byte{[]byte("a line")})
	_, n, _ := e.Filter(nil, chunk[0], "t", now)
	refused := countRooms + Count(slices.Index(roomCounts[:], "rules_refused"))
	if n[refused] != 1 {
		t.Errorf("%d rules are told to be refused", n[refused])
	}
	_, n, _ = e.Filter(nil, chunk[0], "t", now.Add(time.Hour))
	if n[refused] != 0 || e.Totals()[refused] != 1 {
		t.Errorf("told again: %d, in all %d", n[refused], e.Totals()[refused])
	}
}
