package normalise

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"prescore/engine/event"
)

var update = flag.Bool("update", false, "rewrite the tables of README.md")

var typeNames = map[event.Type]string{event.TypeString: "text", event.TypeInt: "integer", event.TypeFloat: "number", event.TypeBool: "truth",
	event.TypeTime: "time", event.TypeIP: "address", event.TypePort: "port", event.TypeMAC: "MAC", event.TypeDomain: "domain", event.TypeHash: "hash",
	event.TypePath: "path", event.TypeURL: "URL", event.TypeUser: "account", event.TypeEmail: "mail address"}

// generated gives the tables of README.md: the vocabulary and the built-in sources.
func generated(r *Room) string {
	var b strings.Builder
	b.WriteString("| key | type | meaning | ECS | OCSF |\n| --- | --- | --- | --- | --- |\n")
	for k := event.Key(1); k < event.NumKeys; k++ {
		s := event.Vocabulary[k]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.Name, typeNames[s.Type], s.Doc, code(s.ECS), code(s.OCSF))
	}
	b.WriteString("\nBuilt-in sources: ")
	for i, s := range r.Sources() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("`" + s + "`")
	}
	b.WriteString(".\n")
	return b.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

const tablesBegin, tablesEnd = "<!-- tables -->\n", "<!-- end of tables -->\n"

// TestReadmeTables holds that the tables of README.md are those of the vocabulary and of conf/sources.
func TestReadmeTables(t *testing.T) {
	r, _ := fixture(t)
	doc, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	from, to := bytes.Index(doc, []byte(tablesBegin)), bytes.Index(doc, []byte(tablesEnd))
	if from < 0 || to < from {
		t.Fatal("README.md has no place for the tables")
	}
	from += len(tablesBegin)
	want := generated(r)
	if string(doc[from:to]) == want {
		return
	}
	if !*update {
		t.Fatal("README.md has other tables than the vocabulary and conf/sources: go test ./engine/normalise -run Readme -update rewrites them")
	}
	out := string(doc[:from]) + want + string(doc[to:])
	if err := os.WriteFile("README.md", []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
}
