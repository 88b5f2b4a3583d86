// Package conformance holds prescore against corpora of real inputs with expectations that others wrote. It has tests only:
//
//	make conformance CORPUS=DIR
//
// reads a folder laid out as the corpus is (parsers/, events/, sigma/, ...), prints one line a file,
//
//	conformance <file>: <n> cases, <w> wrong[, detail]
//
// and fails where a file stays below its floor. A file that the folder does not have is skipped; without a folder all is.
package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// defaultCorpus is where a checkout has the corpus beside it, from this folder.
const defaultCorpus = "../../../shared/data"

// corpus gives the path of a file of the corpus, or skips the test.
func corpus(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = defaultCorpus
	}
	p := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		t.Skipf("no corpus: %s is not there (set CORPUS to a folder that has %s)", p, name)
	}
	return p
}

// eachLine decodes each line of an NDJSON file of the corpus into a new T.
func eachLine[T any](t testing.TB, name string, do func(n int, c T)) {
	t.Helper()
	f, err := os.Open(corpus(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<20), 1<<26)
	for n := 0; sc.Scan(); n++ {
		var c T
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatalf("%s:%d: %v", name, n+1, err)
		}
		do(n, c)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// report prints the line of a file and fails the test where more than allowed are wrong. detail may be empty.
func report(t testing.TB, file string, cases, wrong, allowed int, detail string) {
	t.Helper()
	if detail != "" {
		detail = ", " + detail
	}
	fmt.Printf("conformance %s: %d cases, %d wrong%s\n", file, cases, wrong, detail)
	if cases == 0 {
		t.Errorf("%s: no case was read", file)
	}
	if wrong > allowed {
		t.Errorf("%s: %d of %d cases wrong, at most %d allowed", file, wrong, cases, allowed)
	}
}
