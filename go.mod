module prescore

go 1.24.0

// Each dependency and why it is here:
//   fluent-bit-go  the host's own proxy for outputs (its decoder is not used)
//   golang-lru     the bounded maps under all entity state
//   go-toml        strict configuration with positions
//   bbolt          the embedded store that lets state survive a restart
require (
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/pelletier/go-toml/v2 v2.4.3
)
