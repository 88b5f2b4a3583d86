package engine

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"prescore/engine/wire"
)

// BenchmarkWidth is the whole way for records of 8 to 512 fields, half of them texts and half numbers; ns/field tells whether a field
// costs the same in a wide record.
func BenchmarkWidth(b *testing.B) {
	for _, fields := range []int{8, 32, 128, 512} {
		b.Run(fmt.Sprint(fields), func(b *testing.B) {
			record := wire.AppendMap(nil, fields)
			for i := range fields {
				record = wire.AppendStr(record, fmt.Sprintf("vendor.field_%03d", i))
				if i%2 == 0 {
					record = wire.AppendStr(record, fmt.Sprintf("value %d of the record", i))
				} else {
					record = wire.AppendInt(record, int64(1000+i))
				}
			}
			benchSize(b, [][]byte{record}, 32)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(fields), "ns/field")
		})
	}
}

// BenchmarkChunk is the whole way for endpoint events, 1 to 512 of them a chunk; one operation is one record.
func BenchmarkChunk(b *testing.B) {
	var bodies [][]byte
	for _, line := range endpoints(16) {
		body, err := wire.FromJSON(nil, line)
		if err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	for _, records := range []int{1, 8, 64, 512} {
		b.Run(fmt.Sprint(records), func(b *testing.B) { benchSize(b, bodies, records) })
	}
}

// benchSize filters chunks of so many records, made of bodies one after the other, and checks that each record came out scored.
func benchSize(b *testing.B, bodies [][]byte, records int) {
	e := open(b, benchClock)
	var chunk []byte
	for i := range records {
		chunk = wire.AppendEventTime(append(chunk, 0x92, 0x92), now.UnixNano()+int64(i))
		chunk = append(append(chunk, 0x80), bodies[i%len(bodies)]...)
	}
	var out []byte
	at := now
	pass := func() {
		at = at.Add(time.Second)
		out, _, _ = e.Filter(out[:0], chunk, "bench", at)
	}
	pass()
	b.SetBytes(int64(len(chunk) / records))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += records {
		pass()
	}
	b.StopTimer()
	if n := bytes.Count(out, []byte("\xa8prescore")); n != records {
		b.Fatalf("%d of %d records are scored", n, records)
	}
	if n := e.Totals(); n[CountPanics] != 0 || n[CountEvents]%uint64(records) != 0 {
		b.Fatalf("%v", n)
	}
}
