package store

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"testing"
)

var damages = flag.Int("damages", 300, "how many damaged files TestDamage opens")

// TestDamage opens damaged files of every kind. None may end the process, hang it, or bring back a value that was not stored; each
// must be writable in the end.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	l := &log{}
	st, slot := state(t)
	s := open(t, whole, st, l)
	s.Load()
	rng := rand.New(rand.NewSource(4))
	for round := range 6 {
		for i := range 200 {
			put(st, slot, fmt.Sprint("k", rng.Intn(400)), int64(round*1000+i), rng.Intn(300))
			score(st, fmt.Sprint("id", round, " ", i))
		}
		s.Flush()
	}
	s.Close()
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	valid := map[string]int64{}
	for i := range 400 {
		key := fmt.Sprint("k", i)
		valid[key] = get(st, slot, key)
	}
	var read, lost, aside, alone, known int
	for n := range *damages {
		bad := damage(rng, good)
		path := filepath.Join(dir, fmt.Sprintf("d%d.db", n))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		l := &log{}
		st, slot := state(t)
		s := open(t, path, st, l)
		s.Load()
		for key, want := range valid {
			got := get(st, slot, key)
			if got >= 0 && got != want && !older(got) {
				t.Errorf("damage %d: %s is %d, which was never stored", n, key, got)
			}
			if got >= 0 {
				read++
			} else if want >= 0 {
				lost++
			}
		}
		for i := range 200 {
			if score(st, fmt.Sprint("never", i)) {
				t.Errorf("damage %d: an id that never came is known", n)
			}
			if score(st, fmt.Sprint("id5 ", i)) {
				known++
			}
		}
		put(st, slot, "new", 1, 10)
		if first := s.Flush(); !first && !s.Flush() {
			if !l.has("left alone") {
				t.Errorf("damage %d: the file cannot be written in the end: %q", n, l.text)
			}
			alone++
		}
		aside += int(s.n.aside.Load())
		s.Close()
		matches, _ := filepath.Glob(path + "*")
		for _, m := range matches {
			os.Remove(m)
		}
	}
	t.Logf("%d damaged files: %d values read, %d lost, %d files set aside, %d without a head left alone, %d of %d seen ids known", *damages, read, lost, aside, alone, known, 200**damages)
	if known == 0 {
		t.Error("no seen id was ever read back")
	}
}

// older: an earlier meta page brings back the state of an earlier write, whose values were stored too.
func older(n int64) bool { return n >= 0 && n < 6000 }

// damage gives a copy of a file with one kind of damage.
func damage(rng *rand.Rand, good []byte) []byte {
	b := append([]byte(nil), good...)
	at := rng.Intn(len(b))
	switch rng.Intn(7) {
	case 0: // cut short
		return b[:at]
	case 1: // bits
		for range 1 + rng.Intn(8) {
			b[rng.Intn(len(b))] ^= 1 << rng.Intn(8)
		}
	case 2: // a page of zeros
		clear(b[at&^4095 : min(len(b), at&^4095+4096)])
	case 3: // a page of noise
		rng.Read(b[at&^4095 : min(len(b), at&^4095+4096)])
	case 4: // pages swapped
		x, y := at&^4095, rng.Intn(len(b))&^4095
		if x+4096 <= len(b) && y+4096 <= len(b) {
			p := append([]byte(nil), b[x:x+4096]...)
			copy(b[x:], b[y:y+4096])
			copy(b[y:], p)
		}
	case 5: // a page's head: its id, flags, count
		rng.Read(b[at&^4095 : min(len(b), at&^4095+16)])
	case 6: // a stretch of noise
		rng.Read(b[at:min(len(b), at+rng.Intn(20000))])
	}
	return b
}
