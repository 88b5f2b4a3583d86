package event

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	n := NewNames()
	ids := map[string]NameID{}
	for i := range 5000 {
		s := strings.Repeat("x", i%40) + fmt.Sprint(i)
		ids[s] = n.Intern(s)
	}
	for s, id := range ids {
		if id == 0 || n.Lookup(s) != id || n.Intern(s) != id || n.Name(id) != s {
			t.Fatalf("%q: %d", s, id)
		}
	}
	for _, s := range []string{"", "x", "xxxxxxxxxxxxxxxxx", "4999\x00"} {
		if n.Lookup(s) != 0 {
			t.Errorf("%q was never interned", s)
		}
	}
	for i := n.Len(); i <= MaxNames; i++ {
		n.Intern(fmt.Sprint("filler", i))
	}
	if n.Intern("one too many") != 0 || n.Len() != MaxNames+1 {
		t.Errorf("the table took %d names", n.Len())
	}
}

// TestLists: whatever is added and relinked, each name's list has its fields in the order they came under that name.
func TestLists(t *testing.T) {
	names := NewNames()
	for i := range 5 {
		names.Intern(fmt.Sprint("n", i))
	}
	ev := New(names)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		ev.Reset()
		want := make([][]int, 6)
		for i := range 30 {
			id := NameID(rng.IntN(6))
			ev.AddID(id, names.Name(id), IntOf(int64(i)), 0)
			want[id] = append(want[id], i)
			if rng.IntN(3) == 0 {
				j, to := rng.IntN(i+1), NameID(rng.IntN(6))
				from := ev.Fields[j].ID
				ev.Relink(j, to)
				if from != to {
					want[from] = without(want[from], j)
					want[to] = append(want[to], j)
				}
			}
		}
		for id := NameID(1); id < 6; id++ {
			var got []int
			for f := ev.First(id); f != nil; f = ev.Next(f) {
				got = append(got, int(f.Value.N))
			}
			if fmt.Sprint(got) != fmt.Sprint(want[id]) {
				t.Fatalf("name %d: %v, want %v", id, got, want[id])
			}
			if l := ev.Last(id); (l == nil) != (len(got) == 0) || l != nil && int(l.Value.N) != got[len(got)-1] {
				t.Fatalf("name %d: last is not last of %v", id, got)
			}
		}
	}
}

