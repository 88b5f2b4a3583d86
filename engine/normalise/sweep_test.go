package normalise

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
)

// TestSweepIsMoves: whatever the order of moves and the values of fields, a sweep leaves what the moves one after the other leave: the
// same keys, and the same problems in the same order.
func TestSweepIsMoves(t *testing.T) {
	r, a := fixture(t)
	b := event.New(a.Names)
	rng := rand.New(rand.NewPCG(21, 22))
	values := []event.Value{{K: event.Null}, {K: event.EmptyArray}, event.Str(""), event.Str("-"), event.Str("(null)"), event.Str("-5"), event.Str("70000"),
		event.Str("443"), event.Str("10.0.0.1"), event.Str("10.0.0.256"), event.Str("host.example."), event.Str("HOST-7"), event.Str("host-7"),
		event.Str(`CORP\jane`), event.Str("jane"), event.Str("2024-05-10T14:32:00Z"), event.Str("2024-05-10 14:32:00"), event.Str("deadbeef"),
		event.Str("a longer text of some words"), event.IntOf(-1), event.IntOf(22), event.IntOf(1 << 40), event.FloatOf(0.5), event.BoolOf(true),
		{K: event.Bytes, S: "x"}, {K: event.Float, N: 0x7ff << 52}, {K: event.Number, S: "1e3"}}
	swept, missed, from := 0, 0, 0
	for round := range 20000 {
		var steps []step
		for range 1 + rng.IntN(80) {
			k := event.Key(1 + rng.IntN(int(event.NumKeys)-1))
			if rng.IntN(3) == 0 { // those that set others beside their own, and these
				k = []event.Key{event.KeyUser, event.KeyUserDomain, event.KeySrcIP, event.KeySrcHost, event.KeyHostIP, event.KeyHost}[rng.IntN(6)]
			}
			s := step{key: k, typ: event.Vocabulary[k].Type, id: event.NameID(1 + rng.IntN(a.Names.Len()-1))}
			switch rng.IntN(12) {
			case 0:
				s.id, s.konst = 0, event.Str("constant")
			case 1:
				s.id, s.konst = 0, event.IntOf(7)
			case 2:
				s.ops = []op{{code: opLower}}
			case 3:
				if rng.IntN(5) == 0 {
					s.id, s.from = 0, event.Key(1+rng.IntN(int(event.NumKeys)-1))
					from++
				}
			}
			steps = append(steps, s)
		}
		a.Reset()
		b.Reset()
		for i := range steps {
			if id := steps[i].id; id != 0 && len(a.Fields) < maxShapeFields {
				v := values[rng.IntN(len(values))]
				a.AddID(id, a.Names.Name(id), v, 0)
				b.AddID(id, b.Names.Name(id), v, 0)
			}
		}
		for range []int{0, 1, 4, 40}[round%4] {
			k := steps[rng.IntN(len(steps))].key
			a.Set(k, event.Str("before"))
			b.Set(k, event.Str("before"))
		}
		list := moves(a, steps, nil)
		s := sweepOf(list)
		s.run(r, a, list, &state{recent: new(recent)})
		r.moves(b, list)
		if got, want := describe(a), describe(b); got != want {
			t.Fatalf("%+v:\n got %s\nwant %s", steps, got, want)
		}
		for _, l := range s.by {
			swept += len(l)
			for _, m := range l {
				if !a.Has(m.key) {
					missed++
				}
			}
		}
	}
	if swept < 1e5 || missed < 1e4 || from < 1000 {
		t.Errorf("%d moves swept, %d of them without a value, %d of keys: too few", swept, missed, from)
	}
}

// TestMinute: times are read as if none had been read before, and what is none is none.
func TestMinute(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	var m minute
	if _, ok := m.read(strings.Repeat("\x00", 16) + ":00Z"); ok {
		t.Error("no minute at all is one")
	}
	read := 0
	for range 200000 {
		s := fmt.Sprintf("2024-0%d-1%dT1%d:3%d:%02d", 1+rng.IntN(2), rng.IntN(2), rng.IntN(2), rng.IntN(2), rng.IntN(63))
		if rng.IntN(2) == 0 {
			s += fmt.Sprintf(".%03d", rng.IntN(1000))
		}
		b := []byte(s + "Z")
		if rng.IntN(2) == 0 {
			b[rng.IntN(len(b))] = " 09:/.-TZz\x00\xb0"[rng.IntN(12)]
		}
		s = string(b)
		ns, ok := m.read(s)
		want, is := ofRFC3339(s, false)
		if ok && (!is || ns != want) {
			t.Fatalf("%q: %d, not %d %v", s, ns, want, is)
		}
		if ok {
			read++
		}
	}
	if read < 1e5 {
		t.Errorf("only %d times were read", read)
	}
	for _, s := range []string{"2024-05-10T14:32:00Z", "2024-05-10T14:32:59.999Z", "2024-05-10 14:32:00.123Z"} {
		if ns, ok := m.read(s); !ok || ns == 0 {
			t.Errorf("%q is not read", s)
		}
	}
}

// TestAccount: an account's name is looked at as mailLike and lower do it.
func TestAccount(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	var mem event.Arena
	mails := 0
	for range 200000 {
		b := make([]byte, rng.IntN(40))
		for i := range b {
			b[i] = "abcdefghijklmnop@.. AZ\xc1\xa0\x00"[rng.IntN(25)]
		}
		s := string(b)
		if rng.IntN(2) == 0 {
			s = strings.NewReplacer(" ", "x", "A", "a", "Z", "z").Replace(s)
		}
		mem.Reset()
		mail, large := account(s)
		if mail != mailLike(s) || !large && lower(s, &mem) != s {
			t.Fatalf("%q: %v %v", s, mail, large)
		}
		if mail {
			mails++
		}
	}
	if mails < 1000 {
		t.Errorf("only %d addresses of mail", mails)
	}
}
