package normalise

import "testing"

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		fixture(b)
	}
}
