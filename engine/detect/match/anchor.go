package match

import (
	"math"
	"slices"
	"strings"

	"prescore/engine/detect/sigma"
)

// anchor is a literal that stands in an event, at a place, wherever what it was taken from matches. An anchor without a place for
// text (atPresent) is the field itself.
type anchor struct {
	field fieldID
	at    place
	text  string
}

// filed is an anchor with the item that holds where it stands, -1 where that takes more.
type filed struct {
	anchor
	item int32
}

type place uint8

const (
	atWhole place = iota
	atFront
	atBack
	atAnywhere
	atPresent
)

// anchors is a set of which one holds wherever a node does, and how often that is expected, as a share of events. No set is known
// where ok is false.
type anchors struct {
	list  []filed
	share float64
	ok    bool
}

// maxAnchors bounds the literals that one rule is indexed by.
const maxAnchors = 4096

// shares of events in which things are expected that no length tells.
const (
	sharePresent = 0.5
	shareCommon  = 0.4
)

// need gives the rarest anchors of a node.
func (b *builder) need(n int32) anchors {
	if n < 0 {
		return b.needItem(^n)
	}
	nd := &b.lane.nodes[n]
	kids := b.lane.kids[nd.from:nd.to]
	switch nd.op {
	case sigma.OpAnd:
		var best anchors
		for _, k := range kids {
			if a := b.need(k); a.ok && (!best.ok || a.share < best.share) {
				best = a
			}
		}
		return best
	case sigma.OpOr, sigma.OpAtLeast:
		all := make([]anchors, 0, len(kids))
		for _, k := range kids {
			all = append(all, b.need(k))
		}
		// of any len-n+1 kids one must hold: the rarest ones are enough
		slices.SortStableFunc(all, func(x, y anchors) int {
			switch {
			case x.ok != y.ok:
				return map[bool]int{true: -1, false: 1}[x.ok]
			case x.share < y.share:
				return -1
			case x.share > y.share:
				return 1
			}
			return 0
		})
		return union(all[:len(all)-int(nd.n)+1])
	}
	return anchors{}
}

// union is the anchors of which one holds wherever one of the parts does.
func union(parts []anchors) anchors {
	out := anchors{ok: true}
	for _, p := range parts {
		if !p.ok || len(out.list)+len(p.list) > maxAnchors {
			return anchors{}
		}
		out.list = append(out.list, p.list...)
		out.share += p.share
	}
	return out
}

// needItem gives the anchors of an item.
func (b *builder) needItem(n int32) anchors {
	it := &b.lane.items[n]
	if it.negate {
		return anchors{}
	}
	parts := make([]anchors, 0, len(it.vals))
	for i := range it.vals {
		parts = append(parts, b.needValue(n, &it.vals[i]))
	}
	if it.src.All {
		if it.src.Groups != nil {
			var groups []anchors
			from := 0
			for _, to := range it.src.Groups {
				groups = append(groups, union(parts[from:to]))
				from = to
			}
			parts = groups
		}
		var best anchors
		for _, p := range parts {
			if p.ok && (!best.ok || p.share < best.share) {
				best = p
			}
		}
		return best
	}
	return union(parts)
}

// needValue gives the anchors of one value.
func (b *builder) needValue(n int32, v *value) anchors {
	it := &b.lane.items[n]
	f := it.field
	one := func(a anchor, item int32) anchors {
		return anchors{[]filed{{a, item}}, share(a.at, a.text, b.used[a]), true}
	}
	present := anchors{[]filed{{anchor{f, atPresent, ""}, -1}}, sharePresent, true}
	switch v.test {
	case testEqual, testPrefix, testSuffix, testContains:
		if v.cased || !it.plain {
			n = -1
		}
		return one(v.anchor(f), n)
	case testPattern:
		return rarest(b.needPattern(f, &v.src.Pattern), present)
	case testRegex:
		best := present
		for _, need := range v.src.Regex.Needs {
			parts := make([]anchors, 0, len(need))
			for _, t := range need {
				parts = append(parts, one(anchor{f, atAnywhere, t}, -1))
			}
			best = rarest(union(parts), best)
		}
		return best
	case testNull:
		return anchors{}
	case testExists:
		if !v.src.Bool {
			return anchors{}
		}
	}
	return present
}

