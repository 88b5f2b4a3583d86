module prescore

go 1.24.0

// Each dependency and why it is here:
//   fluent-bit-go  the host's own proxy for outputs (its decoder is not used)
//   golang-lru     the bounded maps under all entity state
//   go-toml        strict configuration with positions
require (
)
