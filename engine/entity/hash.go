package entity

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// secret keys the hash of ids: random, so that nobody can make an id that is taken for another's, and written with the ids, so that it
// outlives the process.
type secret [2]uint64

func newSecret() (s secret) {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	s[0], s[1] = binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])
	return s
}

// fold is the multiply-and-fold step of the wyhash family of hashes (Wang Yi; Go's own maps use it too).
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hash hashes s behind h, which must not hang on the key. The length goes in too: of two texts that follow each other the border counts.
func (k *secret) hash(h uint64, s string) uint64 {
	rest := s
	for ; len(rest) >= 16; rest = rest[16:] {
		h = fold(word8(rest)^k[0], word8(rest[8:])^h^k[1])
	}
	var a, b uint64
	if len(rest) >= 8 {
		a, rest = word8(rest), rest[8:]
	}
	switch { // the bytes that are left, the first the highest: as the end of the last eight, or of two words of four that overlap
	case len(s) >= 8:
		b = bits.ReverseBytes64(word8(s[len(s)-8:])) & (1<<(8*len(rest)) - 1)
	case len(s) >= 4:
		over := 8 * (len(s) - 4)
		b = big4(s)<<over | big4(s[len(s)-4:])&(1<<over-1)
	default:
		for i := 0; i < len(rest); i++ {
			b = b<<8 | uint64(rest[i])
		}
	}
	return fold(fold(a^k[1], b^h^k[0]), uint64(len(s))^k[1]^0x9e3779b97f4a7c15)
}

func word8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func big4(s string) uint64 {
	_ = s[3]
	return uint64(s[0])<<24 | uint64(s[1])<<16 | uint64(s[2])<<8 | uint64(s[3])
}
