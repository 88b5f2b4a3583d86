package event

// Bounds on one record. Over a bound the rest of the record is kept as it came, in the original bytes, but not read; the event
// carries the problem "too_many_fields" or "too_deep".
const (
	MaxFields   = 8192 // fields of one record: the widest capture has 300; 8,192 still fit a megabyte
	MaxDepth    = 32   // levels of nesting read; deeper structures become one Opaque value
	MaxProblems = 16   // problems said of one record; more are counted only
)

// Field is one value under the name its source gave it, nested names joined with dots.
type Field struct {
	Name   string // "EventID", "userIdentity.arn"
	Value  Value
	Layer  uint8  // 0: the record as it arrived; 1 and up: read out of text by a parser, one more for each nested format
	traits trait  // of Name, where ref is not 0; else the roles of ID
	ID     NameID // the interned name, 0 where nobody asked for it
	ref    NameRef
	next   int32 // index plus one of the next field of the same ID
}

// Event is one record on its way (see the package comment). Reuse it: Reset, fill, read.
type Event struct {
	Names *Names // the engine's table, set by New

	// What arrived.
	Raw      []byte // the body's bytes, a view into the chunk
	Tag      string // the host's tag of the chunk
	Arrival  int64  // when the chunk reached the engine, nanoseconds since 1970 UTC
	HostTime int64  // the host's timestamp of the record, nanoseconds since 1970 UTC; 0 where it has none

	// Line is the text that was parsed, where the record held a line (a view), and else empty. The record's hash is of it.
	Line string

	Hash string // first 16 hexadecimal digits of SHA-256 of Line, or of Raw where there is none
	ID   string // given by the record, or derived from Hash and the host's timestamp

	IDGiven bool   // the record brought its id itself: another record of this id is the same one again
	IDHash  uint64 // by which entity knows a given id again, 0 where it was not asked

	Fields []Field
	Arena  Arena

	Format   string // innermost format recognised: "json", "cef", "winlog_xml", "" for an already structured record
	Formats  string // all layers, outermost first, joined with "/": "rfc3164/cef"
	Source   string // the mapping that recognised it: "sysmon", "sshd", "cloudtrail", "" where none did
	Class    Class
	Activity uint8 // OCSF activity_id within Class

	Entities    [NumEntityKinds]string
	Criticality Criticality
	AssetRole   string
	AssetWeight float64 // what the asset's state (sandbox, decommissioned) leaves of its weight, above 0 to 1; 0: not said
	Tier        string  // identity tier or role from enrichment
	Identity    float64 // identity risk 0 to 1
	Intel       []IntelHit
	Techniques  []string // ATT&CK ids, each once
	Tactics     []string // ATT&CK tactic shortnames, each once
	Findings    []Finding
	Factors     Factors
	Baseline    float64 // 1 to 10; 0 until normalise has set it
	Confidence  float64 // 0 to 1; 0 until something has set it
	DriftNS     int64   // arrival minus the time the record gives, nanoseconds; 0 where it gives none
	Severity    int     // 1 to 10
	Risk        float64 // 0 to 100
	RiskRaw     float64 // the same, not clamped
	Level       Level
	Route       Route
	Invalid     bool // what its class requires is missing or wrong: the record belongs in quarantine; Problems say why
	Recurrence  int
	Problems    []Problem
	ProblemsCut int // problems over MaxProblems

	// What state added (entity, correlate).
	Replayed       bool                    // a record of this id went by already; its score is the one it got
	StateTruncated bool                    // state it builds on was evicted or refused within its window: counts may be too low
	LinkStrength   float64                 // 0 to 1: how strong the login was that gave the principal; 0 where the record named it
	BaselineGiven  float64                 // Baseline before deltas were added; 0 where none was
	EntityRisk     [NumEntityKinds]float64 // risk accumulated on each of Entities, this record's with it; 0 where none is kept
	Incidents      []Incident              // opened, updated or closed by this record, to go out after it

	canon  *[NumKeys]Value // behind a pointer: Reset must not copy it
	have   [(NumKeys + 63) / 64]uint64
	heads  []span // by NameID: first and last field of that name
	order  order
	moved  bool // a field was linked anew: the lists are not in the order of the fields
	astray bool // names were added that the record before did not have at their places, so that it is no guess at what comes next
	stale  int  // so many of the first fields are linked: those of the record before where there are fewer now (again.go)
	before int  // fields of the record before
	unlike Kind // not 0: a field is not what the record before had in its place, or its value of another kind
	kept   any  // what Keep was given with the record before, and found with this one
	found  any
	mem    *memory
}

