//go:build !race

package detect

// raceDetector says that the tests run under the race detector.
const raceDetector = false