func without(list []int, x int) []int {
	for i, v := range list {
		if v == x {
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

func TestResetForgets(t *testing.T) {
	names := NewNames()
	id := names.Intern("a")
	ev := New(names)
	ev.Add("a", Str("x"), 0)
	ev.Set(KeyHost, Str("h"))
	ev.Problem("r", "c", "f")
	ev.Problem("r", "c", "f")
	ev.AddTechnique("T1")
	ev.AddTechnique("T1")
	ev.Findings = append(ev.Findings, Finding{})
	ev.Severity, ev.Source = 3, "s"
	if len(ev.Problems) != 1 || len(ev.Techniques) != 1 {
		t.Error("said twice")
	}
	ev.Reset()
	if ev.First(id) != nil || ev.Has(KeyHost) || len(ev.Fields)+len(ev.Problems)+len(ev.Techniques)+len(ev.Findings)+ev.Severity != 0 || ev.Source != "" {
		t.Errorf("%+v", ev)
	}
	for range MaxProblems + 3 {
		ev.Problem("r", "c", fmt.Sprint(len(ev.Problems)+ev.ProblemsCut))
	}
	if len(ev.Problems) != MaxProblems || ev.ProblemsCut != 3 {
		t.Error(len(ev.Problems), ev.ProblemsCut)
	}
}

func TestArenaKeepsViews(t *testing.T) {
	var a Arena
	var views []string
	for i := range 3000 {
		views = append(views, a.Copy([]byte(fmt.Sprint("text ", i))))
	}
	for i, v := range views {
		if v != fmt.Sprint("text ", i) {
			t.Fatalf("view %d is %q", i, v)
		}
	}
	if a.Join("ab", "cd") != "abcd" || a.Copy(nil) != "" {
		t.Error("join")
	}
	a.Grab(2 << 20)
	a.Reset()
	if cap(a.buf) != 0 {
		t.Error("a large record's memory is kept")
	}
}

// TestWithin holds that a piece of a text is told from the same text elsewhere.
func TestWithin(t *testing.T) {
	whole := strings.Repeat("ab", 8)
	for from := range len(whole) + 1 {
		for to := from; to <= len(whole); to++ {
			if part := whole[from:to]; !Within(part, whole) {
				t.Fatalf("%d to %d: not within", from, to)
			} else if from < to && Within(strings.Clone(part), whole) {
				t.Fatalf("%d to %d: a copy is within", from, to)
			}
			if inner := whole[2:9]; from < to && Within(whole[from:to], inner) != (from >= 2 && to <= 9) {
				t.Fatalf("%d to %d: within 2 to 9: %v", from, to, !(from >= 2 && to <= 9))
			}
		}
	}
	if Within("a", "") || !Within("", "") {
		t.Error("of nothing")
	}
}

func TestVocabulary(t *testing.T) {
	seen := map[string]Key{}
	for k := Key(1); k < NumKeys; k++ {
		s := Vocabulary[k]
		if s.Name == "" || s.Doc == "" || seen[s.Name] != 0 {
			t.Errorf("key %d: %+v", k, s)
		}
		seen[s.Name] = k
		if got, ok := KeyNamed(s.Name); !ok || got != k {
			t.Errorf("%s is not found by its name", s.Name)
		}
	}
	for c, i := range classes {
		if got, ok := ClassNamed(i.name); !ok || got != c {
			t.Errorf("%s: %d", i.name, got)
		}
		for n, a := range i.activities {
			if id, ok := c.ActivityNamed(a); a != "" && (!ok || id != uint8(n+1) || c.Activity(id) != a) {
				t.Errorf("%s %s: %d", i.name, a, id)
			}
		}
	}
	if c := RegistryKeyActivity.Category(); c != 1 {
		t.Error(c)
	}
	if ProcessActivity.Activity(200) != "" || ProcessActivity.Activity(99) != "other" {
		t.Error("activities out of range")
	}
}

func TestAppendRFC3339(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	ev := New(NewNames())
	for range 20000 {
		ns := rng.Int64() - rng.Int64()
		switch rng.IntN(4) {
		case 0:
			ns -= ns % 1e9
		case 1:
			ns -= ns % 1e6
		}
		got := string(AppendRFC3339(nil, ns))
		if again := string(ev.AppendRFC3339(nil, ns)); again != got {
			t.Fatalf("%s with a memory, %s without", again, got)
		}
		if ns += rng.Int64N(1e10) - 5e9; rng.IntN(2) == 0 { // mostly of the same day
			if got, want := string(ev.AppendRFC3339([]byte("x"), ns)), string(AppendRFC3339([]byte("x"), ns)); got != want {
				t.Fatalf("%s with a memory, %s without", got, want)
			}
			ev.Reset()
		}
		got = string(AppendRFC3339(nil, ns))
		back, err := time.Parse(time.RFC3339Nano, got)
		if err != nil || back.UnixNano() != ns {
			t.Fatalf("%d: %s (%v)", ns, got, err)
		}
		at := time.Unix(0, ns).UTC()
		if d := Days(at.Year(), int(at.Month()), at.Day()); d != (ns-mod(ns, 86400e9))/86400e9 {
			t.Fatalf("%s: day %d", got, d)
		}
	}
	for ns, want := range map[int64]string{0: "1970-01-01T00:00:00Z", 1715351520e9: "2024-05-10T14:32:00Z", 5e8: "1970-01-01T00:00:00.500Z", 1500: "1970-01-01T00:00:00.000001500Z", 2000: "1970-01-01T00:00:00.000002Z"} {
		if got := string(AppendRFC3339(nil, ns)); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}

// TestEveryDay: each day that an int64 of nanoseconds can tell has the date that package time gives it.
func TestEveryDay(t *testing.T) {
	const last = math.MaxInt64 / int64(86400e9)
	for d := -last; d <= last; d++ {
		year, month, day := time.Unix(86400*d, 0).UTC().Date()
		if y, m, n := civil(d); int(y) != year || time.Month(m) != month || int(n) != day {
			t.Fatalf("day %d: %d-%d-%d", d, y, m, n)
		}
	}
	for _, ns := range []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64} {
		if got, want := string(AppendRFC3339(nil, ns)), time.Unix(0, ns).UTC().Format(time.RFC3339Nano); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
		if got, want := string(New(NewNames()).AppendRFC3339(nil, ns)), string(AppendRFC3339(nil, ns)); got != want {
			t.Errorf("%d: %s with a memory, %s without", ns, got, want)
		}
	}
}

func BenchmarkAppendRFC3339(b *testing.B) {
	ev, buf := New(NewNames()), make([]byte, 0, 64)
	for ns := int64(1715351520e9); b.Loop(); ns += 7e6 {
		buf = ev.AppendRFC3339(buf[:0], ns)
	}
	b.SetBytes(int64(len(buf)))
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

func TestValues(t *testing.T) {
	var a Arena
	for _, c := range []struct {
		v    Value
		text string
		f    float64
		num  bool
	}{
		{Str("12"), "12", 12, true}, {Str("x"), "x", 0, false}, {IntOf(-3), "-3", -3, true}, {FloatOf(0.5), "0.5", 0.5, true},
		{BoolOf(true), "true", 1, true}, {Value{K: Null}, "", 0, false}, {Value{}, "", 0, false}, {Value{S: "1e3", K: Number}, "1e3", 1000, true},
		{Value{N: 1 << 63, K: Uint}, "9223372036854775808", 1 << 63, true}, {TimeOf(0), "1970-01-01T00:00:00Z", 0, true}, {Str("NaN"), "NaN", 0, false},
	} {
		f, ok := c.v.Float64()
		if got := c.v.Text(&a); got != c.text || f != c.f || ok != c.num {
			t.Errorf("%+v: %q %v %v", c.v, got, f, ok)
		}
	}
	for _, s := range []string{"", "abc", "99999999999999999999", "1.5"} {
		if n, ok := Str(s).Int64(); ok {
			t.Errorf("%q is %d", s, n)
		}
	}
	if n, ok := FloatOf(4).Int64(); !ok || n != 4 {
		t.Error("4.0 is not 4")
	}
}

func BenchmarkLookup(b *testing.B) {
	n := NewNames()
	for i := range 4000 {
		n.Intern(fmt.Sprint("winlog.event_data.Field", i))
	}
	keys := []string{"winlog.event_data.Field17", "Image", "CommandLine", "winlog.event_data.Field3999"}
	for i := 0; b.Loop(); i++ {
		if n.Lookup(keys[i&3]) != 0 != (i&3 == 0 || i&3 == 3) {
			b.Fatal(keys[i&3])
		}
	}
}

func TestClassTable(t *testing.T) {
	seen := map[int]Class{}
	for c, i := range classes {
		if o, taken := seen[c.slot()]; taken {
			t.Errorf("%d and %d share a place", c, o)
		}
		seen[c.slot()] = c
		if c.Name() != i.name {
			t.Errorf("%d: %q, want %q", c, c.Name(), i.name)
		}
	}
	for _, c := range []Class{1, 31, 999, 1999, 4099, 9999, 10001, 200999, 201500, 1 << 31} {
		if c.Name() != "" || c.Activity(1) != "" {
			t.Errorf("%d is %q", c, c.Name())
		}
	}
}

// TestDigits: the short way to numbers of digits says what strconv does.
func TestDigits(t *testing.T) {
	for _, s := range []string{"", "0", "7", "007", "4688", "123456789012345678", "999999999999999999", "9223372036854775807", "9223372036854775808", "12a", "-5", "+5", "1.5", "１"} {
		want, err := strconv.ParseInt(s, 10, 64)
		if got, ok := Str(s).Int64(); ok != (err == nil) || ok && got != want {
			t.Errorf("%q is %d, %v, want %d, %v", s, got, ok, want, err)
		}
		if got, ok := digits64(s); ok && s != "" && got != want {
			t.Errorf("%q is %d, want %d", s, got, want)
		}
	}
}

func TestCriticalityNamed(t *testing.T) {
	for c := CriticalityNone; c <= AssetCritical; c++ {
		if got, ok := CriticalityNamed(c.String()); got != c || ok != (c != CriticalityNone) {
			t.Errorf("%q: %v %v", c, got, ok)
		}
	}
	for _, s := range []string{"none", "lows", "Low", "mediun", "important", "critical ", "a very long word that is none of them"} {
		if c, ok := CriticalityNamed(s); ok {
			t.Errorf("%q is %v", s, c)
		}
	}
}
