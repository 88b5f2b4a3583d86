package entity

import (
	"fmt"
	"slices"
)

// Notes are stored as a journal, as seen ids are. A batch is a version and notes: name and fingerprint of the kind, the time until which
// it is worth something, key, text.
const (
	noteVersion = 1
	noteBatch   = 64 << 10 // bytes of one batch, passed by one note
)

// NoteBytes gives how many bytes of notes there are at most: a journal of more has nothing to add.
func (st *Store) NoteBytes() int {
	n := 0
	for i := range st.shards {
		n += st.shards[i].notes.bound(st.shards[i].maxBytes)
	}
	return n
}

// TakeNotes gives the notes made since the last call and not asked for yet, in batches to be stored behind those before; all of them, in
// place of those before, where anew is true. Call it before Changes and store both.
func (st *Store) TakeNotes() (batches [][]byte, anew bool) {
	anew = !st.notesStored.Swap(true)
	var b []byte
	for i := range st.shards {
		sh := &st.shards[i]
		sh.mu.Lock()
		from := sh.notes.stored
		if anew {
			from = 0
		}
		sh.notes.each(from, func(off uint64, x memo) {
			if len(b) >= noteBatch {
				batches, b = append(batches, b), nil
			}
			if b == nil {
				b = []byte{noteVersion}
			}
			ki := st.kinds[x.kind]
			b = AppendUint(AppendString(b, ki.name), ki.fingerprint)
			b = AppendUint(b, uint64(x.until))
			b = AppendString(b, sh.notes.text(off, x, true))
			b = AppendString(b, sh.notes.text(off, x, false))
		})
		sh.notes.stored = sh.notes.head
		sh.mu.Unlock()
	}
	if b != nil {
		batches = append(batches, b)
	}
	return batches, anew
}

// NotesInfo counts the notes of a batch.
func NotesInfo(batch []byte) (notes int, err error) {
	return notes, eachNote(batch, func(string, uint64, uint32, string, []byte) { notes++ })
}

// RestoreNotes takes a stored batch, after the entities and before the first record. Notes for an entity that is there are no longer
// wanted; those of kinds that are gone or changed are dropped and counted.
func (st *Store) RestoreNotes(batch []byte) error {
	err := eachNote(batch, func(name string, print uint64, until uint32, key string, text []byte) {
		if k, ok := st.kindNamed[name]; ok && st.kinds[k].fingerprint == print {
			st.renote(k, key, until, text)
		} else {
			st.dropped.Add(1)
		}
	})
	if err != nil {
		st.restoreFailed.Add(1)
	}
	return err
}

func (st *Store) renote(k Kind, key string, until uint32, text []byte) {
	c := st.Peek(k, key)
	defer c.Close()
	if c.E == nil {
		c.Note(k, key, int64(until)*1e9, text)
	}
}

// eachNote reads a batch. Views.
func eachNote(batch []byte, do func(kind string, print uint64, until uint32, key string, text []byte)) error {
	r := Reader{B: batch}
	if v := r.Byte(); v != noteVersion && r.Err() == nil {
		return fmt.Errorf("notes: layout %d is not known", v)
	}
	for len(r.B) > 0 && r.Err() == nil {
		name, print, until := r.String(MaxKey), r.Uint(), r.Uint()
		key, text := r.String(MaxKey*maxFields), r.Bytes(maxNote)
		if r.Err() == nil {
			do(name, print, uint32(min(until, 1<<32-1)), key, text)
		}
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	return nil
}

// adoptNotes takes over the notes of another store, for a hot reload.
func (st *Store) adoptNotes(old *Store) {
	for i := range old.shards {
		sh := &old.shards[i]
		sh.mu.Lock()
		sh.notes.each(0, func(off uint64, x memo) {
			ki := old.kinds[x.kind]
			if k, ok := st.kindNamed[ki.name]; ok && st.kinds[k].fingerprint == ki.fingerprint {
				st.renote(k, string(sh.notes.text(off, x, true)), x.until, slices.Clone(sh.notes.text(off, x, false)))
			} else {
				st.dropped.Add(1)
			}
		})
		sh.mu.Unlock()
	}
}
