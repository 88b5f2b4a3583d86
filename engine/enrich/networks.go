package enrich

import (
	"encoding/binary"
	"net/netip"
	"sort"
)

// networks finds what an address belongs to: the address itself, or the longest prefix that holds it. Addresses stand in a map;
// prefixes are cut into ranges that do not overlap, each with its innermost prefix, so that one binary search answers.
type networks struct {
	single map[netip.Addr]int32
	ranges []span
}

// span is the range from `from` to the next one's, held by value; -1 where no prefix holds it.
type span struct {
	from  u128
	value int32
}

type u128 struct{ hi, lo uint64 }

func (a u128) less(b u128) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// next is a plus one; it wraps to zero after the last.
func (a u128) next() u128 {
	a.lo++
	if a.lo == 0 {
		a.hi++
	}
	return a
}

// number gives an address as a number; IPv4 stands where IPv6 maps it.
func number(a netip.Addr) u128 {
	b := a.As16()
	return u128{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

// prefixValue is a prefix on its way into networks.
type prefixValue struct {
	prefix netip.Prefix
	value  int32
}

// last gives the last address of a prefix.
func (p prefixValue) last() u128 {
	n := number(p.prefix.Addr())
	bits := p.prefix.Bits()
	if p.prefix.Addr().Is4() {
		bits += 96
	}
	host := 128 - bits
	if host >= 64 {
		n.lo = ^uint64(0)
		if host > 64 {
			n.hi |= 1<<(host-64) - 1
		}
	} else if host > 0 {
		n.lo |= 1<<host - 1
	}
	return n
}

// build makes the ranges of prefixes, which must be masked and different from each other.
func (n *networks) build(prefixes []prefixValue) {
	sort.Slice(prefixes, func(i, j int) bool {
		a, b := number(prefixes[i].prefix.Addr()), number(prefixes[j].prefix.Addr())
		if a != b {
			return a.less(b)
		}
		return prefixes[j].last().less(prefixes[i].last()) // the wider first, so that the narrower ends on top
	})
	var open []prefixValue
	at := u128{}
	put := func(from u128, v int32) {
		if k := len(n.ranges); k > 0 && n.ranges[k-1].from == from {
			n.ranges[k-1].value = v
			return
		}
		n.ranges = append(n.ranges, span{from, v})
	}
	closeUntil := func(limit u128, all bool) {
		for len(open) > 0 {
			end := open[len(open)-1].last()
			if !all && !end.less(limit) {
				return
			}
			open = open[:len(open)-1]
			if at = end.next(); at == (u128{}) {
				return // it ended with the last address there is
			}
			v := int32(-1)
			if len(open) > 0 {
				v = open[len(open)-1].value
			}
			put(at, v)
		}
	}
	for _, p := range prefixes {
		from := number(p.prefix.Addr())
		closeUntil(from, false)
		put(from, p.value)
		open = append(open, p)
	}
	closeUntil(u128{}, true)
}

// find gives the value of the address, false where neither it nor a prefix that holds it is known.
func (n *networks) find(a netip.Addr) (int32, bool) {
	if v, ok := n.single[a]; ok {
		return v, true
	}
	if len(n.ranges) == 0 {
		return 0, false
	}
	x := number(a)
	lo, hi := 0, len(n.ranges)
	for lo < hi {
		if m := (lo + hi) / 2; x.less(n.ranges[m].from) {
			hi = m
		} else {
			lo = m + 1
		}
	}
	if lo == 0 || n.ranges[lo-1].value < 0 {
		return 0, false
	}
	return n.ranges[lo-1].value, true
}

func (n *networks) empty() bool { return len(n.single) == 0 && len(n.ranges) == 0 }

// address reads an address without allocating, false where s is none. IPv4 mapped into IPv6 is IPv4; a zone does not count.
func address(s string) (netip.Addr, bool) {
	if len(s) < 2 || len(s) > 45 {
		return netip.Addr{}, false
	}
	sep := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
		case c == '.' || c == ':':
			sep = true
		default:
			return netip.Addr{}, false // ParseAddr would allocate its error
		}
	}
	if !sep {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil
}
