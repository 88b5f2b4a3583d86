package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"prescore/engine/event"
)

// What was validated is opened without being compiled again, unless a file of it changed in between.
func TestPrepared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prescore.toml")
	write := func(text string, mod time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, mod, mod); err != nil {
			t.Fatal(err)
		}
	}
	hour := time.Now().Add(-time.Hour)
	write("[score]\nalert_at = 8\n", hour)
	o := Options{Config: path}
	validated := func() *rooms {
		t.Helper()
		if err := Validate(o); err != nil {
			t.Fatal(err)
		}
		prepared.mu.Lock()
		defer prepared.mu.Unlock()
		return prepared.all[o.key()].rooms
	}
	open := func() *Engine {
		t.Helper()
		e, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		return e
	}
	r := validated()
	if again := validated(); r == nil || again != r {
		t.Fatal("the second instance's validation compiled anew")
	}
	if open().rooms.Load() != r {
		t.Error("opened other rooms than the validated ones")
	}
	if open().rooms.Load() == r {
		t.Error("two engines share their rooms")
	}
	r = validated()
	write("[score]\nalert_at = 9\n", hour.Add(time.Minute))
	e := open()
	if e.rooms.Load() == r || e.rooms.Load().cfg.Score.AlertAt != 9 {
		t.Error("what was changed after validation is not what was opened")
	}
}

// TestPreparedIsLetGo: rooms that were taken are held by nothing but who took them.
func TestPreparedIsLetGo(t *testing.T) {
	gone := make(chan bool, 1)
	func() {
		if err := Validate(Options{}); err != nil {
			t.Fatal(err)
		}
		r := take(Options{})
		if r == nil {
			t.Fatal("nothing was kept")
		}
		runtime.SetFinalizer(r.names, func(*event.Names) { gone <- true }) // rooms hold themselves; their names hold nothing
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-gone:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("something still holds the rooms")
}

func TestPreparedIsBounded(t *testing.T) {
	for i := range maxPrepared + 3 {
		o := Options{Set: fmt.Sprintf("score.alert_at=%d", i+1)}
		if err := Validate(o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { take(o) })
	}
	prepared.mu.Lock()
	defer prepared.mu.Unlock()
	if n := len(prepared.all); n > maxPrepared {
		t.Errorf("%d configurations are kept, at most %d", n, maxPrepared)
	}
}

// A file that is written while it is read may have been read half; the next look takes it for changed.
func TestDoubt(t *testing.T) {
	files := map[string]stamp{"before": {1, 5}, "while": {1, 15}, "ahead": {1, 25}}
	doubt(files, 10, 20)
	if files["before"] != (stamp{1, 5}) || files["while"] != (stamp{}) || files["ahead"] != (stamp{1, 25}) {
		t.Error(files)
	}
}
