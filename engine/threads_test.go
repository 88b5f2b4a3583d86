//go:build unix

package engine

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// threadWork is what one measurement takes at least: so long that waking a second thread, some 100 microseconds on a virtual machine,
// does not count, and so short that another process often leaves it alone.
const threadWork = 10 * time.Millisecond

// Sizes of BenchmarkThreads.
const (
	threadChunks = 12   // chunks of a mix that are passed, as often as a measurement takes
	threadFloor  = 1.7  // DESIGN: two threads do at least so many times what one does
	threadQuiet  = 1.9  // what two threads of a loop that shares nothing must do, for the machine to be quiet
	threadRounds = 60   // of which the least of each measurement counts: other work on the machine only adds
	threadHashes = 4000 // of the loop that shares nothing: about as long as one measurement
)

// BenchmarkThreads reports how many times one thread's records two threads score in the same time ("speedup"), over the whole engine and
// every mix, both threads on the same records; and the same of a loop that shares nothing ("sha-speedup"): where the machine is busy or
// its processors are halves of one, that is what could be had, and "of-sha" is the engine's part of it. "cpu-speedup" is the same of the
// processor's time, which other work disturbs less but which does not see threads wait. Each mix has its own as well: sshd is one host under one attack, so that most of
// its records wait for the same windows. The same work is measured over
// and over, one and two threads in turn, and the least time of each counts. It fails below the floor where the machine was quiet.
func BenchmarkThreads(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two processors")
	}
	all := mixes(b)
	e := open(b, benchClock)
	var works []func(thread int)
	var at atomic.Int64 // seconds: one clock for all threads, as there is one
	for _, name := range sorted(all) {
		chunks, _, _ := chunksOf(all[name])
		chunks = chunks[:min(len(chunks), threadChunks)]
		var outs [2][]byte
		pass := func(thread int) {
			for i := range chunks {
				arrival := now.Add(time.Duration(at.Add(1)) * time.Second)
				outs[thread], _, _ = e.Filter(outs[thread][:0], chunks[(i+thread*len(chunks)/2)%len(chunks)], "bench", arrival)
			}
		}
		pass(0)
		passes := 1 + int(threadWork/together(1, pass))
		works = append(works, func(thread int) {
			for range passes {
				pass(thread)
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
	best, busy := make([][2]time.Duration, len(works)), make([][2]time.Duration, len(works))
	for b.Loop() {
		for range threadRounds {
			for i, work := range works {
				for threads := 1; threads <= 2; threads++ {
					start := cpu(b)
					least(&best[i][threads-1], together(threads, work))
					least(&busy[i][threads-1], cpu(b)-start)
				}
			}
		}
	}
	if n := e.Totals(); n[CountPanics] != 0 || n[CountEvents] == 0 {
		b.Fatalf("%v", n)
	}
	for i, name := range sorted(all) {
		b.ReportMetric(speedup(best[i:i+1], 2), name+"-speedup")
	}
	engine, control := speedup(best[:len(works)-1], 2), speedup(best[len(works)-1:], 2)
	b.ReportMetric(engine, "speedup")
	b.ReportMetric(control, "sha-speedup")
	b.ReportMetric(engine/control, "of-sha")
	b.ReportMetric(speedup(busy[:len(works)-1], 4), "cpu-speedup")
	if engine < threadFloor && control >= threadQuiet {
		b.Errorf("two threads score %.2f times what one does, below %.1f; of a loop that shares nothing two do %.2f times", engine, threadFloor, control)
	}
}

// least keeps the lesser of two times, where there was one.
func least(best *time.Duration, took time.Duration) {
	if *best == 0 || took < *best {
		*best = took
	}
}

// speedup gives how much more two threads do in the time of one: twice the work, of which so many times is told by the times.
func speedup(times [][2]time.Duration, work float64) float64 {
	var one, two time.Duration
	for _, t := range times {
		one, two = one+t[0], two+t[1]
	}
	return work * float64(one) / float64(two)
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
