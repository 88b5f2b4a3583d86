package sigma

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"prescore/engine/event"
)

// Bounds on the work for one value, the same for every evaluator.
const (
	// MaxScan is how many bytes of a value are looked at: script blocks reach 30 KB, records of 2 MiB must not cost seconds.
	MaxScan = 256 << 10
	// maxRegexWork bounds instructions times bytes of one regular expression on one value: about 50 ms at worst.
	maxRegexWork = 8 << 20
)

// Clip cuts a value at MaxScan; true where it had more.
func Clip(s string) (string, bool) {
	if len(s) > MaxScan {
		return s[:MaxScan], true
	}
	return s, false
}

// Match runs the expression over s, as far as its bound goes; over reports that s was longer than that.
func (r *Regex) Match(s string) (matched, over bool) {
	s, over = r.clip(s)
	return r.Re.MatchString(s), over
}

// MatchASCII is Match, faster, for a text of ASCII alone.
func (r *Regex) MatchASCII(s string) (matched, over bool) {
	s, over = r.clip(s)
	if d := r.automaton(); d != nil {
		return d.match(s), over
	}
	return r.Re.MatchString(s), over
}

// Fast reports whether MatchASCII has an automaton, whose cost is a look-up a byte.
func (r *Regex) Fast() bool { return r.automaton() != nil }

func (r *Regex) clip(s string) (string, bool) {
	if n := maxRegexWork / r.Inst; len(s) > n {
		return s[:n], true
	}
	return s, false
}

// Record is what a rule is evaluated against.
type Record interface {
	// Values calls do with each value of a rule's field until it gives false, and reports whether the record has the field.
	Values(field string, do func(event.Value) bool) bool
	// All calls do with every value that a keyword may stand in.
	All(do func(event.Value) bool)
}

// Text gives the text that patterns see of a value; false where it has none (null, empty arrays and objects).
func Text(v event.Value, a *event.Arena) (string, bool) {
	switch v.K {
	case event.None, event.Null, event.EmptyArray, event.EmptyObject:
		return "", false
	}
	s, _ := Clip(v.Text(a))
	return s, true
}

// Eval evaluates a condition the plain way: nothing is indexed, remembered or folded ahead.
func Eval(e *Expr, rec Record) bool {
	switch e.Op {
	case OpLeaf:
		return EvalItem(e.Item, rec)
	case OpNot:
		return !Eval(e.Kids[0], rec)
	case OpAnd:
		for _, k := range e.Kids {
			if !Eval(k, rec) {
				return false
			}
		}
		return true
	}
	want := max(e.N, 1)
	for _, k := range e.Kids {
		if Eval(k, rec) {
			want--
		}
		if want == 0 {
			return true
		}
	}
	return false
}

// EvalItem evaluates one line of a detection.
func EvalItem(it *Item, rec Record) bool {
	ok := it.All
	for g, from := 0, 0; from < len(it.Values); g++ {
		to := from + 1
		if it.Groups != nil {
			to = it.Groups[g]
		}
		any := false
		for i := from; i < to && !any; i++ {
			any = evalValue(it, &it.Values[i], rec)
		}
		if any != it.All {
			ok = any
			break
		}
		from = to
	}
	return ok != it.Negate
}

func evalValue(it *Item, v *Value, rec Record) bool {
	var arena event.Arena
	hit := false
	test := func(have event.Value) bool {
		hit = compare(it, v, have, rec, &arena)
		return !hit
	}
	switch {
	case v.Kind == IsNull:
		rec.Values(it.Field, func(have event.Value) bool {
			hit = have.K != event.Null && have.K != event.None
			return !hit
		})
		return !hit
	case v.Kind == IsExists:
		return rec.Values(it.Field, func(event.Value) bool { return false }) == v.Bool
	case it.Field == "":
		rec.All(test)
	default:
		rec.Values(it.Field, test)
	}
	return hit
}

// compare tests one value of the record.
func compare(it *Item, v *Value, have event.Value, rec Record, arena *event.Arena) bool {
	s, ok := Text(have, arena)
	if !ok {
		return false
	}
	switch v.Kind {
	case IsPattern:
		return matchRunes(flatten(&v.Pattern), runesOf(s), v.Pattern.Cased)
	case IsRegex:
		m, _ := v.Regex.Match(s)
		return m
	case IsCIDR:
		return InNet(v.Net, s)
	case IsCompare:
		return CompareNumber(it.Part, v, have, s)
	case IsRef:
		hit := false
		rec.Values(v.Ref, func(other event.Value) bool {
			if o, ok := Text(other, arena); ok {
				p := Literal(o)
				p.Start, p.End = v.RefOp == RefEquals || v.RefOp == RefStarts, v.RefOp == RefEquals || v.RefOp == RefEnds
				hit = matchRunes(flatten(&p), runesOf(s), it.Cased)
			}
			return !hit
		})
		return hit
	}
	return false
}

