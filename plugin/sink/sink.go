package sink

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
)

// Sink takes chunks.
type Sink interface {
	// Send delivers the records of a chunk under a tag. On an error nothing may be assumed to have arrived, or not to have.
	Send(tag string, chunk []byte) error
	Close() error
}

// Open reads an address: `forward://host:port`, `stdout` or `file:///path`. It connects to nothing yet: a server that is away at the
// start is one that is away for a while.
func Open(address string) (Sink, error) {
	if address == "stdout" {
		return newStdout(), nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("emit: %q is no address: write `forward://host:port`, `stdout` or `file:///path`", address)
	}
	switch u.Scheme {
	case "forward":
		if _, port, err := net.SplitHostPort(u.Host); err != nil || port == "" || u.Path != "" {
			return nil, fmt.Errorf("emit: %q needs a host and a port and nothing else: `forward://127.0.0.1:24224`", address)
		}
		return newForward(u.Host), nil
	case "file":
		if u.Host != "" || !filepath.IsAbs(u.Path) {
			return nil, fmt.Errorf("emit: %q needs an absolute path: `file:///var/log/scored.json`", address)
		}
		return newFile(filepath.Clean(strings.TrimPrefix(address, "file://"))), nil
	}
	return nil, fmt.Errorf("emit: %q is neither `forward://host:port` nor `stdout` nor `file:///path`", address)
}
