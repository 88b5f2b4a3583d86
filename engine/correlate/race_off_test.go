//go:build !race

package correlate

// raceDetector says that the tests run under the race detector.
const raceDetector = false
