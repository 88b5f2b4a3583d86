package encode

import (
	"prescore/engine/encode/project"
	"prescore/engine/event"
	"prescore/engine/wire"
)

// maxMaskDepth is how deep the record is masked. What nests deeper is masked whole, with the problem "masked_too_deep": it is not
// read by any room either.
const maxMaskDepth = event.MaxDepth

// appendMasked appends whole pairs with the values of secret names masked, and the secrets inside other texts. Keys, numbers and
// the shape stay. A container under a secret name is masked whole.
func (r *Room) appendMasked(dst []byte, ev *event.Event, pairs []byte) []byte {
	for len(pairs) > 0 {
		k, size := pair(pairs)
		if size == 0 {
			return append(dst, pairs...)
		}
		dst = r.maskedPair(dst, ev, k, pairs[:size], maxMaskDepth)
		pairs = pairs[size:]
	}
	return dst
}

func (r *Room) maskedPair(dst []byte, ev *event.Event, k wire.Token, pair []byte, depth int) []byte {
	kn := k.Size
	if k.Type == wire.Array || k.Type == wire.Map {
		kn, _ = wire.Skip(pair)
	}
	dst = append(dst, pair[:kn]...)
	name := ""
	if k.Type == wire.Str || k.Type == wire.Bin {
		name = event.View(k.Body)
	}
	return r.maskedValue(dst, ev, name, pair[kn:], depth)
}

// maskedValue appends one object under a name, "" where it has none of its own. Recursion ends at depth 0.
func (r *Room) maskedValue(dst []byte, ev *event.Event, name string, obj []byte, depth int) []byte {
	t, err := wire.Next(obj)
	if err != nil {
		return append(dst, obj...)
	}
	text := ""
	if t.Type == wire.Str || t.Type == wire.Bin {
		text = event.View(t.Body)
	}
	switch {
	case t.Type == wire.Nil || t.Type == wire.Bool || t.Size == len(obj) && t.N == 0 && len(t.Body) == 0:
		return append(dst, obj...) // nothing that could be secret
	case name != "" && r.redact.Masks(name, text):
		return wire.AppendStr(dst, r.redact.Mask())
	case depth == 0 && (t.Type == wire.Array || t.Type == wire.Map):
		ev.Problem("encode", "masked_too_deep", "")
		return wire.AppendStr(dst, r.redact.Mask())
	}
	switch t.Type {
	case wire.Str, wire.Bin:
		if !r.redact.MayHold(text) {
			return append(dst, obj...)
		}
		return project.AppendMasked(dst, text, r.redact)
	case wire.Map, wire.Array:
		dst = append(dst, obj[:t.Size]...)
		for obj = obj[t.Size:]; len(obj) > 0; {
			size := 0
			if t.Type == wire.Map {
				var k wire.Token
				if k, size = pair(obj); size != 0 {
					dst = r.maskedPair(dst, ev, k, obj[:size], depth-1)
				}
			} else if size, err = wire.Skip(obj); err == nil {
				dst = r.maskedValue(dst, ev, name, obj[:size], depth-1)
			} else {
				size = 0
			}
			if size == 0 {
				return append(dst, obj...)
			}
			obj = obj[size:]
		}
		return dst
	}
	return append(dst, obj...)
}
