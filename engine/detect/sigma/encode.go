package sigma

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"
)

// maxPermutations bounds what windash and expand may make of one value: five dashes at four places are 625.
const maxPermutations = 1024

// utf16Of encodes s; bom puts a byte order mark before it (little endian).
func utf16Of(s string, big, bom bool) string {
	var b []byte
	if bom {
		b = append(b, 0xff, 0xfe)
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		for _, u := range utf16.AppendRune(nil, r) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
	}
	return string(b)
}

// base64Offsets gives the three texts of which one stands in any base64 text that holds s: s at each offset within a group of
// three bytes, without the characters that its neighbours share.
func base64Offsets(s string) []string {
	var out []string
	for i := range 3 {
		t := base64.StdEncoding.EncodeToString(append(make([]byte, i), s...))
		t = t[[]int{0, 2, 3}[i]:]
		if cut := []int{0, 3, 2}[(len(s)+i)%3]; cut <= len(t) {
			t = t[:len(t)-cut]
		}
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// dashes are the characters that Windows programs take for the start of an option.
var dashes = []string{"-", "/", "–", "—", "―"}

// dashAt finds what starts an option: a dash or slash with no word character before it and one behind it.
var dashAt = regexp.MustCompile(`(^|[^0-9A-Za-z_])([-/–—―])([0-9A-Za-z_])`)

// windash gives s with the dash of every option replaced by each of the five.
func windash(s string) ([]string, error) {
	var at [][2]int
	for i := 0; i < len(s); {
		m := dashAt.FindStringSubmatchIndex(s[i:])
		if m == nil {
			break
		}
		at = append(at, [2]int{i + m[4], i + m[5]})
		i += m[5] // the character behind may stand before the next dash
	}
	out := []string{""}
	from := 0
	for _, a := range at {
		if len(out)*len(dashes) > maxPermutations {
			return nil, fmt.Errorf("windash makes more than %d values of one", maxPermutations)
		}
		next := make([]string, 0, len(out)*len(dashes))
		for _, o := range out {
			for _, d := range dashes {
				next = append(next, o+s[from:a[0]]+d)
			}
		}
		out, from = next, a[1]
	}
	for i := range out {
		out[i] += s[from:]
	}
	return out, nil
}