// anchor gives the anchor of a value that is one literal.
func (v *value) anchor(f fieldID) anchor {
	at := [...]place{testEqual: atWhole, testPrefix: atFront, testSuffix: atBack, testContains: atAnywhere}
	return anchor{f, at[v.test], sigma.Fold(v.text)}
}

func rarest(a, b anchors) anchors {
	if a.ok && a.share < b.share {
		return a
	}
	return b
}

// needPattern gives the rarest literal of a pattern with wildcards.
func (b *builder) needPattern(f fieldID, p *sigma.Pattern) anchors {
	var best anchors
	for i, seg := range p.Segs {
		for j, e := range seg {
			if e.Any > 0 {
				continue
			}
			at := atAnywhere
			if i == 0 && j == 0 && p.Start {
				at = atFront
			} else if i == len(p.Segs)-1 && j == len(seg)-1 && p.End {
				at = atBack
			}
			t := sigma.Fold(e.Lit)
			if s := share(at, t, b.used[anchor{f, at, t}]); !best.ok || s < best.share {
				best = anchors{[]filed{{anchor{f, at, t}, -1}}, s, true}
			}
		}
	}
	return best
}

// commonText is what stands in so many security events that finding it says little, folded.
const commonText = `c:\windows\system32\ntdll.dll+ |c:\windows\system32\kernelbase.dll+ c:\windows\syswow64\ c:\program files (x86)\ c:\program files\ c:\users\public\ c:\programdata\ ` +
	`\appdata\local\temp\ \appdata\roaming\microsoft\ \microsoft\windows\ \device\harddiskvolume .exe" .dll" -command -windowstyle hidden ` +
	`cmd.exe /c powershell.exe svchost.exe explorer.exe http:// https:// nt authority\system microsoft corporation ` +
	`hklm\software\microsoft\windows\currentversion\ hkcu\software\microsoft\windows nt\currentversion\ hklm\system\currentcontrolset\services\ ` +
	`/usr/bin/ /usr/sbin/ /bin/sh /tmp/ true false success amazonaws.com `

// commonWhole are values that a field has in so many events that finding them says little.
var commonWhole = []string{"microsoft corporation", "microsoft\u00ae windows\u00ae operating system", "nt authority\\system", "system", "medium", "high",
	"true", "false", "valid", "success", "process", "file", "key", "localhost", "127.0.0.1", "ntlm", "kerberos", "tcp", "%%1538"}

// share estimates in which share of events a literal stands at its place: about a bit of surprise a character, less the more
// rules ask for it, since rules ask for what happens.
func share(at place, text string, used int32) float64 {
	if text == "" {
		return shareCommon
	}
	if at == atWhole && slices.Contains(commonWhole, text) || at != atWhole && strings.Contains(commonText, text) {
		return shareCommon
	}
	bits := 0.9 * float64(len(text))
	switch at {
	case atWhole:
		bits += 3
	case atFront, atBack:
		bits += 1.5
	}
	bits = min(bits, 16) - 0.8*math.Log2(float64(1+used))
	return math.Exp2(-max(bits, 1))
}

// index files every rule under its anchors and builds the lane's fields.
func (b *builder) index(roots []int32) {
	b.lane.lits = b.filer.lits[:0]
	x := &indexer{b: b, ids: map[anchor]int32{}, fields: map[fieldID]*laneKeys{}}
	for i, root := range roots {
		a := b.need(root)
		if !a.ok {
			b.lane.always = append(b.lane.always, int32(i))
			continue
		}
		for _, an := range a.list {
			x.file(an, int32(i))
		}
	}
	x.mark()
	x.close()
	b.filer.lits = b.lane.lits
	b.lane.lits = slices.Clone(b.lane.lits)
	clear(b.filer.lits)
}

// indexer collects a lane's anchors by field.
type indexer struct {
	b      *builder
	ids    map[anchor]int32 // of what has a literal
	fields map[fieldID]*laneKeys
	order  []fieldID
}

