package correlate

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"prescore/engine/entity"
)

// idForm says how an entry's sixteen bytes spell the record's id. Almost every id there is fits exactly.
type idForm uint8

const (
	idText  idForm = 0 // up to 16 bytes of text: idText plus the length
	idUUID  idForm = 17
	idHex32 idForm = 18
	idTimed idForm = 19 // 16 hexadecimal digits, a hyphen, up to 16 more: what the engine derives of hash and time
	idLong  idForm = 20 // the first 8 bytes and a hash
)

// packID puts an id in sixteen bytes. A UUID and 32 hexadecimal digits in lower case keep every bit; longer ids of other forms
// keep their head and a hash, and are told as "head~hash".
func packID(id string) (b [16]byte, f idForm) {
	if len(id) <= 16 {
		copy(b[:], id)
		return b, idText + idForm(len(id))
	}
	if len(id) == 36 && id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-' {
		if unhex(&b, id[:8], 0) && unhex(&b, id[9:13], 4) && unhex(&b, id[14:18], 6) && unhex(&b, id[19:23], 8) && unhex(&b, id[24:], 10) {
			return b, idUUID
		}
	}
	if len(id) == 32 && unhex(&b, id, 0) {
		return b, idHex32
	}
	if len(id) > 17 && len(id) <= 33 && id[16] == '-' && id[17] != '0' && unhex(&b, id[:16], 0) {
		var n uint64
		i := 17
		for ; i < len(id) && nibble(id[i]) <= 15; i++ {
			n = n<<4 | uint64(nibble(id[i]))
		}
		if i == len(id) {
			binary.BigEndian.PutUint64(b[8:], n)
			return b, idTimed
		}
		clear(b[:])
	}
	copy(b[:8], id)
	h := entity.StableHash(id)
	for i := range 8 {
		b[8+i] = byte(h >> (8 * i))
	}
	return b, idLong
}

func unhex(b *[16]byte, s string, at int) bool {
	for i := 0; i+1 < len(s); i += 2 {
		h, l := nibble(s[i]), nibble(s[i+1])
		if h > 15 || l > 15 {
			return false
		}
		b[at+i/2] = h<<4 | l
	}
	return true
}

// nibble gives the value of a hexadecimal digit in lower case, 255 of anything else. By a table: which of ten digits and six letters comes
// next no processor guesses.
func nibble(c byte) byte { return nibbles[c] }

var nibbles = func() (t [256]byte) {
	for c := range t {
		t[c] = 255
	}
	for v, c := range []byte(hexDigits) {
		t[c] = byte(v)
	}
	return t
}()

const hexDigits = "0123456789abcdef"

// unpackID gives the id back.
func unpackID(b [16]byte, f idForm) string {
	switch {
	case f <= 16:
		return string(b[:f])
	case f == idUUID || f == idHex32:
		var s strings.Builder
		for i, c := range b {
			if f == idUUID && (i == 4 || i == 6 || i == 8 || i == 10) {
				s.WriteByte('-')
			}
			s.WriteByte(hexDigits[c>>4])
			s.WriteByte(hexDigits[c&15])
		}
		return s.String()
	}
	if f == idTimed {
		s := make([]byte, 0, 33)
		s = append(hex.AppendEncode(s, b[:8]), '-')
		return string(strconv.AppendUint(s, binary.BigEndian.Uint64(b[8:]), 16))
	}
	head := 0
	for head < 8 && b[head] != 0 {
		head++
	}
	s := append(append(make([]byte, 0, 25), b[:head]...), '~')
	for i := 15; i >= 8; i-- {
		s = append(s, hexDigits[b[i]>>4], hexDigits[b[i]&15])
	}
	return string(s)
}

// incidentID is the hash of rule, group and first record: the same whenever these are.
func incidentID(rule, group string, first *entry) [16]byte {
	h := entity.StableHash(rule)
	h = h*0x9e3779b97f4a7c15 ^ entity.StableHash(group)
	h = h*0x9e3779b97f4a7c15 ^ entity.StableHash(string(first.id[:])) ^ uint64(first.form)
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 29
	var b [16]byte
	for i := range b {
		b[i] = hexDigits[h>>(60-4*i)&15]
	}
	return b
}
