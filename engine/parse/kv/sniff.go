package kv

import "strings"

const (
	maxSniff = 512 // bytes of a text that Sniff looks at: devices write pairs from the first hundred on
	minPairs = 2   // pairs that make a text one of pairs where it begins with one
	minLoose = 3   // pairs that do so among words, or with colons: two occur in prose ("rc=1 errno=2")
)

// Sniff says whether a text consists of pairs, and how they are written: it begins with one and has another, or has at least three
// among words.
func Sniff(s string) (Dialect, bool) {
	if len(s) > maxSniff {
		s = s[:maxSniff]
	}
	if d, ok := sniff(s, '=', minPairs); ok || strings.IndexByte(s, ':') < 1 {
		return d, ok
	}
	if d, ok := sniff(s, ':', minLoose); ok && !d.Loose && (d.Pair == ',' || d.Pair == ';') { // "SrcIP: 10.0.0.1, DstIP: 10.0.0.2"
		d.Value = ':'
		return d, true
	}
	return Dialect{}, false
}

// sniff looks for pairs with a mark; least is how many there must be where the text begins with one.
func sniff(s string, mark byte, least int) (Dialect, bool) {
	n, first, delim, mixed := 0, false, byte(0), false
	for i := 0; n < minLoose; {
		j := strings.IndexByte(s[i:], mark)
		if j < 0 {
			break
		}
		start := i
		i += j
		k := i
		if k > start && s[k-1] == '"' { // "key"="value"
			k--
		}
		end := k
		for k > start && keyByte[s[k-1]] && end-k <= maxKey {
			k--
		}
		i++
		if k == end || end-k > maxKey || s[k] <= '9' {
			continue
		}
		if end < i-1 && k > start && s[k-1] == '"' {
			k--
		}
		if k == 0 || k == 1 && s[0] == '[' {
			first = true
			n++
			continue
		}
		c := s[k-1]
		for b := k - 1; c == ' ' && b > start; { // "a=1, b=2"
			if b--; s[b] == ',' || s[b] == ';' || s[b] == '|' {
				c = s[b]
			} else if s[b] != ' ' {
				break
			}
		}
		switch c {
		case ' ', '\t', '|', ';', ',', '^', '\n':
		default:
			continue
		}
		mixed = mixed || delim != 0 && delim != c
		delim = c
		n++
	}
	if first && n >= least {
		d := Dialect{}
		if !mixed && (delim > ' ' || delim == '\n') {
			d.Pair = delim
		}
		return d, true
	}
	if !mixed && delim == '\n' {
		return Dialect{Pair: '\n'}, n >= minLoose
	}
	return Dialect{Loose: true}, n >= minLoose
}

// IsLogfmt reports whether a text that begins with a pair begins with a key that loggers of Go programs and their like write first.
func IsLogfmt(s string) bool {
	i := strings.IndexByte(s[:min(len(s), 16)], '=')
	if i < 1 {
		return false
	}
	switch s[:i] {
	case "level", "lvl", "ts", "time", "t", "msg", "caller", "logger", "severity", "at", "timestamp", "app", "service":
		return true
	}
	return false
}
