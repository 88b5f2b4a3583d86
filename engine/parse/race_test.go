//go:build race

package parse

// slower is how much longer everything takes under the race detector.
const slower = 20
