package event

// AppendRFC3339 appends the time ns (nanoseconds since 1970 UTC) as RFC 3339 in UTC, with as many digits of a second as it has:
// none, 3, 6 or 9. Years outside 0 to 9999 cannot occur in an int64 of nanoseconds.
func AppendRFC3339(dst []byte, ns int64) []byte {
	secs, frac := ns/1e9, ns%1e9
	if frac < 0 {
		frac += 1e9
		secs--
	}
	days, rem := secs/86400, secs%86400
	if rem < 0 {
		rem += 86400
		days--
	}
	y, m, d := civil(days)
	at := len(dst)
	dst = append(dst, "0000-00-00T00:00:00.000000000Z"...)
	b := dst[at:][:30]
	two(b[0:], y/100)
	two(b[2:], y%100)
	two(b[5:], m)
	two(b[8:], d)
	s := uint32(rem)
	two(b[11:], int(s/3600))
	two(b[14:], int(s/60%60))
	two(b[17:], int(s%60))
	n := 19
	switch f := uint32(frac); {
	case f == 0:
	case f%1e6 == 0:
		n = 23
		digits(b[20:23], f/1e6)
	case f%1e3 == 0:
		n = 26
		digits(b[20:26], f/1e3)
	default:
		n = 29
		digits(b[20:29], f)
	}
	b[n] = 'Z'
	return dst[:at+n+1]
}

// digits writes n in all of b, zeros before it.
func digits(b []byte, n uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// two writes a number below 100 as two digits.
func two(b []byte, n int) {
	_ = b[1]
	tens := uint32(n) / 10
	b[0], b[1] = byte('0'+tens), byte('0'+uint32(n)-10*tens)
}

// civil turns days since 1970-01-01 into a date of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level
// date algorithms").
func civil(days int64) (year, month, day int) {
	z := days + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	return int(y), int(m), int(d)
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
