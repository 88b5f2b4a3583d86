package normalise

import (
	"math"
	"strings"

	"prescore/engine/event"
)

// apply gives the transformed value, None where it has nothing to say. id is the field the value came from.
func (o *op) apply(ev *event.Event, id event.NameID, v event.Value) event.Value {
	switch o.code { // those that look at more than the text
	case opLast:
		if f := ev.Last(id); f != nil {
			return f.Value
		}
		return v
	case opNth:
		f := ev.First(id)
		for n := 0; f != nil && n < o.n; n++ {
			f = ev.Next(f)
		}
		if f == nil {
			return event.Value{}
		}
		return f.Value
	case opJoin:
		return join(ev, id, o.arg)
	case opPair:
		return o.pair(ev, id)
	case opTimes:
		if f, ok := v.Float64(); ok {
			if f *= o.f; math.Abs(f) < 1<<62 {
				return event.IntOf(int64(math.Round(f)))
			}
		}
		return event.Value{}
	case opCount:
		n := int64(0)
		for f := ev.First(id); f != nil; f = ev.Next(f) {
			n++
		}
		return event.IntOf(n)
	case opConst:
		if nothing(v) {
			return event.Value{}
		}
		return event.Str(o.arg)
	}
	s := v.Text(&ev.Arena)
	switch o.code {
	case opIs:
		return event.BoolOf(anyGlob(o.globs, s))
	case opIf:
		if anyGlob(o.globs, s) {
			return v
		}
		return event.Value{}
	case opUnless:
		if anyGlob(o.globs, s) {
			return event.Value{}
		}
		return v
	case opIP:
		if _, ok := address(firstOfList(s), &ev.Arena); ok {
			return v
		}
		return event.Value{}
	case opNotIP:
		if _, ok := address(firstOfList(s), &ev.Arena); ok {
			return event.Value{}
		}
		return v
	case opIfHash:
		if len(s) == o.n && isHex(s) {
			return v
		}
		return event.Value{}
	case opIfNumber:
		if _, ok := v.Float64(); ok {
			return v
		}
		return event.Value{}
	case opLookup:
		if x, ok := o.table[s]; ok {
			return x
		}
		if x, ok := o.table["*"]; ok {
			if x.S == "=" {
				return v
			}
			return x
		}
		return event.Value{}
	}
	s = o.text(s, &ev.Arena)
	if s == "" {
		return event.Value{}
	}
	return event.Str(s)
}

// text is the transforms of text alone; "" is nothing.
func (o *op) text(s string, mem *event.Arena) string {
	switch o.code {
	case opBasename:
		return s[lastSlash(s)+1:]
	case opDirname:
		if i := lastSlash(s); i > 0 {
			return s[:i]
		}
	case opExt:
		base := s[lastSlash(s)+1:]
		if i := strings.LastIndexByte(base, '.'); i > 0 {
			return lower(base[i+1:], mem)
		}
	case opAccount:
		s = s[strings.LastIndexByte(s, '\\')+1:]
		if i := strings.IndexByte(s, '@'); i > 0 {
			s = s[:i]
		}
		return s
	case opRealm:
		if i := strings.LastIndexByte(s, '\\'); i > 0 {
			return s[:i]
		}
		if i := strings.IndexByte(s, '@'); i > 0 {
			return s[i+1:]
		}
	case opHash:
		return pairIn(s, o.arg, ",")
	case opKV:
		return pairIn(s, o.arg, " ,;\t\r\n")
	case opLower:
		return lower(s, mem)
	case opUpper:
		return upper(s, mem)
	case opBefore:
		if i := strings.Index(s, o.arg); i >= 0 {
			return s[:i]
		}
		return s
	case opAfter:
		if i := strings.Index(s, o.arg); i >= 0 {
			return s[i+len(o.arg):]
		}
	case opBeforeLast:
		if i := strings.LastIndex(s, o.arg); i >= 0 {
			return s[:i]
		}
		return s
	case opAfterLast:
		if i := strings.LastIndex(s, o.arg); i >= 0 {
			return s[i+len(o.arg):]
		}
		return s
	case opTrim:
		if o.arg == "" {
			return strings.TrimSpace(s)
		}
		return strings.Trim(s, o.arg)
	case opStrip:
		return strip(s, o.arg, mem)
	case opHead:
		return s[:min(o.n, len(s))]
	case opWord:
		return word(s, o.n)
	case opCSV:
		for n := 0; n < o.n; n++ {
			i := strings.IndexByte(s, ',')
			if i < 0 {
				return ""
			}
			s = s[i+1:]
		}
		if i := strings.IndexByte(s, ','); i >= 0 {
			s = s[:i]
		}
		return strings.TrimSpace(s)
	case opAudit: // audit(1604994496.155:92733)
		if i := strings.Index(s, "audit("); i >= 0 {
			s = s[i+6:]
			if o.arg == "id" {
				_, s, _ = strings.Cut(s, ":")
				s, _, _ = strings.Cut(s, ")")
				return s
			}
			s, _, _ = strings.Cut(s, ":")
			return s
		}
	case opURLHost, opURLPort, opURLPath, opURLQuery, opURLScheme:
		return urlPart(s, o.code)
	}
	return ""
}

