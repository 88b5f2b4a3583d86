package entity

import (
	"net/netip"

	"prescore/engine/event"
)

// MaxKey bounds a key in bytes: longer ones keep their head and a hash of the whole, so that they stay distinct.
const MaxKey = 256

// KeySep separates the parts of a joined key. Within a part it is written as a space: no log carries U+001F as content.
const KeySep = '\x1f'

// form is how a kind spells its keys.
type form uint8

const (
	formText form = iota // as it came, without blanks at its ends
	formFold             // lower case: accounts, hashes, processes
	formName             // lower case, no trailing dot: hosts and domains
	formAddr             // canonical text of an address
)

var builtinForms = [event.NumEntityKinds]form{
	event.Principal: formFold, event.Host: formName, event.Address: formAddr, event.FileHash: formFold,
	event.ProcessEntity: formText, event.DomainName: formName, event.CloudAccount: formFold,
}

// normal gives key in the form of its kind: key itself where it has that form already, else a view into a.
func normal(f form, key string, a *event.Arena) string {
	for len(key) > 0 && key[0] <= ' ' {
		key = key[1:]
	}
	for len(key) > 0 && key[len(key)-1] <= ' ' {
		key = key[:len(key)-1]
	}
	switch f {
	case formName:
		if n := len(key); n > 1 && key[n-1] == '.' {
			key = key[:n-1]
		}
		key = lower(key, a)
	case formFold:
		key = lower(key, a)
	case formAddr:
		key = address(key, a)
	}
	if len(key) > MaxKey {
		return clip(key, a)
	}
	return key
}

// lower gives s in lower case: s itself where it is so already.
func lower(s string, a *event.Arena) string {
	if !upper(s) {
		return s
	}
	b := a.Grab(len(s))
	copy(b, s)
	for i := range b {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return event.View(b)
}

// upper reports whether any byte is one of A to Z, eight at a time; the last eight may overlap those before.
func upper(s string) bool {
	switch n := len(s); {
	case n >= 8:
		for i := 0; i < n-8; i += 8 {
			if upper8(word8(s[i:])) {
				return true
			}
		}
		return upper8(word8(s[n-8:]))
	case n >= 4:
		return upper8(uint64(big4(s))<<32 | uint64(big4(s[n-4:])))
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

// upper8 reports whether any of eight bytes is one of A to Z.
func upper8(w uint64) bool {
	const ones = 0x0101010101010101
	low := w &^ (0x80 * ones) // so that no byte carries into the next
	return (low+(0x80-'A')*ones)&^(low+(0x7f-'Z')*ones)&^w&(0x80*ones) != 0
}

// address gives an address in one spelling; what is none stays lower-case text. Plain dotted IPv4 is the fast path.
func address(s string, a *event.Arena) string {
	if len(s) > 64 || len(s) <= 15 && dotted(s) {
		return s
	}
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return lower(s, a)
	}
	b := a.Grab(64)
	return event.View(ip.Unmap().AppendTo(b[:0]))
}

// dotted reports whether s is of digits and dots alone.
func dotted(s string) bool {
	if n := len(s); n >= 8 && n <= 16 {
		return dotted8(word8(s)) && dotted8(word8(s[n-8:]))
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '.' && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

// dotted8 reports whether all of eight bytes are digits or dots: from '.' to '9', and not the '/' between.
func dotted8(w uint64) bool {
	const ones = 0x0101010101010101
	low := w &^ (0x80 * ones)
	no := w | ^(low + (0x80-'.')*ones) | (low + (0x7f-'9')*ones) | ^(low ^ '/'*ones + 0x7f*ones)
	return no&(0x80*ones) == 0
}

// clip bounds a key that is longer.
func clip(s string, a *event.Arena) string {
	b := a.Grab(MaxKey)
	copy(b, s[:MaxKey-17])
	b[MaxKey-17] = '~'
	hex(b[MaxKey-16:], StableHash(s))
	return event.View(b)
}

const hexDigits = "0123456789abcdef"

func hex(b []byte, h uint64) {
	for i := 15; i >= 0; i-- {
		b[i] = hexDigits[h&15]
		h >>= 4
	}
}

// StableHash is FNV-1a with a final mix: the same in every process, for ids that are written down. Not for tables that an
// attacker fills.
func StableHash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

// AppendPart appends one part of a joined key to dst, a separator before all but the first.
func AppendPart(dst []byte, first bool, part string) []byte {
	if !first {
		dst = append(dst, KeySep)
	}
	l := len(dst)
	dst = append(dst, part...)
	for i := l; i < len(dst); i++ {
		if dst[i] == KeySep {
			dst[i] = ' '
		}
	}
	return dst
}
