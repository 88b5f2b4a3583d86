package project_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"prescore/engine/encode/project"
	"prescore/engine/event"
)

// TestLean: a lean view has nothing that the whole one has not, and every value of the whole one: but for the names of an OCSF class,
// which its ids say, and the risk and the time, which stand beside the view.
func TestLean(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, schema := range []string{project.ECS, project.OCSF, project.Flat} {
		whole, lean := project.New(schema, project.AllKeys(), nil), project.NewLean(schema, project.AllKeys(), nil)
		ev := event.New(event.NewNames())
		left := map[string]bool{}
		for range 400 {
			ev.Reset()
			all := classes()
			ev.Class, ev.Activity, ev.Arrival = all[rnd.IntN(len(all))], 1, 1715351520_000000000
			ev.Risk, ev.Severity, ev.Level = 33.25, 5, event.Medium
			share := rnd.IntN(8)
			for k := event.Key(1); k < event.NumKeys; k++ {
				if rnd.IntN(8) < share {
					ev.Set(k, sample(k, rnd.Uint64()))
				}
			}
			a, b := map[string]any{}, map[string]any{}
			flatten(a, "", object(t, whole, ev))
			flatten(b, "", object(t, lean, ev))
			said := map[string]bool{"33.25": true}
			for path, v := range b {
				if fmt.Sprint(a[path]) != fmt.Sprint(v) {
					t.Fatalf("%s: %s is %v, and %v in the whole view", schema, path, v, a[path])
				}
				each(v, said)
			}
			for path, v := range a {
				if _, ok := b[path]; ok {
					continue
				}
				if left[path] = true; path == "category_name" || path == "class_name" || path == "type_name" {
					continue
				}
				values := map[string]bool{}
				for s := range each(v, values) {
					if !said[s] {
						t.Fatalf("%s: %s was left out, but %q stands nowhere else", schema, path, s)
					}
				}
			}
		}
		if want := map[string]int{project.ECS: 9, project.OCSF: 3}[schema]; len(left) != want {
			t.Errorf("%s: left out are %v, want %d", schema, left, want)
		}
	}
}

// flatten enters the leaves of a document under their paths.
func flatten(into map[string]any, path string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		into[path] = v
		return
	}
	for k, v := range m {
		if path != "" {
			k = path + "." + k
		}
		flatten(into, k, v)
	}
}

// each enters a value, or those of an array, as text.
func each(v any, into map[string]bool) map[string]bool {
	if list, ok := v.([]any); ok {
		for _, v := range list {
			each(v, into)
		}
		return into
	}
	into[fmt.Sprint(v)] = true
	return into
}
