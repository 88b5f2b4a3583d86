//go:build race

package conformance

// raceDetector says that the tests run under it.
const raceDetector = true
