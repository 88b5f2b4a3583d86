package correlate

import (
	"math/bits"

	"prescore/engine/event"
)

// sketch tells of most entities that they are not among a window's references, without a look at those: a busy group has as many as it
// may, nearly every record brings one that is not told, and to know that takes a walk through them all. Two bits an entity of 128.
type sketch [2]uint64

// sketchOf gives an entity's bit of each word: of its kind, its length and its last bytes, where names that are alike differ.
func sketchOf(k int, key string) sketch {
	h := uint64(k)<<8 | uint64(len(key))
	for i := max(0, len(key)-6); i < len(key); i++ {
		h = h<<8 | uint64(key[i])
	}
	h *= 0x9e3779b97f4a7c15
	return sketch{1 << (h >> 58), 1 << (h >> 52 & 63)}
}

// may reports whether the entity of a sketch may be among the references.
func (s *sketch) may(is sketch) bool { return s[0]&is[0] != 0 && s[1]&is[1] != 0 }

// enter enters references.
func (s *sketch) enter(refs []byte) {
	for b := refs; len(b) > 2; b = b[2+int(b[1]):] {
		x := sketchOf(int(b[0]), event.View(b[2:2+int(b[1])]))
		s[0] |= x[0]
		s[1] |= x[1]
	}
}

// told are the entities of a record that windows remember, made once a record.
type told struct {
	epoch uint32 // of the record
	kinds uint32 // those it has, of names not too long
	is    [event.NumEntityKinds]sketch
}

// of makes it the record's.
func (t *told) of(ev *event.Event, epoch uint32) *told {
	if t.epoch != epoch {
		t.epoch, t.kinds = epoch, 0
		for k, key := range ev.Entities {
			if key != "" && len(key) <= 255 {
				t.kinds |= 1 << k
				t.is[k] = sketchOf(k, key)
			}
		}
	}
	return t
}

// remember notes the event's entities with its group, those that make the group left out. It says how many bytes were added. What the
// sketch says may be there is looked for in one walk.
func (cl *cell) remember(ev *event.Event, c *rule, w *work) int {
	t := w.told.of(ev, w.epoch)
	wanted := t.kinds &^ c.grouped
	var maybe uint32
	for m := wanted; m != 0; m &= m - 1 {
		k := bits.TrailingZeros32(m)
		if cl.heard.may(t.is[k]) {
			maybe |= 1 << k
		}
	}
	for b := cl.refs; len(b) > 2 && maybe != 0; b = b[2+int(b[1]):] {
		if k := int(b[0]); maybe>>k&1 == 1 && string(b[2:2+int(b[1])]) == ev.Entities[k] {
			maybe &^= 1 << k
			wanted &^= 1 << k
		}
	}
	before := cap(cl.refs)
	for ; wanted != 0; wanted &= wanted - 1 {
		k := bits.TrailingZeros32(wanted)
		cl.append(k, ev.Entities[k], t.is[k], w)
	}
	return cap(cl.refs) - before
}

// refer notes an entity once.
func (cl *cell) refer(k int, key string, w *work) {
	is := sketchOf(k, key)
	if cl.heard.may(is) {
		for b := cl.refs; len(b) > 2; b = b[2+int(b[1]):] {
			if int(b[0]) == k && string(b[2:2+int(b[1])]) == key {
				return
			}
		}
	}
	cl.append(k, key, is, w)
}

// append notes an entity that is not there, as long as there is room.
func (cl *cell) append(k int, key string, is sketch, w *work) {
	if len(cl.refs)+2+len(key) > maxRefs {
		w.cut.refs++
		return
	}
	cl.refs = append(append(cl.refs, byte(k), byte(len(key))), key...)
	cl.heard[0] |= is[0]
	cl.heard[1] |= is[1]
}
