package strict

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Override applies overrides over what was decoded: "key=value; key=value", keys dotted from the top. A value is TOML where it reads
// as TOML of the option's type, and text otherwise, so that quotes are rarely needed.
func (f *File) Override(set string, into any) error {
	for _, item := range split(set) {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		key, value, ok := strings.Cut(item, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || key == "" || value == "" {
			return fmt.Errorf("set %q: must be key=value, several with ; between them", item)
		}
		if strings.Count(key, ".") > maxParts || len(item) > MaxBytes {
			return fmt.Errorf("set %q: a key of more than %d parts", key[:min(len(key), 40)], maxParts)
		}
		if err := f.assign(item, key, value, into); err != nil {
			return err
		}
		f.sets[key] = item
	}
	return nil
}

func (f *File) assign(item, key, value string, into any) error {
	var err error
	for _, v := range []string{value, strconv.Quote(value)} {
		d := toml.NewDecoder(strings.NewReader(key + " = " + v + "\n")).DisallowUnknownFields()
		e := d.Decode(into)
		if e == nil {
			return nil
		}
		var missing *toml.StrictMissingError
		if errors.As(e, &missing) {
			return fmt.Errorf("set %q: unknown option %q%s", item, key, f.suggest(key, into))
		}
		if err == nil {
			err = e
		}
	}
	return fmt.Errorf("set %q: %s", item, strings.TrimPrefix(err.Error(), "toml: "))
}

// split cuts at ; outside of quotes.
func split(s string) []string {
	var out []string
	var quote byte
	from := 0
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ';':
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// Expand replaces ${NAME} and ${NAME:-default} in every text of the configuration. A variable that is not set and has no default
// is refused.
func (f *File) Expand(into any, lookup func(string) (string, bool)) error {
	return f.expand(reflect.ValueOf(into), "", lookup)
}

func (f *File) expand(v reflect.Value, key string, lookup func(string) (string, bool)) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return f.expand(v.Elem(), key, lookup)
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
			inline := name == "" && v.Type().Field(i).Anonymous
			if !inline && (name == "" || name == "-") {
				continue
			}
			if err := f.expand(v.Field(i), strings.Trim(key+"."+name, "."), lookup); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := f.expand(v.Index(i), key, lookup); err != nil {
				return err
			}
		}
	case reflect.Map:
		return f.expandMap(v, key, lookup)
	case reflect.String:
		s, err := f.substitute(v.String(), key, lookup)
		if err != nil {
			return err
		}
		if v.CanSet() {
			v.SetString(s)
		}
	}
	return nil
}

func (f *File) expandMap(v reflect.Value, key string, lookup func(string) (string, bool)) error {
	for _, k := range v.MapKeys() {
		e := reflect.New(v.Type().Elem()).Elem()
		e.Set(v.MapIndex(k))
		if err := f.expand(e, key+"."+k.String(), lookup); err != nil {
			return err
		}
		v.SetMapIndex(k, e)
	}
	return nil
}

func (f *File) substitute(s, key string, lookup func(string) (string, bool)) (string, error) {
	if !strings.Contains(s, "${") {
		return s, nil
	}
	var bad string
	out := variable.ReplaceAllStringFunc(s, func(m string) string {
		p := variable.FindStringSubmatch(m)
		if val, ok := lookup(p[1]); ok {
			return val
		}
		if p[2] == "" && bad == "" {
			bad = p[1]
		}
		return p[3]
	})
	if bad == "" {
		return out, nil
	}
	at := f.Name
	if p, ok := f.where(key); ok {
		at = fmt.Sprintf("%s:%d:%d", f.Name, p.line, p.column)
	}
	return "", fmt.Errorf("%s: option %q: the environment variable %s is not set; set it, or write ${%s:-default}", at, key, bad, bad)
}

// Effective writes a configuration as TOML, as it is after defaults, file, overrides and environment.
func Effective(cfg any) ([]byte, error) {
	var b bytes.Buffer
	e := toml.NewEncoder(&b)
	e.SetIndentTables(false)
	err := e.Encode(cfg)
	return b.Bytes(), err
}
