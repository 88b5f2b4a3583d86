package enrich

import (
	"fmt"
	"strings"
	"testing"

	"prescore/engine/event"
)

// BenchmarkApply is one event with hosts, addresses, a user, a domain, a URL and a hash over tables of several sizes.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{10, 1000, 100000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			r := open(b, tables(n))
			ev := with(event.KeyHost, "host-7.corp.example", event.KeySrcIP, "10.1.2.3", event.KeyDstIP, "172.16.0.9", event.KeyUser, "user-7",
				event.KeyDNSQuery, "www.a.d7.example", event.KeyURL, "https://files.example.net/x?y=1", event.KeyProcessSHA256, strings.Repeat("a", 64))
			b.ReportAllocs()
			for b.Loop() {
				ev.Intel = ev.Intel[:0]
				r.Apply(ev)
			}
			if ev.Criticality != event.AssetHigh || ev.Identity != 0.5 || len(ev.Intel) != 1 {
				b.Fatal(ev.Criticality, ev.Identity, ev.Intel)
			}
		})
	}
}

func tables(n int) files {
	var a, i, t strings.Builder
	a.WriteString("host,cidr,criticality\n")
	i.WriteString("user,risk\n")
	t.WriteString("key,score\n")
	for k := range n {
		fmt.Fprintf(&a, "host-%d,172.%d.%d.%d/30,high\n", k, 20+k>>14, k>>6&255, k<<2&255)
		fmt.Fprintf(&i, "user-%d,0.5\n", k)
		fmt.Fprintf(&t, "d%d.example,20\n", k)
	}
	return files{"a.csv": a.String(), "i.csv": i.String(), "t.csv": t.String()}
}

// BenchmarkOpen is reading the tables of 100,000 rows each.
func BenchmarkOpen(b *testing.B) {
	f := tables(100000)
	b.SetBytes(int64(len(f["a.csv"]) + len(f["i.csv"]) + len(f["t.csv"])))
	for b.Loop() {
		open(b, f)
	}
}
