package correlate

import "prescore/engine/event"

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

// enter enters references.
func (s *sketch) enter(refs []byte) {
	for b := refs; len(b) > 2; b = b[2+int(b[1]):] {
		x := sketchOf(int(b[0]), event.View(b[2:2+int(b[1])]))
		s[0] |= x[0]
		s[1] |= x[1]
	}
}

// sketches gives the sketches of the event's entities, made once an event.
func (w *work) sketches(ev *event.Event) *[event.NumEntityKinds]sketch {
	if w.sketched != w.epoch {
		w.sketched = w.epoch
		for k, key := range ev.Entities {
			w.of[k] = sketchOf(k, key)
		}
	}
	return &w.of
}

// remember notes the event's entities with its group, those that make the group left out. It says how many bytes were added.
func (cl *cell) remember(ev *event.Event, c *rule, w *work) int {
	before, of := cap(cl.refs), w.sketches(ev)
	for k, key := range ev.Entities {
		if key != "" && len(key) <= 255 && c.grouped>>k&1 == 0 {
			cl.refer(k, key, of[k], w)
		}
	}
	return cap(cl.refs) - before
}

// refer notes an entity once. is is its sketch.
func (cl *cell) refer(k int, key string, is sketch, w *work) {
	if cl.heard[0]&is[0] != 0 && cl.heard[1]&is[1] != 0 {
		for b := cl.refs; len(b) > 2; b = b[2+int(b[1]):] {
			if int(b[0]) == k && string(b[2:2+int(b[1])]) == key {
				return
			}
		}
	}
	if len(cl.refs)+2+len(key) > maxRefs {
		w.cut.refs++
		return
	}
	cl.refs = append(append(cl.refs, byte(k), byte(len(key))), key...)
	cl.heard[0] |= is[0]
	cl.heard[1] |= is[1]
}
