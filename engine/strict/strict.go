// Package strict reads TOML over preset defaults and refuses what it does not know: an unknown key, a wrong type, a value that its
// owner refuses, each with file, line, column and a sentence that helps. It is the one place where prescore reads TOML.
//
//	f, err := strict.Decode(name, data, &cfg)   // cfg holds the defaults
//	err = f.Override("score.alert_at=8; output.schema=ocsf", &cfg)
//	err = f.Expand(&cfg, os.LookupEnv)          // ${NAME} and ${NAME:-default} in texts
//	err = f.Locate("score", err)                // an *option.Error of the owner gets its position
//
// It imports option and go-toml; any room may import it. Bounds: MaxBytes, maxParts (both refuse before the parser runs: a key of a
// million dotted parts would take it 610 MiB).
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"prescore/engine/option"
)

// The bounds on a file.
const (
	MaxBytes = 4 << 20 // a configuration of 4 MiB is a mistake, or a table that belongs in CSV
	maxParts = 16      // dots in a key; the deepest option has four
)

// File is a TOML text that was read: it knows where its keys stand.
type File struct {
	Name string
	data []byte
	at   map[string]position // nil until an error asks where a key stands
	sets map[string]string   // key -> the override it came from
}

type position struct{ line, column int }

// Decode reads data strictly into what into points to, which holds the defaults. name stands in errors.
func Decode(name string, data []byte, into any) (*File, error) {
	f := &File{Name: name, sets: map[string]string{}}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%s: is %d bytes long; at most %d are read", name, len(data), MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if err := shallow(name, data); err != nil {
		return nil, err
	}
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return nil, f.explain(err, into)
	}
	f.data = data
	return f, nil
}

// shallow refuses keys of absurdly many parts, which the parser would turn into as many nodes.
func shallow(name string, data []byte) error {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		key, _, _ := bytes.Cut(line, []byte("="))
		if len(key) > maxParts && bytes.Count(key, []byte(".")) > maxParts && !bytes.ContainsAny(key, `"'#`) {
			return fmt.Errorf("%s:%d:1: a key of more than %d parts", name, n, maxParts)
		}
	}
	return nil
}

// where gives the place of a key. Places are looked for once, and only for an error: it takes half as long as decoding.
func (f *File) where(key string) (position, bool) {
	if f.at == nil {
		f.at = map[string]position{}
		f.index()
	}
	p, ok := f.at[key]
	return p, ok
}

// index notes where each key stands.
func (f *File) index() {
	p := unstable.Parser{}
	p.Reset(f.data)
	var table string
	for p.NextExpression() {
		e := p.Expression()
		key, raw := dotted(e.Key())
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = key
		case unstable.KeyValue:
			if table != "" {
				key = table + "." + key
			}
		default:
			continue
		}
		if _, seen := f.at[key]; !seen {
			s := p.Shape(raw)
			f.at[key] = position{s.Start.Line, s.Start.Column}
		}
	}
}

func dotted(it unstable.Iterator) (string, unstable.Range) {
	var parts []string
	var first unstable.Range
	for it.Next() {
		n := it.Node()
		if len(parts) == 0 {
			first = n.Raw
		}
		parts = append(parts, string(n.Data))
	}
	return strings.Join(parts, "."), first
}

// explain turns an error of the decoder into sentences with positions, all unknown keys at once.
func (f *File) explain(err error, into any) error {
	var missing *toml.StrictMissingError
	if errors.As(err, &missing) {
		var out []string
		for i := range missing.Errors {
			e := &missing.Errors[i]
			key := strings.Join(e.Key(), ".")
			line, col := e.Position()
			out = append(out, fmt.Sprintf("%s:%d:%d: unknown option %q%s", f.Name, line, col, key, f.suggest(key, into)))
		}
		return errors.New(strings.Join(out, "\n"))
	}
	var de *toml.DecodeError
	if errors.As(err, &de) {
		line, col := de.Position()
		key := strings.Join(de.Key(), ".")
		if key != "" {
			key = " option " + fmt.Sprintf("%q", key) + ":"
		}
		return fmt.Errorf("%s:%d:%d:%s %s", f.Name, line, col, key, strings.TrimPrefix(de.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %s", f.Name, strings.TrimPrefix(err.Error(), "toml: "))
}

// Locate gives an *option.Error the position of its option; table is the room's ("score"). Other errors get the file's name.
func (f *File) Locate(table string, err error) error {
	var o *option.Error
	if err == nil || !errors.As(err, &o) {
		return err
	}
	key := o.Key
	if table != "" {
		key = strings.TrimSuffix(table+"."+o.Key, ".")
	}
	if s, ok := f.sets[key]; ok {
		return fmt.Errorf("set %q: option %q %s", s, key, o.Reason)
	}
	for k := key; ; {
		if p, ok := f.where(k); ok {
			return fmt.Errorf("%s:%d:%d: option %q %s", f.Name, p.line, p.column, key, o.Reason)
		}
		i := strings.LastIndexByte(k, '.')
		if i < 0 {
			break
		}
		k = k[:i]
	}
	return fmt.Errorf("%s: option %q %s", f.Name, key, o.Reason)
}

// keysOf lists the dotted keys that a configuration struct accepts.
func keysOf(t reflect.Type, prefix string, out []string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return out
	}
	for i := range t.NumField() {
		fl := t.Field(i)
		name, _, _ := strings.Cut(fl.Tag.Get("toml"), ",")
		if fl.Anonymous && name == "" {
			out = keysOf(fl.Type, prefix, out)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		out = append(out, prefix+name)
		out = keysOf(fl.Type, prefix+name+".", out)
	}
	return out
}

// suggest gives the nearest key that is accepted, where one is near.
func (f *File) suggest(key string, into any) string {
	best, dist := "", 4
	for _, k := range keysOf(reflect.TypeOf(into), "", nil) {
		if d := distance(k, key); d < dist {
			best, dist = k, d
		}
	}
	if best == "" {
		return "; `prescore check` lists the options there are"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the edit distance of two keys (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diag, row[j] = row[j], min(row[j]+1, row[j-1]+1, diag+cost)
		}
	}
	return row[len(b)]
}
