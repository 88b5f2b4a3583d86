package conformance

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"prescore/engine/encode"
	"prescore/engine/event"
)

// leaves gives the values of a document by dotted path; the elements of an array stand under one path.
func leaves(prefix string, v any, out map[string][]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			p := k
			if prefix != "" {
				p = prefix + "." + k
			}
			leaves(p, x, out)
		}
	case []any:
		for _, x := range v {
			leaves(prefix, x, out)
		}
	case nil:
	default:
		if s := fmt.Sprint(v); s == "" || s == "-" { // what the log has where it has nothing
			return
		}
		out[prefix] = append(out[prefix], plain(v))
	}
}

// plain writes a value so that spellings of one thing are equal: numbers in one form, times in UTC, names without case or final dot.
func plain(v any) string {
	s := strings.ToLower(strings.TrimSpace(fmt.Sprint(v)))
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().String()
	}
	s = strings.TrimPrefix(s, "http/")
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	if t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s)); err == nil {
		return t.UTC().Format(time.RFC3339Nano)
	}
	return strings.Trim(s, ".{}")
}

// same reports whether the values of a path agree: each that is expected is there.
func same(want, got []string) bool {
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || w == g
		}
		if !found {
			return false
		}
	}
	return true
}

// agreement counts, by path, what was expected, what of it both documents have, and what of that is equal.
type agreement struct{ want, both, equal map[string]int }

func newAgreement() *agreement {
	return &agreement{map[string]int{}, map[string]int{}, map[string]int{}}
}

func (s *agreement) add(path string, want, got []string) bool {
	s.want[path]++
	if len(got) == 0 {
		return false
	}
	s.both[path]++
	if same(want, got) {
		s.equal[path]++
		return true
	}
	return false
}

func total(m map[string]int) (n int) {
	for _, c := range m {
		n += c
	}
	return n
}

// say prints the paths with the most that is missing or wrong.
func (s *agreement) say(t *testing.T) {
	t.Helper()
	var paths []string
	for p := range s.want {
		if s.equal[p] < s.want[p] {
			paths = append(paths, p)
		}
	}
	sort.Slice(paths, func(i, j int) bool { return s.want[paths[i]]-s.equal[paths[i]] > s.want[paths[j]]-s.equal[paths[j]] })
	for _, p := range paths[:min(len(paths), 40)] {
		t.Logf("%s: %d expected, %d there, %d equal", p, s.want[p], s.both[p], s.equal[p])
	}
}

// ratio is a floor on a share: the report counts what is missing against what may be.
func ratio(t *testing.T, file, what string, equal, of int, floor float64) {
	t.Helper()
	report(t, file+" ("+what+")", of, of-equal, int(float64(of)*(1-floor)), fmt.Sprintf("%.1f%%, floor %.0f%%", 100*float64(equal)/float64(max(of, 1)), 100*floor))
}

// written is the names of a schema that a view can have: those of the vocabulary.
func written(name func(event.Spec) string) map[string]bool {
	out := map[string]bool{}
	for k := event.Key(1); k < event.NumKeys; k++ {
		if n := name(event.Vocabulary[k]); n != "" {
			out[n] = true
		}
	}
	return out
}

// otherECS are names of ECS that the vocabulary has and that the expectation fills with something that the log does not say.
var otherECS = map[string]string{
	"event.start": "the time of the record once more, and not the start of anything",
	"host.id":     "the number of the agent that read the file",
}

// TestRawToECS projects each raw log to ECS and compares the fields that both sides define: those names that the expected document
// has and the vocabulary can write. Recall is the share of them that is there and equal; precision the share of those there that is
// equal. Times without a year, wazuh.* and agent.* are left out, as the corpus asks.
func TestRawToECS(t *testing.T) {
	p := newProjector(t)
	names := written(func(s event.Spec) string { return s.ECS })
	s := newAgreement()
	eachLine(t, "events/raw_to_ecs.ndjson", func(n int, c struct {
		Integration string         `json:"integration"`
		Raw         string         `json:"raw"`
		ECS         map[string]any `json:"expected_ecs"`
	}) {
		doc, _, err := p.document("ecs", encode.LayoutNested, p.record(c.Raw))
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[string][]string{}, map[string][]string{}
		leaves("", c.ECS, want)
		leaves("", view(doc), got)
		for path, w := range want {
			if !names[path] || otherECS[path] != "" || strings.HasPrefix(path, "wazuh.") || strings.HasPrefix(path, "agent.") {
				continue
			}
			if path == "@timestamp" && !strings.Contains(c.Raw, "20"+strings.SplitN(w[0]+"      ", "20", 2)[1][:2]) {
				continue
			}
			if !s.add(path, w, got[path]) && os.Getenv("SHOW") != "" && (os.Getenv("SHOW") == "all" || os.Getenv("SHOW") == path) {
				t.Logf("case %d %s %s: want %q got %q", n, c.Integration, path, w, got[path])
			}
		}
	})
	s.say(t)
	ratio(t, "events/raw_to_ecs", "recall", total(s.equal), total(s.want), 0.85)
	ratio(t, "events/raw_to_ecs", "precision", total(s.equal), total(s.both), 0.95)
}

