package entity

import (
	"fmt"
	"sort"
	"strings"

	"prescore/engine/event"
)

// Bounds of identity resolution.
const (
	maxAliasDepth = 4 // alias -> alias -> principal: a directory nests two or three names; longer chains are mistakes
	maxLinks      = 4 // principals remembered for one host or address: two live ones are a conflict already
)

// flatten follows chains of aliases to their principal. What is circular, too long or contradicts itself is left out, with a
// sentence for the log: an identity is never merged silently.
func flatten(aliases map[string]string) (map[string]string, []string) {
	var a event.Arena
	norm := make(map[string]string, len(aliases))
	clash := map[string]bool{}
	var warnings []string
	names := make([]string, 0, len(aliases))
	for k := range aliases {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		from, to := strings.Clone(normal(formFold, k, &a)), strings.Clone(normal(formFold, aliases[k], &a))
		if from == "" || to == "" || from == to {
			continue
		}
		if old, there := norm[from]; there && old != to {
			clash[from] = true
			warnings = append(warnings, fmt.Sprintf("alias %q stands for %q and for %q: left out", from, old, to))
			continue
		}
		norm[from] = to
	}
	for k := range clash {
		delete(norm, k)
	}
	out := make(map[string]string, len(norm))
	for _, k := range names {
		from := strings.Clone(normal(formFold, k, &a))
		to, ok := norm[from]
		if !ok || out[from] != "" {
			continue
		}
		depth := 1
		for next, more := norm[to]; more && depth <= maxAliasDepth && to != from; next, more = norm[to] {
			to = next
			depth++
		}
		switch {
		case to == from:
			warnings = append(warnings, fmt.Sprintf("alias %q leads back to itself: left out", from))
		case depth > maxAliasDepth:
			warnings = append(warnings, fmt.Sprintf("alias %q has more than %d steps to its principal: left out", from, maxAliasDepth))
		default:
			out[from] = to
		}
	}
	return out, warnings
}

// link says that a principal logged in at a host or from an address.
type link struct {
	who string
	at  int64 // event time of the newest login, nanoseconds
}

// links are the slot of hosts and addresses, newest last.
type links struct{ l []link }

func (st *Store) addLinks() error {
	var err error
	st.links, err = NewSlot(st, SlotSpec[links]{
		Name: "links", Version: 1,
		Reset: func(v *links) bool {
			clear(v.l)
			v.l = v.l[:0]
			return true
		},
		Append: func(dst []byte, v *links) []byte {
			dst = append(dst, byte(len(v.l)))
			for _, l := range v.l {
				dst = AppendString(dst, l.who)
				dst = AppendInt(dst, l.at)
			}
			return dst
		},
		Parse: func(_ *Entity, _ uint8, b []byte) (*links, int, error) {
			r := Reader{B: b}
			v := &links{}
			st.linking.Store(true)
			n, size := int(r.Byte()), 24
			for range min(n, maxLinks) {
				v.l = append(v.l, link{r.String(MaxKey), r.Int()})
				size += 24 + len(v.l[len(v.l)-1].who)
			}
			return v, size, r.Err()
		},
	})
	return err
}

// Resolve gives the event one identity: the principal it names, by the table of aliases; where it names none, the one who logged
// in from its address or at its host, as long as that is one and recent enough. A successful login notes the links. at is the
// event's time (TimeOf). It sets ev.Entities[Principal] and ev.LinkStrength; a conflict is a problem, never a merge.
func (st *Store) Resolve(ev *event.Event, at int64) {
	for k, s := range ev.Entities {
		if s != "" {
			ev.Entities[k] = normal(builtinForms[k], s, &ev.Arena)
		}
	}
	who := &ev.Entities[event.Principal]
	if *who != "" {
		*who = st.principal(*who, ev)
		if ev.Class == event.Authentication && ev.Activity == loginActivity && ev.Str(event.KeyOutcome) == "success" && st.cfg.LinkFor > 0 {
			st.link(Kind(event.Host), ev.Entities[event.Host], *who, at, ev.Arrival)
			st.link(Kind(event.Address), ev.Entities[event.Address], *who, at, ev.Arrival)
		}
		return
	}
	if len(st.aliases) > 0 {
		for _, k := range identityKeys { // a record may name the account by its id alone
			if v := ev.Str(k); v != "" {
				if p, ok := st.aliases[normal(formFold, v, &ev.Arena)]; ok {
					*who = p
					st.striped.of(ev).resolved.Add(1)
					return
				}
			}
		}
	}
	if st.cfg.LinkFor <= 0 || !st.linking.Load() {
		return
	}
	p, strength := st.evidence(ev, at)
	if p != "" && strength >= st.cfg.LinkMin {
		*who, ev.LinkStrength = ev.Arena.Copy(event.BytesOf(p)), strength
		st.striped.of(ev).resolved.Add(1)
	}
}

