package correlate

import (
	"net/netip"
	"strings"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// special is a name that rules may use like a field.
type special uint8

const (
	notSpecial special = iota
	specialTechnique
	specialTactic
	specialSource
	specialClass
)

// getter finds a field's value on an event: under its own name, as a key of the vocabulary (by prescore's, ECS' or OCSF's name),
// as an entity.
type getter struct {
	name    string
	id      event.NameID
	key     event.Key
	kind    event.EntityKind
	entity  bool
	special special
	native  bool // entities and the vocabulary come first
}

// schemaNames gives the keys of ECS' and OCSF's names.
var schemaNames = func() map[string]event.Key {
	m := map[string]event.Key{}
	for k := event.Key(1); k < event.NumKeys; k++ {
		for _, n := range []string{event.Vocabulary[k].OCSF, event.Vocabulary[k].ECS, event.Vocabulary[k].Name} {
			if n != "" {
				m[n] = k
			}
		}
	}
	return m
}()

func newGetter(names *event.Names, name string, native bool) (getter, bool) {
	g := getter{name: name, id: names.Intern(name), key: schemaNames[name], native: native}
	for k := event.EntityKind(0); k < event.NumEntityKinds; k++ {
		if k.String() == name {
			g.kind, g.entity = k, true
		}
	}
	if native {
		switch name {
		case "technique":
			g.special = specialTechnique
		case "tactic":
			g.special = specialTactic
		case "source":
			g.special = specialSource
		case "class":
			g.special = specialClass
		}
		if k, ok := event.KeyNamed(name); ok {
			g.key = k
		}
	}
	return g, g.id != 0
}

// value gives the field, a zero Value where the event has none.
func (g *getter) value(ev *event.Event) event.Value {
	switch g.special {
	case specialSource:
		return event.Str(ev.Source)
	case specialClass:
		return event.Str(ev.Class.Name())
	case specialTechnique:
		if len(ev.Techniques) > 0 {
			return event.Str(ev.Techniques[0])
		}
		return event.Value{}
	case specialTactic:
		if len(ev.Tactics) > 0 {
			return event.Str(ev.Tactics[0])
		}
		return event.Value{}
	}
	if !g.native {
		if f := ev.First(g.id); f != nil && !f.Value.Empty() {
			return f.Value
		}
	}
	if g.entity && ev.Entities[g.kind] != "" {
		return event.Str(ev.Entities[g.kind])
	}
	if g.key != 0 {
		if v := ev.Get(g.key); !v.Empty() {
			return v
		}
	}
	if g.native {
		if f := ev.First(g.id); f != nil {
			return f.Value
		}
	}
	return event.Value{}
}

// hashValue hashes a value's text; of an address the first bits only where network is set.
func hashValue(s string, network int) uint64 {
	if network > 0 {
		if ip, err := netip.ParseAddr(s); err == nil {
			if p, err := ip.Unmap().Prefix(min(network, ip.Unmap().BitLen())); err == nil {
				b := p.Addr().As16()
				return entity.StableHash(event.View(b[:]))
			}
		}
	}
	return entity.StableHash(s)
}

// where is a compiled Where.
type where struct {
	get                              getter
	equals, prefix, suffix, contains []string // lower case
	over, under                      *float64
	exists                           *bool
	not                              bool
	activities                       []string // else: of the event's activity, one of these
}

func newWhere(names *event.Names, w Where) (where, string) {
	g, ok := newGetter(names, w.Field, true)
	if !ok {
		return where{}, "its field does not fit the table of names"
	}
	out := where{get: g, over: w.Over, under: w.Under, exists: w.Exists, not: w.Not}
	for _, p := range []struct {
		from []string
		to   *[]string
	}{{w.Equals, &out.equals}, {w.Prefix, &out.prefix}, {w.Suffix, &out.suffix}, {w.Contains, &out.contains}} {
		for _, s := range p.from {
			*p.to = append(*p.to, strings.ToLower(s))
		}
	}
	if out.equals == nil && out.prefix == nil && out.suffix == nil && out.contains == nil && out.over == nil && out.under == nil && out.exists == nil {
		return where{}, "it asks nothing: give equals, prefix, suffix, contains, over, under or exists"
	}
	return out, ""
}

func (w *where) holds(ev *event.Event) bool { return w.test(ev) != w.not }

// text reports whether the condition is on a text.
func (w *where) text() bool {
	return w.equals != nil || w.prefix != nil || w.suffix != nil || w.contains != nil
}

func (w *where) test(ev *event.Event) bool {
	if w.activities != nil {
		return contains(w.activities, ev.Class.Activity(ev.Activity))
	}
	v := w.get.value(ev)
	if w.exists != nil && *w.exists == v.Empty() {
		return false
	}
	if w.over != nil || w.under != nil {
		n, ok := v.Float64()
		if !ok || w.over != nil && n < *w.over || w.under != nil && n > *w.under {
			return false
		}
	}
	if !w.text() {
		return true
	}
	if v.Empty() {
		return false
	}
	s := v.Text(&ev.Arena)
	return anyOf(w.equals, s, equalFold) && anyOf(w.prefix, s, prefixFold) && anyOf(w.suffix, s, suffixFold) && anyOf(w.contains, s, containsFold)
}

func anyOf(list []string, s string, is func(s, x string) bool) bool {
	if list == nil {
		return true
	}
	for _, x := range list {
		if is(s, x) {
			return true
		}
	}
	return false
}

// The comparisons fold ASCII; x is lower case already.

func equalFold(s, x string) bool { return len(s) == len(x) && foldAt(s, x) }

func prefixFold(s, x string) bool { return len(s) >= len(x) && foldAt(s, x) }

func suffixFold(s, x string) bool { return len(s) >= len(x) && foldAt(s[len(s)-len(x):], x) }

func containsFold(s, x string) bool {
	s = s[:min(len(s), maxSearch)] // bounds the work on hostile text
	for i := 0; i+len(x) <= len(s); i++ {
		if foldAt(s[i:], x) {
			return true
		}
	}
	return false
}

func foldAt(s, x string) bool {
	for i := 0; i < len(x); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != x[i] {
			return false
		}
	}
	return true
}