// thirds are the attributes of endpoints, user and process that are compared.
func endpointUserProcess(path string) bool {
	for _, p := range []string{"src_endpoint.", "dst_endpoint.", "device.", "user.", "actor.user.", "process.", "actor.process."} {
		if strings.HasPrefix(path, p) {
			switch path[strings.LastIndexByte(path, '.')+1:] {
			case "ip", "port", "hostname", "mac", "name", "uid", "domain", "email_addr", "pid", "cmd_line", "path":
				return strings.Count(path, ".") <= 3
			}
		}
	}
	return false
}

// TestRawToOCSF projects each raw log to OCSF and compares class, activity, severity, and endpoints, user and process over the
// attributes that both sides define. A severity_id of 0 (unknown) is no expectation.
func TestRawToOCSF(t *testing.T) {
	p := newProjector(t)
	names := written(func(s event.Spec) string { return s.OCSF })
	for _, n := range []string{"actor.user.name", "actor.user.uid", "actor.user.domain", "user.name", "user.uid", "user.domain", "actor.process.name", "actor.process.pid", "actor.process.file.path", "actor.process.cmd_line"} {
		names[n] = true // the projection moves them by class
	}
	class, activity, severity, things := newAgreement(), newAgreement(), newAgreement(), newAgreement()
	for _, file := range []string{"events/raw_to_ocsf.ndjson", "events/raw_to_ocsf_examples.ndjson"} {
		eachLine(t, file, func(n int, c struct {
			Raw  json.RawMessage `json:"raw"`
			OCSF json.RawMessage `json:"ocsf"`
		}) {
			var want map[string]any
			if json.Unmarshal(c.OCSF, &want) != nil || want == nil || want["class_uid"] == nil {
				return // an example whose document is no single JSON object
			}
			raw := string(c.Raw)
			var text string
			if json.Unmarshal(c.Raw, &text) == nil {
				raw = text
			}
			doc, _, err := p.document("ocsf", encode.LayoutNested, p.record(raw))
			if err != nil {
				t.Fatal(err)
			}
			w, g := map[string][]string{}, map[string][]string{}
			leaves("", want, w)
			leaves("", view(doc), g)
			show := func(path string, ok bool) {
				if !ok && os.Getenv("SHOW") != "" {
					t.Logf("%s case %d %s: want %q got %q (%s) %.80s", file[10:], n, path, w[path], g[path], p.ev.Source, raw)
				}
			}
			ok := class.add("class_uid", w["class_uid"], g["class_uid"])
			show("class_uid", ok)
			if w["activity_id"] != nil {
				show("activity_id", activity.add("activity_id", w["activity_id"], g["activity_id"]))
			}
			if s := w["severity_id"]; s != nil && s[0] != "0" {
				show("severity_id", severity.add("severity_id", s, g["severity_id"]))
			}
			for path, x := range w {
				if names[path] && endpointUserProcess(path) {
					show(path, things.add(path, x, g[path]))
				}
			}
		})
	}
	things.say(t)
	ratio(t, "events/raw_to_ocsf and _examples", "class_uid", total(class.equal), total(class.want), 0.95)
	ratio(t, "events/raw_to_ocsf and _examples", "activity_id", total(activity.equal), total(activity.want), 0.90)
	ratio(t, "events/raw_to_ocsf and _examples", "severity_id", total(severity.equal), total(severity.want), 0.80)
	ratio(t, "events/raw_to_ocsf and _examples", "endpoints, user, process", total(things.equal), total(things.want), 0.85)
}
