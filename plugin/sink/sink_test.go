package sink

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/IBM/fluent-forward-go/fluent/protocol"
	"github.com/tinylib/msgp/msgp"

	"prescore/engine/wire"
)

func text(s string) []byte { return wire.AppendStr(nil, s) }

// entry makes `[[time, {}], {"log": s}]`.
func entry(stamp []byte, s string) []byte {
	b := append([]byte{0x92, 0x92}, stamp...)
	b = append(b, 0x80, 0x81)
	return append(append(b, text("log")...), text(s)...)
}

// chunk holds two records among what is none: a group's markers, a number, and a record cut short.
func chunk() []byte {
	var b []byte
	b = append(b, entry([]byte{0xd7, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, "begin")...)
	b = append(b, entry(wire.AppendEventTime(nil, 1700000000_000000001), "one")...)
	b = append(b, 0x2a)
	b = append(b, entry(wire.AppendFloat(nil, 1700000001.5), "two")...)
	b = append(b, entry([]byte{0xd7, 0, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0}, "end")...)
	last := entry(wire.AppendEventTime(nil, 1), "cut")
	return append(b, last[:len(last)-2]...)
}

func TestOpenRefuses(t *testing.T) {
	f := func(address, want string) {
		t.Helper()
		if _, err := Open(address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
	f("", "neither")
	f("stdin", "neither")
	f("forward://host", "needs a host and a port")
	f("forward://host:1/path", "nothing else")
	f("file://relative/path", "absolute path")
	f("file:", "absolute path")
	f("http://x", "neither")
	f("forward://a b:1", "no address")
}

func TestFile(t *testing.T) {
	p := filepath.Join(t.TempDir(), "out.json")
	s, err := Open("file://" + p)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(`a"b`, chunk()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"time":"2023-11-14T22:13:20.000000001Z","tag":"a\"b","record":{"log":"one"}}` + "\n" +
		`{"time":"2023-11-14T22:13:21.500Z","tag":"a\"b","record":{"log":"two"}}` + "\n"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if err := (newFile(filepath.Join(t.TempDir(), "no", "folder"))).Send("t", chunk()); err == nil {
		t.Error("a folder that is missing is no error")
	}
}

// server is a forward server that acknowledges, or answers with what it is told.
type server struct {
	net.Listener
	mu   sync.Mutex
	got  []protocol.PackedForwardMessage
	ack  func(chunk string) string // nil: as asked
	drop bool                      // close the connection instead
}

func newServer(t *testing.T) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	r := msgp.NewReader(c)
	for {
		var m protocol.PackedForwardMessage
		if m.DecodeMsg(r) != nil {
			return
		}
		s.mu.Lock()
		drop, ack := s.drop, m.Options.Chunk
		s.drop = false
		if s.ack != nil {
			ack = s.ack(ack)
		}
		if !drop {
			s.got = append(s.got, m)
		}
		s.mu.Unlock()
		if drop || msgp.Encode(c, &protocol.AckMessage{Ack: ack}) != nil {
			return
		}
	}
}

func TestForward(t *testing.T) {
	srv := newServer(t)
	s, err := Open("forward://" + srv.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Send("tag", []byte{0x2a}); err != nil || len(srv.got) != 0 {
		t.Errorf("a chunk without records: %v, %d messages", err, len(srv.got))
	}
	for range 2 {
		if err := s.Send("tag", chunk()); err != nil {
			t.Fatal(err)
		}
	}
	srv.mu.Lock()
	m := srv.got[1]
	srv.mu.Unlock()
	want := append(append([]byte{0x92}, wire.AppendEventTime(nil, 1700000000_000000001)...), 0x81)
	want = append(append(want, text("log")...), text("one")...)
	want = append(append(append(want, 0x92), wire.AppendEventTime(nil, 1700000001_500000000)...), 0x81)
	want = append(append(want, text("log")...), text("two")...)
	if m.Tag != "tag" || *m.Options.Size != 2 || string(m.EventStream) != string(want) {
		t.Errorf("sent %q of %d: %x\nwant %x", m.Tag, *m.Options.Size, m.EventStream, want)
	}
	if srv.got[0].Options.Chunk == m.Options.Chunk {
		t.Error("two chunks have one id")
	}

	srv.mu.Lock()
	srv.drop = true // the server went away since the last chunk: the connection is made anew
	srv.mu.Unlock()
	if err := s.Send("tag", chunk()); err != nil || len(srv.got) != 3 {
		t.Errorf("%v, %d messages", err, len(srv.got))
	}

	srv.mu.Lock()
	srv.ack = func(string) string { return "another" }
	srv.mu.Unlock()
	if err := s.Send("tag", chunk()); err == nil {
		t.Error("a wrong acknowledgement is no error")
	}
	srv.Close()
}

func TestForwardNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s, err := Open("forward://" + address)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send("t", chunk()); err == nil || !strings.Contains(err.Error(), address) {
		t.Errorf("%v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// FuzzChunk: whatever bytes come, a sink neither panics nor writes what is not JSON.
func FuzzChunk(f *testing.F) {
	f.Add(chunk())
	f.Add([]byte("\x92\x01\x81\x92\x01\x02\xa1x"))
	f.Add([]byte("\x92\x01\x81\x01\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		each(b, func(r record) {
			out, err := wire.AppendJSON(nil, r.body)
			if err != nil {
				t.Fatalf("a whole record cannot be written: %x", r.body)
			}
			if !json.Valid(out) {
				t.Fatalf("no JSON: %s", out)
			}
		})
		fw := newForward("")
		entries, n := fw.entries(b)
		count := 0
		for rest := entries; len(rest) > 0; count++ {
			size, err := wire.Skip(rest)
			if err != nil {
				t.Fatalf("entries are no MessagePack: %x", entries)
			}
			rest = rest[size:]
		}
		if count != n {
			t.Fatalf("%d entries, %d said", count, n)
		}
	})
}
