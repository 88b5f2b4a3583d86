//go:build !race

package parse

const slower = 1
