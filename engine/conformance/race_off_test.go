//go:build !race

package conformance

// raceDetector says that the tests run under the race detector.
const raceDetector = false
