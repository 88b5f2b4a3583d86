package normalise

import (
	"encoding/binary"
	"math/bits"

	"prescore/engine/event"
)

// The shortest and longest text that canonical4 looks at, in bytes.
const (
	minCanonical4 = 8
	maxCanonical4 = len("255.255.255.255")
)

// canonical4 reports whether s is an IPv4 address as parse4 would write it, and false of the shortest ones too, which parse4 then judges.
// Where the dots are is found eight bytes at a time: going by one byte the processor guesses wrong at each number's end.
func canonical4(s string) bool {
	n := len(s)
	if n < minCanonical4 || n > maxCanonical4 {
		return false
	}
	b := event.BytesOf(s)
	head, tail := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	if others(head)|others(tail) != 0 {
		return false
	}
	dots := dotsIn(head) | dotsIn(tail)<<(uint(n-8)&15)
	first := bits.TrailingZeros32(dots)
	dots &= dots - 1
	second := bits.TrailingZeros32(dots)
	dots &= dots - 1
	third := bits.TrailingZeros32(dots)
	return dots != 0 && dots&(dots-1) == 0 && number4(s[:first]) && number4(s[first+1:second]) && number4(s[second+1:third]) && number4(s[third+1:])
}

// others gives the highest bit of each of eight bytes that is neither a digit nor a dot.
func others(x uint64) uint64 {
	digit, dot := x^'0'*ones, x^'.'*ones
	return (digit&(0x7f*ones) + 0x76*ones | digit) & (dot&(0x7f*ones) + 0x7f*ones | dot) & (0x80 * ones)
}

// dotsIn gives a bit for each of eight bytes that is a dot, where there are none but digits and dots: of these dots alone lack 0x10.
func dotsIn(x uint64) uint32 {
	return uint32(^x >> 4 & ones * 0x0102040810204080 >> 56)
}

// number4 reports whether digits write a number of an address as it is written there.
func number4(s string) bool {
	switch len(s) {
	case 1:
		return true
	case 2:
		return s[0] != '0'
	case 3:
		return s[0] == '1' || s[0] == '2' && (s[1] < '5' || s[1] == '5' && s[2] <= '5')
	}
	return false
}
