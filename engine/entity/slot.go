package entity

import "prescore/engine/option"

// maxSlots bounds the slots of a store: an entity names its slots in one byte, and the list of an entity is searched.
const maxSlots = 32

// SlotSpec is what a room says of the state it hangs on entities.
type SlotSpec[T any] struct {
	Name    string                                                               // under which it is stored
	Version uint8                                                                // of what Append writes; given to Parse, which may still read older ones
	Append  func(dst []byte, v *T) []byte                                        // writes v; nil: the slot is not stored
	Parse   func(e *Entity, version uint8, b []byte) (v *T, size int, err error) // reads it; size as given to Put
	Reset   func(v *T) bool                                                      // empties v for the entity that takes an evicted one's place, false where it is not worth keeping; nil: never is
	Evicted func(e *Entity, v *T)                                                // told when the entity goes, under the shard's lock: it must not call the store
	Expires func(e *Entity, v *T) int64                                          // arrival, nanoseconds, after which the state is worth nothing; nil: never
}

// Slot finds a room's state on an entity.
type Slot[T any] struct{ id uint8 }

type slotInfo struct {
	name    string
	version uint8
	append  func([]byte, any) []byte
	parse   func(*Entity, uint8, []byte) (any, int, error)
	evicted func(*Entity, any)
	expires func(*Entity, any) int64
	reset   func(any) bool
}

// slotList holds the slots of an entity that has more than one.
type slotList struct {
	ids  []uint8
	vals []any
}

// NewSlot makes a slot, for use when the engine opens.
func NewSlot[T any](st *Store, spec SlotSpec[T]) (Slot[T], error) {
	if len(st.slots) >= maxSlots {
		return Slot[T]{}, option.Refuse("slots", "more than %d slots", maxSlots)
	}
	for _, s := range st.slots {
		if s.name == spec.Name {
			return Slot[T]{}, option.Refuse("slots", "slot %q is there already", spec.Name)
		}
	}
	info := slotInfo{name: spec.Name, version: spec.Version}
	if spec.Append != nil {
		info.append = func(dst []byte, v any) []byte { return spec.Append(dst, v.(*T)) }
		info.parse = func(e *Entity, version uint8, b []byte) (any, int, error) {
			v, n, err := spec.Parse(e, version, b)
			return v, n, err
		}
	}
	if spec.Evicted != nil {
		info.evicted = func(e *Entity, v any) { spec.Evicted(e, v.(*T)) }
	}
	if spec.Expires != nil {
		info.expires = func(e *Entity, v any) int64 { return spec.Expires(e, v.(*T)) }
	}
	if spec.Reset != nil {
		info.reset = func(v any) bool { return spec.Reset(v.(*T)) }
	}
	st.slots = append(st.slots, info)
	return Slot[T]{uint8(len(st.slots))}, nil
}

// Of gives the entity's state in the slot, nil where it has none. Valid while the shard's lock is held.
func (s Slot[T]) Of(e *Entity) *T {
	if e.slotID == s.id {
		return e.slot.(*T)
	}
	if e.slotID == manySlots {
		l := e.slot.(*slotList)
		for i, id := range l.ids {
			if id == s.id {
				return l.vals[i].(*T)
			}
		}
	}
	return nil
}

// maxSpares bounds the emptied states of one slot that a shard keeps: as many as go between two that come.
const maxSpares = 16

// Fresh gives an empty state for the cursor's entity, to be filled and Put: one that Reset emptied, where an evicted entity left it.
func (s Slot[T]) Fresh(c *Cursor) *T {
	if len(c.sh.spares) < int(s.id) {
		return new(T)
	}
	if list := &c.sh.spares[s.id-1]; len(*list) > 0 {
		v := (*list)[len(*list)-1].(*T)
		*list = (*list)[:len(*list)-1]
		return v
	}
	return new(T)
}

// strip takes an evicted entity's slots from it and keeps what can be used again.
func (sh *shard) strip(e *Entity) {
	e.each(func(id uint8, v any) {
		if len(sh.spares) < len(sh.st.slots) {
			sh.spares = append(sh.spares, make([][]any, len(sh.st.slots)-len(sh.spares))...)
		}
		list := &sh.spares[id-1]
		if f := sh.st.slots[id-1].reset; f != nil && len(*list) < maxSpares && f(v) {
			*list = append(*list, v)
		}
	})
	e.slot, e.slotID = nil, 0
}

// Put hangs v on the cursor's entity in place of what was there. size is an estimate of the heap under v, in bytes; say later
// changes with Cursor.Grow.
func (s Slot[T]) Put(c *Cursor, v *T, size int) {
	c.E.put(s.id, v)
	c.Grow(size)
	c.Dirty()
}

// manySlots marks an entity whose slot is a slotList.
const manySlots = 255

func (e *Entity) put(id uint8, v any) {
	switch e.slotID {
	case 0, id:
		e.slotID, e.slot = id, v
	case manySlots:
		l := e.slot.(*slotList)
		for i := range l.ids {
			if l.ids[i] == id {
				l.vals[i] = v
				return
			}
		}
		l.ids, l.vals = append(l.ids, id), append(l.vals, v)
	default:
		e.slot = &slotList{ids: []uint8{e.slotID, id}, vals: []any{e.slot, v}}
		e.slotID = manySlots
	}
}

// each calls do for each slot of the entity.
func (e *Entity) each(do func(id uint8, v any)) {
	switch e.slotID {
	case 0:
	case manySlots:
		l := e.slot.(*slotList)
		for i, id := range l.ids {
			do(id, l.vals[i])
		}
	default:
		do(e.slotID, e.slot)
	}
}
