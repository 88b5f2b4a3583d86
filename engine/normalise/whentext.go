package normalise

import "math"

// scanner walks over the text of a time.
type scanner struct {
	s string
	i int
}

func (t *scanner) peek() byte {
	if t.i < len(t.s) {
		return t.s[t.i]
	}
	return 0
}

func (t *scanner) skip(set string) {
	for t.i < len(t.s) && indexByte(set, t.s[t.i]) >= 0 {
		t.i++
	}
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// number reads at most maxDigits decimal digits and says how many there were.
func (t *scanner) number(maxDigits int) (n, digits int) {
	for t.i < len(t.s) && digits < maxDigits && isDigit(t.s[t.i]) {
		n = n*10 + int(t.s[t.i]-'0')
		t.i++
		digits++
	}
	return n, digits
}

func (t *scanner) word() string {
	from := t.i
	for t.i < len(t.s) && isAlpha(t.s[t.i]) {
		t.i++
	}
	return t.s[from:t.i]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// maxTimeText bounds the text that is taken for a time, in bytes: the longest form known, with weekday, zone and its name in
// parentheses, has 60.
const maxTimeText = 80

// ofText reads any written form of a time: RFC 3339 and its relatives, syslog with or without year, CLF, ctime, RFC 2822, month or
// day first, compact, an epoch in digits.
func (c *clock) ofText(s string, arrival int64) (int64, bool) {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '[' || s[0] == '"' || s[0] == '*') {
		s = s[1:]
	}
	for len(s) > 0 && (s[len(s)-1] == ' ' || s[len(s)-1] == ']' || s[len(s)-1] == '"') {
		s = s[:len(s)-1]
	}
	if len(s) == 0 || len(s) > maxTimeText {
		return 0, false
	}
	if ns, ok := ofRFC3339(s, c.loc == nil); ok {
		return ns, true
	}
	return c.ofForm(s, arrival)
}

// ofForm reads the other forms, and those too that ofRFC3339 reads.
func (c *clock) ofForm(s string, arrival int64) (int64, bool) {
	if isDigit(s[0]) {
		if ns, ok, number := ofDigits(s); number {
			return ns, ok
		}
	}
	t := scanner{s: s}
	if p, ok := c.date(&t); ok {
		return c.finish(p, arrival)
	}
	return 0, false
}

// ofDigits reads a text of digits with at most one point; number is false where it is anything else.
func ofDigits(s string) (ns int64, ok, number bool) {
	dot := -1
	for i := 0; i < len(s); i++ {
		if s[i] == '.' && dot < 0 {
			dot = i
		} else if !isDigit(s[i]) {
			return 0, false, false
		}
	}
	whole := s
	if dot >= 0 {
		whole = s[:dot]
	}
	if len(whole) == 8 && dot < 0 && (s[:2] == "19" || s[:2] == "20") {
		return 0, false, false // YYYYMMDD, not a second of 1970
	}
	if len(whole) > 19 || len(whole) < 9 {
		return 0, false, true
	}
	n := uint64(0) // nineteen digits fit
	for i := 0; i < len(whole); i++ {
		n = n*10 + uint64(whole[i]-'0')
	}
	if n > math.MaxInt64 {
		return 0, false, true
	}
	if dot >= 0 && n < maxEpochSeconds { // exact, where a float would round
		t := scanner{s: s, i: dot + 1}
		return int64(n)*1e9 + t.fraction(), true, true
	}
	ns, ok = ofInteger(int64(n))
	return ns, ok, true
}

// fraction reads digits after a point as nanoseconds; what is finer is cut.
func (t *scanner) fraction() int64 {
	n, unit := int64(0), int64(1e8)
	for t.i < len(t.s) && isDigit(t.s[t.i]) {
		n += int64(t.s[t.i]-'0') * unit
		unit /= 10
		t.i++
	}
	return n
}

// date reads the date and what follows it.
func (c *clock) date(t *scanner) (parts, bool) {
	var p parts
	if isAlpha(t.peek()) {
		at := t.i
		if m := monthOf(t.word()); m > 0 {
			return c.syslog(t, m)
		}
		t.i = at
		if weekdayOf(t.word()) {
			t.skip(", .")
			if isAlpha(t.peek()) {
				if m := monthOf(t.word()); m > 0 {
					return c.syslog(t, m)
				}
				return p, false
			}
		} else {
			return p, false
		}
	}
	first, digits := t.number(8)
	sep := t.peek()
	switch {
	case digits == 8: // YYYYMMDD
		p.year, p.month, p.day = first/10000, first/100%100, first%100
	case digits == 4 && indexByte("-/.:", sep) >= 0:
		t.i++
		p.year = first
		if isAlpha(t.peek()) { // 2013 Feb 11 style with separators: 2013-Feb-11
			p.month = monthOf(t.word())
		} else {
			p.month, _ = t.number(2)
		}
		if indexByte("-/.:", t.peek()) < 0 {
			return p, false
		}
		t.i++
		p.day, _ = t.number(2)
	case digits == 4 && sep == ' ': // 2013 Feb 11 10:02:03
		t.skip(" ")
		if p.month = monthOf(t.word()); p.month == 0 {
			return p, false
		}
		t.skip(" ")
		p.year = first
		p.day, _ = t.number(2)
	case digits >= 1 && digits <= 2:
		t.skip(" -/.")
		if isAlpha(t.peek()) { // 10/Oct/2000, 02 Jan 2006
			p.day = first
			if p.month = monthOf(t.word()); p.month == 0 {
				return p, false
			}
			t.skip(" -/.,")
			if p.year, digits = t.number(4); digits == 2 {
				p.year += 2000
			} else if digits != 4 {
				return p, false
			}
			break
		}
		second, _ := t.number(2)
		if third := t.peek(); third != sep {
			return p, false
		}
		t.i++
		if p.year, digits = t.number(4); digits == 2 {
			p.year += 2000
		} else if digits != 4 {
			return p, false
		}
		p.month, p.day = first, second
		if c.dayFirst || sep == '.' || first > 12 {
			p.month, p.day = second, first
		}
	default:
		return p, false
	}
	return p, c.rest(t, &p)
}

// syslog reads what follows a month's name: day, then a year and a time in either order.
func (c *clock) syslog(t *scanner, month int) (parts, bool) {
	p := parts{month: month, yearless: true}
	t.skip(" ")
	var digits int
	if p.day, digits = t.number(2); digits == 0 {
		return p, false
	}
	t.skip(" ,")
	if at := t.i; true {
		year, digits := t.number(4)
		if digits == 4 && t.peek() != ':' {
			p.year, p.yearless = year, false
			t.skip(" ,:")
		} else {
			t.i = at
		}
	}
	return p, c.rest(t, &p)
}

// rest reads the time of day, AM or PM, a zone, and a year that comes last as ctime has it.
func (c *clock) rest(t *scanner, p *parts) bool {
	if t.i >= len(t.s) {
		return true // a date alone is its midnight
	}
	if c := t.peek(); c == 'T' || c == 't' || c == '_' {
		t.i++
	} else if t.skip(" :,-@"); t.i >= len(t.s) {
		return false
	}
	var digits int
	if p.hour, digits = t.number(2); digits == 0 {
		return false
	}
	if t.peek() == ':' || t.peek() == '.' {
		t.i++
	}
	if p.min, digits = t.number(2); digits != 2 {
		return false
	}
	if t.peek() == ':' || isDigit(t.peek()) || t.peek() == '.' {
		if !isDigit(t.peek()) {
			t.i++
		}
		if p.sec, digits = t.number(2); digits != 2 {
			return false
		}
	}
	if c := t.peek(); (c == '.' || c == ',' || c == ':') && t.i+1 < len(t.s) && isDigit(t.s[t.i+1]) {
		t.i++
		p.nanos = t.fraction()
	}
	return c.tail(t, p)
}

func (c *clock) tail(t *scanner, p *parts) bool {
	for t.skip(" "); t.i < len(t.s); t.skip(" ") {
		switch b := t.peek(); {
		case b == '+' || b == '-':
			if !t.numericZone(p) {
				return false
			}
		case isDigit(b):
			year, digits := t.number(4)
			if digits != 4 || !p.yearless {
				return false
			}
			p.year, p.yearless = year, false
		case b == '(': // the zone's name after its offset
			t.i = len(t.s)
		case isAlpha(b):
			w := t.word()
			switch {
			case len(w) == 2 && (w[0]|0x20 == 'a' || w[0]|0x20 == 'p') && w[1]|0x20 == 'm':
				p.hour %= 12
				if w[0]|0x20 == 'p' {
					p.hour += 12
				}
			default:
				off, ok := zoneOf(w)
				if !ok {
					return false
				}
				p.offset, p.zoned = off, true
			}
		default:
			return false
		}
	}
	return true
}

// numericZone reads +HH, +HHMM or +HH:MM.
func (t *scanner) numericZone(p *parts) bool {
	sign := 1
	if t.peek() == '-' {
		sign = -1
	}
	t.i++
	h, digits := t.number(2)
	if digits == 0 || h > 18 {
		return false
	}
	if t.peek() == ':' {
		t.i++
	}
	m, _ := t.number(2)
	if m > 59 {
		return false
	}
	p.offset, p.zoned = sign*(h*3600+m*60), true
	return true
}

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

// monthOf gives the month of an English name or its first three letters, 0 where it is none.
func monthOf(w string) int {
	if len(w) < 3 || len(w) > 9 {
		return 0
	}
	for m := 0; m < 12; m++ {
		if w[0]|0x20 == monthNames[3*m] && w[1]|0x20 == monthNames[3*m+1] && w[2]|0x20 == monthNames[3*m+2] {
			return m + 1
		}
	}
	return 0
}

const weekdayNames = "montuewedthufrisatsun"

func weekdayOf(w string) bool {
	if len(w) < 3 || len(w) > 9 {
		return false
	}
	for d := 0; d < 7; d++ {
		if w[0]|0x20 == weekdayNames[3*d] && w[1]|0x20 == weekdayNames[3*d+1] && w[2]|0x20 == weekdayNames[3*d+2] {
			return true
		}
	}
	return false
}

// zones are the names of zones that logs carry, in hours east of UTC. Where a name means several, the one RFC 2822 has.
var zones = [...]struct {
	name  string
	hours float64
}{
	{"Z", 0}, {"UTC", 0}, {"GMT", 0}, {"UT", 0}, {"WET", 0}, {"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6},
	{"PST", -8}, {"PDT", -7}, {"AKST", -9}, {"AKDT", -8}, {"HST", -10}, {"CET", 1}, {"CEST", 2}, {"MET", 1}, {"MEST", 2}, {"BST", 1},
	{"WEST", 1}, {"EET", 2}, {"EEST", 3}, {"MSK", 3}, {"IST", 5.5}, {"SGT", 8}, {"HKT", 8}, {"AWST", 8}, {"JST", 9}, {"KST", 9},
	{"ACST", 9.5}, {"AEST", 10}, {"AEDT", 11}, {"NZST", 12}, {"NZDT", 13}, {"BRT", -3}, {"ART", -3},
}

func zoneOf(w string) (int, bool) {
	for i := range zones {
		if equalFold(zones[i].name, w) {
			return int(zones[i].hours * 3600), true
		}
	}
	return 0, false
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}
