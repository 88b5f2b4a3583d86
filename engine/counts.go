package engine

import (
	"sync/atomic"

	"prescore/engine/decode"
	"prescore/engine/event"
)

// Count is one of the engine's counters.
type Count int

// The counters. Of each chunk: records in = CountEvents + CountSeen + CountTicks; records out = CountEvents + CountSeen +
// CountIncidents. Nothing is dropped, folded or limited.
const (
	CountBytes     Count                           = iota // bytes of chunks
	CountEvents                                           // records scored
	CountSeen                                             // records that carried a mark already, passed on as they are
	CountMarkers                                          // begin and end of groups, passed on
	CountOther                                            // objects that are no records, passed on
	CountCut                                              // chunks whose rest could not be read, passed on
	CountProblems                                         // problems said on records
	CountFindings                                         // rules that matched
	CountPanics                                           // records on which a room panicked
	CountIncidents                                        // records of incidents, added
	CountTicks                                            // records of the tick tag, each replaced by what was due
	CountRoutes                                           // of the records scored, one a route: CountRoutes + Count(event.Alert)
	countRooms     = CountRoutes + event.NumRoutes        // what rooms count themselves, in the order of roomCounts
	NumCounts      = countRooms + Count(len(roomCounts))
)

var countNames = [countRooms]string{"bytes", "events", "seen", "markers", "other", "cut", "problems", "findings", "panics", "incidents", "ticks",
	"route_pass", "route_alert", "route_suppressed", "route_quarantine"}

// String gives the counter's name, as metrics have it after "prescore_".
func (c Count) String() string {
	if c >= countRooms {
		return roomCounts[c-countRooms]
	}
	return countNames[c]
}

// Counts are the counters of one chunk, or of all since the engine was opened.
type Counts [NumCounts]uint64

func (n *Counts) passed(k decode.Kind) {
	switch k {
	case decode.Scored:
		n[CountSeen]++
	case decode.Marker:
		n[CountMarkers]++
	default:
		n[CountOther]++
	}
}

func (n *Counts) event(ev *event.Event) {
	n[CountEvents]++
	n[CountRoutes+Count(ev.Route)]++
	n[CountProblems] += uint64(len(ev.Problems) + ev.ProblemsCut)
	n[CountFindings] += uint64(len(ev.Findings))
}

// stats are the counts since the engine was opened.
type stats [NumCounts]atomic.Uint64

func (s *stats) add(n *Counts) {
	for i, v := range n {
		if v != 0 {
			s[i].Add(v)
		}
	}
}

// Totals gives the counts since the engine was opened.
func (e *Engine) Totals() Counts {
	var n Counts
	for i := range n {
		n[i] = e.stats[i].Load()
	}
	return n
}
