package entity

import (
	"encoding/binary"
	"math"
)

// A note is state for an entity that is not there, and that would not be worth an entity by itself: what a room wants to know once the
// entity comes (Cursor.Note, Cursor.Noted). Notes lie one after the other in a ring of bytes, so that one costs neither memory of its own
// nor a place; the oldest give way.
type notes struct {
	buf    []byte // a power of two long; made with the first note
	chains []uint64
	head   uint64 // where the next one goes, and where the oldest is: offsets that only grow
	tail   uint64
	stored uint64 // what is before has been taken to be stored
	noted  uint64 // counters
	lost   uint64
}

// Shape of the notes.
const (
	noteShare  = 16  // one part in so many of the bytes that a shard's entities may have is the bound of its notes
	noteChains = 512 // lists that notes are found by: a few notes each
	noteHead   = 32
	noteDead   = math.MaxUint16 // kind of a note that was taken, and of what fills up the end of the ring
	maxNote    = 2 << 10        // bytes of one note: a record's trace, the entities with it and the key
	maxNoted   = 256            // notes given of one entity, the newest: more than any window keeps of what can be noted
)

// memo is the head of a note, before its text and its key. size is of all, a multiple of 8.
type memo struct {
	size  uint32
	kind  uint16
	key   uint16 // bytes of key, text is the rest
	until uint32 // arrival in seconds after which it is no loss
	text  uint32
	hash  uint64
	prev  uint64 // offset plus one of the one before in its chain
}

func (n *notes) at(off uint64) []byte { return n.buf[off&uint64(len(n.buf)-1):] }

func readNote(b []byte) memo {
	le := binary.LittleEndian
	return memo{le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), le.Uint32(b[8:]), le.Uint32(b[12:]), le.Uint64(b[16:]), le.Uint64(b[24:])}
}

func (x *memo) write(b []byte) {
	le := binary.LittleEndian
	le.PutUint32(b, x.size)
	le.PutUint16(b[4:], x.kind)
	le.PutUint16(b[6:], x.key)
	le.PutUint32(b[8:], x.until)
	le.PutUint32(b[12:], x.text)
	le.PutUint64(b[16:], x.hash)
	le.PutUint64(b[24:], x.prev)
}

// add keeps a note. forgotten is called for each that gives way before its time.
func (n *notes) add(most int64, h uint64, k Kind, key string, until uint32, text []byte, nowS uint32, forgotten func(hash uint64)) {
	size := (noteHead + len(text) + len(key) + 7) &^ 7
	if n.buf == nil {
		n.buf, n.chains = make([]byte, n.bound(most)), make([]uint64, noteChains)
	}
	if size > maxNote {
		n.lost++
		forgotten(h)
		return
	}
	room := uint64(len(n.buf)) - n.head&uint64(len(n.buf)-1)
	if room < uint64(size) { // it must not go round the end
		n.free(room, nowS, forgotten)
		if room >= noteHead {
			(&memo{size: uint32(room), kind: noteDead}).write(n.at(n.head))
		}
		n.head += room
	}
	n.free(uint64(size), nowS, forgotten)
	c := &n.chains[h%noteChains]
	x := memo{uint32(size), uint16(k), uint16(len(key)), until, uint32(len(text)), h, *c}
	b := n.at(n.head)
	x.write(b)
	copy(b[noteHead+copy(b[noteHead:], text):], key)
	*c = n.head + 1
	n.head += uint64(size)
	n.noted++
}

// bound gives how many bytes of notes there may be where the entities may have most: a power of two.
func (n *notes) bound(most int64) int { return max(pow2(int(most)/noteShare+1)/2, 2*maxNote) }

// free makes the oldest notes give way to size more bytes.
func (n *notes) free(size uint64, nowS uint32, forgotten func(hash uint64)) {
	for n.head+size-n.tail > uint64(len(n.buf)) {
		next, x, ok := n.next(n.tail)
		if ok && x.until >= nowS {
			n.lost++
			forgotten(x.hash)
		}
		n.tail = next
	}
}

// next gives the note at an offset and the offset behind it; false where what is there is none any more.
func (n *notes) next(off uint64) (uint64, memo, bool) {
	if room := uint64(len(n.buf)) - off&uint64(len(n.buf)-1); room < noteHead {
		return off + room, memo{}, false
	}
	x := readNote(n.at(off))
	return off + uint64(x.size), x, x.kind != noteDead
}

// take gives the texts of an entity's notes, the oldest first, and forgets them.
func (n *notes) take(h uint64, k Kind, key string, do func(text []byte)) {
	if n.buf == nil {
		return
	}
	var found [maxNoted]uint64
	m := 0
	for at := n.chains[h%noteChains]; at > n.tail; {
		x := readNote(n.at(at - 1))
		if x.hash == h && x.kind == uint16(k) && string(n.text(at-1, x, true)) == key {
			if m == len(found) {
				n.lost++
				break
			}
			found[m] = at - 1
			m++
		}
		at = x.prev
	}
	for i := m - 1; i >= 0; i-- {
		x := readNote(n.at(found[i]))
		do(n.text(found[i], x, false))
		x.kind = noteDead
		x.write(n.at(found[i]))
	}
}

// text gives a note's text, or its key.
func (n *notes) text(off uint64, x memo, key bool) []byte {
	b := n.at(off)[noteHead:]
	if key {
		return b[x.text : x.text+uint32(x.key)]
	}
	return b[:x.text]
}

// each calls do for every note from an offset on, which may be gone by now.
func (n *notes) each(from uint64, do func(off uint64, x memo)) {
	for off := max(from, n.tail); off < n.head; {
		next, x, ok := n.next(off)
		if ok {
			do(off, x)
		}
		off = next
	}
}

// Note keeps text for an entity that Find did not find, for whoever makes it. What gives way before until (arrival, nanoseconds since
// 1970) leaves a ghost, so that the entity then knows that it lost something.
func (c *Cursor) Note(k Kind, key string, until int64, text []byte) {
	sh := c.sh
	sh.notes.add(sh.maxBytes, c.h, k, key, seconds(until), text, sh.nowS, sh.ghosts.add)
}

// Noted gives what was noted for the cursor's entity, the oldest first, and forgets it. The texts are views, valid during the call.
func (c *Cursor) Noted(do func(text []byte)) {
	c.sh.notes.take(c.E.hash, c.E.kind, c.E.key, do)
}

// Lost reports whether state of the entity that Find did not find was lost.
func (c *Cursor) Lost() bool { return c.E == nil && c.lost }
