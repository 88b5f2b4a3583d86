package syslog

// stamp reads the timestamp that opens a message of RFC 3164, in the forms devices write it, and gives the index after it; -1
// where there is none:
//
//	Oct 11 22:14:15      Oct 11 22:14:15.123      Oct 11 2003 22:14:15      Oct 11 22:14:15 2003      2003 Oct 11 22:14:15
//	Oct 11 22:14:15 CST 1987      Oct 11 22:14:15.123 UTC      Sat Oct 11 22:14:15 2003
//	2003-10-11T22:14:15.003Z      2003-10-11 22:14:15,003 +0200      2003/10/11 22:14:15
func stamp(s string, i int) int {
	if i+8 > len(s) {
		return -1
	}
	switch c := s[i]; {
	case c >= '0' && c <= '9':
		return digitStamp(s, i)
	case c >= 'A' && c <= 'Z':
		if month(s, i) == 0 {
			if !weekday(s, i) {
				return -1
			}
			if i += 3; s[i] == ',' {
				i++
			}
			if s[i] != ' ' {
				return -1
			}
			i++
		}
		return monthStamp(s, i)
	}
	return -1
}

// monthStamp reads a timestamp that begins with the month.
func monthStamp(s string, i int) int {
	if i+14 > len(s) || month(s, i) == 0 || s[i+3] != ' ' {
		return -1
	}
	i += 4
	if s[i] == ' ' {
		i++
	}
	if !digit(s, i) {
		return -1
	}
	d := int(s[i] - '0')
	if i++; digit(s, i) {
		d = d*10 + int(s[i]-'0')
		i++
	}
	if d < 1 || d > 31 || i+9 > len(s) || s[i] != ' ' {
		return -1
	}
	i++
	if y := year(s, i); y > 0 && y < len(s) && (s[y] == ' ' || s[y] == ',') {
		i = y + 1
	}
	end := clock(s, i)
	if end < 0 {
		return -1
	}
	end = zone(s, end)
	if end < len(s) && s[end] == ' ' { // the year after the time
		if y := year(s, end+1); y > 0 && (y == len(s) || s[y] == ' ' || s[y] == ':') {
			end = y
		}
	}
	return end
}

// digitStamp reads ISO 8601 and its neighbours, a year before the month, and seconds since 1970 with a fraction.
func digitStamp(s string, i int) int {
	y := year(s, i)
	if y < 0 || y+6 > len(s) {
		return epoch(s, i)
	}
	if s[y] == ' ' {
		return monthStamp(s, y+1)
	}
	sep := s[y]
	if sep != '-' && sep != '/' || s[y+3] != sep {
		return epoch(s, i)
	}
	if m, d := two(s, y+1), two(s, y+4); m < 1 || m > 12 || d < 1 || d > 31 {
		return -1
	}
	i = y + 6
	if i >= len(s) || s[i] != 'T' && s[i] != ' ' {
		return -1
	}
	end := clock(s, i+1)
	if end < 0 {
		return -1
	}
	return zone(s, end)
}

// epoch reads ten digits of seconds since 1970 and a fraction.
func epoch(s string, i int) int {
	j := i
	for digit(s, j) {
		j++
	}
	if j-i != 10 || j+1 >= len(s) || s[j] != '.' || !digit(s, j+1) {
		return -1
	}
	for j++; digit(s, j); j++ {
	}
	return j
}

// clock reads hh:mm:ss with an optional fraction after a point or comma.
func clock(s string, i int) int {
	if i+8 > len(s) || s[i+2] != ':' || s[i+5] != ':' {
		return -1
	}
	h, m, sec := two(s, i), two(s, i+3), two(s, i+6)
	if h|m|sec < 0 || h > 23 || m > 59 || sec > 60 {
		return -1
	}
	i += 8
	if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && digit(s, i+1) {
		for i++; digit(s, i); i++ {
		}
	}
	return i
}

// zone reads an offset or the abbreviation of a zone after a time. A word that is not a known abbreviation is one where a colon
// follows, as Cisco writes it; else it may be a host.
func zone(s string, i int) int {
	j := i
	if j < len(s) && s[j] == ' ' {
		j++
	}
	if j >= len(s) {
		return i
	}
	if c := s[j]; c == '+' || c == '-' {
		if digit(s, j+1) && digit(s, j+2) {
			j += 3
			if j < len(s) && s[j] == ':' && digit(s, j+1) {
				j++
			}
			if digit(s, j) && digit(s, j+1) {
				j += 2
			}
			if j < len(s) && s[j] == 'Z' {
				j++
			}
			return j
		}
		return i
	}
	if s[j] == 'Z' && j == i {
		return j + 1
	}
	k := j
	for k < len(s) && k < j+6 && s[k] >= 'A' && s[k] <= 'Z' {
		k++
	}
	if k-j < 2 || k-j > 5 || j == i {
		return i
	}
	if k < len(s) && s[k] == ':' || knownZone(s[j:k]) && (k == len(s) || s[k] == ' ') {
		return k
	}
	if k-j == 2 && s[j:k] == "TZ" && k+1 < len(s) && (s[k] == '-' || s[k] == '+') && digit(s, k+1) { // RFC 3164, 5.4, example 4
		for k++; digit(s, k); k++ {
		}
		return k
	}
	return i
}

func knownZone(s string) bool {
	switch s {
	case "UTC", "GMT", "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "BST", "IST", "JST", "WET", "WEST",
		"EET", "EEST", "MSK", "SAST", "SGT", "HKT", "KST", "AEST", "AEDT", "ACST", "AWST", "NZST", "NZDT", "BRT", "ART", "AST", "AKST", "HST":
		return true
	}
	return false
}

// year reads a year from 1970 to 2199 at i and gives the index after it; -1 where there is none.
func year(s string, i int) int {
	if i+4 > len(s) {
		return -1
	}
	c, y := two(s, i), two(s, i+2)
	if c < 19 || c > 21 || y < 0 || c == 19 && y < 70 {
		return -1
	}
	return i + 4
}

// month gives 1 to 12 for the English abbreviation at i, 0 where there is none.
func month(s string, i int) int {
	if i+3 > len(s) {
		return 0
	}
	switch s[i : i+3] {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

func weekday(s string, i int) bool {
	switch s[i : i+3] {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}
