package event

// Records of one source are alike: the same names in the same order. So Reset leaves the fields of the record before where they are,
// linked by name as they were, and a field that is added where one of the same name stood takes over its place in every list. What
// does not fit is taken out of the lists then (settle). Until a record is whole, the lists may name fields that it does not have;
// First and Next know by their number.

// settle takes the fields that only the record before had out of the lists. It costs one pass over them, and one over the fields
// that share a name with them.
func (e *Event) settle() {
	n := len(e.Fields)
	if e.stale <= n {
		return
	}
	old := e.Fields[:e.stale]
	e.stale = n
	for i := n; i < len(old); i++ {
		s := &e.heads[old[i].ID]
		if int(s.first) > n {
			s.first, s.last = 0, 0
		} else if int(s.last) > n {
			last := &old[s.first-1]
			for s.last = s.first; int(last.next) <= n; last = &old[last.next-1] {
				s.last = last.next
			}
			last.next = 0
		}
	}
}

// Ahead gives the field that the record before had where this one's next comes, for a reader that can compare its name with bytes
// it has not taken apart yet; Again says that this is the next indeed, with its value. It is nil where there is none of that layer, or
// where its name is not the event's own.
func (e *Event) Ahead(layer uint8) *Field {
	n := len(e.Fields)
	if n >= e.stale {
		return nil
	}
	if f := &e.Fields[:n+1][n]; f.Standing(layer) {
		return f
	}
	return nil
}

// Again says that the next field is the one that Ahead gave.
func (e *Event) Again(f *Field, v Value) {
	e.unlike |= f.Put(v)
	e.Fields = e.Fields[:len(e.Fields)+1]
	e.order.prev = f.ref
}

// Standing reports whether the field, of the record before, may be had again for one of that layer.
func (f *Field) Standing(layer uint8) bool { return f.ref != 0 && f.Layer == layer }

// Ref gives the reference of the field's name, 0 where the name is not the event's own.
func (f *Field) Ref() NameRef { return f.ref }

// Put writes the value over, and gives what of its kind differs, 0 for nothing.
func (f *Field) Put(v Value) Kind {
	old := f.Value.K
	f.Value.S, f.Value.N, f.Value.K = v.S, v.N, v.K
	return old ^ v.K
}

// Row is Ahead for a reader of many: all fields that the record before had from here on. RowAgain says that the first n of them,
// Standing all, have been Put again, and what of their kinds differed.
func (e *Event) Row() []Field { return e.Fields[len(e.Fields):max(e.stale, len(e.Fields))] }

// RowAgain says what became of the first n fields of Row.
func (e *Event) RowAgain(n int, unlike Kind) {
	if n == 0 {
		return
	}
	e.unlike |= unlike
	e.Fields = e.Fields[:len(e.Fields)+n]
	e.order.prev = e.Fields[len(e.Fields)-1].ref
}

// anyKind marks a record that is not like the one before.
const anyKind Kind = 0xff

// Alike reports whether the record has had so far what the one before had in all: fields of the same interned names, layers and kinds in
// the same order.
func (e *Event) Alike() bool { return e.unlike == 0 && len(e.Fields) == e.before }

// Kept gives what Keep was given with the record before, where this one is Alike, and else nil.
func (e *Event) Kept() any {
	if !e.Alike() {
		return nil
	}
	return e.kept
}

// Keep notes what a room found out that hangs on the fields' names, layers and kinds alone, a pointer. One room may do so.
func (e *Event) Keep(found any) { e.found = found }
