package project

import "prescore/engine/event"

// appendTime appends a time as RFC 3339 text in UTC.
func (p *Plan) appendTime(dst []byte, ns int64) []byte {
	at := len(dst)
	dst = p.ev.AppendRFC3339(append(dst, 0xa0), ns)
	dst[at] = 0xa0 | byte(len(dst)-at-1) // 30 bytes at most
	return dst
}

// AppendTime appends a time as RFC 3339 text in UTC.
func AppendTime(dst []byte, ns int64) []byte {
	at := len(dst)
	dst = event.AppendRFC3339(append(dst, 0xa0), ns)
	dst[at] = 0xa0 | byte(len(dst)-at-1)
	return dst
}
