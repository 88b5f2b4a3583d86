package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// away is a sink that fails, hangs or takes, as told.
type away struct {
	mu   sync.Mutex
	err  error
	hang chan struct{}
	got  []string
}

func (s *away) Send(tag string, chunk []byte) error {
	s.mu.Lock()
	err, hang := s.err, s.hang
	s.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.got = append(s.got, tag+":"+string(chunk))
	s.mu.Unlock()
	return nil
}

func (s *away) Close() error { return nil }

func (s *away) set(err error, hang chan struct{}) {
	s.mu.Lock()
	s.err, s.hang = err, hang
	s.mu.Unlock()
}

func (s *away) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

// scorer counts how often each chunk is scored.
type scorer struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *scorer) score(tag string, chunk []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[string(chunk)]++
	return []byte("scored " + string(chunk))
}

func newTestFlusher(t *testing.T, s *away) (*flusher, *scorer) {
	c := &scorer{n: map[string]int{}}
	f := newFlusher(s, tagger("out.$TAG"), c.score)
	t.Cleanup(f.close)
	return f, c
}

// A chunk that failed comes again as the same bytes, is sent again, and is scored once.
func TestRetryScoresOnce(t *testing.T) {
	s := &away{err: errors.New("no route")}
	f, c := newTestFlusher(t, s)
	chunk := []byte("chunk")
	for range 3 {
		if f.flush("a", chunk) {
			t.Fatal("arrived at a sink that is away")
		}
	}
	chunk[0] = 'C' // the host's memory, not ours
	s.set(nil, nil)
	if !f.flush("a", []byte("chunk")) {
		t.Fatal("did not arrive")
	}
	if got := s.received(); len(got) != 1 || got[0] != "out.a:scored chunk" {
		t.Errorf("received %q", got)
	}
	if c.n["chunk"] != 1 {
		t.Errorf("scored %d times", c.n["chunk"])
	}
	if f.bytes != 0 || len(f.kept) != 0 {
		t.Errorf("%d bytes and %d chunks are kept", f.bytes, len(f.kept))
	}
	var said []string
	f.messages(func(_ int, text string) { said = append(said, text) })
	if len(said) != 1 || !strings.Contains(said[0], "no route") {
		t.Errorf("said %q", said)
	}
}

// A chunk that the host gave up on goes out by itself when the sink is back, and a retry that comes after is told so.
func TestAbandonedIsSent(t *testing.T) {
	s := &away{err: errors.New("no route")}
	f, c := newTestFlusher(t, s)
	f.flush("a", []byte("one"))
	f.flush("a", []byte("two"))
	s.set(nil, nil)
	for end := time.Now().Add(10 * time.Second); len(s.received()) < 2 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if got := s.received(); len(got) != 2 {
		t.Fatalf("received %q", got)
	}
	if !f.flush("a", []byte("one")) || len(s.received()) != 2 || c.n["one"] != 1 {
		t.Errorf("a late retry sent again: %q, scored %d times", s.received(), c.n["one"])
	}
}

// A sink that hangs holds the host up once, for the named time, and then hardly.
func TestHangingSink(t *testing.T) {
	hang := make(chan struct{})
	s := &away{hang: hang}
	f, c := newTestFlusher(t, s)
	start := time.Now()
	if f.flush("a", []byte("one")) {
		t.Fatal("arrived")
	}
	if d := time.Since(start); d > 3*flushWait {
		t.Errorf("waited %v", d)
	}
	start = time.Now()
	for i := range 10 {
		if f.flush("a", fmt.Append(nil, i)) {
			t.Fatal("arrived")
		}
	}
	if d := time.Since(start); d > flushWait {
		t.Errorf("ten flushes waited %v behind a sink that hangs", d)
	}
	s.set(nil, nil)
	close(hang)
	if left := f.settle(); left != 0 {
		t.Fatalf("%d chunks left", left)
	}
	if got := s.received(); len(got) != 11 || c.n["one"] != 1 {
		t.Errorf("received %q", got)
	}
	if !f.flush("a", []byte("one")) || len(s.received()) != 11 {
		t.Error("the retry of a chunk that arrived late was sent again")
	}
}

// Over its bound the flusher leaves chunks with the host, unscored.
func TestKeptIsBounded(t *testing.T) {
	s := &away{err: errors.New("no route")}
	f, c := newTestFlusher(t, s)
	big := strings.Repeat("x", maxKept/4)
	for i := range 6 {
		f.flush("a", fmt.Appendf(nil, "%d%s", i, big))
	}
	if f.bytes > maxKept+maxKept/4 || len(f.kept) > 4 {
		t.Errorf("%d bytes in %d chunks are kept", f.bytes, len(f.kept))
	}
	if len(c.n) > 4 {
		t.Errorf("%d chunks were scored", len(c.n))
	}
}

// The same bytes flushed by two workers at once are two chunks.
func TestTwins(t *testing.T) {
	hang := make(chan struct{})
	s := &away{hang: hang}
	f, _ := newTestFlusher(t, s)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { f.flush("a", []byte("twin")) })
	}
	time.Sleep(50 * time.Millisecond)
	s.set(nil, nil)
	close(hang)
	wg.Wait()
	if got := s.received(); len(got) != 2 {
		t.Errorf("received %q", got)
	}
}

// A panic while a chunk is scored or sent is an error of that chunk.
func TestPanicInFlusher(t *testing.T) {
	s := &away{}
	f := newFlusher(s, tagger(""), func(string, []byte) []byte { panic("no") })
	t.Cleanup(f.close)
	for range 2 {
		if f.flush("a", []byte("x")) {
			t.Error("arrived")
		}
	}
}

func TestTagger(t *testing.T) {
	f := func(pattern, want string) {
		t.Helper()
		if got := tagger(pattern)("app.log"); got != want {
			t.Errorf("%q gives %q, not %q", pattern, got, want)
		}
	}
	f("", "app.log")
	f("$TAG", "app.log")
	f("scored.${TAG}", "scored.app.log")
	f("scored.$TAG.x", "scored.app.log.x")
	f("alerts", "alerts")
}
