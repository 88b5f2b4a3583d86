package event

// Role says, by bits, for which rooms a name matters. A room that would look for any of many names in every record asks the fields
// that the record has instead, mostly to find that none of them is for it.
type Role uint8

// The roles. Their bits stand beside the traits of a name, so that a field has them at hand.
const (
	RoleAttack  Role = 4 << iota // what a source says of ATT&CK may stand under it
	RoleText                     // the record's text may stand under it
	RoleSpeaker                  // a record that has it is more than the carrier of its text
	RoleWindows                  // it may tell a Windows event

	allRoles = RoleAttack | RoleText | RoleSpeaker | RoleWindows
)

// Play gives an interned name roles, beside those it has. For use when the engine opens.
func (n *Names) Play(id NameID, r Role) {
	if id != 0 {
		n.traits[id] |= trait(r & allRoles)
	}
}

// Plays reports whether the field's name has one of the roles.
func (f *Field) Plays(r Role) bool { return f.traits&trait(r) != 0 }

// Roles gives the roles of the names of all fields so far.
func (e *Event) Roles() Role {
	all := trait(0)
	for i := range e.Fields {
		all |= e.Fields[i].traits
	}
	return Role(all) & allRoles
}

// Word reports whether the field's name is one that ExpectedWord may give.
func (f *Field) Word() bool { return f.traits&traitWord != 0 }
