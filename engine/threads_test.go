package engine

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"testing"
	"time"
)

// Sizes of BenchmarkThreads.
const (
	threadChunks = 12   // chunks of one measurement: some ten milliseconds, which another process often leaves alone
	threadFloor  = 1.7  // DESIGN: two threads do at least so many times what one does
	threadQuiet  = 1.9  // what two threads of a loop that shares nothing must do, for the machine to be quiet
	threadRounds = 8    // of which the least of each measurement counts: other work on the machine only adds
	threadHashes = 4000 // of the loop that shares nothing: about as long as one measurement
)

// BenchmarkThreads reports how many times one thread's records two threads score in the same time ("speedup"), over the whole engine and
// every mix, both threads on the same records; and the same of a loop that shares nothing ("sha-speedup"): where the machine is busy or
// its processors are halves of one, that is what could be had, and "of-sha" is the engine's part of it. The same work is measured over
// and over, one and two threads in turn, and the least time of each counts. It fails below the floor where the machine was quiet.
func BenchmarkThreads(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two processors")
	}
	all := mixes(b)
	e := open(b, benchClock)
	var works []func(thread int)
	var at [2]time.Duration
	for _, name := range sorted(all) {
		chunks, _, _ := chunksOf(all[name])
		chunks = chunks[:min(len(chunks), threadChunks)]
		var outs [2][]byte
		works = append(works, func(thread int) {
			for i := range chunks {
				at[thread] += time.Second
				outs[thread], _, _ = e.Filter(outs[thread][:0], chunks[(i+thread*len(chunks)/2)%len(chunks)], "bench", now.Add(at[thread]))
			}
		})
	}
	var sums [2][sha256.Size]byte
	works = append(works, func(thread int) {
		var d [4096]byte
		for range threadHashes {
			copy(d[:], sums[thread][:])
			sums[thread] = sha256.Sum256(d[:])
		}
	})
	best := make([][2]time.Duration, len(works))
	for b.Loop() {
		for range threadRounds {
			for i, work := range works {
				for threads := 1; threads <= 2; threads++ {
					if took := together(threads, work); best[i][threads-1] == 0 || took < best[i][threads-1] {
						best[i][threads-1] = took
					}
				}
			}
		}
	}
	if n := e.Totals(); n[CountPanics] != 0 || n[CountEvents] == 0 {
		b.Fatalf("%v", n)
	}
	var one, two time.Duration
	for _, t := range best[:len(works)-1] {
		one, two = one+t[0], two+t[1]
	}
	sha := best[len(works)-1]
	engine, control := 2*float64(one)/float64(two), 2*float64(sha[0])/float64(sha[1])
	b.ReportMetric(engine, "speedup")
	b.ReportMetric(control, "sha-speedup")
	b.ReportMetric(engine/control, "of-sha")
	if engine < threadFloor && control >= threadQuiet {
		b.Errorf("two threads score %.2f times what one does, below %.1f; of a loop that shares nothing two do %.2f times", engine, threadFloor, control)
	}
}

// together gives how long it takes until each of so many threads has done the work once.
func together(threads int, work func(thread int)) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for t := 1; t < threads; t++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work(t)
		}()
	}
	work(0)
	wg.Wait()
	return time.Since(start)
}
