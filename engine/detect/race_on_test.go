//go:build race

package detect

// raceDetector says that the tests run under it.
const raceDetector = true
