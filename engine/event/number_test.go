package event

import (
	"math"
	"strconv"
	"testing"
)

// FuzzNumbers: texts are numbers where strconv says so, and cost no memory where it says no.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"", "0", "-", "+7", "-0", "007", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "0x1a4", "0x1p4", "0x_1p4", "1_000", "1.5", "1.2.3", "1e5", "1e-5", "1e", "e5", ".5", "5.", ".", "+.5e+1", "2024-05-10", "+inf", "-nan", "1e400",
		"10.0.0.1", "12 ", "1,000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := strconv.ParseInt(s, 10, 64)
		if got, ok := Str(s).Int64(); ok != (err == nil && len(s) <= 20) || ok && got != n {
			t.Errorf("%q: %d, %v, want %d, %v", s, got, ok, n, err)
		}
		x, err := strconv.ParseFloat(s, 64)
		want := err == nil && len(s) <= 400 && !math.IsInf(x, 0) && !math.IsNaN(x)
		if got, ok := Str(s).Float64(); ok != want || ok && got != x {
			t.Errorf("%q: %g, %v, want %g, %v", s, got, ok, x, err)
		}
	})
}

func TestNoNumberNoMemory(t *testing.T) {
	for _, s := range []string{"0x1a4", "-", "12 monkeys", "2024-05-10", "10.0.0.1", "99999999999999999999"} {
		if n := testing.AllocsPerRun(100, func() { Str(s).Int64() }); n != 0 {
			t.Errorf("%q as a whole number: %v allocations", s, n)
		}
	}
	for _, s := range []string{"12 monkeys", "2024-05-10", "10.0.0.1", "-"} {
		if n := testing.AllocsPerRun(100, func() { Str(s).Float64() }); n != 0 {
			t.Errorf("%q as a number: %v allocations", s, n)
		}
	}
}
