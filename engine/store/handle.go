package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// The file's buckets.
var (
	bucketMeta     = []byte("prescore")
	bucketEntities = []byte("entities")
	bucketSeen     = []byte("seen")  // batches of seen ids by number, eight bytes; a program that does not know it leaves it alone
	bucketNotes    = []byte("notes") // of notes, likewise
	keyVersion     = []byte("version")
)

var (
	errHung    = errors.New("the state file did not answer in time")
	errForeign = errors.New("the file is another program's")
	errNewer   = errors.New("the file was written by a newer version")
	errDamaged = errors.New("the state file is damaged")
)

// handle is one open file and the goroutine that alone touches it.
type handle struct {
	ops  chan func(*handle)
	done chan error // the answer to the operation under way
	db   *bbolt.DB  // the goroutine's
	info os.FileInfo
	hung bool

	seen, notes []batchInfo // the journals in the file, as this handle wrote them; the goroutine's
}

// newHandle starts the goroutine of a handle.
func newHandle() *handle {
	h := &handle{ops: make(chan func(*handle)), done: make(chan error, 1)}
	go h.run()
	return h
}

// run does operations until there are no more. A fault in the mapped file is a panic here, and a panic an answer.
func (h *handle) run() {
	debug.SetPanicOnFault(true)
	for op := range h.ops {
		h.guard(op)
	}
}

func (h *handle) guard(op func(*handle)) {
	answered := false
	defer func() {
		if p := recover(); p != nil && !answered {
			h.done <- fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	op(h)
	answered = true
}

// do has the goroutine run op and waits at most limit. After errHung the handle is of no further use.
func (h *handle) do(limit time.Duration, op func(h *handle) error) error {
	if h.hung {
		return errHung
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case h.ops <- func(h *handle) { h.done <- op(h) }:
	case <-timer.C:
		h.hung = true
		return errHung
	}
	select {
	case err := <-h.done:
		return err
	case <-timer.C:
		h.hung = true
		return errHung
	}
}

// end lets the goroutine finish; of a hung handle it stays behind until its operation returns.
func (h *handle) end() { close(h.ops) }

// open opens or makes the file and brings its layout up to date.
func (h *handle) open(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return errForeign
		}
		if info.Size() > maxFile {
			return fmt.Errorf("%w: it has %d bytes", errForeign, info.Size())
		}
		if info.Size() > 0 && !ours(path) {
			return errForeign
		}
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistArrayType})
	if err != nil {
		return broken(err)
	}
	h.db = db
	if h.info, err = os.Stat(path); err != nil {
		return err
	}
	current := false
	if err := db.View(func(tx *bbolt.Tx) (err error) { current, err = isCurrent(tx); return err }); err != nil || current {
		return err
	}
	return db.Update(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			if k, _ := tx.Cursor().First(); k != nil {
				return errForeign
			}
			var err error
			if meta, err = tx.CreateBucket(bucketMeta); err != nil {
				return err
			}
			return meta.Put(keyVersion, seal(nil, keyVersion, []byte{formatVersion}))
		}
		return migrate(tx, meta)
	})
}

// broken tells what is wrong with a file from what is wrong with its disk or with getting at it.
func broken(err error) error {
	var path *os.PathError
	var errno syscall.Errno
	if errors.As(err, &path) || errors.As(err, &errno) || locked(err) {
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// boltMagic is what a bbolt file has at byte 16 of its first two pages (bbolt's db.go, field magic of meta).
const boltMagic = 0xED0CDAED

// ours reports whether the file may be a bbolt database, damaged perhaps: whether one of its two heads has the magic number. A file
// without, which a mistaken path may lead to, must be neither written nor renamed.
func ours(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return os.IsPermission(err) // bbolt will say so
	}
	defer f.Close()
	var b [4]byte
	for _, page := range []int64{0, 4096, 8192, 16384, 65536} {
		if _, err := f.ReadAt(b[:], page+16); err == nil && binary.NativeEndian.Uint32(b[:]) == boltMagic {
			return true
		}
	}
	return false
}

// openForReading opens a file that cannot be written.
func (h *handle) openForReading(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout, ReadOnly: true})
	if err != nil {
		return err
	}
	h.db = db
	return db.View(func(tx *bbolt.Tx) error {
		if ok, err := isCurrent(tx); err != nil || !ok {
			return fmt.Errorf("%w: it is of another version", errDamaged)
		}
		return nil
	})
}

// isCurrent reports whether the file has the layout of today.
func isCurrent(tx *bbolt.Tx) (bool, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return false, nil
	}
	v, err := unseal(keyVersion, meta.Get(keyVersion))
	if err != nil || len(v) != 1 {
		return false, fmt.Errorf("%w: it has no version", errDamaged)
	}
	if v[0] > formatVersion {
		return false, errNewer
	}
	return v[0] == formatVersion, nil
}

// migrations bring a file of the version of their index to the next.
var migrations = map[byte]func(tx *bbolt.Tx) error{}

func migrate(tx *bbolt.Tx, meta *bbolt.Bucket) error {
	v, err := unseal(keyVersion, meta.Get(keyVersion))
	if err != nil || len(v) != 1 {
		return fmt.Errorf("%w: it has no version", errDamaged)
	}
	if v[0] > formatVersion {
		return errNewer
	}
	for n := v[0]; n < formatVersion; n++ {
		up := migrations[n]
		if up == nil {
			return fmt.Errorf("%w: version %d is not known", errDamaged, n)
		}
		if err := up(tx); err != nil {
			return err
		}
	}
	if v[0] == formatVersion {
		return nil
	}
	return meta.Put(keyVersion, seal(nil, keyVersion, []byte{formatVersion}))
}

// close lets go of the file.
func (h *handle) close() error {
	if h.db == nil {
		return nil
	}
	db := h.db
	h.db = nil
	return db.Close()
}

// read gives every sealed value of a bucket to take, in order; values that do not match their checksum are counted and left out.
func (h *handle) read(bucket []byte, take func(key, value []byte)) (bad int, err error) {
	err = h.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return nil
		}
		c := b.Cursor()
		var last []byte
		for k, sealed := c.First(); k != nil; k, sealed = c.Next() {
			if last != nil && string(k) <= string(last) {
				return errDamaged // a damaged tree can lead in circles
			}
			last = append(last[:0], k...)
			v, err := unseal(k, sealed)
			if err != nil {
				bad++
				continue
			}
			take(k, v)
		}
		return nil
	})
	return bad, err
}

// locked reports whether another process has the file.
func locked(err error) bool { return errors.Is(err, berrors.ErrTimeout) }

// useless reports whether the file itself is at fault, so that a new one may do better.
func useless(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, errHung) || errors.Is(err, errNewer) || errors.Is(err, errChecksum) ||
		errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrVersionMismatch) || errors.Is(err, berrors.ErrChecksum)
}
