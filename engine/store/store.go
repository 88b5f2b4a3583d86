package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"prescore/engine/entity"
)

// Store writes state to its file. Load, Start, Flush and Close are the engine's, one at a time.
type Store struct {
	cfg   Config
	path  string
	state *entity.Store
	say   func(string)

	mu        sync.Mutex // one user of the handle at a time
	h         *handle
	abandoned int
	resting   int // intervals until a file that failed is tried again
	trouble   string
	stop      chan struct{}
	stopped   chan struct{}
	soon      chan struct{} // a write is wanted before the interval is over

	n  struct{ writes, early, put, deleted, failed, aside, bad, loaded, seen, notes, journalCut atomic.Uint64 }
	ok atomic.Bool
}

// New checks the options. It touches no file.
func New(cfg Config, in In) (*Store, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Store{cfg: cfg, path: cfg.Path, state: in.State, say: in.Say, soon: make(chan struct{}, 1)}
	if s.say == nil {
		s.say = func(string) {}
	}
	if s.path != "" && !filepath.IsAbs(s.path) {
		s.path = filepath.Join(in.Dir, s.path)
	}
	return s, nil
}

// Counters gives the store's counters by name, for observe. store_healthy is 1 or 0, the rest only grows.
func (s *Store) Counters() []entity.Counter {
	healthy := uint64(0)
	if s.ok.Load() {
		healthy = 1
	}
	return []entity.Counter{
		{Name: "store_healthy", Value: healthy}, // the last write reached the file
		{Name: "store_writes", Value: s.n.writes.Load()},
		{Name: "store_early_writes", Value: s.n.early.Load()}, // on account of an incident that was opened
		{Name: "store_entities_written", Value: s.n.put.Load()},
		{Name: "store_entities_deleted", Value: s.n.deleted.Load()},
		{Name: "store_failures", Value: s.n.failed.Load()},
		{Name: "store_files_set_aside", Value: s.n.aside.Load()},
		{Name: "store_values_damaged", Value: s.n.bad.Load()},
		{Name: "store_values_loaded", Value: s.n.loaded.Load()},
		{Name: "store_seen_bytes", Value: s.n.seen.Load()},            // of seen ids written
		{Name: "store_note_bytes", Value: s.n.notes.Load()},           // of notes written
		{Name: "store_batches_deleted", Value: s.n.journalCut.Load()}, // of these, over what the state holds or maxJournal
	}
}

func (s *Store) timeout() time.Duration { return time.Duration(s.cfg.Timeout) }

// Load reads the file into the state. Whatever is wrong with it is said and counted; the state goes on with what could be read.
func (s *Store) Load() {
	if s.path == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened() {
		if err := s.take(s.h); err != nil {
			s.fail(err)
		}
		return
	}
	h := newHandle() // it may still be there to be read: a read-only disk, another owner
	defer h.end()
	if err := h.do(openTimeout+s.timeout(), func(h *handle) error { return h.openForReading(s.path) }); err == nil {
		if err := s.take(h); err != nil {
			s.say(fmt.Sprintf("state file %s: %v", s.path, err))
		}
	}
	if h.do(failedClose, (*handle).close) == errHung {
		s.abandoned++
	}
}

// take restores what the file holds.
func (s *Store) take(h *handle) error {
	return h.do(s.timeout(), func(h *handle) error {
		failed := 0
		note := func(err error) {
			if err != nil {
				failed++
			} else {
				s.n.loaded.Add(1)
			}
		}
		bad, err := h.read(bucketEntities, func(k, v []byte) { note(s.state.Restore(k, v)) })
		for _, j := range []struct {
			bucket []byte
			take   func([]byte) error
		}{{bucketSeen, s.state.RestoreSeen}, {bucketNotes, s.state.RestoreNotes}} {
			if err == nil {
				var more int
				more, err = h.read(j.bucket, func(_, v []byte) { note(j.take(v)) })
				bad += more
			}
		}
		s.n.bad.Add(uint64(bad + failed))
		if err == nil && bad+failed > 0 {
			err = fmt.Errorf("%w: %d values cannot be read", errDamaged, bad+failed)
		}
		return err
	})
}

// opened makes sure of a handle; false where there can be none yet.
func (s *Store) opened() bool {
	if s.h != nil {
		return true
	}
	for range 2 { // a damaged file is set aside and a new one made
		if s.abandoned >= maxAbandoned {
			return false
		}
		h := newHandle()
		err := h.do(openTimeout+s.timeout(), func(h *handle) error { return h.open(s.path) })
		if err == nil {
			s.h = h
			s.state.Unsaved()
			return true
		}
		s.h = h
		s.fail(err)
		if !useless(err) || s.resting > 0 {
			return false
		}
	}
	return false
}

