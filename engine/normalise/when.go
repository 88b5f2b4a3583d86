package normalise

import (
	"math"
	"time"

	"prescore/engine/event"
)

// Bounds of a time that is believed: outside of them text or number is not one.
const (
	minYear = 1970
	maxYear = 2261 // the last whole year that int64 nanoseconds reach

	// A bare number is taken for the largest unit that puts it between 1973 and 5138 in seconds; FILETIME (100 ns since 1601) has
	// 18 digits and starts with 1, where nanoseconds since 1970 have 19.
	maxEpochSeconds  = 1e11
	maxEpochMillis   = 1e14
	maxEpochMicros   = 1e16
	minFiletime      = 116444736000000000 // 1970-01-01
	maxFiletime      = 200000000000000000 // 2234
	filetimeTick     = 100
	compactDigits    = 14 // YYYYMMDDHHMMSS
	minCompact       = 19700101000000
	dayNS            = 24 * 3600 * int64(1e9)
	maxYearlessAhead = 2 * dayNS // a time without year this far ahead of the arrival is of the year before
)

// clock reads times: what the configuration says about local times and the order of day and month.
type clock struct {
	loc      *time.Location // of times without a zone; nil for UTC
	dayFirst bool
}

// ofValue reads a time out of any kind of value, arrival (nanoseconds since 1970) standing in for a year that is missing.
func (c *clock) ofValue(v event.Value, arrival int64) (int64, bool) {
	switch v.K {
	case event.Time:
		return int64(v.N), true
	case event.Int:
		return ofInteger(int64(v.N))
	case event.Float:
		return ofFloat(math.Float64frombits(v.N))
	case event.String, event.Number:
		return c.ofText(v.S, arrival)
	}
	return 0, false
}

// ofInteger reads an epoch time in seconds, milliseconds, microseconds or nanoseconds, or a FILETIME, told apart by size.
func ofInteger(n int64) (int64, bool) {
	switch {
	case n <= 0:
		return 0, false
	case n < maxEpochSeconds:
		if n > math.MaxInt64/int64(1e9) {
			return 0, false
		}
		return n * 1e9, true
	case n < maxEpochMillis:
		if n >= minCompact {
			return ofCompact(n)
		}
		return within(n, 1e6)
	case n < maxEpochMicros:
		return within(n, 1e3)
	case n >= minFiletime && n < maxFiletime:
		return (n - minFiletime) * filetimeTick, true
	default:
		return n, true
	}
}

func within(n, unit int64) (int64, bool) {
	if n > math.MaxInt64/unit {
		return 0, false
	}
	return n * unit, true
}

// ofCompact reads YYYYMMDDHHMMSS written as one number, which as milliseconds would lie after the year 2594.
func ofCompact(n int64) (int64, bool) {
	p := parts{year: int(n / 1e10), month: int(n / 1e8 % 100), day: int(n / 1e6 % 100), hour: int(n / 1e4 % 100), min: int(n / 100 % 100), sec: int(n % 100)}
	return p.utc()
}

func ofFloat(f float64) (int64, bool) {
	if f <= 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	if f >= maxEpochSeconds {
		if f > math.MaxInt64/2 {
			return 0, false
		}
		if f < maxEpochMillis { // milliseconds with a fraction
			return int64(math.Round(f*1e3)) * 1e3, f*1e6 < math.MaxInt64
		}
		return ofInteger(int64(f))
	}
	// A float64 of seconds is exact to about 200 ns: microseconds are what it can say.
	secs := math.Floor(f)
	if secs > math.MaxInt64/1e9-1 {
		return 0, false
	}
	return int64(secs)*1e9 + int64(math.Round((f-secs)*1e6))*1e3, true
}

// parts is a time as it was written.
type parts struct {
	year, month, day, hour, min, sec int
	nanos                            int64
	offset                           int // seconds east of UTC
	zoned, yearless                  bool
}

func (p *parts) valid() bool {
	return p.month >= 1 && p.month <= 12 && p.day >= 1 && (p.day <= 28 || p.day <= daysIn(p.year, p.month)) && p.hour < 24 && p.min < 60 && p.sec <= 60 &&
		p.year >= minYear && p.year <= maxYear
}

// utc gives the time as if it had been written in UTC, moved by its offset.
func (p *parts) utc() (int64, bool) {
	if !p.valid() {
		return 0, false
	}
	secs := days(p.year, p.month, p.day)*86400 + int64(p.hour)*3600 + int64(p.min)*60 + int64(p.sec) - int64(p.offset)
	return secs*1e9 + p.nanos, true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// finish turns what was read into nanoseconds since 1970: the configured zone where none was written, the arrival's year, or the one
// before or after it, where none was written.
func (c *clock) finish(p parts, arrival int64) (int64, bool) {
	if !p.yearless {
		return c.zone(p)
	}
	year := yearOf(arrival)
	best, found := int64(0), false
	for y := year + 1; y >= year-4; y-- { // four years back reach a 29th of February
		p.year = y
		ns, ok := c.zone(p)
		if ok && ns <= arrival+maxYearlessAhead {
			best, found = ns, true
			break
		}
	}
	return best, found
}

func (c *clock) zone(p parts) (int64, bool) {
	ns, ok := p.utc()
	if !ok || p.zoned || c.loc == nil {
		return ns, ok
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.min, p.sec, int(p.nanos), c.loc)
	return t.UnixNano(), true
}

func yearOf(ns int64) int {
	return time.Unix(0, ns).UTC().Year()
}