// strip gives s without the bytes of set.
func strip(s, set string, mem *event.Arena) string {
	if !strings.ContainsAny(s, set) {
		return s
	}
	b := mem.Grab(len(s))[:0]
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(set, s[i]) < 0 {
			b = append(b, s[i])
		}
	}
	return event.View(b)
}

func word(s string, n int) string {
	for ; ; n-- {
		s = strings.TrimLeft(s, " \t")
		i := strings.IndexAny(s, " \t")
		if n == 0 {
			if i >= 0 {
				return s[:i]
			}
			return s
		}
		if i < 0 {
			return ""
		}
		s = s[i:]
	}
}

// pairIn gives the value of name=value in a text of pairs, up to one of the ends, or between double quotes.
func pairIn(s, name, ends string) string {
	for from := 0; ; {
		i := strings.Index(s[from:], name)
		if i < 0 {
			return ""
		}
		i += from
		from = i + len(name)
		if i > 0 && strings.IndexByte(ends, s[i-1]) < 0 && s[i-1] != '(' && s[i-1] != '[' || from >= len(s) || s[from] != '=' {
			continue
		}
		v := s[from+1:]
		if len(v) > 0 && v[0] == '"' {
			if j := strings.IndexByte(v[1:], '"'); j >= 0 {
				return v[1 : j+1]
			}
		}
		j := -1
		if len(ends) == 1 {
			j = strings.IndexByte(v, ends[0])
		} else {
			j = strings.IndexAny(v, ends)
		}
		if j >= 0 {
			v = v[:j]
		}
		for v != "" && (v[len(v)-1] == ')' || v[len(v)-1] == ']') {
			v = v[:len(v)-1]
		}
		return v
	}
}

// maxJoined bounds the text that the elements of an array are joined to, in bytes: the longest command line Linux runs is 2 MiB, but
// what a person or a rule looks at is at its head.
const maxJoined = 16 << 10

// join gives all values of a name, in order, with a separator (a space where none is given).
func join(ev *event.Event, id event.NameID, sep string) event.Value {
	if sep == "" {
		sep = " "
	}
	first := ev.First(id)
	if first == nil {
		return event.Value{}
	}
	if ev.Next(first) == nil {
		return first.Value
	}
	n := 0
	for f := first; f != nil && n < maxJoined; f = ev.Next(f) {
		n += len(f.Value.Text(&ev.Arena)) + len(sep)
	}
	n = min(n, maxJoined)
	b := ev.Arena.Grab(n)[:0]
	for f := first; f != nil && len(b) < n; f = ev.Next(f) {
		if f != first {
			b = append(b, sep[:min(len(sep), n-len(b))]...)
		}
		t := f.Value.Text(&ev.Arena)
		b = append(b, t[:min(len(t), n-len(b))]...)
	}
	return event.Str(event.View(b))
}

// maxPairs bounds how many elements of an array of name and value are looked at.
const maxPairs = 256

// pair gives, of an array of objects that have a name and a value, the value whose object has the name asked for. The two stand next
// to one another in the record, in either order.
func (o *op) pair(ev *event.Event, id event.NameID) event.Value {
	n := 0
	for f := ev.First(o.id); f != nil && n < maxPairs; f = ev.Next(f) {
		n++
		if f.Value.S != o.arg {
			continue
		}
		at := fieldIndex(ev, f)
		for i := at + 1; i < len(ev.Fields) && ev.Fields[i].ID != o.id; i++ {
			if ev.Fields[i].ID == id {
				return ev.Fields[i].Value
			}
		}
		for i := at - 1; i >= 0 && ev.Fields[i].ID != o.id; i-- {
			if ev.Fields[i].ID == id {
				return ev.Fields[i].Value
			}
		}
	}
	return event.Value{}
}

// fieldIndex gives where f stands in ev.Fields: a binary search is not possible, but the address is enough.
func fieldIndex(ev *event.Event, f *event.Field) int {
	for i := range ev.Fields {
		if &ev.Fields[i] == f {
			return i
		}
	}
	return -1
}

// urlPart takes a URL, or a host and path without scheme, apart without checking it.
func urlPart(s string, part opCode) string {
	scheme := ""
	if i := strings.Index(s, "://"); i >= 0 {
		scheme, s = s[:i], s[i+3:]
	} else if part == opURLHost || part == opURLPort {
		if s == "" || s[0] == '/' {
			return ""
		}
	} else if i := strings.IndexByte(s, '/'); i > 0 && part != opURLScheme {
		s = s[i:]
	}
	if part == opURLScheme {
		return scheme
	}
	host, rest := s, ""
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		host, rest = s[:i], s[i:]
	}
	switch part {
	case opURLHost, opURLPort:
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			host = host[i+1:]
		}
		port := ""
		if i := strings.LastIndexByte(host, ':'); i >= 0 && i > strings.LastIndexByte(host, ']') {
			host, port = host[:i], host[i+1:]
		}
		if part == opURLPort {
			return port
		}
		return strings.Trim(host, "[]")
	case opURLPath:
		if i := strings.IndexAny(rest, "?#"); i >= 0 {
			rest = rest[:i]
		}
		return rest
	}
	if _, q, ok := strings.Cut(rest, "?"); ok {
		q, _, _ = strings.Cut(q, "#")
		return q
	}
	return ""
}
