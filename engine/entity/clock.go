package entity

import "prescore/engine/event"

// Clock clamps event times to arrival, in nanoseconds: one record dated next year must not move any window.
type Clock struct{ Ahead, Behind int64 }

// Clamp gives the time to count an event at, and whether it had to be moved. An event without a time counts at its arrival.
func (c Clock) Clamp(t, arrival int64) (int64, bool) {
	switch {
	case t == 0:
		return arrival, false
	case t > arrival+c.Ahead:
		return arrival + c.Ahead, true
	case t < arrival-c.Behind:
		return arrival - c.Behind, true
	}
	return t, false
}

// TimeOf gives the time to count ev at: the event's own, else the host's, else its arrival; clamped. A moved time is a problem
// on the record and a counter.
func (st *Store) TimeOf(ev *event.Event) int64 {
	t := ev.HostTime
	if v := ev.Get(event.KeyTime); v.K == event.Time {
		t = int64(v.N)
	}
	arrival := ev.Arrival
	if arrival == 0 {
		arrival = t
	}
	n, moved := st.clock.Clamp(t, arrival)
	if moved {
		st.striped.of(ev).clamped.Add(1)
		ev.Problem("entity", "time_clamped", "time")
	}
	return n
}

// Clock gives the store's clock.
func (st *Store) Clock() Clock { return st.clock }
