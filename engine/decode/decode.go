package decode

import (
	"encoding/binary"
	"math"

	"prescore/engine/event"
	"prescore/engine/wire"
)

// Kind says what Next found.
type Kind uint8

// What Next finds.
const (
	Log    Kind = iota // a record: the event is filled
	Scored             // a record that carries a prescore mark already
	Marker             // begin or end of a group
	Other              // anything else that is whole MessagePack
)

// MarkKey is the key that prescore adds to a record.
const MarkKey = "prescore"

// maxSeconds is the last second that nanoseconds in an int64 can tell: in the year 2262.
const maxSeconds = math.MaxInt64 / 1_000_000_000

// Record is one object of a chunk. Head and Body are views that add up to the object for Log and Scored.
type Record struct {
	Kind Kind
	Size int    // bytes of the whole object
	Head []byte // array head, time and metadata
	Body []byte // the map
	Time int64  // the host's timestamp, nanoseconds since 1970 UTC, 0 where it has none
}

// Next reads the object at the start of chunk into ev, which must have been Reset. Errors are wire's: nothing of the object is then
// to be used but its bytes.
func Next(ev *event.Event, chunk []byte) (Record, error) {
	rec := Record{Kind: Other}
	head, whole := readHead(chunk, &rec)
	if whole {
		body := chunk[head:]
		if n, size := wire.MapHead(body); size > 0 {
			f := flattener{ev: ev, b: body, off: size}
			if err := f.members("", uint64(n), 0); err != nil {
				return rec, err
			}
			rec.Size, rec.Head, rec.Body = head+f.off, chunk[:head:head], body[:f.off:f.off]
			if rec.Kind == Other {
				rec.Kind = Log
				if f.marked {
					rec.Kind = Scored
				}
			}
			ev.Raw, ev.HostTime = rec.Body, rec.Time
			return rec, nil
		}
	}
	n, err := wire.Skip(chunk)
	rec.Size, rec.Kind = n, Other
	return rec, err
}

// readHead reads what stands before the body and gives its length; false where the object has not a record's shape or is cut.
func readHead(b []byte, rec *Record) (int, bool) {
	if n, ok := usualHead(b, rec); ok {
		return n, true
	}
	return plainHead(b, rec)
}

// plainHead is readHead for every legal width.
func plainHead(b []byte, rec *Record) (int, bool) {
	t, err := wire.Next(b)
	if err != nil || t.Type != wire.Array || t.N != 2 {
		return 0, false
	}
	off := t.Size
	if t, err = wire.Next(b[off:]); err != nil {
		return 0, false
	}
	off += t.Size
	if t.Type != wire.Array {
		return off, rec.stamp(t)
	}
	if t.N != 2 {
		return 0, false
	}
	if t, err = wire.Next(b[off:]); err != nil || !rec.stamp(t) {
		return 0, false
	}
	off += t.Size
	meta, err := wire.Skip(b[off:])
	return off + meta, err == nil
}

// The heads that hosts write, up to the time: from 5.0 on, and before.
const (
	headNow    = "\x92\x92\xd7\x00"
	headBefore = "\xdd\x00\x00\x00\x02\xdd\x00\x00\x00\x02\xd7\x00"
)

// usualHead is readHead for records as hosts write them, without metadata; false where it is another.
func usualHead(b []byte, rec *Record) (int, bool) {
	at := len(headNow)
	if len(b) < len(headBefore)+13 { // with the time and the widest head of metadata
		return 0, false
	}
	if string(b[:at]) != headNow {
		if at = len(headBefore); string(b[:at]) != headBefore {
			return 0, false
		}
	}
	end := at + 8
	switch {
	case b[end] == 0x80:
		end++
	case b[end] == 0xdf && binary.BigEndian.Uint32(b[end+1:]) == 0:
		end += 5
	default:
		return 0, false
	}
	rec.time(eventTime(b[at : at+8]))
	return end, true
}

// stamp takes the time out of a token; false where it is none.
func (r *Record) stamp(t wire.Token) bool {
	switch {
	case t.Type == wire.Ext && t.Ext == 0 && len(t.Body) == 8:
		r.time(eventTime(t.Body))
	case t.Type == wire.Uint && t.N < maxSeconds:
		r.time(int64(t.N), 0)
	case t.Type == wire.Int:
		r.time(max(int64(t.N), -maxSeconds), 0)
	case t.Type == wire.Float:
		f := math.Float64frombits(t.N)
		if !(math.Abs(f) < maxSeconds) { // also NaN
			return true
		}
		s, frac := math.Modf(f)
		r.time(int64(s), int64(math.Round(frac*1e9)))
	case t.Type == wire.Uint: // beyond the year 2262: a record, but of no known time
	default:
		return false
	}
	return true
}

func eventTime(b []byte) (secs, nanos int64) {
	return int64(int32(binary.BigEndian.Uint32(b))), int64(binary.BigEndian.Uint32(b[4:]))
}

// time notes the timestamp. The host reads seconds as signed; -1 and -2 are its group markers.
func (r *Record) time(secs, nanos int64) {
	if secs == -1 || secs == -2 {
		r.Kind = Marker
		return
	}
	r.Time = secs*1e9 + nanos
}
