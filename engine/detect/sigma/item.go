package sigma

import (
	"net/netip"
)

// ValueKind says how a value of an Item is compared.
type ValueKind uint8

// The kinds of value.
const (
	IsPattern ValueKind = iota // text, with wildcards; Pattern
	IsRegex                    // Regex
	IsCIDR                     // Net
	IsCompare                  // Cmp against Num
	IsRef                      // another field: Ref, compared as RefOp says
	IsExists                   // Bool: the field is there, or is not
	IsNull                     // the field is absent or null
)

// Cmp is a numeric comparison.
type Cmp uint8

// The comparisons.
const (
	Eq Cmp = iota
	Gt
	Gte
	Lt
	Lte
)

var cmpNames = [...]string{"eq", "gt", "gte", "lt", "lte"}

// String gives the comparison's modifier.
func (c Cmp) String() string { return cmpNames[c] }

// Holds compares a number with the rule's.
func (c Cmp) Holds(have, want float64) bool {
	switch c {
	case Gt:
		return have > want
	case Gte:
		return have >= want
	case Lt:
		return have < want
	case Lte:
		return have <= want
	}
	return have == want
}

// RefOp is how fieldref compares.
type RefOp uint8

// The ways of fieldref.
const (
	RefEquals RefOp = iota
	RefStarts
	RefEnds
	RefContains
)

// Part is what a time modifier takes out of a date.
type Part uint8

// The parts; PartNone is the value itself.
const (
	PartNone Part = iota
	Minute
	Hour
	Day
	Week
	Month
	Year
)

var partNames = [...]string{"", "minute", "hour", "day", "week", "month", "year"}

// String gives the part's modifier.
func (p Part) String() string { return partNames[p] }

// Value is one value of an Item; Kind says which members count.
type Value struct {
	Kind    ValueKind
	Pattern Pattern
	Regex   *Regex
	Net     netip.Prefix
	Cmp     Cmp
	Num     float64
	Ref     string
	RefOp   RefOp
	Bool    bool
	Text    string // as the rule writes it
}

// Item is one line of a detection: a field and the values that it is compared with, any of which suffices, or all with All.
type Item struct {
	Field  string // "" searches every value of the event
	Mods   string // modifiers as written, "contains|all"
	All    bool
	Negate bool // neq
	Cased  bool // for IsRef; patterns carry their own
	Part   Part
	Values []Value
	Groups []int // with All, where one written value stands for several: the end of each one's in Values; any of a group suffices
	Line   int
}

// Key gives the item's left side as the rule writes it.
func (i *Item) Key() string {
	if i.Mods == "" {
		return i.Field
	}
	return i.Field + "|" + i.Mods
}

// Op is the kind of an Expr.
type Op uint8

// The kinds of expression.
const (
	OpLeaf    Op = iota // Item
	OpAnd               // all of Kids
	OpOr                // any of Kids
	OpNot               // not Kids[0]
	OpAtLeast           // N or more of Kids
)

// Expr is a resolved condition. Name is set where the expression is a whole search identifier of the detection.
type Expr struct {
	Op   Op
	Kids []*Expr
	Item *Item
	N    int
	Name string
}

// Items calls do for every item below e, in order.
func (e *Expr) Items(do func(*Item)) {
	if e.Op == OpLeaf {
		do(e.Item)
		return
	}
	for _, k := range e.Kids {
		k.Items(do)
	}
}
