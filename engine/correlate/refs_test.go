package correlate

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
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
			cl.refer(k, key, sketchOf(k, key), w)
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
