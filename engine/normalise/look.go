package normalise

import "prescore/engine/event"

// look is a table as records of one shape have it: without what the names rule out.
type look struct {
	table *table
	when  [][]*cond // one of the lists must hold; empty: always
	get   []glance
}

// glance is one place of a table's value and the field it reads, -1 where it reads none.
type glance struct {
	step  *step
	field int32
}

// looks gives the tables of a list that may do something for records of an event's shape. It looks at no value.
func (r *Room) looks(ev *event.Event, list []table, asked uint64) (out []look) {
	for i := range list {
		t := &list[i]
		if t.bit != 0 && t.bit&asked == 0 {
			continue
		}
		l := look{table: t, get: glances(ev, t.get)}
		if len(l.get) == 0 && len(t.get) > 0 && t.absent == nil {
			continue
		}
		ever := false
		if l.when, ever = r.ever(ev, t.when); ever {
			out = append(out, l)
		}
	}
	return out
}

// glances gives the places of a value that records of an event's shape may have.
func glances(ev *event.Event, get []step) (out []glance) {
	for i := range get {
		g := glance{step: &get[i], field: -1}
		if g.step.id != 0 {
			f := value(ev, g.step.id)
			if f == nil || len(g.step.ops) == 0 && holding[f.Value.K&15] <= holdsEmpty {
				continue
			}
			g.field = int32(fieldIndex(ev, f))
		}
		out = append(out, g)
	}
	return out
}

// ever gives the conditions that not all records of an event's shape fulfil, none where one of the lists always holds; false where none
// ever does.
func (r *Room) ever(ev *event.Event, when [][]cond) (out [][]*cond, ever bool) {
next:
	for _, list := range when {
		var left []*cond
		for i := range list {
			switch r.decided(ev, &list[i]) {
			case never:
				continue next
			case sometimes:
				left = append(left, &list[i])
			}
		}
		if len(left) == 0 {
			return nil, true
		}
		out = append(out, left)
	}
	return out, len(out) > 0 || len(when) == 0
}

// look is Room.table for a record of the shape.
func (r *Room) look(ev *event.Event, l *look, st *state) {
	if len(l.when) > 0 && !r.oneHolds(ev, l.when) {
		return
	}
	for i := range l.get {
		g := &l.get[i]
		var v *event.Value
		switch {
		case len(g.step.ops) > 0:
		case g.field >= 0 && int(g.field) < len(ev.Fields):
			v = &ev.Fields[g.field].Value
		case g.step.from != 0 && ev.Has(g.step.from):
			v = ev.At(g.step.from)
		case g.step.from != 0:
			continue
		}
		if v == nil || v.K != event.String {
			if v := r.get(ev, g.step); !v.Empty() {
				r.choose(ev, l.table, v, st)
				return
			}
			continue
		}
		if v.S == "" {
			continue
		}
		w := l.table.present
		if l.table.near != nil {
			w = l.table.rowOf(v.S, &ev.Arena)
		}
		if w != nil {
			r.row(ev, w, st)
		}
		return
	}
	r.choose(ev, l.table, event.Value{}, st)
}

func (r *Room) oneHolds(ev *event.Event, lists [][]*cond) bool {
next:
	for _, list := range lists {
		for _, k := range list {
			if !r.holds(ev, k) {
				continue next
			}
		}
		return true
	}
	return false
}
