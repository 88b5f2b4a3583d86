package correlate

import (
	"errors"
	"math"

	"prescore/engine/entity"
	"prescore/engine/event"
)

// stateVersion is of the layout of a stored window.
const stateVersion = 1

var errState = errors.New("a stored window does not fit its rule")

func (r *Room) addSlots() error {
	var err error
	if r.known, err = entity.NewSlot(r.st, entity.SlotSpec[struct{}]{
		Name: "known", Version: 1,
		Append: func(dst []byte, _ *struct{}) []byte { return dst },
		Parse:  func(*entity.Entity, uint8, []byte) (*struct{}, int, error) { return &struct{}{}, 0, nil },
	}); err != nil {
		return err
	}
	if err := r.addRiskSlot(); err != nil {
		return err
	}
	r.slot, err = entity.NewSlot(r.st, entity.SlotSpec[cell]{
		Name: "window", Version: stateVersion, Append: r.appendCell, Parse: r.parseCell,
		Reset: (*cell).empty,
		Evicted: func(e *entity.Entity, cl *cell) {
			if cl.inc == nil {
				return
			}
			cl.inc.flags |= cellTrunc
			i := r.tell(cl, e, event.IncidentClose, "evicted")
			i.Closed = cl.inc.last
			r.n.closed.Add(1)
			if !r.outbox.put(i) {
				r.n.cut.Add(1)
			}
		},
		Expires: func(e *entity.Entity, cl *cell) int64 {
			if cl.inc != nil || cl.flags&cellPending != 0 {
				return math.MaxInt64
			}
			return e.Last() + cl.rule.keep(r.lateness)
		},
	})
	return err
}

// appendCell writes a window.
func (r *Room) appendCell(dst []byte, cl *cell) []byte {
	names := r.names16.Load()
	dst = append(dst, cl.flags&^cellTimed)
	dst = entity.AppendInt(dst, cl.wm)
	dst = entity.AppendInt(dst, cl.lag)
	dst = entity.AppendUint(dst, uint64(cl.used))
	dst = entity.AppendString(dst, cl.refs)
	dst = entity.AppendUint(dst, uint64(cl.ring.n))
	for j := range int(cl.ring.n) {
		dst = appendEntry(dst, cl.ring.at(j), cl.wm, names)
	}
	in := cl.inc
	if in == nil {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	dst = append(dst, in.id[:]...)
	for _, n := range []int64{in.first, in.last, in.opened, in.count, in.told} {
		dst = entity.AppendInt(dst, n)
	}
	dst = entity.AppendUint(dst, math.Float64bits(in.value))
	dst = append(dst, in.base, in.flags)
	for _, list := range [][]uint16{in.techs, in.srcs} {
		dst = entity.AppendUint(dst, uint64(len(list)))
		for _, x := range list {
			dst = entity.AppendString(dst, names.list[x])
		}
	}
	dst = entity.AppendUint(dst, uint64(len(in.timeline)))
	for j := range in.timeline {
		dst = appendEntry(dst, &in.timeline[j], cl.wm, names)
	}
	return dst
}

func appendEntry(dst []byte, e *entry, wm int64, names *interned) []byte {
	dst = entity.AppendInt(dst, wm-e.t)
	dst = entity.AppendUint(dst, e.v)
	dst = append(dst, byte(e.form), e.step, e.base, e.mark)
	dst = append(dst, e.id[:]...)
	dst = entity.AppendString(dst, names.list[e.src])
	return entity.AppendString(dst, names.list[e.tech])
}

func (r *Room) readEntry(rd *entity.Reader, c *rule, wm int64) (e entry) {
	e.t = wm - rd.Int()
	e.v = rd.Uint()
	e.form, e.step, e.base, e.mark = idForm(rd.Byte()), rd.Byte(), rd.Byte(), rd.Byte()
	for i := range e.id {
		e.id[i] = rd.Byte()
	}
	e.src = r.names16.number(rd.String(255))
	e.tech = r.names16.number(rd.String(255))
	e.form = min(e.form, idLong)
	e.step = min(e.step, uint8(len(c.steps)-1))
	e.base = min(e.base, 100)
	return e
}

// parseCell reads a window. A window of more entries than its rule now keeps loses its oldest.
func (r *Room) parseCell(e *entity.Entity, version uint8, b []byte) (*cell, int, error) {
	if version != stateVersion || int(e.Kind()) >= len(r.byKind) || r.byKind[e.Kind()] == nil {
		return nil, 0, errState
	}
	c := r.byKind[e.Kind()]
	rd := entity.Reader{B: b}
	cl := &cell{rule: c, flags: rd.Byte() &^ cellTimed}
	cl.wm, cl.lag = rd.Int(), max(0, rd.Int())
	used := rd.Uint()
	if cl.refs = append(cl.refs, rd.Bytes(maxRefs)...); !validRefs(cl.refs) {
		return nil, 0, errState
	}
	cl.heard.enter(cl.refs)
	n := rd.Len(maxEntries)
	last := int64(math.MinInt64)
	for range n {
		x := r.readEntry(&rd, c, cl.wm)
		if rd.Err() != nil || x.t < last || x.t > cl.wm {
			return nil, 0, errState
		}
		last = x.t
		if int(cl.ring.n) >= c.cap {
			cl.ring.popFront()
			used -= min(used, 1)
		}
		cl.ring.insert(int(cl.ring.n), &x)
	}
	cl.used = int32(min(used, uint64(cl.ring.n)))
	if rd.Byte() == 1 {
		in := &incident{}
		for i := range in.id {
			in.id[i] = rd.Byte()
		}
		in.first, in.last, in.opened, in.count, in.told = rd.Int(), rd.Int(), rd.Int(), rd.Int(), rd.Int()
		in.value = math.Float64frombits(rd.Uint())
		in.base, in.flags = min(rd.Byte(), 100), rd.Byte()
		for _, list := range []*[]uint16{&in.techs, &in.srcs} {
			for range rd.Len(64) {
				addU16(list, r.names16.number(rd.String(255)))
			}
		}
		for range rd.Len(maxTimeline) {
			in.timeline = append(in.timeline, r.readEntry(&rd, c, cl.wm))
		}
		cl.inc = in
	}
	if err := rd.Err(); err != nil {
		return nil, 0, err
	}
	cl.rebuild(nil)
	size := cl.bytes()
	if cl.inc != nil {
		size += incidentBytes + cap(cl.inc.timeline)*entryBytes
	}
	return cl, size, nil
}

func validRefs(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) || int(b[0]) >= event.NumEntityKinds {
			return false
		}
		b = b[2+int(b[1]):]
	}
	return true
}

