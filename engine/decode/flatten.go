package decode

import (
	"encoding/binary"
	"strconv"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// flattener walks a body once, making a field of each leaf. It recurses at most event.MaxDepth deep.
type flattener struct {
	ev     *event.Event
	b      []byte
	off    int
	marked bool
	full   bool // the event takes no more fields; the walk goes on to find the end
}

// members reads n pairs of a map whose own name is prefix ("" for the body itself).
func (f *flattener) members(prefix string, n uint64, depth int) error {
	for ; n > 0; n-- {
		if depth == 0 {
			if n -= f.again(n); n == 0 {
				return nil
			}
		}
		key, err := f.key()
		if err != nil {
			return err
		}
		if depth == 0 && key == MarkKey && isMark(f.b[f.off:]) {
			f.marked = true
		}
		name, ref := f.name(prefix, key)
		if err := f.value(name, ref, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// text reads a text of the two shortest heads, which nearly every key and most values have; 0 where it is another object, or one that is cut.
func text(b []byte) (event.Value, int) {
	if len(b) < 2 {
		return event.Value{}, 0
	}
	head, n := 1, int(b[0]&0x1f)
	if b[0]&0xe0 != 0xa0 {
		if b[0] != 0xd9 {
			return event.Value{}, 0
		}
		head, n = 2, int(b[1])
	}
	if len(b) < head+n {
		return event.Value{}, 0
	}
	return event.Value{S: event.View(b[head : head+n]), K: event.String}, head + n
}

// short is text where the reader stands.
func (f *flattener) short() (string, bool) {
	v, size := text(f.b[f.off:])
	f.off += size
	return v.S, size > 0
}

// key reads a map's key as text. Numbers are written out; what cannot be a name becomes "?" and a problem.
func (f *flattener) key() (string, error) {
	if s, ok := f.short(); ok {
		return s, nil
	}
	t, err := wire.Next(f.b[f.off:])
	if err != nil {
		return "", err
	}
	switch t.Type {
	case wire.Str, wire.Bin:
		f.off += t.Size
		return event.View(t.Body), nil
	case wire.Int, wire.Uint:
		f.off += t.Size
		f.ev.Problem("decode", "key_not_text", "")
		if t.Type == wire.Int {
			return f.ev.Arena.Copy(strconv.AppendInt(make([]byte, 0, 20), int64(t.N), 10)), nil
		}
		return f.ev.Arena.Copy(strconv.AppendUint(make([]byte, 0, 20), t.N, 10)), nil
	}
	n, err := wire.Skip(f.b[f.off:])
	f.off += n
	f.ev.Problem("decode", "key_not_text", "")
	return "?", err
}

// name joins prefix and key, and gives the reference of the name where the event knows it.
func (f *flattener) name(prefix, key string) (string, event.NameRef) {
	if prefix != "" {
		return f.ev.ReferJoined(prefix, key)
	}
	known, ref := f.ev.Refer(key)
	if known == "" {
		return key, 0
	}
	return known, ref
}

// value reads one object under a name: a leaf, or a container whose leaves it goes through.
func (f *flattener) value(name string, ref event.NameRef, depth int) error {
	if s, ok := f.short(); ok {
		f.add(name, ref, event.Value{S: s, K: event.String})
		return nil
	}
	if v, size := scalar(f.b[f.off:]); size > 0 {
		f.off += size
		f.add(name, ref, v)
		return nil
	}
	t, err := wire.Next(f.b[f.off:])
	if err != nil {
		return err
	}
	if t.Type == wire.Map || t.Type == wire.Array {
		return f.container(t, name, ref, depth)
	}
	f.off += t.Size
	f.add(name, ref, leaf(t))
	return nil
}

func (f *flattener) container(t wire.Token, name string, ref event.NameRef, depth int) error {
	if depth >= event.MaxDepth || f.full {
		n, err := wire.Skip(f.b[f.off:])
		if err == nil && !f.full {
			f.ev.Problem("decode", "too_deep", "")
			f.add(name, ref, event.Value{S: event.View(f.b[f.off : f.off+n]), K: event.Opaque})
		}
		f.off += n
		return err
	}
	f.off += t.Size
	switch {
	case t.Type == wire.Map && t.N == 0:
		f.add(name, ref, event.Value{K: event.EmptyObject})
	case t.Type == wire.Array && t.N == 0:
		f.add(name, ref, event.Value{K: event.EmptyArray})
	case t.Type == wire.Map:
		return f.members(name, t.N, depth)
	}
	for n := t.N; n > 0 && t.Type == wire.Array; n-- {
		if err := f.value(name, ref, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *flattener) add(name string, ref event.NameRef, v event.Value) {
	if !f.full {
		f.full = !f.ev.AddRef(ref, name, v, 0)
	}
}

// scalar reads the heads that most values other than text have; 0 where it is another object, or one that is cut.
func scalar(b []byte) (event.Value, int) {
	if len(b) == 0 {
		return event.Value{}, 0
	}
	switch c := b[0]; {
	case c <= 0x7f:
		return event.Value{N: uint64(c), K: event.Int}, 1
	case c == 0xc0:
		return event.Value{K: event.Null}, 1
	case c == 0xc2 || c == 0xc3:
		return event.Value{N: uint64(c - 0xc2), K: event.Bool}, 1
	case c == 0xcb && len(b) >= 9:
		return event.Value{N: binary.BigEndian.Uint64(b[1:]), K: event.Float}, 9
	case c == 0xcc && len(b) >= 2:
		return event.Value{N: uint64(b[1]), K: event.Int}, 2
	case c == 0xcd && len(b) >= 3:
		return event.Value{N: uint64(binary.BigEndian.Uint16(b[1:])), K: event.Int}, 3
	case c == 0xce && len(b) >= 5:
		return event.Value{N: uint64(binary.BigEndian.Uint32(b[1:])), K: event.Int}, 5
	}
	return event.Value{}, 0
}

// leaf gives a scalar token as a value.
func leaf(t wire.Token) event.Value {
	switch t.Type {
	case wire.Nil:
		return event.Value{K: event.Null}
	case wire.Bool:
		return event.Value{N: t.N, K: event.Bool}
	case wire.Int:
		return event.Value{N: t.N, K: event.Int}
	case wire.Uint:
		if t.N > 1<<63-1 {
			return event.Value{N: t.N, K: event.Uint}
		}
		return event.Value{N: t.N, K: event.Int}
	case wire.Float:
		return event.Value{N: t.N, K: event.Float}
	case wire.Str:
		return event.Value{S: event.View(t.Body), K: event.String}
	}
	return event.Value{S: event.View(t.Body), K: event.Bytes}
}

// isMark reports whether b is what prescore adds: a map with the key "id".
func isMark(b []byte) bool {
	t, err := wire.Next(b)
	if err != nil || t.Type != wire.Map {
		return false
	}
	off := t.Size
	for n := t.N; n > 0; n-- {
		k, err := wire.Next(b[off:])
		if err != nil {
			return false
		}
		if k.Type == wire.Str && string(k.Body) == "id" {
			v, err := wire.Next(b[off+k.Size:])
			return err == nil && v.Type == wire.Str && len(v.Body) > 0
		}
		for range 2 {
			size, err := wire.Skip(b[off:])
			if err != nil {
				return false
			}
			off += size
		}
	}
	return false
}
