package project

import (
	"slices"
	"strconv"
	"strings"

	"prescore/engine/event"
)

// ocsfClass is what the view knows of a class.
type ocsfClass struct {
	uid                event.Class
	caption, category  string // encoded
	activities         map[uint8]activity
	plain              string   // the caption as it is
	attributes         []string // legal at the top level
	profileOf          map[string]string
	requires           [][]string // of each one at least
	onSelf, onAnother  layout     // for an event that acts on no other process, and for one that does
	unknown, elsewhere activity
}

// activity is an activity_id of a class: its caption and type_name, encoded.
type activity struct{ caption, typeName string }

func (c *ocsfClass) has(attribute string) bool { return slices.Contains(c.attributes, attribute) }

func (c *ocsfClass) activity(id uint8) activity {
	if a, ok := c.activities[id]; ok {
		return a
	}
	if id == 0 {
		return c.unknown
	}
	return c.elsewhere
}

// layout says which leaves an event may have and where its keys go.
type layout struct {
	byKey    [event.NumKeys]uint16 // leaf plus one; 0: none
	unmapped [event.NumKeys]uint16 // where a key goes that its leaf cannot take, leaf plus one
	allow    [leafWords]uint64
	needs    [][]span // top-level attributes of which one at least must be there
	rules    []rule
	profiles []profile
}

// rule writes a leaf where one from lo up to hi is written (or the need is not met) and none of unless.
type rule struct {
	leaf   uint16
	within span
	need   int8 // index of the layout's needs, -1 where the leaf fills none
	only   bool // the need alone triggers it
	unless [leafWords]uint64
}

// profile is a profile of OCSF: where one of its leaves is written, it is named in metadata.profiles.
type profile struct {
	name   string // encoded
	leaves [leafWords]uint64
}

func setBit(m *[leafWords]uint64, i uint16)      { m[i>>6] |= 1 << (i & 63) }
func hasBit(m *[leafWords]uint64, i uint16) bool { return m[i>>6]&(1<<(i&63)) != 0 }

func meets(a, b *[leafWords]uint64) bool {
	for w := range a {
		if a[w]&b[w] != 0 {
			return true
		}
	}
	return false
}

// liveIn reports whether a leaf of the span, which is not empty, is to be written.
func (p *Plan) liveIn(s span) bool {
	first, last := s.lo>>6, (s.hi-1)>>6
	set := p.live[first] >> (s.lo & 63) << (s.lo & 63)
	for w := first; w < last; w++ {
		if set != 0 {
			return true
		}
		set = p.live[w+1]
	}
	return set<<(63-(s.hi-1)&63) != 0
}

func parseOCSF() map[event.Class]*ocsfClass {
	m := map[event.Class]*ocsfClass{}
	for line := range strings.Lines(strings.TrimSpace(ocsfClassText)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		uid, err := strconv.Atoi(f[0])
		if err != nil {
			panic("project: " + line)
		}
		c := &ocsfClass{uid: event.Class(uid), plain: f[1], caption: key(f[1]), category: key(f[2]), activities: map[uint8]activity{},
			profileOf: map[string]string{}, unknown: activityOf(f[1], "Unknown"), elsewhere: activityOf(f[1], "Other")}
		for _, a := range strings.Split(f[3], ",") {
			if id, caption, ok := strings.Cut(a, "="); ok {
				n, err := strconv.ParseUint(id, 10, 8)
				if err != nil {
					panic("project: " + line)
				}
				c.activities[uint8(n)] = activityOf(f[1], caption)
			}
		}
		c.attributes = strings.Fields(ocsfCommon)
		for _, a := range strings.Fields(f[4]) {
			if a == "control" {
				for _, x := range strings.Fields(ocsfControlText) {
					c.attributes, c.profileOf[x] = append(c.attributes, x), "security_control"
				}
				continue
			}
			name, prof, _ := strings.Cut(a, "@")
			c.attributes = append(c.attributes, name)
			if prof != "" {
				c.profileOf[name] = prof
			}
		}
		for _, n := range strings.Fields(f[5]) {
			c.requires = append(c.requires, strings.Split(n, "/"))
		}
		m[c.uid] = c
	}
	return m
}

// ocsfCommon are the attributes that every class has, among those of the view.
const ocsfCommon = `activity_id activity_name category_uid category_name class_uid class_name type_uid type_name time severity_id
	severity status_id status status_code status_detail message start_time end_time duration metadata raw_data unmapped`

func activityOf(class, caption string) activity {
	return activity{caption: key(caption), typeName: key(class + ": " + caption)}
}

// layOut finds the layouts of every class.
func (v *View) layOut() {
	v.classes = parseOCSF()
	v.findFills()
	for uid, c := range v.classes {
		v.classAt[Slot(uid)] = c
		v.layOutClass(c, &c.onSelf, false)
		v.layOutClass(c, &c.onAnother, true)
	}
}

