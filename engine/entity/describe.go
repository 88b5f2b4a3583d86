package entity

import "strings"

// Info is a stored entity for people, without the rules and slots that wrote it.
type Info struct {
	Kind      string
	Key       string // parts of a joined key with " | " between
	First     int64  // arrival of the first and the newest record about it, nanoseconds since 1970
	Last      int64
	Protected bool
	Weight    int
	Slots     map[string][]byte // by name, as stored: views
}

// Describe reads a stored entity (store's List) for people.
func Describe(key, value []byte) (Info, error) {
	kind, rest, ok := strings.Cut(string(key), "\x00")
	r := Reader{B: value}
	if !ok || r.Byte() != recordVersion {
		return Info{}, errShort
	}
	r.Uint()
	in := Info{Kind: kind, Key: strings.ReplaceAll(rest, string(rune(KeySep)), " | "), Slots: map[string][]byte{}}
	in.First, in.Last = int64(uint32(r.Uint()))*1e9, int64(uint32(r.Uint()))*1e9
	in.Weight = int(r.Byte())
	in.Protected = r.Byte()&flagProtected != 0
	for len(r.B) > 0 && r.Err() == nil && len(in.Slots) < maxSlots {
		name, _ := r.String(MaxKey), r.Byte()
		var n int
		for i := range 4 {
			n |= int(r.Byte()) << (8 * i)
		}
		if n > len(r.B) {
			return in, errShort
		}
		in.Slots[name] = r.B[:n]
		r.B = r.B[n:]
	}
	return in, r.Err()
}

// LinkInfo is a stored login for people: it links a host or an address to a principal.
type LinkInfo struct {
	Principal string
	At        int64 // event time of the newest login, nanoseconds since 1970
}

// DescribeLinks reads stored logins, the slot "links" of Info, for people.
func DescribeLinks(b []byte) ([]LinkInfo, error) {
	r := Reader{B: b}
	var out []LinkInfo
	for range min(r.Byte(), maxLinks) {
		out = append(out, LinkInfo{r.String(MaxKey), r.Int()})
	}
	return out, r.Err()
}
