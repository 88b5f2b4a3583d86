package match

import (
	"fmt"
	"slices"
	"strconv"

	"prescore/engine/detect/route"
	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// Matcher is all rules, compiled. It does not change once made; any number of goroutines may Run it, each with its own Scratch.
type Matcher struct {
	fields *Fields
	router *route.Router // all rows, for people
	routed *route.Router // those that have a lane
	lanes  []lane
	byRow  [][]uint16 // lanes by row of the router
	where  []spot     // by rule

	laneWords []*words    // keywords by lane
	merged    mergedWords // of lanes that events go through together
	maxSpots  int         // of words that have all keywords
	remember  bool        // some field does
}

// spot is where a rule, or a literal, stands.
type spot struct {
	lane uint16
	n    int32
}

// lane is the rules of one log source.
type lane struct {
	source sigma.LogSource
	rules  []laneRule
	nodes  []node
	kids   []int32
	items  []item
	base   int32 // of the items in what is kept for all lanes
	lits   []lit
	fields []laneField
	ids    []fieldID // of fields
	always []int32   // rules that nothing indexed can rule out
	words  []int32   // literals that may stand in any value of the event
}

type laneRule struct {
	index int32 // in the slice given to New
	root  int32 // as kids are
}

// node is an Expr that is no leaf; its children are kids[from:to], cheapest first: indexes of nodes, or of items where they are
// negative, ^item.
type node struct {
	op       sigma.Op
	n        int32 // how many of the kids, for or and at-least
	from, to int32
}

// lit is an indexed literal of one field: the rules that become candidates, and the items that are answered by a hit.
type lit struct {
	text  string
	rules []int32
	items []int32
}

// laneField is the index of one field.
type laneField struct {
	field   fieldID
	front   *walk // whole values and prefixes; nil where there are none
	back    *walk // suffixes
	grams   grams
	present []int32 // rules that are candidates wherever the field is
	wide    bool    // some literal is not ASCII

	remember bool // what its values gave is worth remembering
}

// New compiles rules. Rules whose log source no row of the router covers never run: Unrouted names them.
func New(rules []*sigma.Rule, router *route.Router, fields *Fields) (*Matcher, error) {
	m := &Matcher{fields: fields, router: router}
	by := map[sigma.LogSource]int{}
	var groups [][]int32
	for i, r := range rules {
		n, ok := by[r.Source]
		if !ok {
			n = len(groups)
			by[r.Source] = n
			groups = append(groups, nil)
			m.lanes = append(m.lanes, lane{source: r.Source})
		}
		groups[n] = append(groups[n], int32(i))
	}
	if len(m.lanes) > 1<<16-1 {
		return nil, fmt.Errorf("rules name %d log sources: at most %d", len(m.lanes), 1<<16-1)
	}
	m.where = make([]spot, len(rules))
	f := &filer{}
	for n, g := range groups {
		for i, r := range g {
			m.where[r] = spot{uint16(n), int32(i)}
		}
		b := &builder{m: m, filer: f, lane: &m.lanes[n], itemIDs: map[string]int32{}, used: map[anchor]int32{}, asked: map[fieldID]int{}}
		if err := b.build(rules, g); err != nil {
			return nil, err
		}
	}
	items := 0
	for i := range m.lanes {
		m.lanes[i].base = int32(items)
		items += len(m.lanes[i].items)
	}
	if router != nil {
		for _, src := range router.LogSources() {
			m.byRow = append(m.byRow, m.Lanes(src))
		}
		m.routed = router.Only(func(row int) bool { return len(m.byRow[row]) > 0 })
	}
	m.keywords(f)
	return m, nil
}

// Lanes gives the lanes of the rules that run on events of a log source, for RunLanes.
func (m *Matcher) Lanes(sources ...sigma.LogSource) []uint16 {
	var out []uint16
	for _, s := range sources {
		for i := range m.lanes {
			if m.lanes[i].source.Covers(s) && !slices.Contains(out, uint16(i)) {
				out = append(out, uint16(i))
			}
		}
	}
	return out
}

// All gives every lane.
func (m *Matcher) All() []uint16 {
	out := make([]uint16, len(m.lanes))
	for i := range out {
		out[i] = uint16(i)
	}
	return out
}

// LogSources gives what an event is of, for people.
func (m *Matcher) LogSources(ev *event.Event) []sigma.LogSource {
	var out []sigma.LogSource
	for _, row := range m.router.Rows(ev, nil) {
		out = append(out, m.router.LogSources()[row])
	}
	return out
}

// Unrouted gives the log sources of rules that no row of the router covers, with the number of their rules.
func (m *Matcher) Unrouted() map[sigma.LogSource]int {
	out := map[sigma.LogSource]int{}
	routed := make([]bool, len(m.lanes))
	for _, lanes := range m.byRow {
		for _, l := range lanes {
			routed[l] = true
		}
	}
	for i := range m.lanes {
		if !routed[i] {
			out[m.lanes[i].source] = len(m.lanes[i].rules)
		}
	}
	return out
}

// Unplanned is how many events the router had no plan for.
func (m *Matcher) Unplanned() uint64 {
	if m.routed == nil {
		return 0
	}
	return m.routed.Unplanned()
}

// Idle reports whether there is no rule that could run.
func (m *Matcher) Idle() bool { return len(m.lanes) == 0 }

// Fields gives the resolver, for a Record.
func (m *Matcher) Fields() *Fields { return m.fields }

// builder compiles one lane.
type builder struct {
	m       *Matcher
	filer   *filer
	lane    *lane
	itemIDs map[string]int32
	key     []byte           // of intern, used again
	used    map[anchor]int32 // in how many rules a literal stands
	asked   map[fieldID]int  // items of rules, by field
}

func (b *builder) build(rules []*sigma.Rule, group []int32) error {
	roots := make([]int32, len(group))
	seen := map[int32]bool{} // items of a rule
	for i, n := range group {
		clear(seen)
		root, err := b.tree(rules[n].Cond, seen)
		if err != nil {
			return fmt.Errorf("rule %q: %w", rules[n].Ident(), err)
		}
		for it := range seen {
			b.use(&b.lane.items[it])
		}
		roots[i] = root
		b.lane.rules = append(b.lane.rules, laneRule{n, root})
	}
	b.index(roots)
	return nil
}

// use counts the literals of an item of a rule, also those that its expressions need: what a dozen rules ask for stands in events that
// none of them means.
func (b *builder) use(it *item) {
	b.asked[it.field]++
	for i := range it.vals {
		v := &it.vals[i]
		if v.test <= testContains {
			b.used[v.anchor(it.field)]++
		}
		if v.test != testRegex {
			continue
		}
		b.asked[it.field] += askedRegex
		for _, need := range v.src.Regex.Needs {
			for _, t := range need {
				b.used[anchor{it.field, atAnywhere, t}]++
			}
		}
	}
}

// tree adds a condition to the lane's nodes and gives its root, as kids are.
func (b *builder) tree(e *sigma.Expr, seen map[int32]bool) (int32, error) {
	if e.Op == sigma.OpLeaf {
		it, err := b.intern(e.Item)
		if err != nil {
			return 0, err
		}
		seen[it] = true
		return ^it, nil
	}
	kids := make([]int32, 0, len(e.Kids))
	for _, k := range e.Kids {
		n, err := b.tree(k, seen)
		if err != nil {
			return 0, err
		}
		kids = append(kids, n)
	}
	slices.SortStableFunc(kids, func(x, y int32) int { return b.cost(x) - b.cost(y) })
	from := int32(len(b.lane.kids))
	b.lane.kids = append(b.lane.kids, kids...)
	b.lane.nodes = append(b.lane.nodes, node{op: e.Op, n: int32(max(e.N, 1)), from: from, to: int32(len(b.lane.kids))})
	return int32(len(b.lane.nodes) - 1), nil
}

// cost estimates the work for a node.
func (b *builder) cost(n int32) int {
	if n < 0 {
		return int(b.lane.items[^n].cost)
	}
	nd := &b.lane.nodes[n]
	sum := 1
	for _, k := range b.lane.kids[nd.from:nd.to] {
		sum += b.cost(k)
	}
	return sum
}

// intern gives the integer of an item; equal items of different rules are one.
func (b *builder) intern(it *sigma.Item) (int32, error) {
	key := append(append(append(b.key[:0], it.Field...), '|'), it.Mods...)
	for i := range it.Values {
		key = append(key, 0, byte(it.Values[i].Kind))
		key = append(key, it.Values[i].Text...)
	}
	for _, g := range it.Groups {
		key = strconv.AppendInt(append(key, 0), int64(g), 10)
	}
	b.key = key
	if id, ok := b.itemIDs[string(key)]; ok {
		return id, nil
	}
	c, ok := b.m.fields.compileItem(it)
	if !ok {
		return 0, fmt.Errorf("field %q: more field names than can be told apart", it.Field)
	}
	id := int32(len(b.lane.items))
	b.lane.items = append(b.lane.items, c)
	b.itemIDs[string(key)] = id
	return id, nil
}
