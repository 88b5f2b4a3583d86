package match

import (
	"slices"
	"strings"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// textValue is one value of a field, in a cache line. What compares with it asks for folded, which is made once.
type textValue struct {
	orig  string
	fold  string // where done
	num   uint64 // of the event's value, with kind
	hash  uint64 // of orig; 0 where not made
	look  int32  // one more than the index in run.looks; 0 where there is none
	kind  event.Kind
	text  bool // patterns see text in it at all
	done  bool
	ascii bool // where done

	searches uint8 // for literals, up to minSearches
}

// value gives the event's value again; its text is what patterns see.
func (v *textValue) value() event.Value { return event.Value{S: v.orig, N: v.num, K: v.kind} }

// fieldValues is what the record has under a field.
type fieldValues struct {
	list    []textValue
	present bool
}

// cached says where the values of a field stand in run.texts.
type cached struct {
	epoch    uint32
	from, to int32
	present  bool
	lane     uint32      // run.epoch of the lane that known is of
	known    *remembered // what the field's only value gave there
	key      uint64      // of known, as long as it holds that value
}

// Counts is what a Scratch met at its bounds, since it was made.
type Counts struct {
	Values uint64 // values longer than sigma.MaxScan, looked at to there
	Regex  uint64 // expressions that saw a part of their value only, or none for the work before them
	Fields uint64 // fields with more than maxValues values

	Forgotten uint64 // values that memory gave up for others
}

// Scratch is the memory of one evaluation at a time.
type Scratch struct {
	run
	Counts Counts
}

// run is the state of one event in one lane. Marks are epochs, so that nothing is cleared between events.
type run struct {
	m       *Matcher
	ev      *event.Event
	windows bool
	arena   event.Arena
	texts   []textValue
	fields  []cached // by fieldID, of eventEpoch

	looks     []*look // the first usedLooks are of the event's values
	usedLooks int

	eventEpoch uint32
	epoch      uint32 // of lane and event
	lane       *lane
	seen       []uint32 // by literal
	memo       []uint32 // by item of the lane: mark<<1 | answer
	memos      []uint32 // of all lanes
	mark       uint32   // of the event; 31 bits
	rules      []uint32 // by rule of the lane: epoch<<1 of a candidate, with ruledOut of one that cannot match
	candidates []int32
	found      []spot // keywords of the event: their literals in lanes
	regexWork  int    // of the event
	cutRegex   uint64
	cutValues  uint64
	cutFields  uint64

	memories *memories // nil where no field is worth it
	hits     []int32   // literals, in the order of their hits
	recalled []fieldID // whose values were known in the lane
	replaced uint64    // in memories

	rowBuf []uint16
	trips  [trips]trip
	out    []int32
}

// NewScratch makes the memory for Run, for one goroutine at a time.
func (m *Matcher) NewScratch() *Scratch {
	lits, items, rules := m.maxSpots, 0, m.maxSpots
	for i := range m.lanes {
		l := &m.lanes[i]
		lits, items, rules = max(lits, len(l.lits)), items+len(l.items), max(rules, len(l.rules))
	}
	s := &Scratch{run: run{m: m, fields: make([]cached, len(m.fields.list)), seen: make([]uint32, lits), memos: make([]uint32, items),
		rules: make([]uint32, rules)}}
	if m.remember {
		s.memories = newMemories()
	}
	return s
}

// Of reports whether the memory was made for a matcher.
func (s *Scratch) Of(m *Matcher) bool { return s.m == m }

// Run gives the rules that match an event, as indexes into the matcher's, ascending. The slice is valid until the next Run.
func (m *Matcher) Run(ev *event.Event, s *Scratch) []int32 {
	s.rowBuf = m.routed.Rows(ev, s.rowBuf[:0])
	t := s.trip()
	if len(t.lanes) == 0 {
		return nil
	}
	s.begin(ev)
	s.search(t.words, t.lanes)
	return s.lanes(t.lanes)
}

// RunLanes is Run with the lanes given (Lanes).
func (m *Matcher) RunLanes(ev *event.Event, lanes []uint16, s *Scratch) []int32 {
	s.begin(ev)
	s.search(m.wordsOf(lanes), lanes)
	return s.lanes(lanes)
}

// lanes takes the event through lanes.
func (s *Scratch) lanes(lanes []uint16) []int32 {
	for _, l := range lanes {
		s.inLane(l)
	}
	slices.Sort(s.out)
	s.Counts.Values += s.cutValues
	s.Counts.Regex += s.cutRegex
	s.Counts.Fields += s.cutFields
	s.Counts.Forgotten += s.replaced
	s.cutValues, s.cutRegex, s.cutFields, s.replaced = 0, 0, 0, 0
	return s.out
}

// Bounds on what a Scratch has room for from one event to the next: one wide event must not make every later one carry its memory.
const (
	keptTexts = 1024
	keptLooks = 64
)

// Release lets go of the last event.
func (s *Scratch) Release() {
	s.ev = nil
	if s.texts = s.texts[:0]; cap(s.texts) > keptTexts {
		s.texts = nil
	}
	if len(s.looks) > keptLooks {
		clear(s.looks[keptLooks:])
		s.looks = s.looks[:keptLooks]
	}
}

func (r *run) begin(ev *event.Event) {
	r.ev, r.windows = ev, r.m.fields.isWindows(ev)
	r.out, r.found = r.out[:0], r.found[:0]
	r.arena.Reset()
	r.regexWork, r.usedLooks = 0, 0
	r.texts = r.texts[:0]
	if r.mark++; r.mark >= 1<<31 {
		clear(r.memos)
		r.mark = 1
	}
	if r.eventEpoch++; r.eventEpoch == 0 {
		clear(r.fields)
		r.eventEpoch = 1
	}
}

// enter makes the marks ready for a lane.
func (r *run) enter(l *lane) {
	r.lane, r.memo = l, r.memos[l.base:int(l.base)+len(l.items)]
	if r.epoch++; r.epoch >= 1<<31 {
		clear(r.seen)
		clear(r.rules)
		clear(r.fields)
		r.epoch = 1
	}
	r.candidates, r.hits, r.recalled = r.candidates[:0], r.hits[:0], r.recalled[:0]
}

// inLane scans the fields that the lane indexes and evaluates the rules that were hit.
func (r *run) inLane(n uint16) {
	l := &r.m.lanes[n]
	r.enter(l)
	for _, c := range l.always {
		r.candidate(c)
	}
	for _, f := range r.found {
		if f.lane == n {
			r.hit(f.n)
		}
	}
	for i, id := range l.ids {
		vals := r.values(id)
		if !vals.present {
			continue
		}
		f := &l.fields[i]
		for _, p := range f.present {
			r.candidate(p)
		}
		if f.remember && r.memories != nil && len(vals.list) == 1 && vals.list[0].kind == event.String {
			if m := r.memories.of(vals.list[0].orig); m != nil {
				r.recall(m, n, uint16(i), f, &vals.list[0])
				continue
			}
		}
		for k := range vals.list {
			if v := &vals.list[k]; v.text {
				r.index(f, v)
			}
		}
	}
	asked := false
	for _, c := range r.candidates {
		if r.rules[c]&ruledOut != 0 {
			continue
		}
		if !asked {
			r.answers()
			asked = true
		}
		if ok, by := r.node(l.rules[c].root); ok {
			r.out = append(r.out, l.rules[c].index)
		} else {
			r.exclude(c, by)
		}
	}
}

// index finds the literals of a field in a value. The value is folded on the way; only where it is not ASCII, beforehand.
func (r *run) index(f *laneField, v *textValue) {
	ascii := true
	if len(f.grams.short) > 0 {
		r.shorts(&f.grams, r.folded(v), r.pairsOf(v))
	}
	if f.front != nil {
		ascii = r.front(f.front, v.orig)
	}
	if f.back != nil {
		ascii = r.back(f.back, v.orig) && ascii
	}
	if ascii = r.scan(&f.grams, v.orig) && ascii; ascii || !f.wide && !foldsToASCII(v.orig) {
		return
	}
	s := r.folded(v)
	if f.front != nil {
		r.front(f.front, s)
	}
	if f.back != nil {
		r.back(f.back, s)
	}
	r.scan(&f.grams, s)
}

// foldsToASCII reports whether a text has one of the two characters that fold to ASCII and are none: the Kelvin sign (k) and the long
// s. Without them a text and its folded form hold the same literals of ASCII.
func foldsToASCII(s string) bool {
	return strings.Contains(s, "\u212a") || strings.Contains(s, "\u017f")
}

// hit notes that a literal stands where it must.
func (r *run) hit(n int32) {
	if r.seen[n] == r.epoch {
		return
	}
	r.seen[n] = r.epoch
	r.hits = append(r.hits, n)
	l := &r.lane.lits[n]
	for _, c := range l.rules {
		r.candidate(c)
	}
	for _, it := range l.items {
		r.memo[it] = r.mark<<1 | 1
		if r.lane.items[it].negate {
			r.memo[it]--
		}
	}
}

// ruledOut is the bit of a rule's mark that says that it cannot match.
const ruledOut = 1

func (r *run) candidate(c int32) {
	if r.rules[c]>>1 != r.epoch {
		r.rules[c] = r.epoch << 1
		r.candidates = append(r.candidates, c)
	}
}

func (r *run) ruleOut(c int32) { r.rules[c] = r.epoch<<1 | ruledOut }

// node evaluates a node of the lane's trees. It also gives the field whose value alone makes the answer what it is, 0 where it takes
// more than one, or more than a value.
func (r *run) node(n int32) (ok bool, by fieldID) {
	if n < 0 {
		return r.item(^n)
	}
	nd := &r.lane.nodes[n]
	kids := r.lane.kids[nd.from:nd.to]
	if nd.op == sigma.OpNot {
		ok, by = r.node(kids[0])
		return !ok, by
	}
	want := nd.n
	for i, k := range kids {
		ok, f := r.node(k)
		switch {
		case nd.op == sigma.OpAnd && !ok, nd.op != sigma.OpAnd && ok && nd.n == 1:
			return ok, f
		case i == 0:
			by = f
		case f != by:
			by = 0
		}
		if ok {
			if want--; want == 0 && nd.op != sigma.OpAnd {
				return true, by
			}
		}
	}
	return nd.op == sigma.OpAnd, by
}

// values gives what the record has under a field, found and folded once an event.
func (r *run) values(id fieldID) fieldValues {
	c := &r.fields[id]
	if c.epoch != r.eventEpoch {
		*c = cached{epoch: r.eventEpoch, from: int32(len(r.texts))}
		if id == 0 {
			c.present = true
			r.everything()
		} else {
			f, v := r.m.fields.find(r.ev, id, r.windows)
			if c.present = f != nil || v != nil; v != nil {
				r.add(v)
			}
			for n := 0; f != nil && n < maxValues; f, n = r.ev.Next(f), n+1 {
				r.add(&f.Value)
			}
			if f != nil {
				r.cutFields++
			}
		}
		c.to = int32(len(r.texts))
	}
	return fieldValues{r.texts[c.from:c.to:c.to], c.present}
}

// everything adds all values of the event that keywords may stand in.
func (r *run) everything() {
	for i := range r.ev.Fields {
		if f := &r.ev.Fields[i]; !hidden(r.ev, f) {
			r.add(&f.Value)
		}
	}
}

func (r *run) add(v *event.Value) {
	n := len(r.texts)
	if n == cap(r.texts) {
		r.texts = append(r.texts, textValue{})
	}
	r.texts = r.texts[:n+1]
	t := &r.texts[n] // its parts one by one: a whole one would be built elsewhere first and copied
	t.orig, t.text = r.text(v)
	t.num, t.kind = v.N, v.K
	t.fold, t.hash, t.look, t.done, t.ascii, t.searches = "", 0, 0, false, false, 0
}

// text gives a value as patterns see it, false where they see none.
func (r *run) text(v *event.Value) (string, bool) {
	switch v.K {
	case event.None, event.Null, event.EmptyArray, event.EmptyObject:
		return "", false
	case event.String:
		if len(v.S) <= sigma.MaxScan {
			return v.S, true
		}
	}
	s, cut := sigma.Clip(v.Text(&r.arena))
	if cut {
		r.cutValues++
	}
	return s, true
}
