package event

import (
	"encoding/binary"
	"slices"
)

// maxRFC3339 is the length of the longest time as text, rounded up to what is written at once.
const maxRFC3339 = 32

const dayNS = 86400e9

// AppendRFC3339 appends the time ns (nanoseconds since 1970 UTC) as RFC 3339 in UTC, with as many digits of a second as it has:
// none, 3, 6 or 9. Years outside 0 to 9999 cannot occur in an int64 of nanoseconds.
func AppendRFC3339(dst []byte, ns int64) []byte {
	at := len(dst)
	if cap(dst)-at < maxRFC3339 {
		dst = slices.Grow(dst, maxRFC3339)
	}
	b := (*[maxRFC3339]byte)(dst[at : at+maxRFC3339])
	days, rem := ns/dayNS, ns%dayNS
	if rem < 0 {
		rem += dayNS
		days--
	}
	putDate(b, days)
	return dst[:at+putTime(b, uint64(rem))]
}

// clock remembers the text of the time that was written last: a record has its own in several places, and records that come one
// after the other are mostly of one day.
type clock struct {
	day  int64 // when the day of the date in text began
	ns   int64
	size int // of text, 0: none yet
	text [maxRFC3339]byte
}

// AppendRFC3339 is the function of that name, with a memory.
func (e *Event) AppendRFC3339(dst []byte, ns int64) []byte {
	c := &e.mem.clock
	if c.ns != ns || c.size == 0 {
		c.set(ns)
	}
	at := len(dst)
	if cap(dst)-at < maxRFC3339 {
		dst = slices.Grow(dst, maxRFC3339)
	}
	*(*[maxRFC3339]byte)(dst[at : at+maxRFC3339]) = c.text
	return dst[:at+c.size]
}

func (c *clock) set(ns int64) {
	rem := uint64(ns - c.day)
	if rem >= dayNS || c.size == 0 {
		days := ns / dayNS
		if ns%dayNS < 0 {
			days--
		}
		putDate(&c.text, days)
		c.day = days * dayNS // of the first day there is, begun before the first nanosecond there is: it wraps, and rem is right
		rem = uint64(ns - c.day)
	}
	c.ns, c.size = ns, putTime(&c.text, rem)
}

// putDate writes a date and what follows it, "2024-05-10T".
func putDate(b *[maxRFC3339]byte, days int64) {
	year, month, day := civil(days)
	binary.LittleEndian.PutUint64(b[:], two(year/100)|two(year%100)<<16|'-'<<32|two(month)<<40|'-'<<56)
	binary.LittleEndian.PutUint32(b[8:], uint32(two(day)|'T'<<16))
}

// putTime writes a time of the day behind a date, "14:32:00.125Z", and gives the length of both.
func putTime(b *[maxRFC3339]byte, ns uint64) int {
	secs := uint32(ns / 1e9)
	frac := uint32(ns - uint64(secs)*1e9)
	mins := secs / 60
	binary.LittleEndian.PutUint64(b[11:], two(mins/60)|':'<<16|two(mins%60)<<24|':'<<40|two(secs%60)<<48)
	switch ms := frac / 1e6; {
	case frac == 0:
		b[19] = 'Z'
		return 20
	case frac == ms*1e6:
		binary.LittleEndian.PutUint64(b[19:], '.'|uint64('0'+ms/100)<<8|two(ms%100)<<16|'Z'<<32)
		return 24
	case frac%1e3 == 0:
		b[19], b[26] = '.', 'Z'
		digits(b[20:26], frac/1e3)
		return 27
	default:
		b[19], b[29] = '.', 'Z'
		digits(b[20:29], frac)
		return 30
	}
}

// digits writes n in all of b, zeros before it.
func digits(b []byte, n uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// two gives a number below 100 as two digits, the first in the low byte.
func two(n uint32) uint64 { return uint64(twoDigits[n]) }

var twoDigits = func() (t [100]uint16) {
	for n := range t {
		t[n] = uint16('0'+n/10) | uint16('0'+n%10)<<8
	}
	return t
}()

// civil turns days since 1970-01-01 into a date of the proleptic Gregorian calendar, for every day that an int64 of nanoseconds can
// tell (C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar algorithms", 2023: divisions become
// multiplications that wait for each other less).
func civil(days int64) (year, month, day uint32) {
	n := 4*uint32(days+719468) + 3 // in quarters of a day since the first of March of the year 0
	century := n / 146097
	p := 2939745 * uint64(n%146097|3) // n%146097/4*4 + 3
	ofYear := uint32(p) / 2939745 / 4
	year = 100*century + uint32(p>>32)
	m := 2141*ofYear + 197913
	month, day = m>>16, m&0xffff/2141+1
	if ofYear >= 306 { // January and February belong to the year after
		year++
		month -= 12
	}
	return year, month, day
}

// Days gives the days since 1970-01-01 of a date of the proleptic Gregorian calendar; the inverse of what AppendRFC3339 does.
func Days(year, month, day int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	m := int64(month)
	if m > 2 {
		m -= 3
	} else {
		m += 9
	}
	doy := (153*m+2)/5 + int64(day) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}
