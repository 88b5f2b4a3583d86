package event

import "strings"

// Records of one source have their names in one order: the name that came after another the last time is most likely the one that
// comes now, and one comparison with it stands in for hashing, looking up and joining. An event remembers one such name for each name;
// where it is another, the table is asked as ever and the new one is remembered. Names that nobody asked for have their place in that
// order too: an event learns them, for itself.

// Bounds of the names that an event learns.
const (
	maxLearnt    = 1024 // names: those of some dozen sources. Beyond, names are looked up each time
	maxLearntLen = 128  // bytes of a name
)

// NameRef is a place in an event's order of names: a NameID, or a name that the event has learnt.
type NameRef uint32

// order is what an event remembers of names.
type order struct {
	prev NameRef // the name resolved last
	base NameRef // the references of learnt names begin here
}

// follower is the name that was resolved after another one last, in this record or an earlier one of the event or its siblings.
type follower struct {
	text   string // here because its own place would be one more line to load for each field of a record
	ref    NameRef
	traits trait
}

// text gives the name of a reference.
func (e *Event) text(r NameRef) string {
	if r < e.order.base {
		return e.Names.names[r]
	}
	return e.mem.learnt.names[r-e.order.base]
}

// traits gives the traits of a reference's name.
func (e *Event) traits(r NameRef) trait {
	if r < e.order.base {
		return e.Names.traits[r]
	}
	return e.mem.learnt.traits[r-e.order.base]
}

// IDOf gives the interned name of a reference, 0 where nobody asked for it.
func (e *Event) IDOf(r NameRef) NameID {
	if r < e.order.base {
		return NameID(r)
	}
	return 0
}

// Resolve gives the interned name of the next name of a record, 0 where it has none, and the name itself in memory that lives as long
// as the event; it is "" where the event does not know it, which is for the reader to keep.
func (e *Event) Resolve(name string) (string, NameID) {
	known, r := e.Refer(name)
	return known, e.IDOf(r)
}

// Refer is Resolve that gives the reference, for AddRef.
func (e *Event) Refer(name string) (string, NameRef) {
	s := &e.mem.after[e.order.prev]
	r, known := s.ref, s.text
	if known != name {
		if r = e.order.prev; e.text(r) != name { // no further element of an array
			r = e.look(name)
		}
		known = e.text(r)
	}
	if r != 0 {
		e.order.prev = r
	}
	return known, r
}

// Expected gives the name that the record before had here, or that followed the last one, for a reader that can compare it with text it has not taken apart yet; Take
// says that it was the next indeed, with its value. It is "" where none is known, and where the name has bytes that a text can write in several ways.
func (e *Event) Expected() (string, NameRef) { return e.expected(traitPlain) }

// ExpectedWord is Expected where the name stands without quotes: "" too where it has other bytes than letters, digits, "_", "-" and ".",
// or does not begin with a letter or "_".
func (e *Event) ExpectedWord() (string, NameRef) { return e.expected(traitWord) }

func (e *Event) expected(t trait) (string, NameRef) {
	if n := len(e.Fields); n < e.stale && !e.astray { // the record before is the best guess
		if f := &e.Fields[:n+1][n]; f.traits&t != 0 {
			return f.Name, f.ref
		}
	}
	if s := &e.mem.after[e.order.prev]; s.traits&t != 0 {
		return s.text, s.ref
	}
	return "", 0
}

// Take adds a field under the name that Expected gave.
func (e *Event) Take(r NameRef, name string, v Value, layer uint8) bool {
	if f := e.Ahead(layer); f != nil && f.ref == r {
		e.Again(f, v)
		return true
	}
	e.order.prev = r
	return e.AddRef(r, name, v, layer)
}

// ResolveJoined is Resolve for prefix and key joined with a dot; it always gives the name.
func (e *Event) ResolveJoined(prefix, key string) (string, NameID) {
	name, r := e.ReferJoined(prefix, key)
	return name, e.IDOf(r)
}

// ReferJoined is ResolveJoined that gives the reference, for AddRef.
func (e *Event) ReferJoined(prefix, key string) (string, NameRef) {
	s := &e.mem.after[e.order.prev]
	if n, r := s.text, s.ref; len(n) == len(prefix)+1+len(key) && n[len(prefix)] == '.' && n[len(prefix)+1:] == key && n[:len(prefix)] == prefix {
		e.order.prev = r
		return n, r
	}
	size := len(prefix) + 1 + len(key)
	d := e.Arena.Grab(size)
	copy(d, prefix)
	d[len(prefix)] = '.'
	copy(d[len(prefix)+1:], key)
	known, r := e.Refer(View(d))
	if known == "" {
		return View(d), 0
	}
	e.Arena.Shrink(size)
	return known, r
}

// look looks a name up, learns it where nobody asked for it, and remembers that it came after the last one.
func (e *Event) look(name string) NameRef {
	r := NameRef(e.Names.Lookup(name))
	if r == 0 {
		if r = e.learn(name); r == 0 {
			return 0
		}
	}
	s := &e.mem.after[e.order.prev]
	s.ref, s.text, s.traits = r, e.text(r), e.traits(r)
	return r
}

// learn gives the reference of a name that nobody asked for, 0 where it is not learnt.
func (e *Event) learn(name string) NameRef {
	if len(name) > maxLearntLen || name == "" {
		return 0
	}
	l := e.mem.learnt
	if l == nil {
		l = NewNames()
		e.mem.learnt = l
	}
	id := l.Lookup(name)
	if id == 0 {
		if l.Len() >= maxLearnt {
			return 0
		}
		id = l.Intern(strings.Clone(name))
	}
	return e.order.base + NameRef(id)
}
