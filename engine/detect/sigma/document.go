package sigma

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on a file of rules. A bundle of all of SigmaHQ has 6.5 MB in 3,763 documents; its largest rule 60 KB.
const (
	maxFile      = 64 << 20
	maxDocument  = 1 << 20
	maxDocuments = 100_000
	maxMerge     = 16 // levels of maps that `action: global` merges
)

// Problem is something wrong with a rule file: where, of which rule, and what. Fatal problems are the reason why a document was
// left out; the others are advice.
type Problem struct {
	File  string
	Line  int    // from 1; 0 where it is of the whole file
	Rule  string // id or title, "" where it is not known
	Text  string
	Fatal bool
}

// String gives the problem as `file:line: rule "x": text`.
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Rule != "" {
		s += fmt.Sprintf(": rule %q", p.Rule)
	}
	return s + ": " + p.Text
}

// document is one YAML document of a file: a map, and the line before its first.
type document struct {
	file string
	line int
	sum  uint64 // of its text
	root *yaml.Node
}

// documents splits text at its "---" lines and parses each part on its own, so that a broken one does not take the others along.
// `action: global` documents are merged below the ones that follow, `repeat` takes the one before as its base, `reset` forgets
// the global ones.
func documents(file string, text []byte, report func(Problem)) []document {
	if len(text) > maxFile {
		report(Problem{File: file, Text: fmt.Sprintf("file of %d bytes: at most %d", len(text), maxFile), Fatal: true})
		return nil
	}
	var docs []document
	var global, last *yaml.Node
	line, count := 0, 0
	for len(text) > 0 {
		part, lines, rest := nextDocument(text)
		start := line
		line += lines
		text = rest
		if count++; count > maxDocuments {
			report(Problem{File: file, Line: start + 1, Text: fmt.Sprintf("more than %d documents in one file", maxDocuments), Fatal: true})
			break
		}
		root, err := readDocument(part)
		if err != nil {
			l, msg := yamlLine(err)
			report(Problem{File: file, Line: start + l, Text: msg, Fatal: true})
			continue
		}
		if root == nil {
			continue
		}
		action := take(root, "action")
		switch {
		case action == nil:
		case action.Value == "global":
			global = merge(global, root, 0)
			continue
		case action.Value == "reset":
			global = nil
		case action.Value == "repeat":
			if last == nil {
				report(Problem{File: file, Line: start + action.Line, Text: "action: repeat without a document before it", Fatal: true})
				continue
			}
			root = merge(last, root, 0)
		default:
			report(Problem{File: file, Line: start + action.Line, Text: fmt.Sprintf("unknown action %q: write global, repeat or reset", action.Value), Fatal: true})
			continue
		}
		if action == nil || action.Value == "reset" {
			if len(root.Content) == 0 {
				continue
			}
			if global != nil {
				root = merge(global, root, 0)
			}
		}
		last = root
		docs = append(docs, document{file, start, sum(part), root})
	}
	return docs
}

var sumSeed = maphash.MakeSeed()

// sum tells copies of a document from others of the same id; blank lines and separators around it do not count.
func sum(part []byte) uint64 {
	return maphash.Bytes(sumSeed, bytes.Trim(bytes.TrimPrefix(bytes.TrimSpace(part), []byte("---")), " \t\r\n"))
}

// nextDocument cuts the first document off text: it ends before the next line that opens with "---". lines is how many lines the
// part has.
func nextDocument(text []byte) (part []byte, lines int, rest []byte) {
	i := 0
	for i < len(text) {
		end := bytes.IndexByte(text[i:], '\n')
		next := len(text)
		if end >= 0 {
			next = i + end + 1
		}
		l := text[i:next]
		if i > 0 && bytes.HasPrefix(l, []byte("---")) && (len(l) == 3 || l[3] == ' ' || l[3] == '\n' || l[3] == '\r' || l[3] == '\t') {
			return text[:i], lines, text[i:]
		}
		lines++
		i = next
	}
	return text, lines, nil
}

// readDocument parses one document; nil where it is empty.
func readDocument(part []byte) (*yaml.Node, error) {
	if len(part) > maxDocument {
		return nil, fmt.Errorf("document of %d bytes: at most %d", len(part), maxDocument)
	}
	root, err := parseDocument(part)
	if root == nil || err != nil {
		return nil, err
	}
	for i := 0; i < len(root.Content); i += 2 {
		for k := 0; k < i; k += 2 {
			if root.Content[k].Value == root.Content[i].Value {
				return nil, at(root.Content[i], "%q is given twice", root.Content[i].Value)
			}
		}
	}
	return root, nil
}

// parseDocument gives the map that is the document.
func parseDocument(part []byte) (*yaml.Node, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(part, &n); err != nil {
		return nil, err
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return nil, nil
	}
	root := deref(n.Content[0])
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, at(root, "a rule must be a map")
	}
	return root, nil
}

var yamlErrorLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)`)

// yamlLine takes the line out of an error; 1 where it names none.
func yamlLine(err error) (int, string) {
	if p, ok := err.(*posError); ok {
		return p.line, p.text
	}
	m := yamlErrorLine.FindStringSubmatch(err.Error())
	if m == nil {
		return 1, err.Error()
	}
	l, _ := strconv.Atoi(m[1])
	for _, late := range parserErrors {
		if strings.HasSuffix(m[2], late) {
			l++
		}
	}
	return max(l, 1), "not YAML: " + m[2]
}

// parserErrors are the ends of messages for which the YAML parser counts lines from 0; those of its scanner count from 1.
var parserErrors = []string{"expected <document start>", "expected node content", "expected '-' indicator", "expected key",
	"expected ',' or ']'", "expected ',' or '}'"}

// get gives the value of a key of a map, nil where it has none.
func get(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return deref(m.Content[i+1])
		}
	}
	return nil
}

// take is get, and removes the key.
func take(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			v := deref(m.Content[i+1])
			m.Content = append(m.Content[:i:i], m.Content[i+2:]...)
			return v
		}
	}
	return nil
}

// merge gives base with over's keys over it; maps are merged, anything else is replaced. Neither is changed.
func merge(base, over *yaml.Node, depth int) *yaml.Node {
	if base == nil {
		return over
	}
	if base.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode || depth > maxMerge {
		return over
	}
	out := *over
	out.Content = append([]*yaml.Node(nil), base.Content...)
	for i := 0; i+1 < len(over.Content); i += 2 {
		k, v := over.Content[i], over.Content[i+1]
		found := false
		for j := 0; j+1 < len(out.Content); j += 2 {
			if out.Content[j].Value == k.Value {
				out.Content[j], out.Content[j+1] = k, merge(deref(out.Content[j+1]), deref(v), depth+1)
				found = true
			}
		}
		if !found {
			out.Content = append(out.Content, k, v)
		}
	}
	return &out
}
