package normalise

import (
	"math/bits"

	"prescore/engine/event"
)

// maxPlanned bounds the steps of one source that a plan covers: its set lies on the stack. The largest built-in source has some 500;
// one of more runs every step, slower and no different.
const maxPlanned = 1024

type stepSet [maxPlanned / 64]uint64

// plan says which of a source's steps and tables can do anything for a record: those of the names it has, and those that ask for no
// name. A source knows hundreds of aliases and a record has some twenty fields, so most steps need not be looked at.
type plan struct {
	at    []uint16 // by NameID, up to the last that is asked for: one more than the index in names
	names []asking
	rest  stepSet // steps that ask for no name
	words int     // of a stepSet that are in use
}

// asking is who asks for one name.
type asking struct {
	steps  []uint16
	tables uint64 // by their bit
}

// newPlan plans the steps of a source, which asks for names up to last; nil where they are too many.
func newPlan(steps []step, last event.NameID) *plan {
	if len(steps) > maxPlanned {
		return nil
	}
	p := &plan{at: make([]uint16, int(last)+1), words: (len(steps) + 63) / 64}
	for i, s := range steps {
		if s.id == 0 {
			p.rest[i/64] |= 1 << (i % 64)
			continue
		}
		a := p.of(s.id)
		a.steps = append(a.steps, uint16(i))
	}
	return p
}

// of gives who asks for a name, to be added to.
func (p *plan) of(id event.NameID) *asking {
	if p.at[id] == 0 {
		p.names = append(p.names, asking{})
		p.at[id] = uint16(len(p.names))
	}
	return &p.names[p.at[id]-1]
}

// maxTables bounds the tables of one source that a plan covers: one word has their bits. Built-in sources have at most ten;
// those beyond are run for every record.
const maxTables = 64

// table gives a table the bit n, where it does nothing for a record that has none of the fields it asks for.
func (p *plan) table(t *table, n int) bool {
	if n >= maxTables || len(t.get) == 0 || t.absent != nil {
		return false
	}
	for i := range t.get {
		if t.get[i].id == 0 {
			return false
		}
	}
	t.bit = 1 << n
	for i := range t.get {
		p.of(t.get[i].id).tables |= t.bit
	}
	return true
}

// lastName gives the last name that steps and tables ask for.
func (s *source) lastName() (last event.NameID) {
	for i := range s.fields {
		last = max(last, s.fields[i].id)
	}
	for _, list := range [][]table{s.early, s.late} {
		for i := range list {
			for k := range list[i].get {
				last = max(last, list[i].get[k].id)
			}
		}
	}
	return last
}

// prepare makes what a source needs to be fast, when all of it is compiled.
func (s *source) prepare() {
	s.plan = newPlan(s.fields, s.lastName())
	s.collectKeys()
	for i := range s.messages {
		s.messages[i].ready()
	}
	n := 0
	for _, list := range [][]table{s.early, s.late} {
		for i := range list {
			if s.plan != nil && s.plan.table(&list[i], n) {
				n++
			}
			if len(list[i].words.slots) > 0 || len(list[i].globs) > 0 {
				list[i].near = new(near)
			}
			if len(list[i].globs) >= memoWorth {
				list[i].memo = newMemo[row](tableWords)
			}
		}
	}
}

// mark notes in set the steps that a record needs and gives the bits of the tables it needs.
func (p *plan) mark(ev *event.Event, set *stepSet) (tables uint64) {
	if p == nil {
		return ^uint64(0)
	}
	copy(set[:p.words], p.rest[:p.words])
	for i := range ev.Fields {
		id := int(ev.Fields[i].ID)
		if id >= len(p.at) || p.at[id] == 0 {
			continue
		}
		a := &p.names[p.at[id]-1]
		tables |= a.tables
		for _, n := range a.steps {
			set[n/64%uint16(len(set))] |= 1 << (n % 64)
		}
	}
	return tables
}

// fields runs the steps of a source in their order, those in set where there is a plan.
func (r *Room) fields(ev *event.Event, s *source, set *stepSet) {
	if s.plan == nil {
		for i := range s.fields {
			r.put(ev, &s.fields[i])
		}
		return
	}
	for w := range s.plan.words {
		for b := set[w]; b != 0; b &= b - 1 {
			r.put(ev, &s.fields[w*64+bits.TrailingZeros64(b)])
		}
	}
}
