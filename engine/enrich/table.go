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

// read gives the rows of one file. Columns are called by the name they are known by. Errors name file and line.
func read(path string, data []byte, known columns, ignore []string, toml string) ([]row, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s: is %d bytes long; at most %d are read", path, len(data), maxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var rows []row
	var err error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv", ".tsv":
		rows, err = readCSV(path, data, ext == ".tsv")
	case ".json":
		rows, err = readJSON(path, data)
	case ".toml":
		rows, err = readTOML(path, data, toml)
	case ".txt":
		rows, err = readList(path, data)
	default:
		err = fmt.Errorf("%s: must end in .csv, .tsv, .json, .toml or .txt", path)
	}
	if err != nil {
		return nil, err
	}
	return rows, rename(path, rows, known, ignore)
}

// rename gives the cells of each row the names that their columns are known by and refuses a column that is not known.
func rename(path string, rows []row, known columns, ignore []string) error {
	as := map[string]string{} // spelt -> known by
	for i := range rows {
		cells := make(map[string]string, len(rows[i].cells))
		for spelt, v := range rows[i].cells {
			name, ok := as[spelt]
			if !ok {
				norm := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(spelt)))
				if name, ok = known[norm]; !ok && !contains(ignore, spelt) && !contains(ignore, norm) {
					return fmt.Errorf("%s:%d: unknown column %q: known are %s; ignore_columns may name others", path, rows[i].line, spelt, known.list())
				}
				as[spelt] = name
			}
			v = strings.TrimSpace(v)
			if name == "" || v == "" {
				continue
			}
			if len(v) > maxCell {
				return fmt.Errorf("%s:%d: %s is %d bytes long; at most %d are read", path, rows[i].line, spelt, len(v), maxCell)
			}
			if old, twice := cells[name]; twice && old != v {
				return fmt.Errorf("%s:%d: %s is given twice, as %q and %q", path, rows[i].line, name, old, v)
			}
			cells[name] = v
		}
		rows[i].cells = cells
	}
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

// readCSV reads comma-, semicolon- or tab-separated values with a header line; lines that start with # are comments.
func readCSV(path string, data []byte, tabs bool) ([]row, error) {
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
			return nil, fmt.Errorf("%s:1: is empty: a header line with the names of the columns is missing", path)
		}
		return nil, fail(err)
	}
	if len(head) > maxColumns {
		return nil, fmt.Errorf("%s:1: has %d columns; at most %d are read", path, len(head), maxColumns)
	}
	names := append([]string(nil), head...)
	for i, n := range names {
		if strings.TrimSpace(n) == "" {
			return nil, fmt.Errorf("%s:1: column %d has no name", path, i+1)
		}
		if contains(names[:i], n) {
			return nil, fmt.Errorf("%s:1: two columns are called %q", path, n)
		}
	}
	var rows []row
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fail(err)
		}
		if len(rows) >= maxRows {
			return nil, fmt.Errorf("%s: has more than %d rows", path, maxRows)
		}
		line, _ := r.FieldPos(0)
		cells := make(map[string]string, len(names))
		for i, v := range rec {
			if v != "" {
				cells[names[i]] = strings.Clone(v)
			}
		}
		rows = append(rows, row{line, cells})
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

// readList reads one indicator a line, for intel; what follows a blank and # is a comment.
func readList(path string, data []byte) ([]row, error) {
	var rows []row
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
		if len(rows) >= maxRows {
			return nil, fmt.Errorf("%s: has more than %d rows", path, maxRows)
		}
		rows = append(rows, row{n, map[string]string{"key": text}})
	}
	return rows, nil
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
