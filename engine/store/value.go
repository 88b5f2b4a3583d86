package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// castagnoli is CRC-32C: a flipped bit in a page of the file comes back from bbolt as a wrong value, and this is what notices.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errChecksum = errors.New("a stored value does not match its checksum")

// seal appends the value with its checksum before it. The checksum covers the key as well: a damaged page may give one key's value
// for another.
func seal(dst, key, value []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
	return append(binary.LittleEndian.AppendUint32(dst, sum), value...)
}

// unseal gives the value of a sealed one; a view.
func unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, errChecksum
	}
	value := sealed[4:]
	if binary.LittleEndian.Uint32(sealed) != crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value) {
		return nil, errChecksum
	}
	return value, nil
}
