package match

import (
	"strings"

	"prescore/engine/detect/sigma"
	"prescore/engine/event"
)

// test is how one value of an item is compared.
type test uint8

const (
	testEqual test = iota
	testPrefix
	testSuffix
	testContains
	testPattern
	testRegex
	testCIDR
	testCompare
	testRef
	testExists
	testNull
)

// value is a compiled sigma.Value. It is kept small: an event's comparisons wait for memory more than for anything else.
type value struct {
	test  test
	cased bool // compare with the value as it is, not folded
	ref   fieldID
	need  pairNeed // of testContains
	text  string   // of testEqual to testContains
	src   *sigma.Value
	regex *regexNeed // of testRegex
}

// regexNeed is what a text has that an expression matches, as bits of its pairs: one of each group, and all of one literal of each set.
type regexNeed struct {
	pairs [][]uint16
	texts [][]pairNeed
}

// item is a compiled sigma.Item. Items that rules share are one.
type item struct {
	src    *sigma.Item
	cost   int32 // of an evaluation, for ordering
	field  fieldID
	negate bool // src's
	marked bool // the index answers it: a hit of one of its literals is its answer
	pure   bool // nothing but the field decides
	texts  bool // every value compares with text
	plain  bool // one value of the field that compares with one of the item's is enough, and one there must be
	vals   []value
}

// simple gives the literal of a pattern that is one, and how it is compared.
func simple(p *sigma.Pattern) (string, test, bool) {
	if len(p.Segs) == 0 && p.Start && p.End {
		return "", testEqual, true
	}
	if len(p.Segs) != 1 || len(p.Segs[0]) != 1 || p.Segs[0][0].Any > 0 {
		return "", 0, false
	}
	t := p.Segs[0][0].Lit
	switch {
	case p.Start && p.End:
		return t, testEqual, true
	case p.Start:
		return t, testPrefix, true
	case p.End:
		return t, testSuffix, true
	}
	return t, testContains, true
}

// compileItem turns an item into its compiled form; false where the names table is full.
func (f *Fields) compileItem(it *sigma.Item) (item, bool) {
	id, ok := f.id(it.Field)
	out := item{src: it, field: id, negate: it.Negate, vals: make([]value, len(it.Values)), cost: 1, texts: len(it.Values) > 0, pure: true}
	for i := range it.Values {
		v := &it.Values[i]
		c := value{src: v, cased: v.Pattern.Cased}
		switch v.Kind {
		case sigma.IsPattern:
			c.test = testPattern
			if t, kind, is := simple(&v.Pattern); is {
				c.text, c.test = t, kind
				if kind == testContains {
					c.need = needPairs(t)
				}
			}
			out.cost += map[bool]int32{true: 8, false: 1}[c.test >= testContains]
		case sigma.IsRegex:
			c.test, c.regex = testRegex, newRegexNeed(v.Regex)
			out.cost += 200
		case sigma.IsCIDR:
			c.test = testCIDR
			out.cost += 10
		case sigma.IsCompare:
			c.test = testCompare
			out.cost += 10
		case sigma.IsRef:
			c.test, out.pure = testRef, false
			var in bool
			c.ref, in = f.id(v.Ref)
			ok = ok && in
			out.cost += 5
		case sigma.IsExists:
			c.test = testExists
		case sigma.IsNull:
			c.test = testNull
		}
		out.vals[i] = c
		out.texts = out.texts && c.test < testExists
	}
	out.plain = out.texts && !it.All
	return out, ok
}

// item answers an item, once an event, and gives its field where nothing but the field's value decides.
func (r *run) item(n int32) (ok bool, by fieldID) {
	it := &r.lane.items[n]
	if it.pure {
		by = it.field
	}
	if m := r.memo[n]; m>>1 == r.mark {
		return m&1 != 0, by
	}
	answer, work := uint32(0), r.regexWork
	marked := it.marked && !r.lost(it.field) // one that was hit has its memo already
	if ok = !marked && r.evaluate(it); ok != it.negate {
		answer = 1
	}
	if it.pure && r.regexWork == work { // an expression that works may have to stop where it would not the next time
		r.learn(it, n, answer)
	}
	r.memo[n] = r.mark<<1 | answer
	return answer != 0, by
}

