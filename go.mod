module prescore

go 1.26.0

// Each dependency and why it is here:
//   fluent-bit-go  the host's own binding for outputs in Go (its decoder is not used; pinned: a later commit writes past a structure)
//   fluent-forward-go  Fluentd's forward protocol with acknowledgements (kept by IBM, last release October 2025)
//   golang-lru     the bounded maps under all entity state
//   go-toml        strict configuration with positions
//   bbolt          the embedded store that lets state survive a restart
//   cobra          the command: flags, help, shell completion
//   progressbar    progress of a replay on a terminal, which x/term recognises
//   yaml           Sigma rules, and the host's own configuration
require (
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/pelletier/go-toml/v2 v2.4.3
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/spf13/cobra v1.10.2
	go.etcd.io/bbolt v1.4.3
	golang.org/x/term v0.47.0
)

require (
	github.com/IBM/fluent-forward-go v0.4.0
	github.com/fluent/fluent-bit-go v0.0.0-20230731091245-a7a013e2473c
	github.com/rogpeppe/go-internal v1.16.0
	github.com/tinylib/msgp v1.4.0
	go.yaml.in/yaml/v3 v3.0.4
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/websocket v1.4.2 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/ugorji/go/codec v1.1.7 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.36.0 // indirect
)