// restored asks for the visits that a restored window needs.
func (r *Room) restored(c *entity.Cursor) {
	if cl := r.slot.Of(c.E); cl != nil {
		r.timer(c, cl)
	}
}

// WindowInfo is a stored window for people.
type WindowInfo struct {
	Entries  int   // records in it, those kept for late ones included
	Newest   int64 // event time, nanoseconds since 1970
	Pending  bool  // an absence is awaited
	Open     bool  // an incident is open:
	Incident string
	Count    int
	Since    int64 // event time of its first record
	Updated  int64
	Sources  []string
	Techs    []string
}

// Describe reads a stored window, the slot "window" of entity.Info, for people. It needs no rule.
func Describe(b []byte) (WindowInfo, error) {
	rd := entity.Reader{B: b}
	flags := rd.Byte()
	w := WindowInfo{Pending: flags&cellPending != 0, Newest: rd.Int()}
	rd.Int()
	rd.Uint()
	rd.Bytes(maxRefs)
	w.Entries = rd.Len(maxEntries)
	for range w.Entries {
		rd.Int()
		rd.Uint()
		for range 4 + 16 {
			rd.Byte()
		}
		rd.Bytes(255)
		rd.Bytes(255)
	}
	if w.Open = rd.Byte() == 1; !w.Open {
		return w, rd.Err()
	}
	var id [16]byte
	for i := range id {
		id[i] = rd.Byte()
	}
	w.Incident, w.Since, w.Updated = string(id[:]), rd.Int(), rd.Int()
	rd.Int()
	w.Count = int(rd.Int())
	rd.Int()
	rd.Uint()
	rd.Byte()
	rd.Byte()
	for _, list := range []*[]string{&w.Techs, &w.Sources} {
		for range rd.Len(64) {
			*list = append(*list, rd.String(255))
		}
	}
	return w, rd.Err()
}
