package conf

import (
	"embed"
	"io/fs"
)

//go:embed rules
var rules embed.FS

// Rules gives the starter rules, Sigma YAML, in folders by what they watch.
func Rules() fs.FS {
	sub, err := fs.Sub(rules, "rules")
	if err != nil {
		panic(err) // the folder is built in under this name
	}
	return sub
}