// evaluate compares an item's values, without its negation.
func (r *run) evaluate(it *item) bool {
	have := r.values(it.field)
	if it.plain {
		return r.any(it, have.list)
	}
	all := it.src.All
	for g, from := 0, 0; from < len(it.vals); g++ {
		to := from + 1
		if it.src.Groups != nil {
			to = it.src.Groups[g]
		}
		any := false
		for i := from; i < to && !any; i++ {
			any = r.value(it, &it.vals[i], have)
		}
		if any != all {
			return any
		}
		from = to
	}
	return all
}

// any reports whether one of a field's values compares with one of a plain item's.
func (r *run) any(it *item, list []textValue) bool {
	for i := range list {
		h := &list[i]
		if !h.text {
			continue
		}
		for k := range it.vals {
			if r.compare(it, &it.vals[k], h) {
				return true
			}
		}
	}
	return false
}

// value compares one value of an item with what the record has.
func (r *run) value(it *item, v *value, have fieldValues) bool {
	switch v.test {
	case testNull:
		for i := range have.list {
			if k := have.list[i].kind; k != event.Null && k != event.None {
				return false
			}
		}
		return true
	case testExists:
		return have.present == v.src.Bool
	}
	for i := range have.list {
		if h := &have.list[i]; h.text && r.compare(it, v, h) {
			return true
		}
	}
	return false
}

func (r *run) compare(it *item, v *value, h *textValue) bool {
	var s string
	switch {
	case v.test > testPattern:
	case v.cased:
		s = h.orig
	default:
		s = r.folded(h)
	}
	switch v.test {
	case testEqual:
		return s == v.text
	case testPrefix:
		return strings.HasPrefix(s, v.text)
	case testSuffix:
		return strings.HasSuffix(s, v.text)
	case testContains:
		if !v.cased {
			return r.contains(h, v.text, &v.need)
		}
		return strings.Contains(s, v.text)
	case testPattern:
		return v.src.Pattern.Match(s)
	case testRegex:
		return r.regex(v, h)
	case testCIDR:
		return sigma.InNet(v.src.Net, h.orig)
	case testCompare:
		return sigma.CompareNumber(it.src.Part, v.src, h.value(), h.orig)
	case testRef:
		return r.refer(it, v, h)
	}
	return false
}

// maxRegexWork bounds, in compiled instructions times bytes, what the expressions of all rules that have no automaton for a text cost
// one event: a quarter of a second at worst. Past it they do not match.
const maxRegexWork = 64 << 20

// regex runs an expression where the text has what it needs.
func (r *run) regex(v *value, h *textValue) bool {
	re := v.src.Regex
	if len(h.orig) < re.Least || !v.regex.empty() && !r.pairsOf(h).mayMatch(v.regex) {
		return false
	}
	s := r.folded(h)
	if !r.charsOf(h, s).Holds(re.Chars) {
		return false
	}
	run := re.Match
	if h.ascii {
		run = re.MatchASCII
	}
	if !h.ascii || !re.Fast() {
		if r.regexWork += re.Inst * len(h.orig); r.regexWork > maxRegexWork {
			r.cutRegex++
			return false
		}
	}
	m, over := run(h.orig)
	if over {
		r.cutRegex++
	}
	return m
}

// refer compares with another field's values.
func (r *run) refer(it *item, v *value, h *textValue) bool {
	others := r.values(v.ref)
	for i := range others.list {
		o := &others.list[i]
		if !o.text {
			continue
		}
		a, b := h.orig, o.orig
		if !it.src.Cased {
			a, b = r.folded(h), r.folded(o)
		}
		ok := false
		switch v.src.RefOp {
		case sigma.RefEquals:
			ok = a == b
		case sigma.RefStarts:
			ok = strings.HasPrefix(a, b)
		case sigma.RefEnds:
			ok = strings.HasSuffix(a, b)
		case sigma.RefContains:
			ok = strings.Contains(a, b)
		}
		if ok {
			return true
		}
	}
	return false
}