// CompareNumber compares a number, or the part of a date, with the rule's. text is have's.
func CompareNumber(p Part, v *Value, have event.Value, text string) bool {
	if p != PartNone {
		n, ok := DatePart(text, p)
		return ok && v.Cmp.Holds(float64(n), v.Num)
	}
	f, ok := have.Float64()
	return ok && v.Cmp.Holds(f, v.Num)
}

// maxAddress is the longest text of an address without a zone: an IPv4-mapped one in full.
const maxAddress = 45

// InNet reports whether s is an address within the network; an IPv4-mapped IPv6 address counts as IPv4.
func InNet(p netip.Prefix, s string) bool {
	if len(s) < 2 || len(s) > maxAddress {
		return false
	}
	for i := 0; i < len(s); i++ { // spares ParseAddr its allocated error on ordinary text
		if c := s[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == '.' || c == ':') {
			return false
		}
	}
	a, err := netip.ParseAddr(s)
	return err == nil && p.Contains(a.Unmap())
}

// token is a rune of a pattern, or a wildcard.
const (
	anyOne  = -1
	anyMany = -2
)

// flatten gives the pattern as runes and wildcards; bytes that are not UTF-8 are numbers below anyMany.
func flatten(p *Pattern) []int32 {
	var out []int32
	if !p.Start {
		out = append(out, anyMany)
	}
	for i, seg := range p.Segs {
		if i > 0 {
			out = append(out, anyMany)
		}
		for _, e := range seg {
			for range e.Any {
				out = append(out, anyOne)
			}
			out = append(out, runesOf(e.Lit)...)
		}
	}
	if !p.End {
		out = append(out, anyMany)
	}
	return out
}

func runesOf(s string) []int32 {
	out := make([]int32, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = -3 - rune(s[i])
		}
		out = append(out, r)
		i += n
	}
	return out
}

func sameRune(a, b int32, cased bool) bool {
	if a == b || cased {
		return a == b
	}
	if a < 0 || b < 0 {
		return false
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// matchRunes is the textbook matcher: on a mismatch it goes back to the last "*".
func matchRunes(pat, s []int32, cased bool) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pat) && pat[p] == anyMany:
			star, mark = p, i
			p++
		case p < len(pat) && (pat[p] == anyOne || sameRune(pat[p], s[i], cased)):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pat) && pat[p] == anyMany {
		p++
	}
	return p == len(pat)
}

// DatePart takes a number out of a date in ISO 8601 form ("2024-05-10T14:32:00Z", "2024-05-10 14:32"), as it is written: time
// zones are not converted.
func DatePart(s string, p Part) (int, bool) {
	s = strings.TrimSpace(s)
	num := func(from, n int) (int, bool) {
		if from+n > len(s) {
			return 0, false
		}
		v := 0
		for _, c := range []byte(s[from : from+n]) {
			if c < '0' || c > '9' {
				return 0, false
			}
			v = v*10 + int(c-'0')
		}
		return v, true
	}
	y, ok1 := num(0, 4)
	mo, ok2 := num(5, 2)
	d, ok3 := num(8, 2)
	if !ok1 || !ok2 || !ok3 || s[4] != s[7] || s[4] != '-' && s[4] != '/' || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return 0, false
	}
	switch p {
	case Year:
		return y, true
	case Month:
		return mo, true
	case Day:
		return d, true
	case Week:
		return isoWeek(y, mo, d), true
	}
	h, ok1 := num(11, 2)
	mi, ok2 := num(14, 2)
	if !ok1 || !ok2 || s[13] != ':' || h > 24 || mi > 59 {
		return 0, false
	}
	if p == Hour {
		return h, true
	}
	return mi, true
}

// isoWeek gives the ISO 8601 week of a date.
func isoWeek(y, m, d int) int {
	day := event.Days(y, m, d)
	thursday := day - (day+3)%7 + 3 // of the same week; 1970-01-01 was one
	if (day+3)%7 < 0 {
		thursday -= 7
	}
	year := y
	if first := event.Days(y, 1, 1); thursday < first {
		year--
	} else if thursday >= event.Days(y+1, 1, 1) {
		year++
	}
	return int(thursday-event.Days(year, 1, 1))/7 + 1
}
