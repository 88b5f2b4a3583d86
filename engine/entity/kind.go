package entity

import (
	"math"
	"sync/atomic"

	"prescore/engine/event"
	"prescore/engine/option"
)

// Kind is a kind of entity: the built-in ones are those of event, the user's and the rooms' own follow.
type Kind uint16

// kindInfo is one kind.
type kindInfo struct {
	name        string
	form        form
	fingerprint uint64 // of what gives the state its meaning; state of another fingerprint is not restored
	max         int64  // entities of the kind, 0: only the common bound
	n           atomic.Int64
	keys        []event.Key    // fields of a user-defined kind: canonical,
	ids         []event.NameID // or by name, where keys is 0
}

// AddKind makes a further kind, for use when the engine opens. Its state is stored under name and dropped where the fingerprint
// has changed. max bounds its entities (0: the common bound only); over it the oldest of the kind make room.
func (st *Store) AddKind(name string, fingerprint uint64, max int) (Kind, error) {
	if _, there := st.kindNamed[name]; there {
		return 0, option.Refuse("kinds", "kind %q is there already", name)
	}
	if len(st.kinds) >= math.MaxUint16 {
		return 0, option.Refuse("kinds", "more than %d kinds", math.MaxUint16)
	}
	k := Kind(len(st.kinds))
	st.kinds = append(st.kinds, &kindInfo{name: name, fingerprint: fingerprint, max: int64(max)})
	st.kindNamed[name] = k
	for i := range st.shards {
		st.shards[i].queues = append(st.shards[i].queues, queue{})
	}
	return k, nil
}

// KindNamed gives the kind of a name.
func (st *Store) KindNamed(name string) (Kind, bool) {
	k, ok := st.kindNamed[name]
	return k, ok
}

// KindName gives a kind's name.
func (st *Store) KindName(k Kind) string { return st.kinds[k].name }

// Count gives how many entities of a kind there are.
func (st *Store) Count(k Kind) int { return int(st.kinds[k].n.Load()) }

func (st *Store) addBuiltins(cfg Config, in In) error {
	for k := event.EntityKind(0); k < event.NumEntityKinds; k++ {
		if _, err := st.AddKind(k.String(), 0, 0); err != nil {
			return err
		}
		st.kinds[k].form = builtinForms[k]
	}
	for _, c := range cfg.Kinds {
		if c.Name == "" || len(c.Fields) == 0 || len(c.Fields) > maxFields {
			return option.Refuse("kinds", "kind %q needs a name and 1 to %d fields", c.Name, maxFields)
		}
		if c.Max < 0 {
			return option.Refuse("kinds", "kind %q: max must not be negative", c.Name)
		}
		print := StableHash(c.Name)
		for _, f := range c.Fields {
			print = print*31 + StableHash(f)
		}
		k, err := st.AddKind(c.Name, print, c.Max)
		if err != nil {
			return err
		}
		ki := st.kinds[k]
		for _, f := range c.Fields {
			key, ok := event.KeyNamed(f)
			var id event.NameID
			if !ok {
				if in.Names == nil {
					return option.Refuse("kinds", "kind %q: unknown field %q", c.Name, f)
				}
				if id = in.Names.Intern(f); id == 0 {
					return option.Refuse("kinds", "kind %q: field %q does not fit the table of names", c.Name, f)
				}
			}
			ki.keys, ki.ids = append(ki.keys, key), append(ki.ids, id)
		}
	}
	return nil
}

// KeyOf gives the event's key of a kind, normalised, "" where the event has none of it; a view valid until the event's Reset.
func (st *Store) KeyOf(k Kind, ev *event.Event) string {
	ki := st.kinds[k]
	if int(k) < event.NumEntityKinds {
		return normal(ki.form, ev.Entities[k], &ev.Arena)
	}
	if len(ki.keys) == 0 {
		return ""
	}
	var parts [maxFields]string
	n := len(ki.keys)
	for i := range ki.keys {
		if ki.keys[i] != 0 {
			parts[i] = ev.Get(ki.keys[i]).Text(&ev.Arena)
		} else if f := ev.First(ki.ids[i]); f != nil {
			parts[i] = f.Value.Text(&ev.Arena)
		}
		if parts[i] == "" {
			return "" // every field makes the key
		}
		n += len(parts[i])
	}
	b := ev.Arena.Grab(n)[:0]
	for i := range ki.keys {
		b = AppendPart(b, i == 0, parts[i])
	}
	return normal(ki.form, event.View(b), &ev.Arena)
}

// Normalise gives text in the form of a kind's keys; it may view into a.
func (st *Store) Normalise(k Kind, text string, a *event.Arena) string {
	return normal(st.kinds[k].form, text, a)
}
