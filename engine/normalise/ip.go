package normalise

import "prescore/engine/event"

// maxAddress bounds the text that is taken for an address, in bytes: IPv6 with an IPv4 tail in brackets, a zone and a port.
const maxAddress = 80

// address gives s in its canonical form: IPv4 as four decimal numbers, IPv4-mapped IPv6 as IPv4, IPv6 as RFC 5952 writes it without
// its zone, brackets and port taken off. What is in form already is returned itself; anything else is built in the arena.
func address(s string, mem *event.Arena) (string, bool) {
	if len(s) < 2 || len(s) > maxAddress {
		return "", false
	}
	if s[0] == '[' { // [2001:db8::1]:443
		end := indexByte(s, ']')
		if end < 0 {
			return "", false
		}
		s = s[1:end]
	}
	colon := indexByte(s, ':')
	if colon < 0 {
		return ipv4(s, mem)
	}
	if indexByte(s[colon+1:], ':') < 0 { // 192.0.2.1:80
		if !allDigits(s[colon+1:]) {
			return "", false
		}
		return ipv4(s[:colon], mem)
	}
	if z := indexByte(s, '%'); z >= 0 {
		s = s[:z]
	}
	var words [8]uint16
	if !parse6(s, &words) {
		return "", false
	}
	buf := mem.Grab(40)[:0]
	if words[0]|words[1]|words[2]|words[3]|words[4] == 0 && words[5] == 0xffff {
		buf = append4(buf, byte(words[6]>>8), byte(words[6]), byte(words[7]>>8), byte(words[7]))
	} else {
		buf = append6(buf, &words)
	}
	if string(buf) == s {
		mem.Shrink(40)
		return s, true
	}
	return event.View(buf), true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

// parse4 reads four decimal numbers; leading zeros are allowed (they are decimal in logs).
func parse4(s string) (b [4]byte, canonical, ok bool) {
	canonical = true
	i := 0
	for part := 0; part < 4; part++ {
		n, from := 0, i
		for i < len(s) && isDigit(s[i]) && i-from < 3 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		if i == from || n > 255 {
			return b, false, false
		}
		if i-from > 1 && s[from] == '0' {
			canonical = false
		}
		b[part] = byte(n)
		if part < 3 {
			if i >= len(s) || s[i] != '.' {
				return b, false, false
			}
			i++
		}
	}
	return b, canonical, i == len(s)
}

func ipv4(s string, mem *event.Arena) (string, bool) {
	b, canonical, ok := parse4(s)
	if !ok {
		return "", false
	}
	if canonical {
		return s, true
	}
	return event.View(append4(mem.Grab(15)[:0], b[0], b[1], b[2], b[3])), true
}

func append4(dst []byte, a, b, c, d byte) []byte {
	for i, n := range [4]byte{a, b, c, d} {
		if i > 0 {
			dst = append(dst, '.')
		}
		if n >= 100 {
			dst = append(dst, '0'+n/100)
		}
		if n >= 10 {
			dst = append(dst, '0'+n/10%10)
		}
		dst = append(dst, '0'+n%10)
	}
	return dst
}

// parse6 reads an IPv6 address as RFC 4291, section 2.2, writes it.
func parse6(s string, words *[8]uint16) bool {
	n, gap, i := 0, -1, 0
	if len(s) >= 2 && s[0] == ':' && s[1] == ':' {
		gap, i = 0, 2
	}
	for i < len(s) {
		if n == 8 {
			return false
		}
		from, v := i, 0
		for i < len(s) && i-from < 5 {
			d := hexDigit(s[i])
			if d < 0 {
				break
			}
			v = v<<4 | d
			i++
		}
		if i < len(s) && s[i] == '.' { // the last four bytes in decimal
			b, _, ok := parse4(s[from:])
			if !ok || n > 6 {
				return false
			}
			words[n], words[n+1] = uint16(b[0])<<8|uint16(b[1]), uint16(b[2])<<8|uint16(b[3])
			n += 2
			break
		}
		if i == from || v > 0xffff {
			return false
		}
		words[n] = uint16(v)
		n++
		if i == len(s) {
			break
		}
		if s[i] != ':' {
			return false
		}
		i++
		if i < len(s) && s[i] == ':' {
			if gap >= 0 {
				return false
			}
			gap = n
			i++
		} else if i == len(s) {
			return false
		}
	}
	if n == 8 {
		return gap < 0
	}
	if gap < 0 {
		return false
	}
	tail := n - gap
	copy(words[8-tail:], words[gap:n])
	for k := gap; k < 8-tail; k++ {
		words[k] = 0
	}
	return true
}

// append6 writes lower case, without leading zeros, the longest run of two or more zero words as ::, the first of equal ones (RFC 5952).
func append6(dst []byte, w *[8]uint16) []byte {
	best, bestLen := -1, 1
	for i := 0; i < 8; {
		j := i
		for j < 8 && w[j] == 0 {
			j++
		}
		if j-i > bestLen {
			best, bestLen = i, j-i
		}
		i = max(j, i+1)
	}
	for i := 0; i < 8; i++ {
		if i == best {
			dst = append(dst, ':', ':')
			i += bestLen - 1
			continue
		}
		if i > 0 && (best < 0 || i != best+bestLen) {
			dst = append(dst, ':')
		}
		dst = appendHex(dst, w[i])
	}
	return dst
}

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, n uint16) []byte {
	for shift := 12; shift >= 0; shift -= 4 {
		if d := n >> shift; d > 0 || shift == 0 {
			dst = append(dst, hexDigits[d&15])
		}
	}
	return dst
}

// hexValues gives the value of a hexadecimal digit, -1 for other bytes.
var hexValues = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i := 0; i < 16; i++ {
		t[hexDigits[i]] = int8(i)
		t["0123456789ABCDEF"[i]] = int8(i)
	}
	return t
}()

func hexDigit(c byte) int { return int(hexValues[c]) }
