package normalise

import (
	"encoding/binary"

	"prescore/engine/event"
)

// ofRFC3339 reads 2024-05-10T14:32:00.123Z, with or without a fraction, with a blank for the T, in UTC or with an offset (+02:00): what
// most records have. Where times without a zone are in UTC too it reads those. It says false where s is anything else, which the other
// readers then judge.
func ofRFC3339(s string, zoneless bool) (int64, bool) {
	const n = len("2024-05-10T14:32:00")
	if len(s) < n || s[16] != ':' {
		return 0, false
	}
	b := event.BytesOf(s[:16])
	ymd, dhm := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if s[10] == ' ' {
		dhm ^= (' ' ^ 'T') << 16
	}
	// Eight bytes at a time: what is left of a digit is its value, of a mark nothing.
	ymd ^= 0x2d30302d30303030 // 0000-00-
	dhm ^= 0x30303a3030543030 // 00T00:00
	const six, high = 0x0606060606060606, 0xf0f0f0f0f0f0f0f0
	if ymd&0xfff0f0fff0f0f0f0|(ymd+six)&high|dhm&0xf0f0fff0f0fff0f0|(dhm+six)&high != 0 {
		return 0, false
	}
	ymd, dhm = 10*ymd+ymd>>8, 10*dhm+dhm>>8 // each byte: the number that it and the next one write
	p := parts{year: 100*int(ymd&0xff) + int(ymd>>16&0xff), month: int(ymd >> 40 & 0xff), day: int(dhm & 0xff), hour: int(dhm >> 24 & 0xff),
		min: int(dhm >> 48 & 0xff), sec: twoDigits(s, 17)}
	if p.sec < 0 {
		return 0, false
	}
	end := len(s)
	switch {
	case s[end-1] == 'Z':
		end--
	case end >= n+6 && s[end-3] == ':' && (s[end-6] == '+' || s[end-6] == '-'):
		h, m := twoDigits(s, end-5), twoDigits(s, end-2)
		if h|m < 0 || h > 18 || m > 59 {
			return 0, false
		}
		if p.offset = h*3600 + m*60; s[end-6] == '-' {
			p.offset = -p.offset
		}
		end -= 6
	case !zoneless:
		return 0, false
	}
	if end < n {
		return 0, false
	}
	if frac := s[n:end]; frac != "" {
		if frac[0] != '.' || len(frac) < 2 || len(frac) > 10 {
			return 0, false
		}
		for i := 1; i < len(frac); i++ {
			d := frac[i] - '0'
			if d > 9 {
				return 0, false
			}
			p.nanos = 10*p.nanos + int64(d)
		}
		p.nanos *= fractionUnit[len(frac)-1]
	}
	return p.utc()
}

// minute is a minute whose times have been read before: records that come one after the other are mostly of one.
type minute struct {
	head, tail uint64 // how it is written, "2024-05-10T" and "14:32" together; 0: none yet
	ns         int64  // when it began
}

// read is ofRFC3339 for what most records have, 2024-05-10T14:32:00Z and 2024-05-10T14:32:00.123Z, false of anything else.
func (m *minute) read(s string) (int64, bool) {
	rest, ok := secondsOf(s)
	if !ok {
		return 0, false
	}
	b := event.BytesOf(s[:16])
	head, tail := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if head != m.head || tail != m.tail || head == 0 {
		ns, ok := ofRFC3339(s, false)
		if !ok {
			return 0, false
		}
		m.head, m.tail, m.ns = head, tail, ns-rest
	}
	return m.ns + rest, true
}

// secondsOf reads the seconds of such a time, with milliseconds or without, as nanoseconds.
func secondsOf(s string) (int64, bool) {
	const zeros = 0x5a3030302e30303a // :00.000Z
	var x uint64
	switch len(s) {
	case len("2024-05-10T14:32:00.123Z"):
		x = binary.LittleEndian.Uint64(event.BytesOf(s[16:24])) ^ zeros
	case len("2024-05-10T14:32:00Z"):
		x = uint64(binary.LittleEndian.Uint32(event.BytesOf(s[16:20]))) ^ (zeros&0xffffff | 'Z'<<24)
	}
	if x&0xfff0f0f0fff0f0ff|(x+0x0006060600060600)&0x00f0f0f000f0f000 != 0 || len(s) != 20 && len(s) != 24 {
		return 0, false
	}
	secs := int64(10*(x>>8&0xf) + x>>16&0xf)
	millis := int64(100*(x>>32&0xf) + 10*(x>>40&0xf) + x>>48&0xf)
	return secs*1e9 + millis*1e6, secs < 60
}

// fractionUnit is what the last of so many digits of a second stands for, in nanoseconds.
var fractionUnit = [10]int64{1: 1e8, 2: 1e7, 3: 1e6, 4: 1e5, 5: 1e4, 6: 1e3, 7: 100, 8: 10, 9: 1}

// twoDigits gives the number that s[i:i+2] writes, a negative one where these are not digits.
func twoDigits(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1 << 16
	}
	return 10*int(a) + int(b)
}

// monthDays is the days of a year before a month, by month; February without a 29th.
var monthDays = [13]int{2: 31, 3: 59, 4: 90, 5: 120, 6: 151, 7: 181, 8: 212, 9: 243, 10: 273, 11: 304, 12: 334}

// days gives the days since 1970-01-01 of a date of the years that are believed, as event.Days does of any.
func days(year, month, day int) int64 {
	n := 365*(year-1970) + (year-1969)/4 - (year-1901)/100 + (year-1601)/400 + monthDays[month] + day - 1
	if month > 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		n++
	}
	return int64(n)
}
