package normalise

import (
	"strings"
	"testing"
	"time"

	"prescore/engine/event"
)

func TestTimeText(t *testing.T) {
	arrival := time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC).UnixNano()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	f := func(c clock, in, want string) {
		t.Helper()
		ns, ok := c.ofText(in, arrival)
		got := ""
		if ok {
			got = string(event.AppendRFC3339(nil, ns))
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	utc := clock{}
	f(utc, "2025-03-17T08:00:00Z", "2025-03-17T08:00:00Z")
	f(utc, "2025-03-17t08:00:00.123456789+01:00", "2025-03-17T07:00:00.123456789Z")
	f(utc, "2025-03-17 08:00:00,5", "2025-03-17T08:00:00.500Z")
	f(utc, "2025-03-17 08:00:00.000000000", "2025-03-17T08:00:00Z")
	f(utc, "2025-03-17 08:00:00 -0400", "2025-03-17T12:00:00Z")
	f(utc, "2025-03-17 08:00:00 UTC", "2025-03-17T08:00:00Z")
	f(utc, "2025/03/17 08:00", "2025-03-17T08:00:00Z")
	f(utc, "2025-03-17", "2025-03-17T00:00:00Z")
	f(utc, "20250317T080000Z", "2025-03-17T08:00:00Z")
	f(utc, "20250317080000", "2025-03-17T08:00:00Z")
	f(utc, "2016:1:29-06:09:59", "2016-01-29T06:09:59Z")
	f(utc, "Dec 31 23:59:59", "2025-12-31T23:59:59Z") // before the new year in which it arrives
	f(utc, "Jan  1 00:00:10", "2026-01-01T00:00:10Z") //
	f(utc, "Jan  2 00:00:10", "2026-01-02T00:00:10Z") // a clock that is a day ahead
	f(utc, "Feb 29 12:00:00", "2024-02-29T12:00:00Z") // the last year that had one
	f(utc, "Mar 17 2025 08:00:00", "2025-03-17T08:00:00Z")
	f(utc, "Mar 17 2025, 08:00:00.25", "2025-03-17T08:00:00.250Z")
	f(utc, "Mar 17 08:00:00.123 EST", "2025-03-17T13:00:00.123Z")
	f(utc, "Tue Mar 17 08:00:00 2026", "2026-03-17T08:00:00Z")
	f(utc, "[Tue Mar 17 08:00:00.123456 2026]", "2026-03-17T08:00:00.123456Z")
	f(utc, "Mon, 17 Mar 2025 08:00:00 +0200", "2025-03-17T06:00:00Z")
	f(utc, "17/Mar/2025:08:00:00 -0700", "2025-03-17T15:00:00Z")
	f(utc, "October 14, 2019 09:06:02", "2019-10-14T09:06:02Z")
	f(utc, "03/04/2025 08:00:00", "2025-03-04T08:00:00Z")
	f(utc, "03/04/2025 08:00:00 PM", "2025-03-04T20:00:00Z")
	f(utc, "12/31/2025 12:00:00 AM", "2025-12-31T00:00:00Z")
	f(utc, "17/03/2025 08:00:00", "2025-03-17T08:00:00Z")
	f(utc, "03.04.2025 08:00:00", "2025-04-03T08:00:00Z")
	f(clock{dayFirst: true}, "03/04/2025 08:00:00", "2025-04-03T08:00:00Z")
	f(clock{loc: berlin}, "2025-07-01 08:00:00", "2025-07-01T06:00:00Z")
	f(clock{loc: berlin}, "2025-07-01 08:00:00Z", "2025-07-01T08:00:00Z")
	f(utc, "1742198400", "2025-03-17T08:00:00Z")
	f(utc, "1742198400.123456", "2025-03-17T08:00:00.123456Z")
	f(utc, "1742198400123", "2025-03-17T08:00:00.123Z")
	f(utc, "133866720000000000", "2025-03-17T08:00:00Z") // FILETIME
	for _, bad := range []string{"", "-", "yesterday", "2025-13-01", "2025-02-30T00:00:00Z", "25:61:00", "99999999999999999999", "0x12", "2025-03-17T08", "Mar", "17", "((((", "2025-03-17T08:00:00 Mars"} {
		f(utc, bad, "")
	}
}

func TestTimeNumbers(t *testing.T) {
	c := clock{}
	f := func(v event.Value, want string) {
		t.Helper()
		ns, ok := c.ofValue(v, 0)
		got := ""
		if ok {
			got = string(event.AppendRFC3339(nil, ns))
		}
		if got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
	f(event.IntOf(1742198400), "2025-03-17T08:00:00Z")
	f(event.IntOf(1742198400123), "2025-03-17T08:00:00.123Z")
	f(event.IntOf(1742198400123456), "2025-03-17T08:00:00.123456Z")
	f(event.IntOf(1742198400123456789), "2025-03-17T08:00:00.123456789Z")
	f(event.IntOf(133866720000000000), "2025-03-17T08:00:00Z")
	f(event.FloatOf(1742198400.25), "2025-03-17T08:00:00.250Z")
	f(event.FloatOf(1742198400123.5), "2025-03-17T08:00:00.123500Z")
	f(event.IntOf(0), "")
	f(event.IntOf(-5), "")
	f(event.BoolOf(true), "")
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2025-03-17T08:00:00Z", "Mar 17 08:00:00", "17/Mar/2025:08:00:00 -0700", "1742198400.5", "Tue Mar 17 08:00:00 2026", "[", "+", "2025-"} {
		f.Add(s, int64(1742198400e9))
	}
	c := clock{}
	f.Fuzz(func(t *testing.T, s string, arrival int64) {
		if arrival < 0 {
			arrival = -(arrival + 1)
		}
		ns, ok := c.ofText(s, arrival)
		if !ok {
			return
		}
		// What is read is written and read again as itself.
		text := string(event.AppendRFC3339(nil, ns))
		if back, ok := c.ofText(text, arrival); ns >= 0 && (!ok || back != ns) {
			t.Fatalf("%q is %d, written %q and read as %d %v", s, ns, text, back, ok)
		}
	})
}

// FuzzRFC3339 holds that the short way to the commonest form says what the way for all forms does, wherever it says anything.
func FuzzRFC3339(f *testing.F) {
	for _, s := range []string{"2024-05-10T14:32:00Z", "2024-05-10T14:32:00.123Z", "2024-02-29T23:59:60.123456789Z", "2023-02-29T00:00:00Z",
		"1969-12-31T23:59:59Z", "2262-01-01T00:00:00Z", "2024-13-10T14:32:00Z", "2024-05-10T24:32:00Z", "2024-05-10T14:32:00.Z",
		"2024-05-10T14:32:00.1234567891Z", "2024-05-10T14:3a:00Z", "2024-05-10T14:32:00.12 Z", "2024-05-10 14:32:00.123", "2024-05-10 14:32:00", "2024-05-10T14:32:00", "2024-05-10 14:32:00Z",
		"2024-05-10 14:32:00 PM", "2024-05-10T14:32:00.382990+00:00", "2024-05-10T14:32:00-05:30", "2024-05-10T14:32:00+19:00", "2024-05-10T14:32:00+02:60",
		"2024-05-10T14:32:0+02:00", "2024-05-10T14:32+02:00", "2024-05-10t14:32:00Z", "2024-05-10:14:32:00Z", "2024-05-1:T14:32:00Z", "2024-05-10T14:3/:00Z", "2024a05-10T14:32:00Z", "2024-05-10 14:32:00.5+02:00", "2024-05-10T14:32:00.5555555555"} {
		f.Add(s)
	}
	var c clock
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) == 0 || len(s) > maxTimeText {
			return
		}
		ns, ok := ofRFC3339(s, true)
		want, is := c.ofForm(s, 1715351520e9)
		if ok && (!is || ns != want) {
			t.Fatalf("%q: %d, want %d %v", s, ns, want, is)
		}
	})
}

