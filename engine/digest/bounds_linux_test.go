package digest

import (
	"os"
	"syscall"
	"testing"
)

// TestReadsNothingBeside hashes messages that begin or end where memory does: what reads beside them ends the process.
func TestReadsNothingBeside(t *testing.T) {
	page := os.Getpagesize()
	mem, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(mem)
	for _, beside := range [][]byte{mem[:page], mem[2*page:]} {
		if err := syscall.Mprotect(beside, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	inside := mem[page : 2*page]
	var h Hasher
	for n := range 200 {
		msgs := [][]byte{inside[:n], inside[page-n:], inside[page-n:]}
		check(t, &h, msgs, wanted(msgs))
	}
}
