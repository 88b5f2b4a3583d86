package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"prescore/engine/entity"
)

// write takes the state's changes into the file, a few thousand in a transaction. Where all is written anew, what the state does not
// have any more is swept out at the end, so that no moment has less in the file than before.
func (s *Store) write(h *handle) (err error) {
	w := writer{h: h, s: s}
	defer w.abort()
	seen, anew := s.state.TakeSeen() // before the entities: an id is stored with what its record did, or later
	err = s.state.Changes(
		func() error { w.live = map[string]struct{}{}; return nil },
		w.put,
		func(key string) error { return w.del([]byte(key)) },
	)
	if err == nil && w.live != nil {
		err = w.sweep()
	}
	if err == nil && (anew || len(seen) > 0) {
		err = w.seen(seen, anew)
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

// seenBatch is what the writer remembers of a batch of seen ids that is in the file.
type seenBatch struct {
	number uint64
	ids    int
}

// seen stores batches of seen ids behind those before, or in their place, and deletes the oldest that are too many. All of it is one
// transaction: there is no moment without the ids.
func (w *writer) seen(batches [][]byte, anew bool) error {
	if err := w.begin(); err != nil {
		return err
	}
	b, err := w.tx.CreateBucketIfNotExists(bucketSeen)
	if err != nil {
		return err
	}
	journal := w.h.journal
	if anew {
		journal = nil
		for k, _ := b.Cursor().First(); k != nil; k, _ = b.Cursor().First() {
			if err := b.Delete(append([]byte(nil), k...)); err != nil {
				return err
			}
		}
	}
	total, number := 0, uint64(0)
	for _, o := range journal {
		total, number = total+o.ids, o.number
	}
	for _, v := range batches {
		ids, _, err := entity.SeenInfo(v)
		if err != nil {
			return err
		}
		number++
		k := seenKey(number)
		if err := b.Put(k, seal(make([]byte, 0, len(v)+4), k, v)); err != nil {
			return err
		}
		journal, total = append(journal, seenBatch{number, ids}), total+ids
		w.s.n.seen.Add(uint64(ids))
	}
	for len(journal) > 1 && total-journal[0].ids >= w.s.state.SeenIDs() || len(journal) > maxJournal {
		if err := b.Delete(seenKey(journal[0].number)); err != nil {
			return err
		}
		w.s.n.seenCut.Add(uint64(journal[0].ids))
		total -= journal[0].ids
		journal = journal[1:]
	}
	w.h.journal = append([]seenBatch(nil), journal...)
	return nil
}

func seenKey(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

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
