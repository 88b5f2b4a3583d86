package event

// Records of one source have their names in one order: the name that came after another the last time is most likely the one that
// comes now, and one comparison with it stands in for hashing and looking up. An event remembers one such name for each name; where
// it is another, the table is asked as ever and the new one is remembered. Names that nobody asked for are passed over.

// Resolve is Names.Lookup for the names of a record in their order.
func (e *Event) Resolve(name string) NameID {
	id := e.heads[e.prev].follow
	if e.Names.names[id] == name {
		e.prev = id
		return id
	}
	if e.Names.names[e.prev] == name { // a further element of an array
		return e.prev
	}
	return e.resolved(e.Names.Lookup(name))
}

// resolved remembers that a name came after the last one.
func (e *Event) resolved(id NameID) NameID {
	if id != 0 {
		e.heads[e.prev].follow = id
		e.prev = id
	}
	return id
}

// Expected gives the name that followed the last one, for a reader that can compare it with text it has not taken apart yet; Take
// says that it was the next indeed. It is "" where none is known, and where the name has bytes that a text can write in several ways.
func (e *Event) Expected() (string, NameID) {
	id := e.heads[e.prev].follow
	if !e.Names.plain[id] {
		return "", 0
	}
	return e.Names.names[id], id
}

// Take says that the next name of the record is the one that Expected gave.
func (e *Event) Take(id NameID) { e.prev = id }

// ResolveJoined is Resolve for prefix and key joined with a dot. It gives the interned name as well; where it gives 0 the name is
// still to be joined.
func (e *Event) ResolveJoined(prefix, key string) (string, NameID) {
	id := e.heads[e.prev].follow
	if n := e.Names.names[id]; len(n) == len(prefix)+1+len(key) && n[len(prefix)] == '.' && n[len(prefix)+1:] == key && n[:len(prefix)] == prefix {
		e.prev = id
		return n, id
	}
	size := len(prefix) + 1 + len(key)
	d := e.Arena.Grab(size)
	copy(d, prefix)
	d[len(prefix)] = '.'
	copy(d[len(prefix)+1:], key)
	name := View(d)
	if id = e.resolved(e.Names.Lookup(name)); id != 0 {
		e.Arena.Shrink(size)
		return e.Names.names[id], id
	}
	return name, 0
}