// memory is what an event remembers from record to record beside the fields of the one before; siblings share it.
type memory struct {
	learnt  *Names     // names that nobody asked for; nil: none yet
	after   []follower // by NameRef
	clock   clock
	texts   Texts
	scratch [numScratches]any
}

type span struct{ first, last int32 } // indexes plus one

// New makes an event for an engine's names; the table must be complete.
func New(names *Names) *Event {
	e := &Event{Names: names, Fields: make([]Field, 0, 64), canon: new([NumKeys]Value), mem: newMemory(names)}
	e.room()
	return e
}

func newMemory(names *Names) *memory { return &memory{after: make([]follower, names.Len()+maxLearnt)} }

// Sibling makes an event for other records of the same thread: what the two remember of values they remember together.
func (e *Event) Sibling() *Event {
	s := &Event{Names: e.Names, Fields: make([]Field, 0, 64), canon: new([NumKeys]Value), mem: e.mem}
	s.room()
	return s
}

// room makes room for the lists of all names.
func (e *Event) room() {
	e.order = order{base: NameRef(e.Names.Len())}
	e.heads = make([]span, e.Names.Len())
	e.stale = 0
}

// Reset makes the event ready for the next record; every view of the last one ends.
func (e *Event) Reset() {
	e.stale = max(e.stale, len(e.Fields))
	if e.moved || cap(e.Fields) > 1024 {
		e.clear()
	}
	if cap(e.Fields) > 1024 { // one wide record must not make every later one carry its memory
		e.Fields = make([]Field, 0, 64)
	}
	if n := e.Names.Len(); NameRef(n) != e.order.base {
		e.mem = newMemory(e.Names) // what siblings learnt has other references
		e.room()
	}
	e.order.prev = 0
	e.Arena.Reset()
	// What is kept is set aside by hand: an Event with it in would be built elsewhere first and copied.
	names, fields, arena, canon, heads, order := e.Names, e.Fields[:0], e.Arena, e.canon, e.heads, e.order
	stale, before, kept, mem := e.stale, len(e.Fields), e.found, e.mem
	intel, techniques, tactics, findings, problems := e.Intel[:0], e.Techniques[:0], e.Tactics[:0], e.Findings[:0], e.Problems[:0]
	*e = Event{}
	e.Names, e.Fields, e.Arena, e.canon, e.heads, e.order = names, fields, arena, canon, heads, order
	e.stale, e.before, e.kept, e.mem = stale, before, kept, mem
	e.Intel, e.Techniques, e.Tactics, e.Findings, e.Problems = intel, techniques, tactics, findings, problems
}

// clear empties the lists of fields by name.
func (e *Event) clear() {
	n := max(e.stale, len(e.Fields))
	for i := range e.Fields[:n] {
		s := &e.heads[e.Fields[:n][i].ID]
		s.first, s.last = 0, 0
	}
	e.stale = 0
}

// Add appends a field. Over MaxFields it is refused with a problem and false. name and v are kept as views.
func (e *Event) Add(name string, v Value, layer uint8) bool {
	if e.repeat(name, v, layer) {
		return true
	}
	known, r := e.Refer(name)
	if r == 0 {
		known = name
	}
	return e.AddRef(r, known, v, layer)
}

// repeat adds a field that takes over the place of one of the record before; false where that has another name.
func (e *Event) repeat(name string, v Value, layer uint8) bool {
	f := e.Ahead(layer)
	if f == nil || f.Name != name {
		return false
	}
	e.Again(f, v)
	return true
}

