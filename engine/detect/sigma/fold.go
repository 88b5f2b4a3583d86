package sigma

import (
	"unicode"
	"unicode/utf8"
)

// FoldRune gives the one rune that stands for all runes which differ from r by case only (Unicode simple folding, as
// strings.EqualFold has it): lower case for ASCII, else the smallest of the orbit.
func FoldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	least := r
	for n := unicode.SimpleFold(r); n != r; n = unicode.SimpleFold(n) {
		least = min(least, n)
	}
	if least < utf8.RuneSelf { // the Kelvin sign folds to k, the long s to s
		return FoldRune(least)
	}
	return least
}

// Fold gives s with every rune folded; bytes that are not UTF-8 stay. It returns s itself where nothing changes.
func Fold(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return string(AppendFold(make([]byte, 0, len(s)), s))
		}
	}
	return s
}

// Punctuation, the usual reason for text that is not ASCII, has no case: the block U+2000 to U+20FF.
const (
	firstUncased = 0x2000
	lastUncased  = 0x20ff
)

// AppendFold appends the folded s, which is never longer than s: the smallest rune of an orbit has the shortest encoding.
func AppendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		from := len(dst)
		start := i
		for i < len(s) && s[i] < utf8.RuneSelf {
			i++
		}
		dst = append(dst, s[start:i]...)
		for k := from; k < len(dst); k++ {
			if c := dst[k]; c-'A' < 26 {
				dst[k] = c + 'a' - 'A'
			}
		}
		if i == len(s) {
			break
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 || r >= firstUncased && r <= lastUncased {
			dst = append(dst, s[i:i+n]...)
		} else {
			dst = utf8.AppendRune(dst, FoldRune(r))
		}
		i += n
	}
	return dst
}
