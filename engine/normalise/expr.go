package normalise

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"prescore/engine/event"
)

// step sets one canonical key from one place, unless the key is set.
type step struct {
	key   event.Key
	typ   event.Type
	from  event.Key    // canonical key it is taken from, where id and konst are not set
	id    event.NameID // field it is taken from
	konst event.Value  // constant
	ops   []op
}

type opCode uint8

const (
	opBasename opCode = iota + 1
	opDirname
	opExt
	opAccount
	opRealm
	opHash
	opLower
	opUpper
	opLookup
	opTimes
	opBefore
	opAfter
	opBeforeLast
	opAfterLast
	opKV
	opJoin
	opLast
	opNth
	opURLHost
	opURLPort
	opURLPath
	opURLQuery
	opURLScheme
	opPair
	opTrim
	opConst
	opIs
	opIf
	opUnless
	opWord
	opIP
	opNotIP
	opAudit
	opCount
	opCSV
	opIfHash
	opIfNumber
	opHead
	opStrip
)

var opNames = map[string]opCode{
	"basename": opBasename, "dirname": opDirname, "ext": opExt, "account": opAccount, "realm": opRealm, "hash": opHash, "lower": opLower,
	"upper": opUpper, "lookup": opLookup, "times": opTimes, "before": opBefore, "after": opAfter, "before_last": opBeforeLast,
	"after_last": opAfterLast, "kv": opKV, "join": opJoin, "last": opLast, "nth": opNth, "url_host": opURLHost, "url_port": opURLPort,
	"url_path": opURLPath, "url_query": opURLQuery, "url_scheme": opURLScheme, "pair": opPair, "trim": opTrim, "const": opConst, "is": opIs,
	"if": opIf, "unless": opUnless, "word": opWord, "ip": opIP, "not_ip": opNotIP, "audit": opAudit, "count": opCount, "csv": opCSV, "if_hash": opIfHash,
	"if_number": opIfNumber, "head": opHead, "strip": opStrip,
}

// needsArg says which transforms are nothing without an argument.
var needsArg = map[opCode]bool{opHash: true, opLookup: true, opTimes: true, opBefore: true, opAfter: true, opBeforeLast: true, opAfterLast: true,
	opKV: true, opNth: true, opPair: true, opConst: true, opIs: true, opIf: true, opUnless: true, opWord: true, opCSV: true, opIfHash: true, opHead: true, opStrip: true}

// op is one transform of a value.
type op struct {
	code  opCode
	arg   string
	n     int
	f     float64
	id    event.NameID
	table map[string]event.Value
	globs []glob
}

// names interns what a mapping asks for: with the mapping's root in front, aliases spread out.
type names struct {
	table *event.Names
	alias map[string][]string
	root  string
	spell *variant
}

func (n *names) intern(name string) (event.NameID, error) {
	id := n.table.Intern(name)
	if id == 0 {
		return 0, fmt.Errorf("field %q: there is no room for more names (%d)", name, event.MaxNames)
	}
	return id, nil
}

// spread gives the names that one word of a mapping stands for.
func (n *names) spread(word string) ([]string, error) {
	if a, ok := strings.CutPrefix(word, "%"); ok {
		list := n.alias[a]
		if list == nil {
			return nil, fmt.Errorf("%%%s is not an alias", a)
		}
		return list, nil
	}
	if w, ok := strings.CutPrefix(word, "/"); ok { // counted from the top also below a root
		return []string{w}, nil
	}
	if n.spell != nil {
		return []string{n.spell.spell(word)}, nil
	}
	return []string{n.root + word}, nil
}

