package enrich

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"prescore/engine/strict"
)

// json reads an array of objects, or an object of objects, whose names then are the column key. Objects inside a row are
// flattened with dots, arrays of scalars joined with ;.
func (r *reading) json(data []byte) error {
	path := r.path
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	l := lines{data: data}
	fail := func(reason string, err error) error {
		if err != nil {
			reason = strings.TrimPrefix(err.Error(), "json: ")
			var s *json.SyntaxError
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				reason = "ends in the middle"
			} else if errors.As(err, &s) {
				return fmt.Errorf("%s:%d: %s", path, (&lines{data: data}).at(s.Offset), reason)
			}
		}
		return fmt.Errorf("%s:%d: %s", path, l.at(d.InputOffset()), reason)
	}
	open, err := d.Token()
	if err != nil {
		return fail("", err)
	}
	if open != json.Delim('[') && open != json.Delim('{') {
		return fail("must be an array of objects or an object of objects", nil)
	}
	for d.More() {
		cells := map[string]string{}
		if open == json.Delim('{') {
			k, err := d.Token()
			if err != nil {
				return fail("", err)
			}
			cells["key"] = k.(string) // names of an object are text
		}
		t, err := d.Token()
		if err != nil {
			return fail("", err)
		}
		line := l.at(d.InputOffset())
		if t != json.Delim('{') {
			return fail("a row must be an object", nil)
		}
		if reason, err := object(d, "", cells, 1); reason != "" || err != nil {
			return fail(reason, err)
		}
		if err := r.row(line, cells); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fail("", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail("something follows the table", nil)
	}
	return nil
}

// object reads the members of an object whose brace was read, up to its end.
func object(d *json.Decoder, prefix string, cells map[string]string, depth int) (reason string, err error) {
	if depth > maxDepth {
		return fmt.Sprintf("a row has more than %d levels", maxDepth), nil
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return "", err
		}
		name := prefix + k.(string)
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t {
		case json.Delim('{'):
			if reason, err := object(d, name+".", cells, depth+1); reason != "" || err != nil {
				return reason, err
			}
			continue
		case json.Delim('['):
			var all []string
			for d.More() {
				e, err := d.Token()
				if err != nil {
					return "", err
				}
				if _, nested := e.(json.Delim); nested {
					return fmt.Sprintf("%s: an array may hold texts and numbers only", name), nil
				}
				all = append(all, scalar(e))
			}
			if _, err := d.Token(); err != nil {
				return "", err
			}
			t = strings.Join(all, ";")
		}
		if len(cells) >= maxColumns {
			return fmt.Sprintf("a row has more than %d columns", maxColumns), nil
		}
		cells[name] = scalar(t)
	}
	_, err = d.Token()
	return "", err
}

func scalar(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

// lines gives line numbers of ascending offsets.
type lines struct {
	data []byte
	seen int64
	line int
}

func (l *lines) at(offset int64) int {
	offset = min(offset, int64(len(l.data)))
	if offset > l.seen {
		l.line += bytes.Count(l.data[l.seen:offset], []byte("\n"))
		l.seen = offset
	}
	return l.line + 1
}

// toml reads an array of tables of the name given; strict says the position of what is wrong as TOML.
func (r *reading) toml(data []byte, name string) error {
	path := r.path
	var doc struct {
		Assets     []map[string]any `toml:"assets"`
		Identities []map[string]any `toml:"identities"`
		Intel      []map[string]any `toml:"intel"`
	}
	if _, err := strict.Decode(path, data, &doc); err != nil {
		return err
	}
	list := map[string][]map[string]any{"assets": doc.Assets, "identities": doc.Identities, "intel": doc.Intel}[name]
	if len(list) == 0 {
		return fmt.Errorf("%s:1: has no [[%s]]", path, name)
	}
	var at []int // the lines of the tables' headers
	for n, line := range bytes.Split(data, []byte("\n")) {
		if t := strings.ReplaceAll(string(line), " ", ""); strings.HasPrefix(t, "[["+name+"]]") {
			at = append(at, n+1)
		}
	}
	for i, m := range list {
		line := 1
		if len(at) == len(list) {
			line = at[i]
		}
		cells := map[string]string{}
		if reason := flatten("", m, cells, 1); reason != "" {
			return fmt.Errorf("%s:%d: %s", path, line, reason)
		}
		if err := r.row(line, cells); err != nil {
			return err
		}
	}
	return nil
}

func flatten(prefix string, m map[string]any, cells map[string]string, depth int) string {
	if depth > maxDepth {
		return fmt.Sprintf("a row has more than %d levels", maxDepth)
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		switch v := m[k].(type) {
		case map[string]any:
			if reason := flatten(prefix+k+".", v, cells, depth+1); reason != "" {
				return reason
			}
		case []any:
			all := make([]string, len(v))
			for i, e := range v {
				switch e.(type) {
				case map[string]any, []any:
					return fmt.Sprintf("%s: an array may hold texts and numbers only", prefix+k)
				}
				all[i] = scalar(e)
			}
			cells[prefix+k] = strings.Join(all, ";")
		default:
			cells[prefix+k] = scalar(v)
		}
	}
	return ""
}
