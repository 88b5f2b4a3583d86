//go:build !race

package engine

// raceDetector says whether the tests run under the race detector: its sync.Pool drops at random what is put back.
const raceDetector = false
