package legal

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

//go:embed ocsf_1.8.0.txt
var ocsfText string

type ocsfAttribute struct {
	typ      string // "string_t", "object:user"
	array    bool
	required bool
	profile  string
	sibling  string            // the attribute with the caption
	captions map[string]string // by number, of enumerations
}

type ocsfType struct {
	attributes map[string]ocsfAttribute
	rules      map[string][]string // "at_least_one", "just_one"
}

var ocsfTypes = parseOCSF()

func parseOCSF() map[string]*ocsfType {
	types := map[string]*ocsfType{}
	var cur *ocsfType
	for line := range strings.Lines(ocsfText) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, "  "):
			cur = &ocsfType{map[string]ocsfAttribute{}, map[string][]string{}}
			types[line] = cur
		case strings.HasPrefix(line, "  !"):
			f := strings.Fields(line[3:])
			cur.rules[f[0]] = f[1:]
		default:
			f := strings.Fields(line)
			a := ocsfAttribute{typ: strings.TrimSuffix(f[1], "[]"), array: strings.HasSuffix(f[1], "[]")}
			for _, w := range f[2:] {
				switch {
				case w == "required":
					a.required = true
				case w[0] == '@':
					a.profile = w[1:]
				case strings.HasPrefix(w, "sibling="):
					a.sibling = strings.TrimPrefix(w, "sibling=")
				}
			}
			if _, after, ok := strings.Cut(line, " sibling="); ok {
				_, list, _ := strings.Cut(after, " ")
				a.captions = map[string]string{}
				for _, c := range strings.Split(list, "|") {
					id, caption, _ := strings.Cut(c, "=")
					a.captions[id] = caption
				}
			}
			cur.attributes[f[0]] = a
		}
	}
	return types
}

// OCSF gives the violations of an OCSF event.
func OCSF(doc map[string]any) []string {
	var bad []string
	t := ocsfTypes["class "+fmt.Sprint(doc["class_uid"])]
	if t == nil {
		return []string{fmt.Sprintf("class_uid %v is no class", doc["class_uid"])}
	}
	var profiles []string
	if m, _ := doc["metadata"].(map[string]any); m != nil {
		list, _ := m["profiles"].([]any)
		for _, p := range list {
			profiles = append(profiles, fmt.Sprint(p))
		}
	}
	ocsfObject(t, doc, "", profiles, &bad)
	class, _ := doc["class_uid"].(json.Number).Int64()
	activity, _ := doc["activity_id"].(json.Number)
	a, _ := activity.Int64()
	if got := fmt.Sprint(doc["type_uid"]); got != fmt.Sprint(class*100+a) {
		bad = append(bad, "type_uid is "+got)
	}
	sort.Strings(bad)
	return bad
}

func ocsfObject(t *ocsfType, doc map[string]any, prefix string, profiles []string, bad *[]string) {
	for name, v := range doc {
		path := prefix + name
		a, ok := t.attributes[name]
		if !ok {
			*bad = append(*bad, path+" is no attribute")
			continue
		}
		if a.profile != "" && !slices.Contains(profiles, a.profile) {
			*bad = append(*bad, fmt.Sprintf("%s wants the profile %s", path, a.profile))
		}
		elems := []any{v}
		if l, isList := v.([]any); isList != a.array {
			*bad = append(*bad, fmt.Sprintf("%s is an array: %v, want %v", path, isList, a.array))
			continue
		} else if isList {
			elems = l
		}
		for _, x := range elems {
			ocsfValue(a, x, path, profiles, bad)
		}
		if a.captions != nil && !a.array {
			ocsfCaption(a, doc, v, path, bad)
		}
	}
	for name, a := range t.attributes {
		if _, ok := doc[name]; !ok && a.required && (a.profile == "" || slices.Contains(profiles, a.profile)) {
			*bad = append(*bad, prefix+name+" is missing")
		}
	}
	for rule, names := range t.rules {
		n := 0
		for _, name := range names {
			if _, ok := doc[name]; ok {
				n++
			}
		}
		if n == 0 || rule == "just_one" && n > 1 {
			*bad = append(*bad, fmt.Sprintf("%s%s of %v: there are %d", prefix, rule, names, n))
		}
	}
}

func ocsfValue(a ocsfAttribute, v any, path string, profiles []string, bad *[]string) {
	if name, ok := strings.CutPrefix(a.typ, "object:"); ok {
		m, isMap := v.(map[string]any)
		switch t := ocsfTypes["object "+name]; {
		case !isMap:
			*bad = append(*bad, fmt.Sprintf("%s is %T, want an object", path, v))
		case t != nil:
			ocsfObject(t, m, path+".", profiles, bad)
		case name != "object":
			*bad = append(*bad, path+" is an object "+name+", which the facts leave out")
		}
		return
	}
	ok := false
	switch a.typ {
	case "integer_t", "long_t":
		n, isNumber := v.(json.Number)
		_, err := n.Int64()
		ok = isNumber && err == nil
	case "float_t":
		_, ok = v.(json.Number)
	case "boolean_t":
		_, ok = v.(bool)
	case "json_t":
		ok = true
	default:
		_, ok = v.(string)
	}
	if !ok {
		*bad = append(*bad, fmt.Sprintf("%s: %v (%T) is no %s", path, v, v, a.typ))
	}
}

// ocsfCaption holds the number of an enumeration against its captions, and against the attribute that has the caption.
func ocsfCaption(a ocsfAttribute, doc map[string]any, v any, path string, bad *[]string) {
	id := fmt.Sprint(v)
	want, ok := a.captions[id]
	if !ok {
		*bad = append(*bad, path+" has no value "+id)
		return
	}
	if got, there := doc[a.sibling]; there && id != "99" && got != want {
		*bad = append(*bad, fmt.Sprintf("%s is %s, but %s is %v", path, id, a.sibling, got))
	}
}
