package detect

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"prescore/engine/option"
)

// found is what the patterns of Config.Rules name.
type found struct {
	files []string
	watch []string // files and the folders that were searched: a new file changes its folder
}

// find gives the files that patterns name, each once, sorted within each pattern.
func find(dir string, patterns []string) (found, error) {
	var out found
	seen := map[string]bool{}
	for _, p := range patterns {
		path := p
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		var list []string
		var err error
		if i := strings.IndexAny(path, "*?["); i >= 0 {
			base := filepath.Dir(path[:i] + "x")
			rest, _ := filepath.Rel(base, path)
			list, err = out.walk(base, filepath.ToSlash(rest))
		} else if fi, e := os.Stat(path); e != nil {
			err = e
		} else if fi.IsDir() {
			list, err = out.walk(path, "**")
		} else {
			list = []string{path}
		}
		if err != nil {
			var pe *fs.PathError
			if errors.As(err, &pe) {
				err = pe.Err
			}
			return out, option.Refuse("rules", "%s: %v", path, err)
		}
		for _, f := range list {
			if !seen[f] {
				seen[f] = true
				out.files = append(out.files, f)
			}
		}
		if len(out.files) > maxRuleFiles {
			return out, option.Refuse("rules", "name more than %d files", maxRuleFiles)
		}
	}
	out.watch = append(out.watch, out.files...)
	return out, nil
}

// readInto is os.ReadFile into memory that is used again, from one of thousands of files to the next.
func readInto(buf []byte, path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return buf, err
	}
	defer f.Close()
	for {
		buf = slices.Grow(buf, bytes.MinRead)
		n, err := f.Read(buf[len(buf):cap(buf)])
		if buf = buf[:len(buf)+n]; err == io.EOF {
			return buf, nil
		} else if err != nil {
			return buf, err
		}
	}
}

// walk gives the rule files below base whose path fits a pattern.
func (o *found) walk(base, pattern string) ([]string, error) {
	var list []string
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			o.watch = append(o.watch, path)
			return nil
		}
		rel, err := filepath.Rel(base, path)
		if err != nil {
			return err
		}
		if ext := strings.ToLower(filepath.Ext(path)); (ext == ".yml" || ext == ".yaml") && fits(pattern, filepath.ToSlash(rel)) {
			list = append(list, path)
		}
		return nil
	})
	sort.Strings(list)
	return list, err
}

// fits matches a path against a pattern: "**" is any text, "*" any text without a slash, "?" one character but a slash.
func fits(pattern, path string) bool {
	for pattern != "" {
		switch {
		case strings.HasPrefix(pattern, "**"):
			rest := strings.TrimPrefix(pattern[2:], "/")
			for i := 0; i <= len(path); i++ {
				if fits(rest, path[i:]) {
					return true
				}
			}
			return false
		case pattern[0] == '*':
			for i := 0; i <= len(path); i++ {
				if fits(pattern[1:], path[i:]) {
					return true
				}
				if i < len(path) && path[i] == '/' {
					return false
				}
			}
			return false
		case path == "" || pattern[0] != '?' && pattern[0] != path[0] || path[0] == '/' && pattern[0] == '?':
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return path == ""
}
