package encode

import (
	"encoding/binary"
	"strings"

	"prescore/engine/encode/fixed"
	"prescore/engine/encode/project"
	"prescore/engine/wire"
)

func encoded(s string) string { return string(wire.AppendStr(nil, s)) }

// key encodes the name of a member, with what always follows it.
func key(name string, after ...string) fixed.Bytes {
	return fixed.Of(encoded(name) + strings.Join(after, ""))
}

// object is a map whose members are counted while they are written. Its head takes three bytes until done; that of a small one, of
// at most 15 members, one byte.
type object struct {
	at, n int
	small bool
}

func begin(dst []byte) ([]byte, object) { return append(dst, 0xde, 0, 0), object{at: len(dst)} }

func beginSmall(dst []byte) ([]byte, object) {
	return append(dst, 0x80), object{at: len(dst), small: true}
}

// done writes the head in its shortest form. An object of at most 65,535 members.
func (o *object) done(dst []byte) []byte {
	switch {
	case o.small:
		dst[o.at] = 0x80 | byte(o.n)
	case o.n > 15:
		binary.BigEndian.PutUint16(dst[o.at+1:], uint16(o.n))
	default:
		dst[o.at] = 0x80 | byte(o.n)
		dst = dst[:o.at+1+copy(dst[o.at+1:], dst[o.at+3:])]
	}
	return dst
}

// pairs appends members that are known beforehand, n of them.
func (o *object) pairs(dst []byte, pairs *fixed.Bytes, n int) []byte {
	o.n += n
	return pairs.Append(dst)
}

func (o *object) str(dst []byte, key *fixed.Bytes, s string) []byte {
	if s == "" {
		return dst
	}
	o.n++
	return key.Text(dst, s)
}

// float appends a number; 0 stands for none where zero is false.
func (o *object) float(dst []byte, key *fixed.Bytes, f float64, zero bool) []byte {
	if f == 0 && !zero || f-f != 0 { // f-f is NaN for NaN and infinities
		return dst
	}
	o.n++
	return wire.AppendFloat(key.Append(dst), f)
}

func (o *object) int(dst []byte, key *fixed.Bytes, n int64) []byte {
	if n == 0 {
		return dst
	}
	o.n++
	return wire.AppendInt(key.Append(dst), n)
}

func (o *object) list(dst []byte, key *fixed.Bytes, l []string) []byte {
	if len(l) == 0 {
		return dst
	}
	o.n++
	dst = wire.AppendArray(key.Append(dst), len(l))
	for _, s := range l {
		dst = wire.AppendStr(dst, s)
	}
	return dst
}

// time appends a time as RFC 3339 text; 0 stands for none.
func (o *object) time(dst []byte, key *fixed.Bytes, ns int64) []byte {
	if ns == 0 {
		return dst
	}
	o.n++
	return project.AppendTime(key.Append(dst), ns)
}

// mark appends a key whose value is true, or nothing.
func (o *object) mark(dst []byte, pair *fixed.Bytes, is bool) []byte {
	if !is {
		return dst
	}
	return o.pairs(dst, pair, 1)
}
