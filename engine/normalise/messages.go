package normalise

import (
	"slices"
	"strings"

	"prescore/engine/event"
)

// messages is the patterns of one mapping for one text.
type messages struct {
	get  []step
	list []pattern
	any  []turn      // those that a text of any first byte may match, in their order
	by   [256][]turn // those that a text of this first byte may match, where there are others than any; in their order
}

// turn is a pattern whose turn it is, and how many pieces it begins with that the one before it begins with too.
type turn struct {
	pattern *pattern
	same    int
}

// ready sets the turns, when the list is complete: a mapping's first pattern that matches wins.
func (m *messages) ready() {
	var of [256][]*pattern
	own := [256]bool{}
	var all []*pattern
	for i := range m.list {
		p := &m.list[i]
		b, begins := p.first()
		if begins && !own[b] {
			own[b], of[b] = true, slices.Clone(all)
		}
		for c := range of {
			if own[c] && (!begins || c == int(b)) {
				of[c] = append(of[c], p)
			}
		}
		if !begins {
			all = append(all, p)
		}
	}
	m.any = turns(all)
	for c := range of {
		if own[c] {
			m.by[c] = turns(of[c])
		}
	}
}

func turns(list []*pattern) []turn {
	out := make([]turn, len(list))
	for i, p := range list {
		out[i].pattern = p
		if i > 0 {
			q := list[i-1].pieces
			for n := min(len(p.pieces), len(q)); out[i].same < n && p.pieces[out[i].same] == q[out[i].same]; {
				out[i].same++
			}
		}
	}
	return out
}

// apply runs the first pattern that matches.
func (m *messages) apply(r *Room, ev *event.Event, st *state) {
	var s string
	for i := range m.get {
		if s = r.get(ev, &m.get[i]).S; s != "" {
			break
		}
	}
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	if s == "" {
		return
	}
	var out [maxCaptures]taken // of the pattern tried last
	n := 0
	p := m.first(s, func(p *pattern) (seen int, ok bool) {
		n, seen, ok = p.match(s, &out, &ev.Arena)
		return seen, ok && r.allHold(ev, p.when)
	})
	if p == nil {
		return
	}
	for i := range out[:n] {
		t := &out[i]
		if t.s != "" && !ev.Has(t.key) && !(something(t.s) && r.quick(ev, t.key, howOf[t.typ], t.s)) {
			r.set(ev, t.key, t.typ, event.Str(t.s), 0)
		}
	}
	r.row(ev, p.row, st)
}

// first gives the first pattern that try says is the one for the text s, nil where there is none; of one that fails try says how many
// of its pieces that hangs on, 0 where it hangs on something else.
func (m *messages) first(s string, try func(*pattern) (seen int, ok bool)) *pattern {
	list := m.by[s[0]]
	if list == nil {
		list = m.any
	}
	seen := 0
	for i := range list {
		if seen > 0 && list[i].same >= seen {
			continue
		}
		var ok bool
		if seen, ok = try(list[i].pattern); ok {
			return list[i].pattern
		}
	}
	return nil
}

// needle is a literal that is looked for by its rarest byte: a search for the first one stops at every blank.
type needle struct {
	lit string
	at  int // of the rarest byte
}

// maxMisses is how often the rarest byte may stand alone before the library's search takes over, whose time does not depend on it.
const maxMisses = 16

func needleOf(lit string) needle {
	n := needle{lit: lit}
	for i := range len(lit) {
		if rarity(lit[i]) > rarity(lit[n.at]) {
			n.at = i
		}
	}
	return n
}

// rarity ranks bytes by how seldom they are in the texts of logs.
func rarity(c byte) int {
	switch {
	case c == ' ':
		return 0
	case c >= 'a' && c <= 'z':
		return 1
	case c >= '0' && c <= '9' || c == '.' || c == '/':
		return 2
	case c == '-' || c == ':' || c == '"' || c == '=' || c == '_':
		return 3
	}
	return 4
}

// in gives where the literal first is in s, -1 where it is not.
func (n *needle) in(s string) int {
	if n.lit == "" {
		return 0
	}
	from := 0
	for range maxMisses {
		if from+len(n.lit) > len(s) {
			return -1
		}
		i := strings.IndexByte(s[from+n.at:], n.lit[n.at])
		if i < 0 {
			return -1
		}
		if from += i; from+len(n.lit) > len(s) {
			return -1
		}
		if s[from:from+len(n.lit)] == n.lit {
			return from
		}
		from++
	}
	if i := strings.Index(s[from:], n.lit); i >= 0 {
		return from + i
	}
	return -1
}
