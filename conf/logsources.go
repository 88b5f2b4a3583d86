package conf

import _ "embed" // logsources.toml

// Logsources is the table of Sigma log sources, as a user can read it.
//
//go:embed logsources.toml
var Logsources []byte
