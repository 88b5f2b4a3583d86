package sink

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/IBM/fluent-forward-go/fluent/client"
	"github.com/IBM/fluent-forward-go/fluent/protocol"

	"prescore/engine/wire"
)

// How long a server may take. A chunk whose acknowledgement does not come in time is sent again, so that it may arrive twice.
const (
	connectTime = 3 * time.Second
	ackTime     = 8 * time.Second
)

// forward speaks the Fluentd Forward Protocol v1 in PackedForward mode with acknowledgements.
type forward struct {
	address string
	client  *client.Client
	buf     []byte
}

func newForward(address string) *forward {
	f := &forward{address: address}
	f.client = client.New(client.ConnectionOptions{Factory: f, RequireAck: true, ConnectionTimeout: ackTime})
	return f
}

// New connects; the client calls it.
func (f *forward) New() (net.Conn, error) {
	c, err := net.DialTimeout("tcp", f.address, connectTime)
	if err != nil {
		return nil, err
	}
	return timed{c}, nil
}

// timed is a connection on which no write waits for ever; the client sets the time for reading itself.
type timed struct{ net.Conn }

func (c timed) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(ackTime)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Send delivers a chunk in one message and waits for its acknowledgement. A connection that the server closed meanwhile is made anew,
// once.
func (f *forward) Send(tag string, chunk []byte) error {
	entries, n := f.entries(chunk)
	if n == 0 {
		return nil
	}
	msg := protocol.NewPackedForwardMessageFromBytes(tag, entries)
	msg.Options = &protocol.MessageOptions{Size: &n}
	var err error
	for try := 0; try < 2; try++ {
		fresh := !f.client.TransportPhase()
		if fresh {
			if err = f.client.Connect(); err != nil {
				return fmt.Errorf("forward %s: %w", f.address, err)
			}
		}
		if err = f.client.Send(msg); err == nil {
			return nil
		}
		err = errors.Join(err, f.client.Disconnect())
		if fresh {
			break
		}
	}
	return fmt.Errorf("forward %s: %w", f.address, err)
}

// entries turns a chunk into the protocol's `[time, record]` pairs. Metadata has no place in them. The result is valid until the next
// call.
func (f *forward) entries(chunk []byte) ([]byte, int) {
	f.buf = f.buf[:0]
	n := 0
	each(chunk, func(r record) {
		f.buf = wire.AppendArray(f.buf, 2)
		if t, err := wire.Next(r.time); err == nil && t.Type == wire.Float { // servers do not read float seconds
			f.buf = wire.AppendEventTime(f.buf, r.ns)
		} else {
			f.buf = append(f.buf, r.time...)
		}
		f.buf = append(f.buf, r.body...)
		n++
	})
	return f.buf, n
}

func (f *forward) Close() error {
	if !f.client.TransportPhase() {
		return nil
	}
	return f.client.Disconnect()
}
