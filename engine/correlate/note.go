package correlate

import (
	"prescore/engine/entity"
	"prescore/engine/event"
)

// A later step of a sequence says nothing without an earlier one, and most are never followed by one that came late: logins that succeed,
// after no brute force. A window for each would be most of the state and most of its cost. So a later step opens none: it leaves a note
// with the group (entity's notes), and whatever opens the window reads the notes first, as if they had been counted when they came.

// opening gives the steps that open a window: all, or of a sequence those up to the first that must occur.
func (c *rule) opening() uint32 {
	if c.Type != TemporalOrdered {
		return 1<<len(c.steps) - 1
	}
	first := c.positive & -c.positive
	return first | (first - 1)
}

// reach gives the group's window; E is nil where the record opens none, or was refused.
func (r *Room) reach(c *rule, key string, step uint8, arrival int64) entity.Cursor {
	if c.opens>>step&1 == 0 {
		return r.st.Find(c.kind, key, arrival)
	}
	return r.st.Get(c.kind, key, arrival)
}

// noteVersion is of a note's layout.
const noteVersion = 1

// note leaves a record with a group that has no window: lag is as a cell's, given says that the record's id is its own.
func (r *Room) note(cur *entity.Cursor, c *rule, key string, e *entry, arrival, lag int64, given bool, w *work) {
	b := append(w.text[:0], noteVersion, byte(b2u(given)))
	b = entity.AppendInt(b, lag)
	b = appendEntry(b, e, 0, r.names16.Load())
	b = entity.AppendString(b, w.noted.refs)
	cur.Note(c.kind, key, arrival+c.keep(r.lateness), b)
	w.text = b
	r.n.noted[w.stripe].Add(1)
}

// leave leaves a note of the event.
func (r *Room) leave(cur *entity.Cursor, ev *event.Event, t int64, w *work, c *rule, key string, e *entry) {
	w.noted.refs, w.noted.heard = w.noted.refs[:0], sketch{}
	if c.incident {
		w.noted.remember(ev, c, w)
	}
	e.v = w.values[0]
	if cur.Lost() {
		r.st.Truncate(ev)
	}
	r.note(cur, c, key, e, ev.Arrival, max(0, ev.Arrival-t), ev.IDGiven, w)
}

// recall counts what was noted for a window that has just been opened.
func (r *Room) recall(cur *entity.Cursor, cl *cell, w *work) {
	cur.Noted(func(text []byte) {
		rd := entity.Reader{B: text}
		if rd.Byte() != noteVersion {
			return
		}
		given, lag := rd.Byte() == 1, max(0, rd.Int())
		e := r.readEntry(&rd, cl.rule, 0)
		refs := rd.Bytes(maxRefs)
		if rd.Err() != nil || !validRefs(refs) || given && cl.has(&e) {
			return
		}
		cl.lag = lag
		grown := cap(cl.refs)
		for ; len(refs) > 2; refs = refs[2+int(refs[1]):] {
			cl.refer(int(refs[0]), event.View(refs[2:2+int(refs[1])]), w)
		}
		cur.Grow(cap(cl.refs) - grown)
		if _, late := cl.add(cur, &e, r.lateness, w); late { // without its first step nothing holds yet
			r.n.late[w.stripe].Add(1)
		}
	})
}
