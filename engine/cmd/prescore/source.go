package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"prescore/engine/wire"
)

// The bounds of replay.
const (
	maxLine    = 64 << 20 // bytes of a line: twice the largest record a host passes on
	chunkBytes = 32 << 10 // as tail hands it to a filter
)

// source reads lines into chunks as Fluent Bit would deliver them.
type source struct {
	as    string // line, record, auto
	name  string
	now   time.Time // the first line's time; each following one is a nanosecond later, so that equal lines are two records
	r     *bufio.Reader
	lines int
	read  int64
}

// add appends the record of one line to a chunk.
func (s *source) add(chunk, line []byte) ([]byte, error) {
	s.lines++
	chunk = append(chunk, 0x92, 0x92)
	chunk = wire.AppendEventTime(chunk, s.now.Add(time.Duration(s.lines)).UnixNano())
	chunk = append(chunk, 0x80)
	if s.as != "line" && len(line) > 0 && line[0] == '{' {
		out, err := wire.FromJSON(chunk, line)
		if err == nil {
			return out, nil
		}
		if s.as == "record" {
			return nil, wrong{fmt.Errorf("%s:%d: %w", s.name, s.lines, err)}
		}
	} else if s.as == "record" {
		return nil, wrong{fmt.Errorf("%s:%d: is not a JSON object; leave --as record away to read lines of text", s.name, s.lines)}
	}
	chunk = wire.AppendMap(chunk, 1)
	return wire.AppendStr(wire.AppendStr(chunk, "log"), string(line)), nil
}

// next fills a chunk with lines; io.EOF comes with the last one.
func (s *source) next(chunk []byte) ([]byte, error) {
	for len(chunk) < chunkBytes {
		line, err := s.line()
		if len(line) > 0 {
			s.read += int64(len(line))
			var bad error
			if line = []byte(strings.TrimRight(string(line), "\r\n")); len(line) > 0 {
				if chunk, bad = s.add(chunk, line); bad != nil {
					return nil, bad
				}
			}
		}
		if err != nil {
			return chunk, err
		}
	}
	return chunk, nil
}

func (s *source) line() ([]byte, error) {
	var out []byte
	for {
		part, err := s.r.ReadSlice('\n')
		out = append(out, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
		if len(out) > maxLine {
			return nil, fmt.Errorf("%s:%d: a line of more than %d bytes", s.name, s.lines+1, maxLine)
		}
	}
}

// openAll opens the files named, "-" and none being standard input, and gives their size together, 0 where it is not known.
func openAll(names []string, stdin io.Reader) ([]*source, int64, func(), error) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	var all []*source
	var size int64
	var files []*os.File
	closeAll := func() {
		for _, f := range files {
			f.Close()
		}
	}
	for _, n := range names {
		if n == "-" {
			all = append(all, &source{name: "standard input", now: time.Now(), r: bufio.NewReaderSize(stdin, 1<<16)})
			continue
		}
		f, err := os.Open(n)
		if err == nil {
			files = append(files, f)
		}
		var fi os.FileInfo
		if err == nil {
			fi, err = f.Stat()
		}
		if err == nil && fi.IsDir() {
			err = fmt.Errorf("%s is a folder: name its files", n)
		}
		if err != nil {
			closeAll()
			return nil, 0, nil, err
		}
		size += fi.Size()
		all = append(all, &source{name: n, now: fi.ModTime(), r: bufio.NewReaderSize(f, 1<<16)})
	}
	return all, size, closeAll, nil
}