// TestRFC3339IsRead holds that the short way reads what it is there for.
func TestRFC3339IsRead(t *testing.T) {
	for _, s := range []string{"2024-05-10T14:32:00Z", "2024-05-10T14:32:00.123Z", "2024-12-31T14:32:00.123456789Z", "2024-05-10 14:32:00.123", "2024-05-10T14:32:00",
		"2024-05-10T14:32:00.382990+00:00", "2024-05-10T14:32:00-05:30"} {
		if _, ok := ofRFC3339(s, true); !ok {
			t.Errorf("%s: not read", s)
		}
		if _, ok := ofRFC3339(s, false); ok != (strings.HasSuffix(s, "Z") || len(s) > 24) {
			t.Errorf("%s: read %v where times without a zone are not in UTC", s, ok)
		}
	}
}

// TestDays holds the days of the years that are believed to those of all years.
func TestDays(t *testing.T) {
	for y := minYear; y <= maxYear; y++ {
		for m := 1; m <= 12; m++ {
			for d := 1; d <= daysIn(y, m); d++ {
				if got, want := days(y, m, d), event.Days(y, m, d); got != want {
					t.Fatalf("%d-%d-%d: %d, want %d", y, m, d, got, want)
				}
			}
		}
	}
}

func BenchmarkTime(b *testing.B) {
	var c clock
	for _, s := range []string{"2024-05-10T14:32:00.123Z", "2026-03-17T07:42:24.382990+00:00"} {
		b.Run(s, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if _, ok := c.ofText(s, 0); !ok {
					b.Fatal("not read")
				}
			}
		})
	}
}
