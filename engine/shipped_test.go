package engine

import (
	"encoding"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"prescore/engine/strict"
)

const shipped = "../conf/prescore.toml"

// documented gives prescore.toml with every option that is commented out taken in, and without what it sets itself.
func documented(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range strings.Split(string(data), "\n") {
		if o, ok := strings.CutPrefix(l, "# "); ok {
			out = append(out, o)
		} else if strings.HasPrefix(l, "[") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// TestDocumentedDefaultsAreTheDefaults: with all comments taken away, prescore.toml says what is built in, word for word.
func TestDocumentedDefaultsAreTheDefaults(t *testing.T) {
	text := documented(t)
	var cfg Config
	if _, err := strict.Decode("prescore.toml", []byte(text), &cfg); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	got, want := flat(t, cfg), flat(t, Defaults())
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[k], want[k]) {
			t.Errorf("%s: prescore.toml says %v, the default is %v", k, got[k], want[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: prescore.toml has it, the defaults do not", k)
		}
	}
}

// flat gives a configuration's values by their dotted keys; what is empty is left out.
func flat(t *testing.T, cfg Config) map[string]any {
	t.Helper()
	text, err := strict.Effective(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := toml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for k, v := range m {
			switch x := v.(type) {
			case map[string]any:
				walk(prefix+k+".", x)
			case []any:
				if len(x) > 0 {
					out[prefix+k] = v
				}
			default:
				out[prefix+k] = v
			}
		}
	}
	walk("", doc)
	return out
}

// TestEveryOptionIsDocumented: each option stands in prescore.toml, in its table, with prose above the table; options
// of lists of tables stand in the prose.
func TestEveryOptionIsDocumented(t *testing.T) {
	data, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	table := ""
	header := regexp.MustCompile(`^(?:# )?\[([a-z0-9_.]+)\]$`)
	last := ""
	for _, l := range strings.Split(string(data), "\n") {
		if m := header.FindStringSubmatch(l); m != nil {
			if table = m[1]; !strings.HasPrefix(last, "## ") {
				t.Errorf("no prose above [%s]", table)
			}
		}
		last = l
		sections[table] += l + "\n"
	}
	text := reflect.TypeFor[encoding.TextUnmarshaler]()
	var check func(table string, typ reflect.Type, in string, mark string)
	check = func(table string, typ reflect.Type, in, mark string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
			if name == "" || name == "-" {
				continue
			}
			full := strings.TrimPrefix(table+"."+name, ".")
			ft := f.Type
			if ft.Kind() == reflect.Struct && !reflect.PointerTo(ft).Implements(text) {
				if _, ok := sections[full]; !ok && mark == "# " {
					t.Errorf("the table [%s] is not in prescore.toml", full)
				}
				check(full, ft, sections[full], mark)
				continue
			}
			_, whole := sections[full] // a map may be a table of its own
			if !whole && !strings.Contains(in, "\n"+mark+name+" = ") {
				t.Errorf("%s is not in prescore.toml: it needs a line %q", full, mark+name+" = ...")
			}
			if ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct {
				check(full, ft.Elem(), in, "## ")
			}
		}
	}
	check("", reflect.TypeFor[Config](), "", "# ")
}

// TestShippedConfiguration: what conf/ holds opens as it stands, from another working directory, and reads its tables.
func TestShippedConfiguration(t *testing.T) {
	abs, err := filepath.Abs(shipped)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	e, err := Open(Options{Config: abs})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.DrainMessages(func(level int, text string) {
		if level <= Warn {
			t.Errorf("opening it says: %s", text)
		}
	})
	cfg, err := Load(Options{Config: abs})
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Enrich.Assets) == 0 || len(cfg.Enrich.Identities) == 0 || len(cfg.Enrich.Intel) == 0 || cfg.Detect.RelativeRisk == "" {
		t.Error("it does not name the sample tables")
	}
}
