package conf

import (
	"embed"
	"io/fs"
)

//go:embed attack
var attack embed.FS

// Attack gives the built-in ATT&CK data: the versions, and the mapping of processes, APIs and events to techniques.
func Attack() fs.FS {
	sub, err := fs.Sub(attack, "attack")
	if err != nil {
		panic(err) // the folder is built in under this name
	}
	return sub
}
