// Package option holds what the configuration of every room shares: the error that names an option, and the types of options that
// TOML has no word for. It imports the standard library alone; any room may import it.
//
// A room owns its options: it declares `type Config struct` with toml tags in snake_case, `func Defaults() Config`, and checks in
// New, which refuses with an *Error. The engine decodes, finds the position of the option that was refused, and says file, line
// and column.
package option

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Error refuses the value of an option. Key is its dotted path below the room's table ("asset.high"); the engine adds the
// table, the file and the position.
type Error struct {
	Key    string
	Reason string // lower case, a sentence without its full stop: `must be between 1 and 10, not 11`
}

// Error gives key and reason.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Key, e.Reason) }

// Refuse makes an *Error.
func Refuse(key, format string, args ...any) error {
	return &Error{Key: key, Reason: fmt.Sprintf(format, args...)}
}

// Duration is a length of time in TOML text: Go's form ("90s", "15m", "1h30m") or whole days ("30d").
type Duration int64

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	s := string(b)
	if n, ok := strings.CutSuffix(s, "d"); ok {
		days, err := strconv.ParseInt(n, 10, 32)
		if err != nil || days > math.MaxInt64/(24*int64(time.Hour)) {
			return fmt.Errorf("%q is not a duration: write \"90s\", \"15m\", \"1h30m\" or \"30d\"", s)
		}
		*d = Duration(days) * Duration(24*time.Hour)
		return nil
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is not a duration: write \"90s\", \"15m\", \"1h30m\" or \"30d\"", s)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration as UnmarshalText reads it.
func (d Duration) MarshalText() ([]byte, error) {
	if day := Duration(24 * time.Hour); d >= day && d%day == 0 {
		return []byte(strconv.FormatInt(int64(d/day), 10) + "d"), nil
	}
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return []byte(s), nil
}

// Size is a number of bytes in TOML text: "512KiB", "64MiB", "1GiB", or plain bytes "4096".
type Size int64

var sizeUnits = []struct {
	name string
	by   int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}}

// UnmarshalText reads a size.
func (z *Size) UnmarshalText(b []byte) error {
	s := string(b)
	for _, u := range sizeUnits {
		if n, ok := strings.CutSuffix(s, u.name); ok {
			v, err := strconv.ParseInt(strings.TrimSpace(n), 10, 64)
			if err != nil || v < 0 || v > math.MaxInt64/u.by {
				break
			}
			*z = Size(v * u.by)
			return nil
		}
	}
	return fmt.Errorf("%q is not a size: write \"512KiB\", \"64MiB\", \"1GiB\" or a number of bytes in quotes", s)
}

// MarshalText writes the size as UnmarshalText reads it.
func (z Size) MarshalText() ([]byte, error) {
	for _, u := range []int{2, 1, 0} {
		if by := sizeUnits[u].by; int64(z) >= by && int64(z)%by == 0 {
			return []byte(strconv.FormatInt(int64(z)/by, 10) + sizeUnits[u].name), nil
		}
	}
	return []byte(strconv.FormatInt(int64(z), 10)), nil
}
