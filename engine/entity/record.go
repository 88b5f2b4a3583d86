package entity

import (
	"errors"
	"fmt"
	"strings"
)

// recordVersion is the version of a stored entity's layout.
const recordVersion = 1

// Bounds of what is stored.
const (
	maxGone       = 4096    // deletions remembered between two writes of a shard; more, and the store is written anew
	maxSlotStored = 1 << 22 // bytes of one slot read back: the widest window bound is below it
	exportChunk   = 128     // entities written under one hold of a shard's lock: tens of microseconds
)

// storedKey gives the key an entity is stored under: the kind's name, a zero byte, the key.
func (st *Store) storedKey(e *Entity) string {
	return strings.Join([]string{st.kinds[e.kind].name, e.key}, "\x00")
}

// Record is an entity as it is stored. Key and Value are views, valid until the next.
type Record struct{ Key, Value []byte }

// appendRecord writes the entity behind dst; false where nothing of it is worth storing.
func (st *Store) appendRecord(dst []byte, e *Entity) ([]byte, bool) {
	dst = append(dst, recordVersion)
	dst = AppendUint(dst, st.kinds[e.kind].fingerprint)
	dst = AppendUint(dst, uint64(e.first))
	dst = AppendUint(dst, uint64(e.last))
	dst = append(dst, e.weight, e.flags&(flagProtected|flagTruncated))
	stores := false
	e.each(func(id uint8, v any) {
		s := &st.slots[id-1]
		if s.append == nil {
			return
		}
		stores = true
		dst = AppendString(dst, s.name)
		dst = append(dst, s.version)
		at := len(dst)
		dst = append(dst, 0, 0, 0, 0) // length, four bytes
		dst = s.append(dst, v)
		n := len(dst) - at - 4
		dst[at], dst[at+1], dst[at+2], dst[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	})
	return dst, stores
}

// Changes gives what changed since the last call: put for each entity changed, del for each stored one that is gone; reset first,
// where nothing of what is stored can be trusted to be current (then put is called for every entity). No lock is held during the
// calls, and the slices are valid during them only. An error ends it, and the next call starts anew.
func (st *Store) Changes(reset func() error, put func(key, value []byte) error, del func(key string) error) (err error) {
	defer func() {
		if err != nil && err != errSuperseded {
			st.Unsaved()
		}
	}()
	epoch := st.epoch.Load()
	var anew bool
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		anew = anew || sh.goneCut
		sh.goneCut = false
		sh.mu.Unlock()
	}
	if !st.stored.Swap(true) || anew {
		st.markAll()
		if err := reset(); err != nil {
			return err
		}
	}
	var buf []byte
	ends := make([][2]int, 0, exportChunk)
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		gone := sh.gone
		sh.gone = nil
		sh.mu.Unlock()
		for _, k := range gone {
			if err := del(k); err != nil {
				return err
			}
		}
		for more := true; more; {
			buf, ends, more = sh.drain(buf[:0], ends[:0])
			if err := each(buf, ends, put); err != nil {
				return err
			}
			if st.epoch.Load() != epoch {
				return errSuperseded
			}
		}
	}
	return nil
}

// drain writes some of the shard's changed entities behind buf, and says whether there are more.
func (sh *shard) drain(buf []byte, ends [][2]int) ([]byte, [][2]int, bool) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	at := len(sh.dirty) - min(exportChunk, len(sh.dirty))
	for _, e := range sh.dirty[at:] {
		e.flags &^= flagDirty
		if e.flags&flagGone == 0 {
			buf, ends = sh.st.appendBoth(buf, ends, e)
		}
	}
	clear(sh.dirty[at:])
	sh.dirty = sh.dirty[:at]
	return buf, ends, at > 0
}

// errSuperseded ends a call of Changes whose file was given up while it ran: what it would still take belongs to the next.
var errSuperseded = errors.New("the file was given up during the write")

// Unsaved says that what Changes gave may not have reached the file: the next call gives all.
func (st *Store) Unsaved() {
	st.epoch.Add(1)
	st.stored.Store(false)
	st.seenStored.Store(false)
	st.notesStored.Store(false)
}

// appendBoth appends an entity's key and value; nothing where it is not worth storing. ends are the ends of both.
func (st *Store) appendBoth(buf []byte, ends [][2]int, e *Entity) ([]byte, [][2]int) {
	at := len(buf)
	buf = append(append(append(buf, st.kinds[e.kind].name...), 0), e.key...)
	key := len(buf)
	buf, ok := st.appendRecord(buf, e)
	if !ok {
		return buf[:at], ends
	}
	return buf, append(ends, [2]int{key, len(buf)})
}

func each(buf []byte, ends [][2]int, put func(key, value []byte) error) error {
	at := 0
	for _, e := range ends {
		if err := put(buf[at:e[0]], buf[e[0]:e[1]]); err != nil {
			return err
		}
		at = e[1]
	}
	return nil
}

