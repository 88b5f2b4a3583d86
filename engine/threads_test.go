package engine

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"
)

// BenchmarkThreads reports how many times one thread's records two threads score in the same time, and the same of a loop that shares
// nothing (sha-speedup): where the machine is busy or its processors are halves of one, that is what could be had.
func BenchmarkThreads(b *testing.B) {
	all := mixes(b)
	var chunks [][]byte
	for _, name := range sorted(all) {
		c, _, _ := chunksOf(all[name])
		chunks = append(chunks, c...)
	}
	e := open(b, benchClock)
	score := func(thread int, stop <-chan struct{}) (done int) {
		var out []byte
		for i := thread * len(chunks) / 2; ; i++ {
			select {
			case <-stop:
				return done
			default:
			}
			var n Counts
			out, n, _ = e.Filter(out[:0], chunks[i%len(chunks)], "bench", now.Add(time.Duration(i)*time.Second))
			done += int(n[CountBytes])
		}
	}
	hash := func(_ int, stop <-chan struct{}) (done int) {
		var d [4096]byte
		for {
			select {
			case <-stop:
				return done
			default:
			}
			s := sha256.Sum256(d[:])
			d[0] = s[0]
			done++
		}
	}
	score(0, closedAfter(100*time.Millisecond))
	var engine, control [2]float64
	for b.Loop() {
		for threads := 1; threads <= 2; threads++ { // interleaved, so that a disturbance meets both
			engine[threads-1] += rate(threads, score)
			control[threads-1] += rate(threads, hash)
		}
	}
	b.ReportMetric(engine[1]/engine[0], "speedup")
	b.ReportMetric(control[1]/control[0], "sha-speedup")
}

// slice is how long one measurement takes.
const slice = 50 * time.Millisecond

func rate(threads int, work func(int, <-chan struct{}) int) float64 {
	stop := closedAfter(slice)
	var wg sync.WaitGroup
	done := make([]int, threads)
	for t := range threads {
		wg.Add(1)
		go func() {
			defer wg.Done()
			done[t] = work(t, stop)
		}()
	}
	wg.Wait()
	sum := 0
	for _, d := range done {
		sum += d
	}
	return float64(sum)
}

func closedAfter(d time.Duration) <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(d, func() { close(c) })
	return c
}
