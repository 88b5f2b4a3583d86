package sink

import (
	"math"

	"prescore/engine/wire"
)

// record is one record of a chunk: views of it.
type record struct {
	time []byte // the timestamp as it stands
	ns   int64  // the same in nanoseconds since 1970 UTC, 0 where it cannot be told
	body []byte // the map
}

// each calls do for every record of a chunk, `[[time, metadata], body]` or `[time, body]`, and passes over everything else. It ends
// where the bytes are no longer MessagePack.
func each(chunk []byte, do func(record)) {
	for len(chunk) > 0 {
		n, err := wire.Skip(chunk)
		if err != nil || n == 0 {
			return
		}
		if r, ok := read(chunk[:n]); ok {
			do(r)
		}
		chunk = chunk[n:]
	}
}

// read takes a whole object apart, false where it is no record.
func read(b []byte) (record, bool) {
	pair, ok := array2(b)
	if !ok {
		return record{}, false
	}
	stamp := pair
	if head, ok := array2(pair); ok {
		stamp = head
		n, err := wire.Skip(pair)
		if err != nil {
			return record{}, false
		}
		pair = pair[n:]
	} else {
		n, err := wire.Skip(pair)
		if err != nil {
			return record{}, false
		}
		pair = pair[n:]
	}
	t, err := wire.Next(stamp)
	if err != nil {
		return record{}, false
	}
	if m, err := wire.Next(pair); err != nil || m.Type != wire.Map {
		return record{}, false
	}
	ns, ok := nanoseconds(t)
	return record{time: stamp[:t.Size], ns: ns, body: pair}, ok
}

// array2 gives what follows the head of an array of two, false where b starts otherwise.
func array2(b []byte) ([]byte, bool) {
	t, err := wire.Next(b)
	if err != nil || t.Type != wire.Array || t.N != 2 {
		return nil, false
	}
	return b[t.Size:], true
}

// maxSeconds is the last second that nanoseconds in an int64 can tell: in the year 2262.
const maxSeconds = math.MaxInt64 / 1_000_000_000

// nanoseconds reads a timestamp: EventTime (ext type 0 of eight bytes), integer or
// float seconds. A negative one marks the begin or end of a group: no record.
func nanoseconds(t wire.Token) (int64, bool) {
	switch t.Type {
	case wire.Ext:
		if t.Ext != 0 || len(t.Body) != 8 {
			return 0, false
		}
		sec := uint32(t.Body[0])<<24 | uint32(t.Body[1])<<16 | uint32(t.Body[2])<<8 | uint32(t.Body[3])
		ns := uint32(t.Body[4])<<24 | uint32(t.Body[5])<<16 | uint32(t.Body[6])<<8 | uint32(t.Body[7])
		if int32(sec) == -1 || int32(sec) == -2 {
			return 0, false
		}
		return int64(sec)*1e9 + int64(ns), true
	case wire.Uint:
		return int64(min(t.N, maxSeconds)) * 1e9, true
	case wire.Float:
		f := math.Float64frombits(t.N)
		if math.IsNaN(f) || f < 0 || f > maxSeconds {
			return 0, !(f < 0)
		}
		return int64(f * 1e9), true
	}
	return 0, false
}