// expr compiles "field | transform:argument | ..." for a key; alternatives become several steps. "=key" takes a canonical key.
func (n *names) expr(key event.Key, text string, tables map[string]map[string]event.Value) ([]step, error) {
	parts := splitPipes(text)
	base := step{key: key}
	if key != 0 {
		base.typ = event.Vocabulary[key].Type
	}
	for _, p := range parts[1:] {
		o, err := n.transform(p, tables)
		if err != nil {
			return nil, err
		}
		base.ops = append(base.ops, o)
	}
	if c, ok := strings.CutPrefix(parts[0], "="); ok {
		from, ok := event.KeyNamed(c)
		if !ok {
			return nil, fmt.Errorf("=%s is not a key of the vocabulary", c)
		}
		base.from = from
		return []step{base}, nil
	}
	list, err := n.spread(parts[0])
	if err != nil {
		return nil, err
	}
	var out []step
	for _, name := range list {
		s := base
		if s.id, err = n.intern(name); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func splitPipes(text string) []string {
	parts := strings.Split(text, " | ")
	for i := range parts {
		parts[i] = strings.TrimLeft(parts[i], " ")
		if i == 0 {
			parts[i] = strings.TrimSpace(parts[i])
		}
	}
	return parts
}

func (n *names) transform(text string, tables map[string]map[string]event.Value) (op, error) {
	name, arg, has := strings.Cut(text, ":")
	code, ok := opNames[strings.TrimSpace(name)]
	if !ok {
		return op{}, fmt.Errorf("%q is not a transform", name)
	}
	if needsArg[code] && arg == "" || has && arg == "" {
		return op{}, fmt.Errorf("%s needs an argument after its colon", name)
	}
	o := op{code: code, arg: arg}
	var err error
	switch code {
	case opLookup:
		if o.table = tables[arg]; o.table == nil {
			return o, fmt.Errorf("lookup %q is not a table of this mapping", arg)
		}
	case opTimes:
		if o.f, err = strconv.ParseFloat(arg, 64); err != nil || o.f == 0 || math.IsInf(o.f, 0) {
			return o, fmt.Errorf("times needs a number, not %q", arg)
		}
	case opNth, opWord, opCSV, opIfHash, opHead:
		if o.n, err = strconv.Atoi(arg); err != nil || o.n < 0 {
			return o, fmt.Errorf("%s needs a number from 0, not %q", name, arg)
		}
	case opPair:
		field, want, ok := strings.Cut(arg, "=")
		if !ok {
			return o, fmt.Errorf("pair needs FIELD=NAME, not %q", arg)
		}
		o.arg = want
		if list, e := n.spread(field); e == nil {
			o.id, err = n.intern(list[0])
		} else {
			err = e
		}
	case opIf, opUnless, opIs:
		o.globs = globsOf(arg)
	}
	return o, err
}

// value gives the field that counts among those of one name: the first of the innermost format.
func value(ev *event.Event, id event.NameID) *event.Field {
	best := ev.First(id)
	if best == nil {
		return nil
	}
	for f := ev.Next(best); f != nil; f = ev.Next(f) {
		if f.Layer > best.Layer {
			best = f
		}
	}
	return best
}

// get gives the value a step stands for, before coercion.
func (r *Room) get(ev *event.Event, s *step) event.Value {
	var v event.Value
	switch {
	case s.id != 0:
		f := ev.First(s.id)
		if f == nil {
			return v
		}
		if ev.Next(f) != nil {
			f = value(ev, s.id)
		}
		v = f.Value
	case s.from != 0:
		v = ev.Get(s.from)
	default:
		return s.konst
	}
	if len(s.ops) == 0 {
		return v
	}
	for i := range s.ops {
		if v = s.ops[i].apply(ev, s.id, v); v.K == event.None {
			return v
		}
	}
	return v
}

// put runs a step: what is set stays.
func (r *Room) put(ev *event.Event, s *step) {
	if ev.Has(s.key) {
		return
	}
	if s.id == 0 || len(s.ops) > 0 {
		if v := r.get(ev, s); v.K > event.Null {
			r.set(ev, s.key, s.typ, v, s.id)
		}
		return
	}
	f := ev.First(s.id)
	if f == nil {
		return
	}
	if ev.Next(f) != nil {
		f = value(ev, s.id)
	}
	if f.Value.K == event.String && len(f.Value.S) > maxNothing {
		switch s.typ {
		case event.TypeString, event.TypePath, event.TypeURL: // as coerce would have it
			ev.Set(s.key, f.Value)
			return
		}
	}
	if f.Value.K > event.Null {
		r.set(ev, s.key, s.typ, f.Value, s.id)
	}
}

// set coerces and sets. An address that is none becomes the name of the host at that end; a domain before an account becomes the
// account's domain.
func (r *Room) set(ev *event.Event, key event.Key, typ event.Type, v event.Value, id event.NameID) {
	c, code := r.clock.coerce(ev, typ, v)
	if c.K != event.None {
		ev.Set(key, c)
		if typ == event.TypeUser && len(c.S) < len(v.S) {
			if d := domainKey(key); d != 0 && !ev.Has(d) {
				ev.Set(d, event.Str(v.S[:len(v.S)-len(c.S)-1]))
			}
		}
		return
	}
	if code == "" {
		return
	}
	if typ == event.TypeIP {
		if h := hostKey(key); h != 0 && v.K == event.String && hostLike(v.S) {
			if !ev.Has(h) {
				n, _ := r.clock.coerce(ev, event.TypeDomain, v)
				ev.Set(h, n)
			}
			return
		}
	}
	ev.Problem(room, code, ev.Names.Name(id))
}

func domainKey(k event.Key) event.Key {
	switch k {
	case event.KeyUser:
		return event.KeyUserDomain
	case event.KeyTargetUser:
		return event.KeyTargetUserDomain
	}
	return 0
}

func hostKey(k event.Key) event.Key {
	switch k {
	case event.KeySrcIP:
		return event.KeySrcHost
	case event.KeyDstIP:
		return event.KeyDstHost
	case event.KeyHostIP:
		return event.KeyHost
	case event.KeyObserverIP:
		return event.KeyObserver
	}
	return 0
}

// hostLike reports whether s could be a host's name: letters, digits, dots, hyphens and underscores, with a letter in it.
func hostLike(s string) bool {
	letter := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isAlpha(c):
			letter = true
		case isDigit(c), c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return letter && len(s) <= 253
}