// fail lets go of the handle and does what the error asks for: the file set aside, or a rest before the next try. It says so once
// for each new trouble.
func (s *Store) fail(err error) {
	s.n.failed.Add(1)
	s.ok.Store(false)
	s.state.Unsaved()
	h := s.h
	s.h = nil
	if h != nil {
		if h.hung || h.do(min(failedClose, s.timeout()), (*handle).close) == errHung {
			s.abandoned++
		}
		h.end()
	}
	text := fmt.Sprintf("state file %s: %v; state goes on in memory", s.path, err)
	switch {
	case errors.Is(err, errForeign):
		text = fmt.Sprintf("state file %s: %v: it is left alone, state lives in memory; give store.path another name", s.path, err)
	case locked(err):
		text = fmt.Sprintf("state file %s: another process has it; state goes on in memory until it lets go", s.path)
	case useless(err):
		if to, ok := s.setAside(); ok {
			text = fmt.Sprintf("state file %s: %v; it is set aside as %s, a new one takes its place", s.path, err, to)
			if !errors.Is(err, errHung) {
				s.tell(text)
				return
			}
		}
	}
	s.resting = max(1, int(s.cfg.Retry/s.cfg.Interval))
	s.tell(text)
}

func (s *Store) tell(text string) {
	if text != s.trouble {
		s.trouble = text
		s.say(text)
	}
}

// setAside renames the file, on a goroutine of its own: a hung disk must not hang the engine.
func (s *Store) setAside() (string, bool) {
	h := newHandle()
	defer h.end()
	var to string
	err := h.do(s.timeout(), func(*handle) error {
		for i := 1; i <= maxAside; i++ {
			to = fmt.Sprintf("%s.damaged-%d", s.path, i)
			if _, err := os.Lstat(to); os.IsNotExist(err) {
				break
			}
		}
		return os.Rename(s.path, to)
	})
	if err != nil {
		if errors.Is(err, errHung) {
			s.abandoned++
		}
		return "", false
	}
	s.n.aside.Add(1)
	return to, true
}

// Start writes every interval until Close.
func (s *Store) Start() {
	if s.path == "" || s.stop != nil {
		return
	}
	s.stop, s.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(s.stopped)
		t := time.NewTicker(time.Duration(s.cfg.Interval))
		defer t.Stop()
		soon, again := s.soon, time.NewTimer(0)
		defer again.Stop()
		for {
			select {
			case <-s.stop:
				return
			case <-t.C:
				s.beat()
			case <-soon:
				s.n.early.Add(1)
				s.beat()
				soon = nil
				again.Reset(soonGap)
			case <-again.C:
				soon = s.soon
			}
		}
	}()
}

// soonGap is what lies at least between two writes that were wanted early: a flood of incidents must not keep the disk busy.
const soonGap = 200 * time.Millisecond

// Soon asks for a write before the interval is over, and does not wait for it: an incident was opened, and what went out under its id
// must be known after a crash.
func (s *Store) Soon() {
	select {
	case s.soon <- struct{}{}:
	default:
	}
}

// beat is one interval: a write, or one interval less to rest.
func (s *Store) beat() {
	defer func() {
		if p := recover(); p != nil { // a goroutine without a guard would take the host down with it
			s.n.failed.Add(1)
			s.say(fmt.Sprintf("state file %s: %v", s.path, p))
		}
	}()
	s.mu.Lock()
	rest := s.resting > 0
	if rest {
		s.resting--
	}
	s.mu.Unlock()
	if !rest {
		s.Flush()
	}
}

// Flush writes what changed since the last write; false where it did not reach the file.
func (s *Store) Flush() bool {
	if s.path == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.h != nil && s.vanished() {
		s.fail(errors.New("it was moved or deleted"))
		s.resting = 0
	}
	if !s.opened() {
		return false
	}
	err := s.h.do(s.timeout(), s.write)
	if err != nil {
		s.fail(err)
		return false
	}
	s.n.writes.Add(1)
	s.ok.Store(true)
	if s.trouble != "" {
		s.trouble = ""
		s.say(fmt.Sprintf("state file %s: state is written again", s.path))
	}
	return true
}

// vanished reports whether the path no longer leads to the open file.
func (s *Store) vanished() bool {
	gone := false
	err := s.h.do(s.timeout(), func(h *handle) error {
		info, err := os.Stat(s.path)
		gone = err != nil || !os.SameFile(info, h.info)
		return nil
	})
	return err == nil && gone
}

// Close writes what is left and lets go of the file. It takes at most a few timeouts.
func (s *Store) Close() {
	if s.path == "" {
		return
	}
	if s.stop != nil {
		close(s.stop)
		select {
		case <-s.stopped:
		case <-time.After(closeTimeouts * s.timeout()):
			return // the writer hangs: what it holds is lost, the agent is not
		}
		s.stop = nil
	}
	s.Flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.h != nil {
		if err := s.h.do(s.timeout(), (*handle).close); err != nil {
			s.say(fmt.Sprintf("state file %s: %v", s.path, err))
		}
		s.h.end()
		s.h = nil
	}
}
