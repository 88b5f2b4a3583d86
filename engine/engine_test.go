package engine

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prescore/engine/decode"
	"prescore/engine/event"
	"prescore/engine/wire"
)

var now = time.Date(2024, 5, 10, 14, 32, 0, 0, time.UTC)

func open(t testing.TB, toml string) *Engine {
	t.Helper()
	p := filepath.Join(t.TempDir(), "prescore.toml")
	if err := os.WriteFile(p, []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := Open(Options{Config: p})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// pair is one member of a body, encoded.
type pair struct{ key, value []byte }

func str(s string) []byte { return wire.AppendStr(nil, s) }

func record(pairs ...pair) []byte {
	b := append([]byte{0x92, 0x92}, wire.AppendEventTime(nil, now.UnixNano())...)
	b = wire.AppendMap(append(b, 0x80), len(pairs))
	for _, p := range pairs {
		b = append(append(b, p.key...), p.value...)
	}
	return b
}

func line(s string) []byte { return record(pair{str("log"), str(s)}) }

// split cuts a chunk into its objects; it fails the test where the chunk is not whole MessagePack.
func split(t testing.TB, chunk []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for len(chunk) > 0 {
		n, err := wire.Skip(chunk)
		if err != nil {
			t.Fatalf("the output is not MessagePack: %v", err)
		}
		out = append(out, chunk[:n])
		chunk = chunk[n:]
	}
	return out
}

// marked fails the test unless out is the record in with the key prescore added and nothing else changed.
func marked(t testing.TB, in, out []byte) {
	t.Helper()
	names := event.NewNames()
	a, b := event.New(names), event.New(names)
	ra, err1 := decode.Next(a, in)
	rb, err2 := decode.Next(b, out)
	if err1 != nil || err2 != nil || ra.Kind != decode.Log || rb.Kind != decode.Scored || !bytes.Equal(ra.Head, rb.Head) {
		t.Fatalf("%+v %v, %+v %v", ra.Kind, err1, rb.Kind, err2)
	}
	ta, _ := wire.Next(ra.Body)
	tb, _ := wire.Next(rb.Body)
	if tb.N != ta.N+1 || !bytes.HasPrefix(rb.Body[tb.Size:], append(ra.Body[ta.Size:len(ra.Body):len(ra.Body)], str("prescore")...)) {
		t.Fatalf("the original's bytes are not inside:\n% x\n% x", in, out)
	}
}

// hostile are records that something in the wild, or someone, may send.
func hostile() map[string][]byte {
	deep := []byte{}
	for range 1000 {
		deep = append(deep, 0x81, 0xa1, 'k')
	}
	deep = append(deep, 0xc0)
	var wide []pair
	for i := range 10_000 {
		wide = append(wide, pair{str(fmt.Sprint("key", i)), wire.AppendInt(nil, int64(i))})
	}
	twelve := bytes.Repeat([]byte{0x92}, 12)
	return map[string][]byte{
		"keys that are not text":  record(pair{[]byte{7}, str("x")}, pair{[]byte{0xc0}, str("y")}, pair{[]byte{0x81, 1, 2}, str("z")}),
		"ten mebibytes":           line(strings.Repeat("x", 10<<20)),
		"ten mebibytes of braces": line(strings.Repeat(`{"a":`, 2<<20)),
		"ten thousand keys":       record(wide...),
		"a thousand levels":       record(pair{str("d"), deep}),
		"not a number":            record(pair{str("severity"), wire.AppendFloat(nil, math.NaN())}, pair{str("confidence"), wire.AppendFloat(nil, math.Inf(1))}),
		"duplicate keys":          record(pair{str("log"), str("a")}, pair{str("log"), str("b")}),
		"invalid UTF-8":           line("\xff\xfe{\x00}"),
		"nothing":                 record(),
		"empty line":              line(""),
		"nested arrays":           record(pair{str("a"), append(twelve, bytes.Repeat([]byte{1}, 13)...)}),
		"null everywhere":         record(pair{str("log"), []byte{0xc0}}, pair{str("time"), []byte{0xc0}}, pair{str("host"), []byte{0xc0}}),
		"a forged mark":           record(pair{str("prescore"), []byte{0x80}}),
		"array32 and map32": append([]byte{0xdd, 0, 0, 0, 2, 0xdd, 0, 0, 0, 2, 0xd7, 0, 0x65, 0, 0, 0, 0, 0, 0, 5, 0xdf, 0, 0, 0, 0, 0xdf, 0, 0, 0, 1},
			append(str("log"), str("x")...)...),
		"old form": append([]byte{0x92, 0xce, 0x65, 0, 0, 0, 0x81}, append(str("log"), str("x")...)...),
	}
}

func TestHostileRecordsKeepTheirBytesAndTheirNeighbours(t *testing.T) {
	e := open(t, "")
	good := line(`{"event_type":"process_creation","host":"h1"}`)
	for name, in := range hostile() {
		t.Run(name, func(t *testing.T) {
			chunk := append(append(append([]byte{}, good...), in...), good...)
			out, n, modified := e.Filter(nil, chunk, "t", now)
			got := split(t, out)
			if len(got) != 3 || !modified || n[CountEvents] != 3 || n[CountPanics] != 0 {
				t.Fatalf("%d records, %v", len(got), n)
			}
			marked(t, good, got[0])
			marked(t, in, got[1])
			if !bytes.Equal(got[0][13:], got[2][13:]) {
				t.Error("the same record on both sides came out differently")
			}
		})
	}
}

func TestWhatIsNoRecordPassesByteForByte(t *testing.T) {
	e := open(t, "")
	begin := []byte("\x92\x92\xd7\x00\xff\xff\xff\xff\x00\x00\x00\x00\x80\x80")
	end := []byte("\x92\x92\xd7\x00\xff\xff\xff\xfe\x00\x00\x00\x00\x80\x80")
	good := line("x")
	for name, c := range map[string]struct {
		chunk []byte
		want  [][]byte // nil: good, marked
		count Count
	}{
		"a group":       {bytes.Join([][]byte{begin, good, end}, nil), [][]byte{begin, nil, end}, CountMarkers},
		"junk":          {append(append([]byte{0x05, 0xc0}, good...), 0xc3), [][]byte{{0x05}, {0xc0}, nil, {0xc3}}, CountOther},
		"already there": {append(append([]byte{}, good...), scored(t, e, good)...), [][]byte{nil, scored(t, e, good)}, CountSeen},
	} {
		out, n, modified := e.Filter(nil, c.chunk, "t", now)
		got := split(t, out)
		if !modified || len(got) != len(c.want) || n[c.count] == 0 || n[CountEvents] != 1 {
			t.Fatalf("%s: %d objects, %v", name, len(got), n)
		}
		for i, w := range c.want {
			if w == nil {
				marked(t, good, got[i])
			} else if !bytes.Equal(w, got[i]) {
				t.Errorf("%s: object %d changed", name, i)
			}
		}
	}
	for name, chunk := range map[string][]byte{"empty": nil, "marks alone": begin, "scored alone": scored(t, e, good), "random": {0xc1, 1, 2}} {
		if out, _, modified := e.Filter([]byte("before"), chunk, "t", now); modified || string(out) != "before" {
			t.Errorf("%s: modified", name)
		}
	}
}

func scored(t testing.TB, e *Engine, in []byte) []byte {
	out, _, modified := e.Filter(nil, in, "t", now)
	if !modified {
		t.Fatal("not scored")
	}
	return out
}

// TestTruncation: wherever a chunk is cut, the records before the cut are scored and the bytes after them passed on.
func TestTruncation(t *testing.T) {
	e := open(t, "")
	first, second := line("one"), line(`{"a":{"b":[1,2,{"c":"d"}]}}`)
	for cut := range second {
		chunk := append(append([]byte{}, first...), second[:cut]...)
		out, n, _ := e.Filter(nil, chunk, "t", now)
		if !bytes.HasSuffix(out, second[:cut]) || n[CountEvents] != 1 || (cut > 0) != (n[CountCut] == 1) {
			t.Fatalf("cut at %d: %v", cut, n)
		}
		marked(t, first, out[:len(out)-cut])
	}
}

// TestUnchangedInputGivesUnchangedBytes holds the record contract.
func TestUnchangedInputGivesUnchangedBytes(t *testing.T) {
	e, f := open(t, ""), open(t, "")
	for name, in := range hostile() {
		if !bytes.Equal(scored(t, e, in), scored(t, f, in)) || !bytes.Equal(scored(t, e, in), scored(t, e, in)) {
			t.Errorf("%s: the bytes differ", name)
		}
	}
}

func TestPanicIsThatRecordsProblemAlone(t *testing.T) {
	e := open(t, "")
	whole := *e.rooms.Load()
	broken := whole
	broken.score = nil
	e.rooms.Store(&broken)
	good := line("x")
	out, n, modified := e.Filter(nil, append(append([]byte{}, good...), good...), "t", now)
	if !modified || n[CountPanics] != 2 || n[CountEvents] != 2 {
		t.Fatalf("%v", n)
	}
	for _, r := range split(t, out) {
		marked(t, good, r)
		if !bytes.Contains(r, str("panic")) {
			t.Error("the record does not say so")
		}
	}
	var said []string
	e.DrainMessages(func(level int, text string) { said = append(said, text) })
	if len(said) != 1 || !strings.HasPrefix(said[0], "a record was passed on unscored: panic: runtime error: invalid memory address") {
		t.Errorf("%q", said)
	}
	e.rooms.Store(&whole)
	if _, n, _ := e.Filter(nil, good, "t", now); n[CountPanics] != 0 {
		t.Error("the engine did not recover")
	}
}

func TestMessagesAreBounded(t *testing.T) {
	var e Engine
	for i := range maxMessages + 10 {
		e.msgs.add(Warn, fmt.Sprint(i))
	}
	var said []string
	e.DrainMessages(func(_ int, text string) { said = append(said, text) })
	if len(said) != maxMessages+1 || said[maxMessages] != "10 more messages were not kept" {
		t.Errorf("%d messages, the last %q", len(said), said[len(said)-1])
	}
}

func TestThreads(t *testing.T) {
	e := open(t, "")
	chunk := bytes.Join([][]byte{line("a"), line(`{"host":"b"}`), line("<34>Oct 11 22:14:15 h su: x")}, nil)
	want := scored(t, e, chunk)
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 200 {
				if out, _, _ := e.Filter(nil, chunk, "t", now); !bytes.Equal(out, want) {
					t.Error("another thread's bytes")
					return
				}
			}
		}()
	}
	wg.Wait()
	if n := e.Totals(); n[CountEvents] != 3*(8*200+1) {
		t.Errorf("%d events", n[CountEvents])
	}
}