type laneKeys struct {
	front, back []walkKey
	grams       []int32
	present     []int32
}

func (x *indexer) keys(f fieldID) *laneKeys {
	k := x.fields[f]
	if k == nil {
		k = &laneKeys{}
		x.fields[f] = k
		x.order = append(x.order, f)
	}
	return k
}

// lit gives the literal of an anchor, a new one where it has none.
func (x *indexer) lit(a anchor) int32 {
	if id, ok := x.ids[a]; ok {
		return id
	}
	id := int32(len(x.b.lane.lits))
	x.b.lane.lits = append(x.b.lane.lits, lit{text: a.text})
	x.ids[a] = id
	k := x.keys(a.field)
	switch a.at {
	case atWhole, atFront:
		k.front = append(k.front, walkKey{a.text, id, a.at == atWhole})
	case atBack:
		k.back = append(k.back, walkKey{a.text, id, false})
	case atAnywhere:
		k.grams = append(k.grams, id)
	}
	return id
}

// file files a rule, which comes behind those that have been filed.
func (x *indexer) file(a filed, rule int32) {
	if a.at == atPresent || a.text == "" && a.at != atWhole {
		if k := x.keys(a.field); !isLast(k.present, rule) {
			k.present = append(k.present, rule)
		}
		return
	}
	l := &x.b.lane.lits[x.lit(a.anchor)]
	if !isLast(l.rules, rule) {
		l.rules = append(l.rules, rule)
	}
	if a.item >= 0 && a.field != 0 && !slices.Contains(l.items, a.item) {
		l.items = append(l.items, a.item)
	}
}

func isLast(list []int32, n int32) bool { return len(list) > 0 && list[len(list)-1] == n }

// From how many values on an item is answered by the index instead of one comparison after the other: a literal that may stand
// anywhere costs the index more than one whose place is known, and a search little that its pairs rule out.
const (
	minMarked         = 4
	minMarkedAnywhere = 64
)

// mark files the values of long lists, so that a hit of any is the item's answer.
func (x *indexer) mark() {
	for n := range x.b.lane.items {
		it := &x.b.lane.items[n]
		if len(it.vals) < minMarked || it.src.All || !marks(it) || it.vals[0].test == testContains && len(it.vals) < minMarkedAnywhere {
			continue
		}
		it.marked, it.cost = true, 1
		for i := range it.vals {
			v := &it.vals[i]
			l := &x.b.lane.lits[x.lit(v.anchor(it.field))]
			if !slices.Contains(l.items, int32(n)) {
				l.items = append(l.items, int32(n))
			}
		}
	}
}

// marks reports whether hits alone can answer an item: every value is one folded literal, long enough for the index.
func marks(it *item) bool {
	for i := range it.vals {
		v := &it.vals[i]
		if v.test > testContains || v.cased || v.test != testEqual && v.text == "" || v.test == testContains && len(v.text) < gramLen {
			return false
		}
	}
	return true
}

// close builds the fields' structures.
func (x *indexer) close() {
	for _, f := range x.order {
		k := x.fields[f]
		if f == 0 { // keywords are searched for once, for all lanes
			x.b.lane.words = k.grams
			for _, rule := range k.present {
				if !slices.Contains(x.b.lane.always, rule) {
					x.b.lane.always = append(x.b.lane.always, rule)
				}
			}
			continue
		}
		lf := laneField{field: f, present: k.present, grams: x.b.filer.file(x.b.lane.lits, k.grams)}
		lf.wide = lf.grams.isWide()
		for _, w := range slices.Concat(k.front, k.back) {
			lf.wide = lf.wide || !isASCII(w.text)
		}
		if len(k.front) > 0 {
			lf.front = newWalk(k.front, false)
		}
		if len(k.back) > 0 {
			lf.back = newWalk(k.back, true)
		}
		lf.remember = len(k.front)+len(k.back)+len(k.grams) >= memoryWorth || x.b.asked[f] >= memoryAsked
		x.b.m.remember = x.b.m.remember || lf.remember
		x.b.lane.fields = append(x.b.lane.fields, lf)
		x.b.lane.ids = append(x.b.lane.ids, f)
	}
}
