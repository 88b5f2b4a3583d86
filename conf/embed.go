// Package conf holds what is built into prescore out of this folder: the mappings of sources, as a user can read and replace them.
package conf

import (
	"embed"
	"io/fs"
)

//go:embed sources/*.toml
var sources embed.FS

// Sources gives the built-in mappings, one TOML file a source.
func Sources() fs.FS {
	sub, err := fs.Sub(sources, "sources")
	if err != nil {
		panic(err) // the folder is built in under this name
	}
	return sub
}
