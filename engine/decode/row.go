package decode

import (
	"encoding/binary"

	"prescore/engine/event"
)

// openings is how many short names a thread keeps as bytes to compare with. Of two names of one place the one that is asked for is made
// anew: a dozen nanoseconds.
const openings = 256

// rowAhead is how many bytes the reader of a row may look at from the beginning of a pair without asking for each: the longest short
// name and the longest short text in an array, with their heads. Nearer to the chunk's end pairs are read one by one.
const rowAhead = 1 + 31 + 1 + 1 + 31

// row is the names of records' fields by their reference. The events of a thread share it.
type row [openings]opening

// opening is a short name with its head, as it stands in a body, in words.
type opening struct {
	ref   event.NameRef // whose name it is, 0 for none
	name  uint32        // its length
	mask  uint64        // what of first counts
	first uint64        // the head and the first seven bytes
	last  uint64        // the last eight, where it has as many
	mid   [2]uint64     // what lies between, where it has sixteen or more: those behind first, and those before last
}

// rowOf gives the row of an event's thread.
func rowOf(ev *event.Event) *row {
	if r, ok := ev.Scratch(event.ScratchRow).(*row); ok {
		return r
	}
	r := new(row)
	ev.SetScratch(event.ScratchRow, r)
	return r
}

// learn takes the name of a field; false where it is not short.
func (o *opening) learn(f *event.Field) bool {
	n := len(f.Name)
	if n > 31 {
		return false
	}
	var b [1 + 31 + 1]byte
	b[0] = 0xa0 | byte(n)
	copy(b[1:], f.Name)
	*o = opening{ref: f.Ref(), name: uint32(n), mask: ^uint64(0), first: binary.LittleEndian.Uint64(b[:])}
	if n < 8 {
		o.mask >>= 8 * (7 - n)
	} else {
		o.last = binary.LittleEndian.Uint64(b[n-7:])
	}
	if n >= 16 {
		o.mid = [2]uint64{binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[n-15:])}
	}
	return true
}

// again reads pairs as long as they are like those of the record before in their places: the same short name, and a value that holds no
// others. It gives how many it read.
func (f *flattener) again(n uint64) uint64 {
	fields, b, off := f.ev.Row(), f.b, f.off
	if uint64(len(fields)) > n {
		fields = fields[:n]
	}
	names, took, unlike := rowOf(f.ev), 0, event.Kind(0)
pairs:
	for ; took < len(fields) && len(b)-off >= rowAhead; took++ {
		slot := &fields[took]
		o := &names[slot.Ref()%openings]
		if !slot.Standing(0) || slot.Ref() != o.ref && !o.learn(slot) {
			break
		}
		at := off + 1 + int(o.name)
		if (binary.LittleEndian.Uint64(b[off:])^o.first)&o.mask != 0 || o.name >= 8 && binary.LittleEndian.Uint64(b[at-8:]) != o.last {
			break
		}
		if o.name >= 16 && (binary.LittleEndian.Uint64(b[off+8:]) != o.mid[0] || binary.LittleEndian.Uint64(b[at-16:]) != o.mid[1]) {
			break
		}
		if b[at] == 0x91 { // an array's only member is a field as it would be without
			at++
		}
		switch c := b[at]; {
		case c&0xe0 == 0xa0:
			off = at + 1 + int(c&0x1f)
			unlike |= slot.Put(event.Value{S: event.View(b[at+1 : off]), K: event.String})
			continue
		case c == 0xd9:
			if size := int(b[at+1]); len(b)-at-2 >= size {
				off = at + 2 + size
				unlike |= slot.Put(event.Value{S: event.View(b[at+2 : off]), K: event.String})
				continue
			}
		default:
			if v, size := other(b[at:]); size > 0 {
				off = at + size
				unlike |= slot.Put(v)
				continue
			}
		}
		break pairs
	}
	f.off = off
	f.ev.RowAgain(took, unlike)
	return uint64(took)
}

// other is scalar that knows an array and a map without members, too.
func other(b []byte) (event.Value, int) {
	switch b[0] {
	case 0x80:
		return event.Value{K: event.EmptyObject}, 1
	case 0x90:
		return event.Value{K: event.EmptyArray}, 1
	}
	return scalar(b)
}