// evidence gives the one principal whom logins link to the event's address and host. A host speaks for itself only where the record
// names no address: what an unknown address does to a server is not the doing of whoever is logged in there. A host of many users
// identifies nobody, which is no fault of the record; an address of two, or one that contradicts the host, is told on it.
func (st *Store) evidence(ev *event.Event, at int64) (string, float64) {
	addr := ev.Entities[event.Address]
	byAddr, sa := st.linked(Kind(event.Address), addr, at)
	if addr != "" && byAddr == "" {
		return "", 0
	}
	byHost, sh := st.linked(Kind(event.Host), ev.Entities[event.Host], at)
	switch {
	case byAddr == ambiguous || byAddr != "" && byHost != "" && byHost != ambiguous && byAddr != byHost:
		st.striped.of(ev).conflicts.Add(1)
		ev.Problem("entity", "identity_conflict", "principal")
		return "", 0
	case addr == "" && byHost == ambiguous:
		st.striped.of(ev).conflicts.Add(1)
		return "", 0
	case addr == "":
		return byHost, sh
	case byHost == byAddr:
		return byAddr, max(sa, sh)
	}
	return byAddr, sa
}

const loginActivity = 1 // OCSF authentication: logon

var identityKeys = [...]event.Key{event.KeyUserID, event.KeyUserEmail, event.KeyUserARN, event.KeyUser}

// principal resolves an account name: as it is, then with its domain before it.
func (st *Store) principal(name string, ev *event.Event) string {
	if len(st.aliases) == 0 {
		return name
	}
	if p, ok := st.aliases[name]; ok {
		st.striped.of(ev).resolved.Add(1)
		return p
	}
	for _, k := range identityKeys[:3] {
		if v := ev.Str(k); v != "" {
			if p, ok := st.aliases[normal(formFold, v, &ev.Arena)]; ok {
				st.striped.of(ev).resolved.Add(1)
				return p
			}
		}
	}
	return name
}

// link notes a login. A principal that is there already gets the newer time.
func (st *Store) link(k Kind, key, who string, at, arrival int64) {
	if key == "" {
		return
	}
	c := st.Get(k, key, arrival)
	defer c.Close()
	if c.E == nil {
		return
	}
	v := st.links.Of(c.E)
	if v == nil {
		v = st.links.Fresh(&c)
		st.links.Put(&c, v, 24+24*cap(v.l))
	}
	for i := range v.l {
		if v.l[i].who == who {
			if at > v.l[i].at {
				v.l[i].at = at
				c.Dirty()
			}
			return
		}
	}
	if !st.linking.Load() {
		st.linking.Store(true)
	}
	c.Dirty()
	c.Weigh(max(c.E.weight, 1))
	l := link{strings.Clone(who), at}
	if len(v.l) < maxLinks {
		had := cap(v.l)
		v.l = append(v.l, l)
		c.Grow(24*(cap(v.l)-had) + len(who))
		return
	}
	oldest := 0
	for i := range v.l {
		if v.l[i].at < v.l[oldest].at {
			oldest = i
		}
	}
	c.Grow(len(who) - len(v.l[oldest].who))
	v.l[oldest] = l
}

// ambiguous stands for more than one principal. It cannot be a key: keys have no blanks at their ends.
const ambiguous = " "

// linked gives the one principal whose login reaches to at, with its strength: 1 at the login, falling evenly to 0 after link_for.
func (st *Store) linked(k Kind, key string, at int64) (string, float64) {
	if key == "" {
		return "", 0
	}
	c := st.Peek(k, key)
	defer c.Close()
	if c.E == nil {
		return "", 0
	}
	v := st.links.Of(c.E)
	if v == nil {
		return "", 0
	}
	who, best := "", 0.0
	for _, l := range v.l {
		s := 1 - float64(at-l.at)/float64(st.cfg.LinkFor)
		if s <= 0 || at < l.at {
			continue // too old, or a login that had not happened yet
		}
		if who != "" {
			return ambiguous, 0
		}
		who, best = l.who, s
	}
	return who, best
}
