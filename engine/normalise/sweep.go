package normalise

import (
	"math"
	"math/bits"
	"strings"

	"prescore/engine/event"
)

// sweep is those of a script's moves that may be run in any order, because none of the others hangs on theirs: each the first for its
// key. So they are run by what they have in common, a short loop each, and their keys are marked at once at the end.
type sweep struct {
	consts []constantMove
	by     [numHows][]swift
	keys   event.KeySet // of all of them
	slow   uint64       // the other moves, by their place
	any    bool         // there are enough of them
}

// maxSwept bounds the moves that are looked at: one word notes what became of each. The few of a record that has more are run after
// these.
const maxSwept = 64

// minSwept is so many moves that to run them as a sweep is less work than one after the other.
const minSwept = 6

// swift is a move of a sweep that reads a field.
type swift struct {
	key   event.Key
	field uint8
	at    uint8 // its place among the moves
}

// constantMove is one that reads none.
type constantMove struct {
	key   event.Key
	value event.Value
}

// sweepOf finds the moves that may be run in any order, none where these are few.
func sweepOf(list []move) (s sweep) {
	swept := 0
	var taken event.KeySet // keys that moves so far set, or may set beside their own
	for i := range list[:min(len(list), maxSwept)] {
		m := &list[i]
		if m.step.from != 0 { // it reads what those before it have set, and not what those behind it will
			s.slow |= ^uint64(0) << i
			break
		}
		switch {
		case m.how == howCoerced || m.how == howHash || m.field >= maxShapeFields || taken.Has(m.key):
			s.slow |= 1 << i
		case m.field < 0:
			s.consts = append(s.consts, constantMove{m.key, m.step.konst})
			s.keys.Add(m.key)
		default:
			s.by[m.how] = append(s.by[m.how], swift{m.key, uint8(m.field), uint8(i)})
			swept++
			s.keys.Add(m.key)
		}
		addKeys(&taken, m.key)
	}
	if n := len(list); n < maxSwept {
		s.slow &= 1<<n - 1
	}
	if swept < minSwept {
		return sweep{}
	}
	s.any = true
	return s
}

// run is Room.moves for the moves that the sweep was made of.
func (s *sweep) run(r *Room, ev *event.Event, list []move, st *state) {
	if !s.any {
		r.moves(ev, list)
		return
	}
	missed, ok := uint64(0), true
	if ev.HasAny(&s.keys) {
		missed, ok = s.around(ev, &st.recent.minute)
	} else {
		missed = s.loops(ev, &st.recent.minute)
	}
	if !ok {
		r.moves(ev, list)
		return
	}
	if missed == 0 {
		ev.Mark(&s.keys)
	} else {
		s.markBut(missed, ev, list)
	}
	for left := s.slow | missed; left != 0; left &= left - 1 {
		if i := bits.TrailingZeros64(left); !ev.Has(list[i].key) {
			r.moves(ev, list[i:i+1])
		}
	}
	if len(list) > maxSwept {
		r.moves(ev, list[maxSwept:])
	}
}

// loops writes the values of all keys but those of moves that have missed.
func (s *sweep) loops(ev *event.Event, m *minute) (missed uint64) {
	if len(s.consts) > 0 {
		s.constants(ev)
	}
	return words(s.by[howAsIs], ev) | hostNames(s.by[howName], ev) | users(s.by[howUser], ev) | addresses(s.by[howAddress], ev) |
		m.times(s.by[howTime], ev) | floats(s.by[howFloat], ev) | integers(s.by[howInt], ev, math.MaxUint64) | integers(s.by[howPort], ev, maxPort)
}

// maxAside is so many keys that may be set before: to put the values of more aside would be more work than to ask for each.
const maxAside = 16

// around is loops where some of the keys are set: what is set stays. It gives false, and has done nothing, where these are too many.
func (s *sweep) around(ev *event.Event, m *minute) (missed uint64, ok bool) {
	var aside [maxAside]constantMove
	n := 0
	for w, have := range ev.Keys() {
		for b := have & s.keys[w]; b != 0; b &= b - 1 {
			if n == maxAside {
				return 0, false
			}
			k := event.Key(w*64 + bits.TrailingZeros64(b))
			aside[n] = constantMove{k, *ev.At(k)}
			n++
		}
	}
	missed = s.loops(ev, m)
	for i := range aside[:n] {
		*ev.At(aside[i].key) = aside[i].value
	}
	return missed, true
}

func (s *sweep) constants(ev *event.Event) {
	canon := ev.Canon()
	for i := range s.consts {
		canon[s.consts[i].key] = s.consts[i].value
	}
}

// markBut marks all keys but those of the moves that have missed.
func (s *sweep) markBut(missed uint64, ev *event.Event, list []move) {
	keys := s.keys
	for ; missed != 0; missed &= missed - 1 {
		keys.Drop(list[bits.TrailingZeros64(missed)].key)
	}
	ev.Mark(&keys)
}

// The loops below write what coerce would make of the values of fields, and give those moves whose value takes more than a look.

func words(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v := &fields[m.field].Value
		if v.K != event.String || !something(v.S) {
			missed |= 1 << (m.at & 63)
			continue
		}
		out := &canon[m.key]
		out.S, out.N, out.K = v.S, 0, event.String
	}
	return missed
}

func hostNames(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v := &fields[m.field].Value
		if v.K != event.String || !something(v.S) || v.S[len(v.S)-1] == '.' || capital(v.S) != len(v.S) {
			missed |= 1 << (m.at & 63)
			continue
		}
		out := &canon[m.key]
		out.S, out.N, out.K = v.S, 0, event.String
	}
	return missed
}

func users(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v := &fields[m.field].Value
		if v.K != event.String || !something(v.S) || strings.IndexByte(v.S, '\\') >= 0 {
			missed |= 1 << (m.at & 63)
			continue
		}
		out := &canon[m.key]
		out.S, out.N, out.K = v.S, 0, event.String
	}
	return missed
}

func addresses(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v := &fields[m.field].Value
		if v.K != event.String || !canonical4(v.S) {
			missed |= 1 << (m.at & 63)
			continue
		}
		out := &canon[m.key]
		out.S, out.N, out.K = v.S, 0, event.String
	}
	return missed
}

func (m *minute) times(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		t := &list[i]
		v, out := &fields[t.field].Value, &canon[t.key]
		if v.K == event.String {
			if ns, ok := m.read(v.S); ok {
				out.S, out.N, out.K = "", uint64(ns), event.Time
				continue
			}
		}
		missed |= 1 << (t.at & 63)
	}
	return missed
}

func floats(list []swift, ev *event.Event) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v, out := &fields[m.field].Value, &canon[m.key]
		switch {
		case v.K == event.Float && finite(v.N):
			out.S, out.N, out.K = "", v.N, event.Float
		case v.K == event.Int:
			out.S, out.N, out.K = "", math.Float64bits(float64(int64(v.N))), event.Float
		default:
			missed |= 1 << (m.at & 63)
		}
	}
	return missed
}

func integers(list []swift, ev *event.Event, most uint64) (missed uint64) {
	fields, canon := ev.Fields, ev.Canon()
	for i := range list {
		m := &list[i]
		v, out := &fields[m.field].Value, &canon[m.key]
		n, ok := int64(v.N), v.K == event.Int
		if v.K == event.String {
			n, ok = v.Int64()
		}
		if !ok || uint64(n) > most {
			missed |= 1 << (m.at & 63)
			continue
		}
		out.S, out.N, out.K = "", uint64(n), event.Int
	}
	return missed
}
