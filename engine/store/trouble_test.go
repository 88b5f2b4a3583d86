package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"prescore/engine/option"
)

type txT = bbolt.Tx

// edit changes the file as another program would.
func edit(t *testing.T, path string, f func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(f); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func setVersion(t *testing.T, path string, v byte) {
	edit(t, path, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyVersion, seal(nil, keyVersion, []byte{v}))
	})
}

// TestLocked: another process has the file; state goes on, and is written once it lets go.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	other, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	if s.Flush() || !l.has("another process has it") {
		t.Fatalf("written to a locked file: %q", l.text)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	s.Start()
	waitFor(t, "the file", func() bool { return s.ok.Load() })
	s.Close()
	if !l.has("state is written again") {
		t.Errorf("%q", l.text)
	}
	st2, slot2 := state(t)
	s2 := open(t, path, st2, l)
	s2.Load()
	defer s2.Close()
	if get(st2, slot2, "alice") != 7 {
		t.Error("alice was not written")
	}
}

// TestForeign: a file that is not ours is neither written nor renamed.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("not a state file, but somebody's work\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(dir, "other.db")
	edit(t, db, func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("theirs"))
		if err != nil {
			return err
		}
		return b.Put([]byte("k"), []byte("v"))
	})
	for _, path := range []string{text, db, dir} {
		before, _ := os.ReadFile(path)
		l := &log{}
		st, slot := state(t)
		s := open(t, path, st, l)
		s.Load()
		put(st, slot, "alice", 7, 10)
		if s.Flush() || !l.has("it is left alone") {
			t.Errorf("%s: %q", path, l.text)
		}
		s.Close()
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
		if get(st, slot, "alice") != 7 {
			t.Errorf("%s: state is lost", path)
		}
	}
}

// TestVanishes: the file is deleted, or replaced, while it is open.
func TestVanishes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	s.Flush()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	put(st, slot, "bob", 8, 10)
	if !s.Flush() || !l.has("it was moved or deleted") {
		t.Fatalf("not written again: %q", l.text)
	}
	s.Close()
	st2, slot2 := state(t)
	s2 := open(t, path, st2, l)
	s2.Load()
	defer s2.Close()
	if get(st2, slot2, "alice") != 7 || get(st2, slot2, "bob") != 8 {
		t.Error("the new file does not have everything")
	}
}

// TestNoFolder: the folder is not there, then it is.
func TestNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	path := filepath.Join(dir, "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	if s.Flush() || !l.has("state goes on in memory") {
		t.Fatalf("%q", l.text)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.Start()
	waitFor(t, "the file", func() bool { return s.ok.Load() })
	s.Close()
}

// TestReadOnly: what a file that cannot be written holds is still read.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	s.Close()
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Skip("this user may write read-only files")
	}
	st, slot = state(t)
	s = open(t, path, st, l)
	s.Load()
	if get(st, slot, "alice") != 7 {
		t.Error("a read-only file was not read")
	}
	put(st, slot, "bob", 8, 10)
	if s.Flush() {
		t.Error("a read-only file was written")
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Start()
	waitFor(t, "the file", func() bool { return s.ok.Load() })
	s.Close()
}

// TestFull: the disk is full (here: a limit on the size of files), then it is not.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.Load()
	put(st, slot, "alice", 7, 10)
	if !s.Flush() {
		t.Fatal("not written")
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Skip(err)
	}
	low := old
	low.Cur = 128 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &low); err != nil {
		t.Skip(err)
	}
	for i := range 2000 {
		put(st, slot, "k"+string(rune('a'+i%26))+time.Duration(i).String(), int64(i), 400)
	}
	wrote := s.Flush()
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if wrote || !l.has("state goes on in memory") {
		t.Errorf("a megabyte went into 128 KiB: %q", l.text)
	}
	s.Start()
	waitFor(t, "the file", func() bool { return s.ok.Load() })
	s.Close()
	st2, _ := state(t)
	s2 := open(t, path, st2, l)
	s2.Load()
	defer s2.Close()
	if st2.Len() != 2001 {
		t.Errorf("%d of 2001 entities were written in the end", st2.Len())
	}
}

// TestHangs: an operation that never returns costs its deadline, once; the engine goes on with another file.
func TestHangs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, path, st, l)
	s.cfg.Timeout = option.Duration(200 * time.Millisecond)
	s.Load()
	put(st, slot, "alice", 7, 10)
	s.Flush()
	block := make(chan struct{})
	defer close(block)
	s.mu.Lock()
	err := s.h.do(s.timeout(), func(*handle) error { <-block; return nil })
	if err != errHung {
		t.Fatalf("%v", err)
	}
	s.fail(err)
	s.mu.Unlock()
	s.Start()
	waitFor(t, "the new file", func() bool { return s.ok.Load() })
	s.Close()
	if !l.has("did not answer in time; it is set aside as") {
		t.Errorf("%q", l.text)
	}
	st2, slot2 := state(t)
	s2 := open(t, path, st2, l)
	s2.Load()
	defer s2.Close()
	if get(st2, slot2, "alice") != 7 {
		t.Error("alice is not in the new file")
	}
}
