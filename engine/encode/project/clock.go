package project

import "prescore/engine/event"

// clock remembers the text of the time that was written last: a record has its own in up to four places.
type clock struct {
	ns   int64
	size uint8 // of the text with its head; 0: none yet
	text [maxTime]byte
}

// maxTime is room for a time as text and its head, a multiple of what is moved at once.
const maxTime = 32

// AppendTime appends a time as RFC 3339 text in UTC.
func (p *Plan) AppendTime(dst []byte, ns int64) []byte {
	c := &p.clock
	at := len(dst)
	if c.ns == ns && c.size != 0 && cap(dst)-at >= maxTime {
		*(*[maxTime]byte)(dst[at : at+maxTime]) = c.text
		return dst[:at+int(c.size)]
	}
	dst = AppendTime(dst, ns)
	c.ns, c.size = ns, uint8(copy(c.text[:], dst[at:]))
	return dst
}

// AppendTime appends a time as RFC 3339 text in UTC.
func AppendTime(dst []byte, ns int64) []byte {
	at := len(dst)
	dst = append(dst, 0xa0)
	dst = event.AppendRFC3339(dst, ns)
	dst[at] = 0xa0 | byte(len(dst)-at-1) // 30 bytes at most
	return dst
}