func (v *View) layOutClass(c *ocsfClass, l *layout, onProcess bool) {
	var held Mask // keys that a derived leaf holds
	for i := range v.leaves {
		f := &v.columns[i]
		top, _, _ := strings.Cut(f.path, ".")
		if !c.has(top) || f.class != 0 && f.class != c.uid || !f.cond.holds(c, onProcess) {
			continue
		}
		n := uint16(i)
		setBit(&l.allow, n)
		switch {
		case f.key != 0 && top == "unmapped":
			l.unmapped[f.key] = n + 1
		case f.key != 0:
			if l.byKey[f.key] == 0 {
				l.byKey[f.key] = n + 1
			}
		case !f.echo:
			for j, k := range f.keys {
				if j == 0 || f.op.all() { // what only stands in for another key is in unmapped too: both may be set
					held.Set(k)
				}
			}
		}
	}
	for k := range l.byKey {
		if l.byKey[k] == 0 && !held.has(event.Key(k)) {
			l.byKey[k] = l.unmapped[k]
		}
	}
	for _, n := range c.requires {
		var spans []span
		for _, top := range n {
			spans = append(spans, v.topLeaf[top])
		}
		l.needs = append(l.needs, spans)
	}
	for _, r := range v.fills {
		if !hasBit(&l.allow, r.leaf) {
			continue
		}
		for w := range r.unless {
			r.unless[w] &= l.allow[w]
		}
		r.need = -1
		for n, tops := range c.requires {
			if tops[0] == strings.TrimPrefix(v.columns[r.leaf].need, "=") {
				r.need = int8(n)
			}
		}
		l.rules = append(l.rules, r)
	}
	v.profilesOf(c, l)
}

// findFills makes the rules of fills, before classes restrict them.
func (v *View) findFills() {
	for i := range v.leaves {
		f := &v.columns[i]
		if f.need == "" {
			continue
		}
		need, only := strings.CutPrefix(f.need, "=")
		r := rule{leaf: uint16(i), only: only}
		for j := range v.leaves {
			path, n := v.columns[j].path, uint16(j)
			if within(path, need) {
				if r.within.hi == 0 {
					r.within.lo = n
				}
				r.within.hi = n + 1
			}
			unless := path == f.path
			for _, m := range f.unless {
				unless = unless || within(path, need+"."+m)
			}
			if unless && j != i {
				setBit(&r.unless, n)
			}
		}
		if r.within.hi == 0 {
			panic("project: nothing is at " + f.need)
		}
		v.fills = append(v.fills, r)
	}
}

// within reports whether a path is that of a node or of something in it.
func within(path, node string) bool {
	return strings.HasPrefix(path, node) && (len(path) == len(node) || path[len(node)] == '.')
}

// profilesOf finds which leaves bring which profile. The names come out sorted.
func (v *View) profilesOf(c *ocsfClass, l *layout) {
	by := map[string]*[leafWords]uint64{}
	for i := range v.leaves {
		path := v.columns[i].path
		top, _, _ := strings.Cut(path, ".")
		for _, name := range []string{c.profileOf[top], nestedProfile(path)} {
			if name == "" || !hasBit(&l.allow, uint16(i)) {
				continue
			}
			if by[name] == nil {
				by[name] = new([leafWords]uint64)
			}
			setBit(by[name], uint16(i))
		}
	}
	for name, leaves := range by {
		l.profiles = append(l.profiles, profile{key(name), *leaves})
	}
	slices.SortFunc(l.profiles, func(a, b profile) int { return strings.Compare(a.name[1:], b.name[1:]) })
}

// nestedProfile gives the profile that brings an attribute below the top level.
func nestedProfile(path string) string {
	if strings.HasPrefix(path, "device.container.") {
		return "container"
	}
	return ""
}

// ocsfPlan completes the plan of an OCSF view: what the class does not have goes, what it requires comes.
func (v *View) ocsfPlan(p *Plan, l *layout) {
	for w := range p.live {
		p.live[w] &= l.allow[w]
	}
	var unmet uint64
	for i, n := range l.needs {
		met := false
		for _, s := range n {
			met = met || p.liveIn(s)
		}
		if !met {
			unmet |= 1 << i
		}
	}
	for i := range l.rules {
		r := &l.rules[i]
		if (r.need < 0 || unmet&(1<<r.need) == 0) && (r.only || !p.liveIn(r.within)) || meets(&p.live, &r.unless) {
			continue
		}
		setBit(&p.live, r.leaf)
	}
	for i := range l.profiles {
		if meets(&p.live, &l.profiles[i].leaves) {
			p.profile |= 1 << i
		}
	}
	if p.profile != 0 {
		setBit(&p.live, v.profilesLeaf)
	}
}
