package parse

import (
	"fmt"
	"sort"
	"strings"

	"prescore/engine/option"
	"prescore/engine/parse/cef"
	"prescore/engine/parse/custom"
	"prescore/engine/parse/kv"
)

// Config is the table [parse].
type Config struct {
	// MessageFields are the keys of a record that may hold a line; the first that is text is parsed. Fluent Bit's inputs use these
	// three: tail writes log, most parsers message, systemd MESSAGE.
	MessageFields []string `toml:"message_fields"`

	// NestedFields are the names of parsed fields whose text may be a format of its own: what shippers and clouds wrap lines in.
	NestedFields []string `toml:"nested_fields"`

	// Tag are the entries [[parse.tag]], in order; the first that matches the record's tag holds.
	Tag []Tag `toml:"tag"`

	// Custom are the entries [[parse.custom]], tried in order before any other format.
	Custom []Custom `toml:"custom"`
}

// Tag fixes the format of the records of some tags.
type Tag struct {
	Match          string   `toml:"match"`           // a tag; "*" stands for any text
	Format         string   `toml:"format"`          // a format's name, "auto" or "none"
	Header         []string `toml:"header"`          // csv: the columns' names; without it the first line is the header
	Delimiter      string   `toml:"delimiter"`       // csv: one character; without it the first line tells
	PairDelimiter  string   `toml:"pair_delimiter"`  // kv, cef, leef: between pairs
	ValueDelimiter string   `toml:"value_delimiter"` // kv, cef, leef: between key and value
}

// Custom is a pattern of the user's own.
type Custom struct {
	Name    string `toml:"name"`    // what stands in the record as its format
	Match   string `toml:"match"`   // a tag; "*" stands for any text, and is the default
	Regex   string `toml:"regex"`   // RE2 syntax with named groups
	Dissect string `toml:"dissect"` // or a dissect pattern
}

// Defaults gives the options that hold where the configuration is silent.
func Defaults() Config {
	return Config{
		MessageFields: []string{"log", "message", "MESSAGE"},
		NestedFields:  []string{"log", "message", "MESSAGE", "msg", "Message", "SyslogMessage", "RawData", "raw", "rawEvent", "event.original"},
	}
}

// rule is a Tag, checked.
type rule struct {
	match  string
	format format
	none   bool
	header []string
	delim  byte
	kv     kv.Dialect
	cef    cef.Options
}

// pattern is a Custom, compiled.
type pattern struct {
	name  string
	match string
	*custom.Pattern
}

func newRule(i int, t Tag) (rule, error) {
	at := fmt.Sprintf("tag[%d].", i)
	r := rule{match: t.Match, header: t.Header}
	if t.Match == "" {
		return r, option.Refuse(at+"match", "must not be empty; \"*\" matches every tag")
	}
	switch t.Format {
	case "", "auto":
	case "none":
		r.none = true
	default:
		f, ok := formatNamed(t.Format)
		if !ok {
			return r, option.Refuse(at+"format", "unknown format %q: use auto, none, %s", t.Format, strings.Join(choices(), ", "))
		}
		r.format = f
	}
	var pair, val byte
	for _, o := range []struct {
		key, v string
		to     *byte
	}{{"delimiter", t.Delimiter, &r.delim}, {"pair_delimiter", t.PairDelimiter, &pair}, {"value_delimiter", t.ValueDelimiter, &val}} {
		if len(o.v) > 1 {
			return r, option.Refuse(at+o.key, "must be one character, not %q", o.v)
		}
		if o.v != "" {
			*o.to = o.v[0]
		}
	}
	switch {
	case (len(t.Header) > 0 || t.Delimiter != "") && r.format != fCSV && r.format != fTSV:
		return r, option.Refuse(at+"format", "header and delimiter are for the formats csv and tsv, not %q", t.Format)
	case (pair|val) != 0 && r.format != fKV && r.format != fCEF && r.format != fLEEF:
		return r, option.Refuse(at+"format", "pair_delimiter and value_delimiter are for the formats kv, cef and leef, not %q", t.Format)
	case r.format == fTSV && r.delim == 0:
		r.delim = '\t'
	}
	for _, h := range t.Header {
		if h == "" {
			return r, option.Refuse(at+"header", "a column's name must not be empty")
		}
	}
	if pair == ' ' { // blanks are what the zero value means
		pair = 0
	}
	r.kv = kv.Dialect{Pair: pair, Value: val, Bare: true}
	r.cef = cef.Options{Pair: pair, Value: val}
	return r, nil
}

func newPattern(i int, c Custom) (pattern, error) {
	at := fmt.Sprintf("custom[%d].", i)
	p := pattern{name: c.Name, match: c.Match}
	if p.match == "" {
		p.match = "*"
	}
	_, taken := formatNamed(c.Name)
	var err error
	switch {
	case c.Name == "":
		return p, option.Refuse(at+"name", "must not be empty")
	case taken || c.Name == "auto" || c.Name == "none" || strings.Contains(c.Name, "/"):
		return p, option.Refuse(at+"name", "%q is taken: choose another name, without \"/\"", c.Name)
	case (c.Regex == "") == (c.Dissect == ""):
		return p, option.Refuse(at+"regex", "write either regex or dissect")
	case c.Regex != "":
		if p.Pattern, err = custom.Regex(c.Regex); err != nil {
			return p, option.Refuse(at+"regex", "%v", err)
		}
	default:
		if p.Pattern, err = custom.Dissect(c.Dissect); err != nil {
			return p, option.Refuse(at+"dissect", "%v", err)
		}
	}
	return p, nil
}

func choices() []string {
	names := append([]string(nil), formatNames[1:]...)
	sort.Strings(names)
	return names
}

// glob reports whether a tag matches a pattern in which "*" stands for any text.
func glob(pattern, tag string) bool {
	star, back := -1, 0
	p, t := 0, 0
	for t < len(tag) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, back = p, t
			p++
		case p < len(pattern) && pattern[p] == tag[t]:
			p++
			t++
		case star >= 0:
			back++
			p, t = star+1, back
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
