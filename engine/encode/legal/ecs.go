package legal

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"time"
)

//go:embed ecs_9.4.0.txt
var ecsText string

type ecsField struct {
	typ     string
	array   bool
	allowed []string
}

var ecsFields, ecsCategories = parseECS()

func parseECS() (map[string]ecsField, map[string][]string) {
	fields, categories := map[string]ecsField{}, map[string][]string{}
	for line := range strings.Lines(ecsText) {
		f := strings.Fields(line)
		switch {
		case f[0] == "#":
		case f[0] == "#category":
			categories[f[1]] = strings.Split(f[2], "|")
		default:
			x := ecsField{typ: strings.TrimSuffix(f[1], "[]"), array: strings.HasSuffix(f[1], "[]")}
			if len(f) > 2 {
				x.allowed = strings.Split(f[2], "|")
			}
			fields[f[0]] = x
		}
	}
	return fields, categories
}

// ECS gives the violations of an ECS document. "@timestamp" and "ecs.version" are required; labels hold text.
func ECS(doc map[string]any) []string {
	var bad []string
	if _, ok := doc["@timestamp"]; !ok {
		bad = append(bad, "@timestamp is missing")
	}
	if e, _ := doc["ecs"].(map[string]any); e["version"] == nil {
		bad = append(bad, "ecs.version is missing")
	}
	ecsObject(doc, "", &bad)
	if e, _ := doc["event"].(map[string]any); e != nil {
		bad = append(bad, ecsTypes(e)...)
	}
	sort.Strings(bad)
	return bad
}

// ecsTypes holds event.type against what the categories expect.
func ecsTypes(e map[string]any) (bad []string) {
	categories, _ := e["category"].([]any)
	types, _ := e["type"].([]any)
	for _, t := range types {
		expected := len(categories) == 0
		for _, c := range categories {
			expected = expected || slices.Contains(ecsCategories[fmt.Sprint(c)], fmt.Sprint(t))
		}
		if !expected {
			bad = append(bad, fmt.Sprintf("event.type %v is not expected of %v", t, categories))
		}
	}
	return bad
}

func ecsObject(doc map[string]any, prefix string, bad *[]string) {
	for name, v := range doc {
		path := prefix + name
		if strings.HasPrefix(path, "labels.") {
			if _, ok := v.(string); !ok {
				*bad = append(*bad, fmt.Sprintf("%s is %T", path, v))
			}
			continue
		}
		f, known := ecsFields[path]
		if m, ok := v.(map[string]any); ok && !(known && f.typ != "object") {
			if !known && !isPrefix(path) {
				*bad = append(*bad, path+" is no field")
				continue
			}
			ecsObject(m, path+".", bad)
			continue
		}
		if !known {
			*bad = append(*bad, path+" is no field")
			continue
		}
		elems := []any{v}
		if l, ok := v.([]any); ok != f.array {
			*bad = append(*bad, fmt.Sprintf("%s is an array: %v, want %v", path, ok, f.array))
		} else if ok {
			elems = l
		}
		for _, x := range elems {
			if m, ok := x.(map[string]any); ok && f.typ == "object" {
				ecsObject(m, path+".", bad)
			} else if why := ecsValue(f, x); why != "" {
				*bad = append(*bad, path+": "+why)
			}
		}
	}
}

func isPrefix(path string) bool {
	for name := range ecsFields {
		if strings.HasPrefix(name, path+".") {
			return true
		}
	}
	return false
}

// ecsValue says what is wrong with a value, "" where nothing is.
func ecsValue(f ecsField, v any) string {
	s, isText := v.(string)
	n, isNumber := v.(json.Number)
	ok := isText
	switch f.typ {
	case "long", "integer":
		_, err := n.Int64()
		ok = isNumber && err == nil
	case "float", "scaled_float":
		ok = isNumber
	case "boolean":
		_, ok = v.(bool)
	case "ip":
		_, err := netip.ParseAddr(s)
		ok = isText && err == nil
	case "date":
		_, err := time.Parse(time.RFC3339Nano, s)
		ok = isText && err == nil
	}
	if !ok {
		return fmt.Sprintf("%v (%T) is no %s", v, v, f.typ)
	}
	if len(f.allowed) > 0 && !slices.Contains(f.allowed, s) {
		return fmt.Sprintf("%q is not one of %v", s, f.allowed)
	}
	return ""
}
