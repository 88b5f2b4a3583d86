package correlate

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"prescore/engine/event"
)

// TestRefs holds a window's references against a plain list of them: the sketch changes neither what is kept nor what is counted as cut.
func TestRefs(t *testing.T) {
	rng := rand.New(rand.NewSource(6))
	for _, names := range []int{3, 20, 60, 400} {
		cl, w := &cell{}, &work{}
		var plain []byte
		cut, there := uint64(0), map[string]bool{}
		for step := range 5000 {
			k, key := rng.Intn(7), fmt.Sprintf("user%03d", rng.Intn(names))
			if rng.Intn(8) == 0 {
				key = key[:1+rng.Intn(len(key))]
			}
			cl.refer(k, key, w)
			ref := append([]byte{byte(k), byte(len(key))}, key...)
			switch {
			case there[string(ref)]:
			case len(plain)+len(ref) > maxRefs:
				cut++
			default:
				plain, there[string(ref)] = append(plain, ref...), true
			}
			if w.cut.refs != cut {
				t.Fatalf("%d names, step %d: %d cut, not %d", names, step, w.cut.refs, cut)
			}
		}
		if !bytes.Equal(cl.refs, plain) {
			t.Fatalf("%d names: %q, not %q", names, cl.refs, plain)
		}
		var again sketch
		again.enter(cl.refs)
		if again != cl.heard {
			t.Errorf("%d names: what is read back is sketched as %x, not %x", names, again, cl.heard)
		}
	}
}

// TestRemember holds what a window remembers of records against its entities noted one after the other.
func TestRemember(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	for _, names := range []int{2, 5, 100} {
		cl, one, w, each := &cell{}, &cell{}, &work{}, &work{}
		for range 3000 {
			var ev event.Event
			c := &rule{grouped: uint32(rng.Intn(1 << event.NumEntityKinds))}
			for k := range ev.Entities {
				if rng.Intn(3) > 0 {
					ev.Entities[k] = fmt.Sprintf("user%03d", rng.Intn(names))
				}
				if rng.Intn(50) == 0 {
					ev.Entities[k] = strings.Repeat("x", 200+rng.Intn(100))
				}
			}
			w.epoch++
			before := cap(cl.refs)
			if grew := cl.remember(&ev, c, w); grew != cap(cl.refs)-before {
				t.Fatalf("grew by %d, not %d", grew, cap(cl.refs)-before)
			}
			for k, key := range ev.Entities {
				if key != "" && len(key) <= 255 && c.grouped>>k&1 == 0 {
					one.refer(k, key, each)
				}
			}
			if !bytes.Equal(cl.refs, one.refs) || cl.heard != one.heard || w.cut != each.cut {
				t.Fatalf("%q, %x and %d cut, not %q, %x and %d", cl.refs, cl.heard, w.cut.refs, one.refs, one.heard, each.cut.refs)
			}
		}
	}
}