// AddJoined is Add for a name that does not live as long as the event: it is copied where the event does not know it.
func (e *Event) AddJoined(name string, v Value, layer uint8) bool {
	if e.repeat(name, v, layer) {
		return true
	}
	known, r := e.Refer(name)
	if r == 0 {
		known = e.Arena.Copy(BytesOf(name))
	}
	return e.AddRef(r, known, v, layer)
}

// AddID is Add for a name whose integer is known (0: it has none).
func (e *Event) AddID(id NameID, name string, v Value, layer uint8) bool {
	if id != 0 { // the name in memory that outlives the record
		name = e.Names.names[id]
	}
	return e.AddRef(NameRef(id), name, v, layer)
}

// AddRef is Add for a name whose reference is known (0: it has none); name is then the text that the event has for it.
func (e *Event) AddRef(ref NameRef, name string, v Value, layer uint8) bool {
	n, id := len(e.Fields), e.IDOf(ref)
	if n < e.stale {
		if f := &e.Fields[:n+1][n]; f.ID == id && f.Layer == layer {
			if f.ref != ref {
				f.ref, f.traits, e.astray = ref, e.traits(ref), true
			}
			f.Name = name
			e.unlike |= f.Put(v)
			e.Fields = e.Fields[:n+1]
			return true
		}
		e.settle()
	}
	e.unlike = anyKind
	if n >= MaxFields {
		e.Problem("event", "too_many_fields", "")
		return false
	}
	if n == cap(e.Fields) {
		e.Fields = append(e.Fields, Field{})
	}
	e.Fields = e.Fields[:n+1]
	f := &e.Fields[n] // its parts one by one: a whole Field would be built elsewhere first and copied
	f.Name = name
	f.Value.S, f.Value.N, f.Value.K = v.S, v.N, v.K
	f.Layer, f.traits, f.ID, f.ref, f.next = layer, e.traits(ref), id, ref, 0
	if id != 0 {
		e.link(n, id)
	}
	return true
}

// link puts field i at the end of the list of its name.
func (e *Event) link(i int, id NameID) {
	s, at := &e.heads[id], int32(i+1)
	if s.first == 0 {
		s.first = at
	} else {
		e.Fields[s.last-1].next = at
	}
	s.last = at
}

// First gives the first field of an interned name, nil where the record has none. Next gives the others, in order. Both are
// valid until a field is added.
func (e *Event) First(id NameID) *Field {
	if i := int(e.heads[id].first) - 1; uint(i) < uint(len(e.Fields)) && id != 0 {
		return &e.Fields[i]
	}
	return nil
}

// Last gives the last field of an interned name, the innermost format's where several have it; nil where the record has none.
func (e *Event) Last(id NameID) *Field {
	e.settle()
	if s := &e.heads[id]; s.first != 0 && id != 0 {
		return &e.Fields[s.last-1]
	}
	return nil
}

// Next gives the next field of the same name, nil after the last.
func (e *Event) Next(f *Field) *Field {
	if i := int(f.next) - 1; uint(i) < uint(len(e.Fields)) {
		return &e.Fields[i]
	}
	return nil
}

// Relink gives field i the interned name id in place of its own, so that every shape of one source is found under one name; its
// Name stays what the record said.
func (e *Event) Relink(i int, id NameID) {
	e.settle()
	f := &e.Fields[i]
	if f.ID == id {
		return
	}
	e.unlink(i)
	e.unlike = anyKind
	f.ID, f.ref, f.traits, e.moved = id, 0, e.Names.traits[id]&trait(allRoles), true
	if id != 0 {
		e.link(i, id)
	}
}

// unlink takes field i out of the list of its name.
func (e *Event) unlink(i int) {
	f := &e.Fields[i]
	if f.ID == 0 {
		return
	}
	n := int32(i + 1)
	s := &e.heads[f.ID]
	if s.first == n {
		s.first = f.next
		if f.next == 0 {
			s.last = 0
		}
	} else {
		p := s.first
		for e.Fields[p-1].next != n {
			p = e.Fields[p-1].next
		}
		e.Fields[p-1].next = f.next
		if s.last == n {
			s.last = p
		}
	}
	f.next, f.ID = 0, 0
}