// markAll marks every entity as changed.
func (st *Store) markAll() {
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		for _, e := range sh.all() {
			c := Cursor{E: e, sh: sh}
			c.Dirty()
		}
		sh.gone = nil
		sh.mu.Unlock()
	}
}

// Export gives every entity as it would be stored, for a hot reload: the next engine's Adopt takes them.
func (st *Store) Export(put func(key, value []byte)) {
	var buf []byte
	var ends [][2]int
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		all := sh.all()
		for len(all) > 0 {
			n := min(exportChunk, len(all))
			buf, ends = buf[:0], ends[:0]
			for _, e := range all[:n] {
				buf, ends = st.appendBoth(buf, ends, e)
			}
			all = all[n:]
			_ = each(buf, ends, func(k, v []byte) error { put(k, v); return nil }) // put cannot fail
		}
		sh.mu.Unlock()
	}
}

// Adopt takes over what another store holds, slot by slot: state whose kind or slot is gone, or whose kind changed its meaning,
// is dropped and counted. For a hot reload, after all kinds and slots were made and before the first record.
func (st *Store) Adopt(old *Store) {
	if st.Len() == 0 && len(st.shards) == len(old.shards) {
		st.seed = old.seed // the same shard for each entity: a full store loses none
	}
	old.Export(func(k, v []byte) { _ = st.Restore(k, v) }) // what fails is counted
	st.adoptSeen(old)
	st.adoptNotes(old)
}

// Restore takes one stored entity. What is not of this configuration is dropped (nil, counted); what cannot be read is refused.
func (st *Store) Restore(key, value []byte) error {
	e, sizes, err := st.parseRecord(key, value)
	if err != nil {
		st.restoreFailed.Add(1)
		return err
	}
	if e == nil {
		st.dropped.Add(1)
		return nil
	}
	h := st.hash(e.kind, e.key)
	sh := st.shardOf(h)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.find(h, e.kind, e.key) != nil {
		return nil // what lives is newer than what was stored
	}
	if sh.len() >= sh.cap { // the bound is smaller now, or the shards are filled otherwise
		st.dropped.Add(1)
		if o := sh.victim(nil); o != nil {
			sh.drop(o, true)
		}
	}
	p := sh.places.take()
	p.key, p.hash, p.kind, p.first, p.last, p.weight = e.key, h, e.kind, e.first, e.last, e.weight
	p.slot, p.slotID = e.slot, e.slotID
	p.flags = p.flags&flagDirty | e.flags
	p.size = entityBytes + uint32(len(e.key)) + uint32(sizes)
	sh.enter(p)
	sh.list(p)
	sh.settle(p)
	st.restored.Add(1)
	if f := st.onRestore; f != nil && p.flags&flagGone == 0 {
		c := Cursor{E: p, sh: sh}
		f(&c)
	}
	return nil
}

func (st *Store) parseRecord(key, value []byte) (*Entity, int, error) {
	name, rest, ok := strings.Cut(string(key), "\x00")
	if !ok || len(rest) > MaxKey*maxFields {
		return nil, 0, fmt.Errorf("stored key %q: %w", clipped(key), errShort)
	}
	r := Reader{B: value}
	if v := r.Byte(); v != recordVersion {
		return nil, 0, fmt.Errorf("stored entity %q: layout %d is not known", clipped(key), v)
	}
	print := r.Uint()
	k, ok := st.kindNamed[name]
	if !ok || st.kinds[k].fingerprint != print {
		return nil, 0, r.Err()
	}
	e := &Entity{key: rest, kind: k, first: uint32(r.Uint()), last: uint32(r.Uint())}
	e.weight = r.Byte()
	e.flags = r.Byte() & (flagProtected | flagTruncated)
	size := 0
	for len(r.B) > 0 && r.Err() == nil {
		slot, version := r.String(MaxKey), r.Byte()
		var n int
		for i := range 4 {
			n |= int(r.Byte()) << (8 * i)
		}
		if n > len(r.B) || n > maxSlotStored {
			return nil, 0, fmt.Errorf("stored entity %q: %w", clipped(key), errShort)
		}
		b := r.B[:n]
		r.B = r.B[n:]
		for i := range st.slots {
			if s := &st.slots[i]; s.name == slot && s.parse != nil {
				v, n, err := s.parse(e, version, b)
				if err != nil {
					return nil, 0, fmt.Errorf("stored entity %q: %s: %w", clipped(key), slot, err)
				}
				e.put(uint8(i+1), v)
				size += n
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, 0, fmt.Errorf("stored entity %q: %w", clipped(key), err)
	}
	return e, size, nil
}

func clipped(b []byte) string { return string(b[:min(len(b), 64)]) }

// OnRestore has f called for each entity restored, under its lock: for a room whose state asks for visits (Cursor.Due). For when
// the engine opens.
func (st *Store) OnRestore(f func(c *Cursor)) { st.onRestore = f }
