package engine

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// leaves may be imported by any package; none of them imports a room.
var leaves = map[string]bool{"event": true, "option": true, "wire": true, "strict": true, "redact": true}

// state says which rooms are given the packages in which state lives.
var state = map[string][]string{
	"correlate": {"entity"},
	"store":     {"entity"},
}

// TestDoors holds DESIGN's rule: rooms import event, the other leaves and their own sub-packages; only the engine imports rooms; only
// plugin has import "C"; the clock is read in the engine's top folder, its command and plugin alone.
func TestDoors(t *testing.T) {
	var files int
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "build" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		checkDoors(t, filepath.ToSlash(path))
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("%d files, %v", files, err)
	}
}

func checkDoors(t *testing.T, path string) {
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
	for _, i := range f.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if p == "C" && !strings.HasPrefix(dir, "plugin") {
			t.Errorf("%s: import \"C\" belongs in plugin alone", path)
		}
		if in, ok := strings.CutPrefix(p, "prescore/"); ok && !mayImport(dir, in) {
			t.Errorf("%s: %s may not import %s", path, dir, in)
		}
	}
	if top := dir == "." || dir == "engine" || strings.HasPrefix(dir, "engine/cmd") || strings.HasPrefix(dir, "plugin"); !top {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Now" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s: reads the clock; time is an argument", path)
				}
			}
			return true
		})
	}
}

// mayImport says whether the package in folder dir may import the project's package in folder in.
func mayImport(dir, in string) bool {
	if dir == "engine" || strings.HasPrefix(dir, "engine/cmd") || strings.HasPrefix(dir, "plugin") {
		return true
	}
	room, ok := strings.CutPrefix(dir, "engine/")
	target, inside := strings.CutPrefix(in, "engine/")
	if !ok || !inside {
		return false
	}
	room, _, _ = strings.Cut(room, "/")
	target, _, _ = strings.Cut(target, "/")
	if target == room || leaves[target] && (!leaves[room] || target == "event" || target == "option") {
		return true
	}
	return slices.Contains(state[room], target)
}
