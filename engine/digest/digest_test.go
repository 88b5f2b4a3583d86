package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// batch is how many messages are hashed together here: as many as the engine takes.
const batch = 8

// ways are both ways of hashing; where the processor lacks the instructions they are the same one.
var ways = []struct {
	name string
	sums func(h *Hasher, sums []uint64, msgs [][]byte)
}{
	{"lanes", (*Hasher).Sums},
	{"plain", (*Hasher).plainSums},
}

// standard is what the standard library says.
func standard(msg []byte) uint64 {
	sum := sha256.Sum256(msg)
	return binary.BigEndian.Uint64(sum[:])
}

// check compares both ways with what is wanted of each message.
func check(t *testing.T, h *Hasher, msgs [][]byte, want []uint64) {
	t.Helper()
	for _, way := range ways {
		sums := make([]uint64, len(msgs))
		way.sums(h, sums, msgs)
		for i, sum := range sums {
			if sum != want[i] {
				t.Fatalf("%s: message %d of %d, of %d bytes: %016x, want %016x", way.name, i, len(msgs), len(msgs[i]), sum, want[i])
			}
		}
	}
}

func wanted(msgs [][]byte) []uint64 {
	want := make([]uint64, len(msgs))
	for i, m := range msgs {
		want[i] = standard(m)
	}
	return want
}

// random gives n bytes that end where their memory does.
func random(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b[:n:n]
}

// TestPairs hashes every two lengths of 0 to 300 bytes together: each length of padding in either lane, and each lane ending first.
func TestPairs(t *testing.T) {
	const longest = 300
	rng := rand.New(rand.NewPCG(1, 2))
	var msgs [longest + 1][]byte
	for n := range msgs {
		msgs[n] = random(rng, n)
	}
	want := wanted(msgs[:])
	var h Hasher
	for a := range msgs {
		for b := range msgs {
			check(t, &h, [][]byte{msgs[a], msgs[b]}, []uint64{want[a], want[b]})
		}
	}
}

// TestBatches hashes batches of every size, of messages of all sizes.
func TestBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var h Hasher
	for range 200 {
		for n := range batch + 2 {
			longest := 1 << rng.IntN(13)
			var msgs [][]byte
			for range n {
				msgs = append(msgs, random(rng, rng.IntN(longest)))
			}
			check(t, &h, msgs, wanted(msgs))
		}
	}
}

func TestSumsOnlyAsManyAsMessages(t *testing.T) {
	var h Hasher
	for _, way := range ways {
		sums := []uint64{1, 2, 3}
		way.sums(&h, sums, [][]byte{nil, []byte("abc")})
		if want := [3]uint64{0xe3b0c44298fc1c14, 0xba7816bf8f01cfea, 3}; [3]uint64(sums) != want { // of no bytes, and NIST's first example
			t.Errorf("%s: %x, want %x", way.name, sums, want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var msgs [][]byte
	for i := range batch {
		msgs = append(msgs, random(rng, 100*i))
	}
	var h Hasher
	var sums [batch]uint64
	for _, way := range ways {
		if n := testing.AllocsPerRun(100, func() { way.sums(&h, sums[:], msgs) }); n != 0 {
			t.Errorf("%s: %v allocations", way.name, n)
		}
	}
}

// FuzzSums cuts the input into messages of the lengths that cuts says, the last one the rest.
func FuzzSums(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add([]byte{55, 56, 64, 0, 63}, make([]byte, 500))
	f.Fuzz(func(t *testing.T, cuts, data []byte) {
		var msgs [][]byte
		for _, n := range cuts {
			k := min(int(n), len(data))
			msgs, data = append(msgs, data[:k:k]), data[k:]
		}
		msgs = append(msgs, data)
		check(t, new(Hasher), msgs, wanted(msgs))
	})
}

// BenchmarkSums hashes batches of about the sizes of a login, an endpoint event, a line of CloudTrail and a Windows event; one operation
// is one message.
func BenchmarkSums(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, size := range []int{110, 440, 1100, 2000} {
		var msgs [batch][]byte
		for i := range msgs {
			msgs[i] = random(rng, size*(90+rng.IntN(20))/100)
		}
		want := wanted(msgs[:])
		for _, way := range ways {
			b.Run(fmt.Sprintf("%d/%s", size, way.name), func(b *testing.B) {
				var h Hasher
				var sums [batch]uint64
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; i < b.N; i += batch {
					way.sums(&h, sums[:], msgs[:])
				}
				if [batch]uint64(want) != sums {
					b.Fatalf("%x, want %x", sums, want)
				}
			})
		}
	}
}
