package conf

import (
	"embed"
	"io/fs"
)

//go:embed correlations/*.toml
var correlations embed.FS

// Correlations gives the native correlation rules that are on by default.
func Correlations() fs.FS {
	sub, err := fs.Sub(correlations, "correlations")
	if err != nil {
		panic(err) // the folder is built in under this name
	}
	return sub
}
