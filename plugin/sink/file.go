package sink

import (
	"fmt"
	"os"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// file writes a line of JSON a record: {"time":"...","tag":"...","record":{...}}. A file that was moved away is not made anew until the
// output is opened again.
type file struct {
	path string // "" for standard output
	f    *os.File
	buf  []byte
}

func newFile(path string) *file { return &file{path: path} }

func newStdout() *file { return &file{f: os.Stdout} }

// Send appends the chunk's lines in one write, so that a line is never cut by another writer's. After a write that failed half way, the
// rest of the chunk begins on a line of its own.
func (s *file) Send(tag string, chunk []byte) error {
	if s.f == nil {
		f, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
		if err != nil {
			return err
		}
		s.f = f
	}
	s.buf = s.buf[:0]
	each(chunk, func(r record) {
		start := len(s.buf)
		s.buf = event.AppendRFC3339(append(s.buf, `{"time":"`...), r.ns)
		s.buf = wire.AppendQuoted(append(s.buf, `","tag":`...), event.BytesOf(tag), false)
		s.buf = append(s.buf, `,"record":`...)
		var err error
		if s.buf, err = wire.AppendJSON(s.buf, r.body); err != nil {
			s.buf = s.buf[:start]
			return
		}
		s.buf = append(s.buf, '}', '\n')
	})
	if n, err := s.f.Write(s.buf); err != nil {
		if n > 0 {
			_, _ = s.f.Write([]byte{'\n'})
		}
		return fmt.Errorf("%s: %w", s.f.Name(), err)
	}
	return nil
}

func (s *file) Close() error {
	if s.f == nil || s.path == "" {
		return nil
	}
	err := s.f.Close()
	s.f = nil
	return err
}
