package store

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// write takes the state's changes into the file, a few thousand in a transaction. Where all is written anew, what the state does not
// have any more is swept out at the end, so that no moment has less in the file than before.
func (s *Store) write(h *handle) (err error) {
	w := writer{h: h, s: s}
	defer w.abort()
	// Before the entities: an id is stored with what its record did, or later, and a note no earlier than what made it one.
	seen, anewSeen := s.state.TakeSeen()
	notes, anewNotes := s.state.TakeNotes()
	err = s.state.Changes(
		func() error { w.live = map[string]struct{}{}; return nil },
		w.put,
		func(key string) error { return w.del([]byte(key)) },
	)
	if err == nil && w.live != nil {
		err = w.sweep()
	}
	if err == nil {
		err = w.journal(&h.seen, bucketSeen, seen, anewSeen, s.state.SeenBytes(), &s.n.seen)
	}
	if err == nil {
		err = w.journal(&h.notes, bucketNotes, notes, anewNotes, s.state.NoteBytes(), &s.n.notes)
	}
	if err != nil {
		return err
	}
	return w.commit()
}

// writer is one write.
type writer struct {
	h    *handle
	s    *Store
	tx   *bbolt.Tx
	b    *bbolt.Bucket
	n    int
	live map[string]struct{} // where all is written anew: the keys
}

func (w *writer) begin() (err error) {
	if w.n >= batch {
		if err := w.commit(); err != nil {
			return err
		}
	}
	if w.tx != nil {
		w.n++
		return nil
	}
	if w.tx, err = w.h.db.Begin(true); err != nil {
		return err
	}
	w.n = 1
	w.b, err = w.tx.CreateBucketIfNotExists(bucketEntities)
	return err
}

func (w *writer) put(key, value []byte) error {
	if err := w.begin(); err != nil {
		return err
	}
	if w.live != nil {
		w.live[string(key)] = struct{}{}
	}
	w.s.n.put.Add(1)
	// bbolt keeps the value until the transaction ends, and copies the key.
	return w.b.Put(key, seal(make([]byte, 0, len(value)+4), key, value))
}

func (w *writer) del(key []byte) error {
	if err := w.begin(); err != nil {
		return err
	}
	w.s.n.deleted.Add(1)
	return w.b.Delete(key)
}

// sweep deletes what the state does not have.
func (w *writer) sweep() error {
	if err := w.begin(); err != nil {
		return err
	}
	var old [][]byte
	c := w.b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if _, there := w.live[string(k)]; !there {
			old = append(old, append([]byte(nil), k...))
		}
	}
	for _, k := range old {
		if err := w.del(k); err != nil {
			return err
		}
	}
	return nil
}

// batchInfo is what the writer remembers of a journal's batch that is in the file.
type batchInfo struct {
	number uint64
	bytes  int
}

// journal stores batches behind those before in a bucket, or in their place, and deletes the oldest as soon as the others are as many
// bytes as the state holds. All of it is one transaction: there is no moment without them.
func (w *writer) journal(list *[]batchInfo, bucket []byte, batches [][]byte, anew bool, most int, n *atomic.Uint64) error {
	if !anew && len(batches) == 0 {
		return nil
	}
	if err := w.begin(); err != nil {
		return err
	}
	if anew {
		if err := w.tx.DeleteBucket(bucket); err != nil && !errors.Is(err, berrors.ErrBucketNotFound) {
			return err
		}
		*list = nil
	}
	b, err := w.tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	total, number := 0, uint64(0)
	for _, o := range *list {
		total, number = total+o.bytes, o.number
	}
	for _, v := range batches {
		number++
		k := numbered(number)
		if err := b.Put(k, seal(make([]byte, 0, len(v)+4), k, v)); err != nil {
			return err
		}
		*list, total = append(*list, batchInfo{number, len(v)}), total+len(v)
		n.Add(uint64(len(v)))
	}
	drop := 0
	for ; drop+1 < len(*list) && (total-(*list)[drop].bytes >= most || len(*list)-drop > maxJournal); drop++ {
		if err := b.Delete(numbered((*list)[drop].number)); err != nil {
			return err
		}
		total -= (*list)[drop].bytes
		w.s.n.journalCut.Add(1)
	}
	*list = slices.Clone((*list)[drop:])
	return nil
}

func numbered(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (w *writer) commit() error {
	if w.tx == nil {
		return nil
	}
	tx := w.tx
	w.tx, w.b, w.n = nil, nil, 0
	return tx.Commit()
}

// abort rolls an open transaction back; after a fault the handle is thrown away anyway.
func (w *writer) abort() {
	if w.tx != nil {
		_ = w.tx.Rollback() // what it would say has been said by the error that led here
		w.tx = nil
	}
}
