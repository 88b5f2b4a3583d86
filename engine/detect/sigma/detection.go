package sigma

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on one detection. SigmaHQ's largest rule has under 1,000 values and nests three deep.
const (
	maxNesting = 16     // levels of lists and maps in a detection
	maxValues  = 50_000 // values of one rule, after permutations
)

// detector reads the detections of one rule.
type detector struct {
	placeholders map[string][]string
	values       int
	notes        func(line int, format string, args ...any) // what is odd but runs
}

// search reads a search identifier: a map of fields, or a list of maps or keywords.
func (d *detector) search(n *yaml.Node, depth int) (*Expr, error) {
	n = deref(n)
	if depth > maxNesting {
		return nil, at(n, "detection nests deeper than %d levels", maxNesting)
	}
	switch n.Kind {
	case yaml.MappingNode:
		if len(n.Content) == 0 {
			return nil, at(n, "empty map")
		}
		e := &Expr{Op: OpAnd}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, err := d.item(n.Content[i], n.Content[i+1], depth)
			if err != nil {
				return nil, err
			}
			e.Kids = append(e.Kids, k)
		}
		return single(e), nil
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			return nil, at(n, "empty list")
		}
		e := &Expr{Op: OpOr}
		var words []*yaml.Node
		for _, c := range n.Content {
			if c = deref(c); c.Kind == yaml.ScalarNode {
				words = append(words, c)
				continue
			}
			k, err := d.search(c, depth+1)
			if err != nil {
				return nil, err
			}
			e.Kids = append(e.Kids, k)
		}
		if len(words) > 0 {
			it, err := d.values1(&Item{Line: n.Line}, nil, words)
			if err != nil {
				return nil, err
			}
			e.Kids = append(e.Kids, &Expr{Item: it})
		}
		return single(e), nil
	case yaml.ScalarNode:
		it, err := d.values1(&Item{Line: n.Line}, nil, []*yaml.Node{n})
		if err != nil {
			return nil, err
		}
		return &Expr{Item: it}, nil
	}
	return nil, at(n, "neither a map nor a list")
}

// single spares a node with one child.
func single(e *Expr) *Expr {
	if len(e.Kids) == 1 && (e.Op == OpAnd || e.Op == OpOr) {
		return e.Kids[0]
	}
	return e
}

// item reads one entry of a map.
func (d *detector) item(key, val *yaml.Node, depth int) (*Expr, error) {
	val = deref(val)
	field, names, modified := strings.Cut(key.Value, "|")
	it := &Item{Field: strings.TrimSpace(field), Mods: names, Line: key.Line}
	var one [1]*yaml.Node
	nodes := one[:0]
	switch val.Kind {
	case yaml.ScalarNode:
		nodes = append(nodes, val)
	case yaml.SequenceNode:
		if len(val.Content) == 0 {
			return nil, at(val, "%s: empty list", it.Key())
		}
		nodes = slices.Grow(nodes, len(val.Content))
		for _, c := range val.Content {
			if c = deref(c); c.Kind != yaml.ScalarNode {
				return nil, at(c, "%s: a value must be text, a number, true, false or null", it.Key())
			}
			nodes = append(nodes, c)
		}
	default:
		return nil, at(val, "%s: a value must be text, a number, true, false or null, or a list of them", it.Key())
	}
	if it.Field == "" && !modified {
		return nil, at(key, "a field without a name")
	}
	var modifiers []string
	if modified {
		modifiers = strings.Split(names, "|")
	}
	it, err := d.values1(it, modifiers, nodes)
	if err != nil {
		return nil, err
	}
	if it.All && len(nodes) == 1 {
		d.notes(key.Line, "%s: all with a single value", it.Key())
	}
	return &Expr{Item: it}, nil
}

// values1 reads an item's modifiers and values. With all, a value that stands for several (windash, base64offset) becomes a
// group of its own: each value must be there in one of its forms.
func (d *detector) values1(it *Item, modifiers []string, nodes []*yaml.Node) (*Item, error) {
	m, err := readMods(it, modifiers)
	if err != nil {
		return nil, &posError{it.Line, fmt.Sprintf("%s: %v", it.Key(), err)}
	}
	it.Values = make([]Value, 0, len(nodes))
	for _, n := range nodes {
		have := len(it.Values)
		if it.Values, err = m.values(it.Values, it, n, d.placeholders); err != nil {
			return nil, at(n, "%s: %v", it.Key(), err)
		}
		if d.values += len(it.Values) - have; d.values > maxValues {
			return nil, at(n, "more than %d values in one rule", maxValues)
		}
		if len(nodes) > 1 && len(it.Values) > have && it.Values[have].Kind == IsNull {
			d.notes(n.Line, "%s: null among other values", it.Key())
		}
		if it.All {
			it.Groups = append(it.Groups, len(it.Values))
		}
	}
	if len(it.Values) == len(nodes) {
		it.Groups = nil
	}
	it.Values = slices.Clip(it.Values)
	return it, nil
}

// deref follows an alias.
func deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// posError is an error with its line, counted from 1 in the document.
type posError struct {
	line int
	text string
}

func (e *posError) Error() string { return e.text }

func at(n *yaml.Node, format string, args ...any) error {
	return &posError{n.Line, fmt.Sprintf(format, args...)}
}