// Rewind takes back the fields added since there were n, for a parser that finds at the end of a text that it is not what it began
// as. It costs one pass over all fields.
func (e *Event) Rewind(n int) {
	if n >= len(e.Fields) {
		return
	}
	e.clear()
	e.unlike = anyKind
	e.Fields = e.Fields[:n]
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.next = 0; f.ID != 0 {
			e.link(i, f.ID)
		}
	}
}

// Find gives the first field of a name whether interned or not: a scan where it is not. For people's commands and tests.
func (e *Event) Find(name string) *Field {
	for i := range e.Fields {
		if e.Fields[i].Name == name {
			return &e.Fields[i]
		}
	}
	return nil
}

// Set sets a canonical field. A Value of kind None removes it.
func (e *Event) Set(k Key, v Value) {
	if v.K == None {
		e.have[k>>6] &^= 1 << (k & 63)
		return
	}
	e.canon[k] = v
	e.have[k>>6] |= 1 << (k & 63)
}

// Has reports whether a canonical field is set.
func (e *Event) Has(k Key) bool { return e.have[k>>6]&(1<<(k&63)) != 0 }

// Get gives a canonical field, the zero Value where it is not set.
func (e *Event) Get(k Key) Value {
	if !e.Has(k) {
		return Value{}
	}
	return e.canon[k]
}

// Canon gives the memory of the canonical fields, for a writer of many: what it writes there is set once it has been marked.
func (e *Event) Canon() *[NumKeys]Value { return e.canon }

// Mark says that the canonical fields of a set have been written: they are set from here on.
func (e *Event) Mark(s *KeySet) {
	e.have[0] |= s[0]
	e.have[1] |= s[1]
	e.have[2] |= s[2]
	e.have[3] |= s[3]
}

// At gives a view of a canonical field that is set; of one that is not, what it held before.
func (e *Event) At(k Key) *Value { return &e.canon[k] }

// Str gives a canonical field's text, "" where it is not set or not text.
func (e *Event) Str(k Key) string {
	if !e.Has(k) {
		return ""
	}
	return e.canon[k].S
}

// Keys gives the bits of the canonical fields that are set: key k is bit k%64 of word k/64.
func (e *Event) Keys() [(NumKeys + 63) / 64]uint64 { return e.have }

// KeySet is a set of canonical fields, laid out as Keys gives them.
type KeySet [(NumKeys + 63) / 64]uint64

// SetOf makes a KeySet. For use when the engine opens.
func SetOf(keys ...Key) (s KeySet) {
	for _, k := range keys {
		s[k>>6] |= 1 << (k & 63)
	}
	return s
}

// Add puts a key into the set.
func (s *KeySet) Add(k Key) { s[k>>6] |= 1 << (k & 63) }

// Drop takes a key out of the set.
func (s *KeySet) Drop(k Key) { s[k>>6] &^= 1 << (k & 63) }

// Has reports whether the key is in the set.
func (s *KeySet) Has(k Key) bool { return s[k>>6]&(1<<(k&63)) != 0 }

// HasAny reports whether one of the canonical fields is set.
func (e *Event) HasAny(s *KeySet) bool {
	return s[0]&e.have[0]|s[1]&e.have[1]|s[2]&e.have[2]|s[3]&e.have[3] != 0
}

// A set is of so many words as HasAny and Mark, which every record takes several times, name one by one.
var _ = [1]struct{}{}[len(KeySet{})-4]

// Problem says what was wrong with the record. room and code are constants; the same three words are said once.
func (e *Event) Problem(room, code, field string) {
	for _, p := range e.Problems {
		if p.Code == code && p.Field == field && p.Room == room {
			return
		}
	}
	if len(e.Problems) >= MaxProblems {
		e.ProblemsCut++
		return
	}
	e.Problems = append(e.Problems, Problem{room, code, field})
}

// AddTechnique notes an ATT&CK technique id, AddTactic a tactic's shortname; each is noted once. The string must outlive the event.
func (e *Event) AddTechnique(id string) { e.Techniques = addOnce(e.Techniques, id) }

// AddTactic notes an ATT&CK tactic's shortname ("execution"), once. The string must outlive the event.
func (e *Event) AddTactic(name string) { e.Tactics = addOnce(e.Tactics, name) }

func addOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}
