package event

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestRolesAreOfTheNamesAtHand: whatever came before at the same places, a field plays what its name was given, a relinked one what its
// new name was, and one of a name that nobody asked for nothing.
func TestRolesAreOfTheNamesAtHand(t *testing.T) {
	names := NewNames()
	rng := rand.New(rand.NewPCG(21, 22))
	given := map[NameID]Role{}
	var known []NameID
	for i := range 12 {
		id := names.Intern("n" + strconv.Itoa(i))
		known = append(known, id)
		if i%3 > 0 {
			given[id] = []Role{RoleAttack, RoleText, RoleSpeaker, RoleWindows, RoleText | RoleSpeaker}[rng.IntN(5)]
			names.Play(id, given[id])
		}
	}
	names.Play(0, RoleText)
	ev, seen := New(names), Role(0)
	for range 5000 {
		ev.Reset()
		for range rng.IntN(8) {
			if rng.IntN(6) == 0 {
				ev.Add("u"+strconv.Itoa(rng.IntN(3)), Value{}, 0)
				continue
			}
			ev.Add(names.Name(known[rng.IntN(len(known))]), Value{}, 0)
		}
		if n := len(ev.Fields); n > 0 && rng.IntN(4) == 0 {
			ev.Relink(rng.IntN(n), known[rng.IntN(len(known))])
		}
		want := Role(0)
		for i := range ev.Fields {
			f := &ev.Fields[i]
			want |= given[f.ID]
			for _, r := range []Role{RoleAttack, RoleText, RoleSpeaker, RoleWindows} {
				if f.Plays(r) != (given[f.ID]&r != 0) {
					t.Fatalf("%s plays %04b: %t", f.Name, r, f.Plays(r))
				}
			}
		}
		if got := ev.Roles(); got != want {
			t.Fatalf("roles %b, want %b", got, want)
		}
		seen |= want
	}
	if seen != allRoles {
		t.Errorf("roles seen: %b", seen)
	}
}
