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
// it has not taken apart yet; Again says that this is the next indeed, with its Value written over. It is nil where there is none of
// that layer, or where its name is not the event's own.
func (e *Event) Ahead(layer uint8) *Field {
	n := len(e.Fields)
	if n >= e.stale {
		return nil
	}
	if f := &e.Fields[:n+1][n]; f.ref != 0 && f.Layer == layer {
		return f
	}
	return nil
}

// Again says that the next field is the one that Ahead gave, whose Value has been set.
func (e *Event) Again(f *Field) {
	e.Fields = e.Fields[:len(e.Fields)+1]
	e.order.prev = f.ref
}