func TestNoAllocations(t *testing.T) {
	if raceDetector {
		t.Skip("pools drop at random under the race detector")
	}
	e := open(t, "")
	chunk := bytes.Join([][]byte{line("plain text"), line(`{"host":"b","n":[1,2],"o":{"p":"\u00e4"}}`), line("<34>Oct 11 22:14:15 h su: 'su root' failed")}, nil)
	var out []byte
	if n := testing.AllocsPerRun(200, func() { out, _, _ = e.Filter(out[:0], chunk, "t", now) }); n != 0 {
		t.Errorf("%v allocations a chunk", n)
	}
}

func TestSharedEngines(t *testing.T) {
	p := filepath.Join(t.TempDir(), "prescore.toml")
	write := func(s string) {
		if err := os.WriteFile(p, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("[score]\nalert_at = 9\n")
	a, err := Acquire(Options{Config: p})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Acquire(Options{Config: p})
	if err != nil || a != b {
		t.Fatalf("one file, two engines: %v", err)
	}
	if c, err := Acquire(Options{Config: p, Set: "score.alert_at=8"}); err != nil || c == a {
		t.Fatalf("other overrides, the same engine: %v", err)
	} else {
		Release(c)
	}
	Release(a)
	Release(b)
	write("[score]\nalert_at = 3\n")
	if c, err := Acquire(Options{Config: p}); err != nil || c != a || c.rooms.Load().cfg.Score.AlertAt != 3 {
		t.Fatalf("after the last release the engine is kept and reads its file anew: %v", err)
	}
	Release(a)
	write("[score]\nalert_at = 99\n")
	if _, err := Acquire(Options{Config: p}); err == nil {
		t.Fatal("a broken file was taken")
	}
}

func TestReloadKeepsTheRunningConfiguration(t *testing.T) {
	e := open(t, "[score]\nalert_at = 9\n")
	write := func(s string) {
		if err := os.WriteFile(e.opts.Config, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		e.reload()
	}
	write("[score]\nalert_at = 99\n")
	var said string
	e.DrainMessages(func(_ int, text string) { said += text })
	if e.rooms.Load().cfg.Score.AlertAt != 9 || !strings.Contains(said, "prescore.toml:2:1: option \"score.alert_at\" must be between 1 and 10") {
		t.Errorf("%d, %q", e.rooms.Load().cfg.Score.AlertAt, said)
	}
	write("[score]\nalert_at = 4\n")
	if e.rooms.Load().cfg.Score.AlertAt != 4 {
		t.Error("a good file was not taken")
	}
}

func TestWatch(t *testing.T) {
	e := open(t, "[engine]\nwatch = \"1s\"\n")
	if err := os.WriteFile(e.opts.Config, []byte("[engine]\nwatch = \"1s\"\n[score]\nalert_at = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); e.rooms.Load().cfg.Score.AlertAt != 2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the changed file was not taken within ten seconds")
		}
	}
}

func TestRefusedConfigurations(t *testing.T) {
	f := func(t *testing.T, toml, set, want string) {
		t.Helper()
		p := filepath.Join(t.TempDir(), "p.toml")
		if err := os.WriteFile(p, []byte(toml), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, open := range []func(Options) error{Validate, func(o Options) error { _, err := Open(o); return err }} {
			if err := open(Options{Config: p, Set: set}); err == nil || strings.ReplaceAll(err.Error(), p, "p.toml") != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		}
	}
	f(t, "[scores]\n", "", "p.toml:1:2: unknown option \"scores\"; did you mean \"score\"?")
	f(t, "[score]\nalert_at = 0\n", "", `p.toml:2:1: option "score.alert_at" must be between 1 and 10, or 11 for never, not 0`)
	f(t, "", "score.alert_at=12", `set "score.alert_at=12": option "score.alert_at" must be between 1 and 10, or 11 for never, not 12`)
	f(t, "[engine]\nwatch = \"10ms\"\n", "", `p.toml:2:1: option "engine.watch" must be at least 1s, or "0s" for never, not "10ms"`)
	if err := Validate(Options{Config: "/nonexistent/p.toml"}); err == nil || err.Error() != "/nonexistent/p.toml: cannot be read: no such file or directory" {
		t.Error(err)
	}
}

// TestEveryRecordComesOut: chunks of random records among random bytes.
func TestEveryRecordComesOut(t *testing.T) {
	e := open(t, "")
	rng := rand.New(rand.NewPCG(7, 7))
	var all [][]byte
	for _, in := range hostile() {
		if len(in) < 1<<16 {
			all = append(all, in)
		}
	}
	for range 300 {
		var chunk []byte
		var want [][]byte
		for range rng.IntN(6) {
			in := all[rng.IntN(len(all))]
			chunk, want = append(chunk, in...), append(want, in)
		}
		out, n, _ := e.Filter(nil, chunk, "t", now)
		got := split(t, out)
		if len(got) != len(want) || int(n[CountEvents]) != len(want) {
			t.Fatalf("%d in, %d out", len(want), len(got))
		}
		for i := range want {
			marked(t, want[i], got[i])
		}
	}
}

// FuzzFilter: any bytes come out, as they were or marked, and no record panics.
func FuzzFilter(f *testing.F) {
	for _, in := range hostile() {
		if len(in) < 1<<12 {
			f.Add(in)
		}
	}
	e := open(f, "")
	f.Fuzz(func(t *testing.T, chunk []byte) {
		out, n, modified := e.Filter(nil, chunk, "t", now)
		if n[CountPanics] != 0 {
			e.DrainMessages(func(_ int, text string) { t.Error(text) })
		}
		if modified && len(out) <= len(chunk) {
			t.Errorf("%d bytes came out of %d", len(out), len(chunk))
		}
	})
}
