package event

import "unsafe"

// maxArenaKept is how large an arena may stay between records, in bytes: one record of 10 MiB must not keep 10 MiB for ever.
const maxArenaKept = 1 << 20

// Arena is scratch memory for the text a record needs beyond its own bytes (unescaped strings, joined names, numbers as text).
// What is taken from it is valid until Reset, also when the arena grows.
type Arena struct{ buf []byte }

// Grab takes n bytes, contents undefined, capacity clipped to n.
func (a *Arena) Grab(n int) []byte {
	if len(a.buf)+n > cap(a.buf) {
		a.buf = make([]byte, 0, max(2*cap(a.buf), n, 4096))
	}
	l := len(a.buf)
	a.buf = a.buf[:l+n]
	return a.buf[l : l+n : l+n]
}

// Shrink gives back the last n bytes of the newest Grab.
func (a *Arena) Shrink(n int) { a.buf = a.buf[:len(a.buf)-n] }

// Copy takes a copy of b and gives it as a string view.
func (a *Arena) Copy(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	d := a.Grab(len(b))
	copy(d, b)
	return View(d)
}

// Join takes x and y, one after the other, as one string view.
func (a *Arena) Join(x, y string) string {
	d := a.Grab(len(x) + len(y))
	copy(d, x)
	copy(d[len(x):], y)
	return View(d)
}

// Reset forgets everything taken; earlier views are no longer valid.
func (a *Arena) Reset() {
	if cap(a.buf) > maxArenaKept {
		a.buf = nil
	}
	a.buf = a.buf[:0]
}

// View gives b as a string without a copy. The string is valid as long as b's bytes are and do not change.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// BytesOf gives s as bytes without a copy. They must not be written to.
func BytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Within reports whether part is a view of bytes of whole: a piece of the very same memory, not only the same text.
func Within(part, whole string) bool {
	if len(part) > len(whole) || len(part) == 0 {
		return len(part) == 0
	}
	at := uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.StringData(whole)))
	return at <= uintptr(len(whole)-len(part))
}
