package enrich

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestLongestPrefix holds that networks finds what a scan over all prefixes finds.
func TestLongestPrefix(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random4 := func() netip.Addr {
		return netip.AddrFrom4([4]byte{byte(rnd.IntN(3)), byte(rnd.IntN(3)), byte(rnd.IntN(256)), byte(rnd.IntN(256))})
	}
	random6 := func() netip.Addr {
		a := [16]byte{0x20, 1}
		for _, i := range []int{2, 3, 7, 8, 15} {
			a[i] = byte(rnd.IntN(3) * 85)
		}
		return netip.AddrFrom16(a)
	}
	for range 200 {
		n := networks{single: map[netip.Addr]int32{}}
		seen := map[netip.Prefix]int32{}
		for i := range rnd.IntN(60) {
			p := netip.PrefixFrom(random4(), rnd.IntN(33)).Masked()
			if rnd.IntN(3) == 0 {
				p = netip.PrefixFrom(random6(), 8+rnd.IntN(121)).Masked()
			}
			seen[p] = int32(i)
		}
		seen[netip.MustParsePrefix("255.255.255.0/24")] = 1000
		seen[netip.MustParsePrefix("ffff::/16")] = 1001
		var all []prefixValue
		for p, v := range seen {
			all = append(all, prefixValue{p, v})
		}
		n.build(all)
		for range 300 {
			a := random4()
			if rnd.IntN(3) == 0 {
				a = random6()
			}
			switch rnd.IntN(40) {
			case 0:
				a = netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
			case 1:
				a = netip.MustParseAddr("255.255.255.255")
			case 2:
				a = netip.MustParseAddr("::")
			}
			want, known, bits := int32(0), false, -1
			for p, v := range seen {
				if p.Contains(a) && p.Bits() > bits {
					want, known, bits = v, true, p.Bits()
				}
			}
			if got, ok := n.find(a); ok != known || got != want {
				t.Fatalf("%s: %d %v, want %d %v", a, got, ok, want, known)
			}
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "::ffff:1.2.3.4", "fe80::1", "1.2.3", "a", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := address(s)
		want, err := netip.ParseAddr(s)
		if want.Zone() == "" && (ok != (err == nil) || ok && a != want.Unmap()) {
			t.Fatalf("%q: %v %v, want %v %v", s, a, ok, want, err)
		}
	})
}

// FuzzTables holds that a table of any bytes is read or refused with its name, and that a room of it serves events.
func FuzzTables(f *testing.F) {
	for _, s := range []string{assetCSV, identityJSON, intelCSV, "[[assets]]\nhost='a'\n[[intel]]\nkey='b.c'\n[[identities]]\nuser='x'\n"} {
		for i := range 12 {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		name := []string{"a", "i", "t"}[kind%3] + []string{".csv", ".json", ".toml", ".txt"}[kind/3%4]
		r, err := tryOpen(files{name: text})
		if err != nil {
			return
		}
		ev := with()
		r.Apply(ev)
	})
}
