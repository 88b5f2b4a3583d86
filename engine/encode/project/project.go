// Package project writes the canonical event as a map in the names of a schema.
//
// A schema is a list of columns: a path, what fills it, and how it is written. New lays the columns out as a tree, numbers the
// leaves in the order in which they are written, and encodes every key once. For an event, Plan turns the bits of the keys that are
// set into bits of leaves, and Append walks those alone: it opens the maps on the way down, closes them on the way up and patches
// their counts, so that the cost is that of what is set and not of the schema. Of shapes that come again a program is kept
// (program.go), which has all but the values ready; what it writes is the same. Nothing is allocated but programs.
//
// It imports engine/event and engine/wire. Proofs: legal_test.go holds names and types against lists made from the schemas.
package project

import (
	"slices"
	"strings"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// The schemas.
const (
	ECS  = "ecs"
	OCSF = "ocsf"
	Flat = "flat"
)

const (
	keyWords  = (event.NumKeys + 63) / 64
	leafWords = 10 // 640 leaves: OCSF's, the widest, has 620
	maxDepth  = 8  // levels of the deepest column
)

// Mask is a set of canonical keys.
type Mask [keyWords]uint64

// Set puts k into the set.
func (m *Mask) Set(k event.Key) { m[k>>6] |= 1 << (k & 63) }

func (m *Mask) has(k event.Key) bool { return m[k>>6]&(1<<(k&63)) != 0 }

func (m *Mask) meets(o *Mask) bool {
	for i := range m {
		if m[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func keysOf(ks ...event.Key) (m Mask) {
	for _, k := range ks {
		m.Set(k)
	}
	return m
}

// AllKeys is the set of every key.
func AllKeys() (m Mask) {
	for k := event.Key(1); k < event.NumKeys; k++ {
		m.Set(k)
	}
	return m
}

// column is one leaf of a schema as its file declares it: where it stands, how it is written, and when it is there: when key is
// set with a value that op can write, or when one of any is set, or when the event shows one of flags.
type column struct {
	path  string
	op    op
	key   event.Key
	any   Mask
	flags flag
	text  string      // encoded MessagePack of opConst
	keys  []event.Key // any, in the order in which a derived leaf looks at them

	// Of OCSF alone: where the column is legal and when (see ocsf.go).
	cond   cond
	class  event.Class
	echo   bool
	need   string
	unless []string
}

// leaf is what the record path needs of a column.
type leaf struct {
	head  string      // the encoded key
	text  string      // encoded MessagePack of opConst
	keys  []event.Key // of a derived leaf
	key   event.Key   // 0 for a derived leaf
	op    op
	depth uint8  // number of maps around it
	plain bool   // text that is written as it is, whatever it says
	node  uint16 // the innermost map around it
	nodes [maxDepth]uint16
}

// node is a map inside the view: the leaves from lo up to hi are in it.
type node struct {
	head   string
	lo, hi uint16
	wide   bool // may have more than 15 members
}

// View writes one schema. Nothing but its programs changes after New; any number of threads may use it.
type View struct {
	schema  string
	leaves  []leaf
	quick   []quick  // of each leaf
	heads   []byte   // their keys
	columns []column // of each leaf; for New alone
	nodes   []node   // nodes[0] is the view itself
	byKey   [event.NumKeys]uint16
	keep    Mask
	secret  Mask // keys that are masked whole
	prose   Mask // keys whose text may hold secrets
	byFlag  [numFlags][]part
	flags   flag // those that a leaf waits for
	anyOf   []anyLeaf
	topLeaf map[string]span
	// topNames has a bit for the length, modulo 32, of each name at the top level, by first byte: most names are none of them.
	topNames [256]uint32

	classes      map[event.Class]*ocsfClass // of OCSF
	classAt      [Slots]*ocsfClass          // the same by slot
	fills        []rule
	profilesLeaf uint16

	programs *programs // nil: each event is planned anew
}

// anyLeaf is a leaf that is written when one of several keys is set.
type anyLeaf struct {
	keys Mask
	leaf uint16
}

// part is one word of a set of leaves that is not empty.
type part struct {
	word int
	bits uint64
}

// span is a range of leaves under one top-level key.
type span struct{ lo, hi uint16 }

// Plan is what a view will write of one event, and what writing it needs.
type Plan struct {
	live     [leafWords]uint64
	class    *ocsfClass
	layout   *layout
	profile  uint16 // bits of the layout's profiles that the view needs
	have     Mask   // keys that are set, wanted and not empty
	original string
	program  *program // where there is one for it

	// While it is written.
	v     *View
	ev    *event.Event
	mask  Masker
	clean *event.Texts // in which the masker found nothing
}

// New lays out a schema, restricted to the keys in keep. secret says which canonical names are masked whole; it may be nil.
func New(schema string, keep Mask, secret func(name string) bool) *View {
	return build(schema, columnsOf(schema), keep, secret)
}

// NewLean is New without what only repeats a value that stands elsewhere in the record (lean.go).
func NewLean(schema string, keep Mask, secret func(name string) bool) *View {
	return build(schema, lean(schema, columnsOf(schema)), keep, secret)
}

func columnsOf(schema string) []column {
	switch schema {
	case ECS:
		return ecsColumns()
	case OCSF:
		return ocsfColumns()
	}
	return flatColumns()
}

func build(schema string, cols []column, keep Mask, secret func(name string) bool) *View {
	root := &branch{}
	for _, c := range cols {
		if c.key != 0 && !keep.has(c.key) {
			continue
		}
		for i := range c.any {
			c.any[i] &= keep[i]
		}
		root.insert(strings.Split(c.path, "."), c)
	}
	v := &View{schema: schema, keep: keep, nodes: []node{{}}, topLeaf: map[string]span{}, programs: new(programs)}
	for k := event.Key(1); k < event.NumKeys; k++ {
		if secret != nil && secret(k.String()) {
			v.secret.Set(k)
		}
		if mayHoldSecrets(k) {
			v.prose.Set(k)
		}
	}
	for _, b := range root.kids {
		lo := len(v.leaves)
		v.lay(b, []uint16{0})
		v.topLeaf[b.name] = span{uint16(lo), uint16(len(v.leaves))}
		v.topNames[b.name[0]] |= 1 << (len(b.name) & 31)
	}
	v.nodes[0] = node{hi: uint16(len(v.leaves)), wide: len(root.kids) > 15}
	if len(v.leaves) > leafWords*64 {
		panic("project: leafWords is too small for " + schema)
	}
	v.quicken()
	if schema == OCSF {
		v.profilesLeaf = uint16(slices.IndexFunc(v.leaves, func(l leaf) bool { return l.op == ocsfProfiles }))
		v.layOut()
	}
	return v
}

// branch is a level of the tree while it is built.
type branch struct {
	name string
	col  *column
	kids []*branch
}

func (b *branch) insert(path []string, c column) {
	for _, k := range b.kids {
		if k.name == path[0] {
			if len(path) == 1 && k.col != nil { // one or the other, as the event's class has it
				break
			}
			if len(path) == 1 || k.col != nil {
				panic("project: " + c.path + " is a value and a map")
			}
			k.insert(path[1:], c)
			return
		}
	}
	k := &branch{name: path[0]}
	b.kids = append(b.kids, k)
	if len(path) == 1 {
		k.col = &c
		return
	}
	k.insert(path[1:], c)
}

func (v *View) lay(b *branch, above []uint16) {
	head := string(wire.AppendStr(nil, b.name))
	if b.col == nil {
		n := len(v.nodes)
		v.nodes = append(v.nodes, node{head: head, lo: uint16(len(v.leaves)), wide: len(b.kids) > 15})
		for _, k := range b.kids {
			v.lay(k, append(above[:len(above):len(above)], uint16(n)))
		}
		v.nodes[n].hi = uint16(len(v.leaves))
		return
	}
	c := b.col
	if c.keys == nil {
		for k := event.Key(1); k < event.NumKeys; k++ {
			if c.any.has(k) {
				c.keys = append(c.keys, k)
			}
		}
	}
	l := leaf{head: head, text: c.text, keys: c.keys, key: c.key, op: c.op, depth: uint8(len(above))}
	l.node = above[copy(l.nodes[:], above)-1]
	l.plain = l.key != 0 && (l.op == opText || l.op == opAny) && !v.secret.has(l.key) && !v.prose.has(l.key)
	i := uint16(len(v.leaves))
	if k := l.key; k != 0 {
		v.byKey[k] = i + 1
	}
	if c.any != (Mask{}) {
		v.anyOf = append(v.anyOf, anyLeaf{c.any, i})
	}
	for f := range numFlags {
		if c.flags&(1<<f) != 0 {
			v.flags |= 1 << f
			v.byFlag[f] = join(v.byFlag[f], i)
		}
	}
	v.columns = append(v.columns, *c)
	v.leaves = append(v.leaves, l)
}
