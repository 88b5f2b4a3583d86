package enrich

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"strings"
)

// row is one row of a table: its line in the file, and its cells by column.
type row struct {
	line  int
	cells map[string]string
}

// columns maps the names a column may have to the one it is known by; "" is a column that is known and not used.
type columns map[string]string

// reading is one file on its way into a builder: rows are handed on one by one and not kept.
type reading struct {
	path   string
	known  columns
	ignore []string
	add    func(row) error
	rows   int
	as     map[string]string // column as spelt -> known by
	cells  map[string]string // of the row handed on; reused
}

// read hands the rows of one file to add and gives their number. Columns are called by the name they are known by; a row's cells are
// valid until add returns, their texts for as long as anyone keeps them. Errors name file and line.
func read(path string, data []byte, known columns, ignore []string, kind string, add func(row) error) (int, error) {
	if len(data) > maxBytes {
		return 0, fmt.Errorf("%s: is %d bytes long; at most %d are read", path, len(data), maxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r := &reading{path: path, known: known, ignore: ignore, add: add, as: map[string]string{}, cells: map[string]string{}}
	var err error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv", ".tsv":
		err = r.csv(data, ext == ".tsv")
	case ".json":
		err = r.json(data)
	case ".toml":
		err = r.toml(data, kind)
	case ".txt":
		err = r.list(data)
	default:
		err = fmt.Errorf("%s: must end in .csv, .tsv, .json, .toml or .txt", path)
	}
	return r.rows, err
}

// row hands one row on.
func (r *reading) row(line int, cells map[string]string) error {
	if r.rows++; r.rows > maxRows {
		return fmt.Errorf("%s: has more than %d rows", r.path, maxRows)
	}
	clear(r.cells)
	for spelt, v := range cells {
		if err := r.cell(line, spelt, v); err != nil {
			return err
		}
	}
	return r.add(row{line, r.cells})
}

// cell puts a value under the name its column is known by and refuses a column that is not known.
func (r *reading) cell(line int, spelt, v string) error {
	name, ok := r.as[spelt]
	if !ok {
		norm := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(spelt)))
		if name, ok = r.known[norm]; !ok && !contains(r.ignore, spelt) && !contains(r.ignore, norm) {
			return fmt.Errorf("%s:%d: unknown column %q: known are %s; ignore_columns may name others", r.path, line, spelt, r.known.list())
		}
		r.as[spelt] = name
	}
	v = strings.TrimSpace(v)
	if name == "" || v == "" {
		return nil
	}
	if len(v) > maxCell {
		return fmt.Errorf("%s:%d: %s is %d bytes long; at most %d are read", r.path, line, spelt, len(v), maxCell)
	}
	if old, twice := r.cells[name]; twice && old != v {
		return fmt.Errorf("%s:%d: %s is given twice, as %q and %q", r.path, line, name, min(old, v), max(old, v))
	}
	r.cells[name] = v
	return nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// list gives the names that columns are known by, in alphabetical order, for a refusal.
func (c columns) list() string {
	seen := map[string]bool{}
	var out []string
	for _, n := range c {
		if n != "" && !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}

// csv reads comma-, semicolon- or tab-separated values with a header line; lines that start with # are comments.
func (t *reading) csv(data []byte, tabs bool) error {
	path := t.path
	r := csv.NewReader(bytes.NewReader(data))
	r.Comment, r.TrimLeadingSpace, r.ReuseRecord = '#', true, true
	r.Comma = separator(data, tabs)
	fail := func(err error) error {
		var p *csv.ParseError
		if errors.As(err, &p) {
			return fmt.Errorf("%s:%d: %w", path, p.Line, p.Err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	head, err := r.Read()
	if err != nil {
		if len(bytes.TrimSpace(data)) == 0 {
			return fmt.Errorf("%s:1: is empty: a header line with the names of the columns is missing", path)
		}
		return fail(err)
	}
	at, _ := r.FieldPos(0)
	if len(head) > maxColumns {
		return fmt.Errorf("%s:%d: has %d columns; at most %d are read", path, at, len(head), maxColumns)
	}
	names := append([]string(nil), head...)
	for i, n := range names {
		if strings.TrimSpace(n) == "" {
			return fmt.Errorf("%s:%d: column %d has no name", path, at, i+1)
		}
		if contains(names[:i], n) {
			return fmt.Errorf("%s:%d: two columns are called %q", path, at, n)
		}
	}
	cells := make(map[string]string, len(names))
	for _, n := range names { // so that a misspelt column is refused at its header
		if err := t.cell(at, n, ""); err != nil {
			return err
		}
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail(err)
		}
		line, _ := r.FieldPos(0)
		for i, v := range rec {
			cells[names[i]] = v
		}
		if err := t.row(line, cells); err != nil {
			return err
		}
	}
}

// separator is the one of comma, semicolon and tab that the header has most of.
func separator(data []byte, tabs bool) rune {
	if tabs {
		return '\t'
	}
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if t := bytes.TrimSpace(line); len(t) > 0 && t[0] != '#' {
			comma, semi, tab := bytes.Count(line, []byte(",")), bytes.Count(line, []byte(";")), bytes.Count(line, []byte("\t"))
			if semi > comma && semi >= tab {
				return ';'
			}
			if tab > comma {
				return '\t'
			}
			break
		}
		data = rest
	}
	return ','
}

// list reads one indicator a line, for intel; what follows a blank and # is a comment.
func (t *reading) list(data []byte) error {
	for n := 1; len(data) > 0; n++ {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		data = rest
		text := string(line)
		if at := strings.Index(text, " #"); at >= 0 {
			text = text[:at]
		}
		if text = strings.TrimSpace(text); text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		if err := t.row(n, map[string]string{"key": text}); err != nil {
			return err
		}
	}
	return nil
}

// several splits a cell of several values: at ; and |.
func several(s string) []string {
	var out []string
	for _, v := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '|' }) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}
