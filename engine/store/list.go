package store

import (
	"errors"
	"fmt"
	"time"

	"prescore/engine/entity"
)

// listTimeout bounds what a person waits for a file.
const listTimeout = 30 * time.Second

// Totals are what a state file holds beside its entities.
type Totals struct {
	Damaged int   // values that cannot be read
	Seen    int   // ids of records that went by, against replays
	SeenAt  int64 // arrival of the newest of these, nanoseconds since 1970
	Notes   int   // records that wait for a window, later steps of sequences that have not begun
}

// List reads a state file for people, without changing it: each is called for every entity, in order of kind and key, the views in it
// valid during the call. A file that an agent has open cannot be read.
func List(path string, each func(entity.Info)) (n Totals, err error) {
	if !ours(path) {
		return n, fmt.Errorf("%s: not a state file, or it cannot be read", path)
	}
	h := newHandle()
	defer h.end()
	if err := h.do(openTimeout+listTimeout, func(h *handle) error { return h.openForReading(path) }); err != nil {
		if locked(err) {
			return n, fmt.Errorf("%s: an agent has it open; list a copy of it", path)
		}
		return n, fmt.Errorf("%s: %w", path, err)
	}
	var got Totals // the goroutine's until it answers
	err = h.do(listTimeout, func(h *handle) error { return got.read(h, each) })
	if !errors.Is(err, errHung) {
		n = got
	}
	if e := h.do(failedClose, (*handle).close); err == nil {
		err = e
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return n, err
}

func (n *Totals) read(h *handle, each func(entity.Info)) error {
	bad, err := h.read(bucketEntities, func(k, v []byte) {
		info, err := entity.Describe(k, v)
		if err != nil {
			n.Damaged++
			return
		}
		each(info)
	})
	n.Damaged += bad
	if err != nil {
		return err
	}
	bad, err = h.read(bucketSeen, func(_, v []byte) {
		ids, newest, err := entity.SeenInfo(v)
		if err != nil {
			n.Damaged++
			return
		}
		n.Seen += ids
		n.SeenAt = max(n.SeenAt, newest)
	})
	n.Damaged += bad
	if err != nil {
		return err
	}
	bad, err = h.read(bucketNotes, func(_, v []byte) {
		notes, err := entity.NotesInfo(v)
		if err != nil {
			n.Damaged++
		}
		n.Notes += notes
	})
	n.Damaged += bad
	return err
}
