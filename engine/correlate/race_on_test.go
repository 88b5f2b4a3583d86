//go:build race

package correlate

// raceDetector says that the tests run under it.
const raceDetector = true
