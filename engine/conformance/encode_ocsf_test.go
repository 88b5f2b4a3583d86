package conformance

import (
	"fmt"
	"strings"
	"testing"
)

// ocsfParties are the attributes by which a case's endpoints, users and processes are compared.
var ocsfParties = []string{"device.hostname", "device.ip", "src_endpoint.ip", "src_endpoint.port", "src_endpoint.hostname", "dst_endpoint.ip",
	"dst_endpoint.port", "dst_endpoint.hostname", "user.name", "user.uid", "user.domain", "actor.user.name", "actor.user.uid",
	"actor.user.domain", "process.name", "process.pid", "process.cmd_line", "process.file.path", "process.file.name", "actor.process.name",
	"actor.process.pid", "actor.process.file.path", "file.name", "file.path"}

// pathIn gives the text of a path in a document, "" where there is none.
func pathIn(doc map[string]any, path string) string {
	name, rest, more := strings.Cut(path, ".")
	v, ok := doc[name]
	if !ok || v == nil {
		return ""
	}
	if !more {
		return fmt.Sprint(v)
	}
	m, _ := v.(map[string]any)
	return pathIn(m, rest)
}

// The OCSF view says of a raw log what others' mappings of it say: its class, activity and severity, and who took part.
func TestOCSFView(t *testing.T) {
	const file = "events/raw_to_ocsf"
	floors := []struct {
		what    string
		percent int
	}{{"class_uid", 95}, {"activity_id", 90}, {"severity_id", 80}, {"endpoints, user and process", 85}}
	p := newProjector(t)
	cases, wrong := map[string]int{}, map[string]int{}
	count := func(what string, n int, path, want, got string) {
		if want == "" {
			return
		}
		cases[what]++
		// Names of hosts and files are the same in any case; fully qualified names may come without their last dot.
		if strings.EqualFold(strings.TrimSuffix(want, "."), strings.TrimSuffix(got, ".")) {
			return
		}
		if wrong[what]++; wrong[what] <= maxSaid {
			t.Logf("case %d, %s: want %q, got %q", n, path, want, got)
		}
	}
	eachLine(t, file+".ndjson", func(n int, c struct {
		Raw  string         `json:"raw"`
		OCSF map[string]any `json:"ocsf"`
	}) {
		doc, _, err := p.document("ocsf", layouts[0], p.record(c.Raw))
		if err != nil {
			t.Fatalf("case %d: %v", n, err)
		}
		v := view(doc)
		for _, a := range []string{"class_uid", "activity_id", "severity_id"} {
			want := pathIn(c.OCSF, a)
			if f, ok := c.OCSF[a].(float64); ok {
				want = fmt.Sprint(int64(f)) // 201004 would be 2.01004e+05
			}
			count(a, n, a, want, pathIn(v, a))
		}
		for _, path := range ocsfParties {
			count("endpoints, user and process", n, path, pathIn(c.OCSF, path), pathIn(v, path))
		}
	})
	for _, f := range floors {
		report(t, file+" (view: "+f.what+")", cases[f.what], wrong[f.what], cases[f.what]*(100-f.percent)/100, "")
	}
}
