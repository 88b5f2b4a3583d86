package redact

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// FuzzValue holds, on any text: it ends; it grows by at most the mask's length for each secret, and a secret takes at least one
// byte; MayHold says the same; and without a pattern's word, a scheme's, a
// program's or an URL's @ nothing changes.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`password=x`, `{"token":"a\"b"}`, `-p x mysql -p y`, `http://a:b@c`, `<secret>x`, `--password "x`, `net user a b`,
		`password="a"b"c`, `Authorization: Basic x`, `pwd=a,b;c=d`, `token=[{"a":"]"}]x`, `api_key=>'x'`} {
		f.Add(s)
	}
	c := Defaults()
	r, err := New(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := string(r.AppendValue(nil, s))
		if len(out) > len(s)*len(c.Mask) {
			t.Fatalf("%d bytes became %d", len(s), len(out))
		}
		if r.MayHold(s) != (out != s) && !strings.Contains(s, c.Mask) {
			t.Fatalf("MayHold(%q) is %v, but it became %q", s, r.MayHold(s), out)
		}
		flat := strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(s))
		if out != s && !containsAny(flat, r.words) && !containsAny(strings.ToLower(s), schemes[:]) && !strings.Contains(s, "://") && !namesProgram(flat) {
			t.Fatalf("%q became %q without a pattern in it", s, out)
		}
	})
}

// FuzzSecret holds that a secret after a name, in each form it can take, does not survive, whatever stands around it.
func FuzzSecret(f *testing.F) {
	f.Add("run ", "password", "hunter2", " --host x")
	f.Add(`{"a":1,`, "ApiKey", "S3,cr;et", `,"b":2}`)
	f.Add(``, "client_secret", "a", ``)
	r := standard(f)
	f.Fuzz(func(t *testing.T, before, name, secret, after string) {
		if len(name) > maxKey || !plain(name, "_-.") || !r.KeyIsSecret(name) || !isKeyEnd(name[len(name)-1]) || !isLetter(name[0]) {
			return
		}
		if len(secret) < 4 || harmless(secret) || !plain(secret, "_-.,!@%^+*~") || strings.Contains(secret, "***") || strings.Contains(before+after+name, secret) {
			return
		}
		if strings.Contains("***", secret) || strings.ContainsAny(before+after, "=:<>\"'`\\-/") || strings.HasSuffix(name, "PWD") {
			return // text around it that makes the secret part of something else is the other target's
		}
		if !isKeyEnd(secret[0]) || strings.Contains(secret, "..") {
			return
		}
		for _, form := range []string{" N=S ", " N: S ", " \"N\":\"S\" ", " --N S ", " N='S' ", " <N>S</N> ", "&N=S&x=", " /N:S ", " \"N\" : \"S\"", " N = S", " --N \"S\""} {
			if form == " --N S " && (strings.HasPrefix(name, "no-") || len(name) <= 3) {
				continue
			}
			s := before + strings.NewReplacer("N", name, "S", secret).Replace(form) + after
			if out := string(r.AppendValue(nil, s)); strings.Contains(out, secret) {
				t.Fatalf("%q became %q", s, out)
			}
		}
	})
}

func plain(s, more string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && !isDigit(s[i]) && strings.IndexByte(more, s[i]) < 0 {
			return false
		}
	}
	return true
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func namesProgram(flat string) bool {
	for i := range programs {
		if strings.Contains(flat, strings.ReplaceAll(programs[i].name, "-", "")) {
			return true
		}
	}
	return strings.Contains(flat, "net")
}

// TestLinear holds that doubling a hostile text at most triples the time. The slack is for a busy machine: what is quadratic takes
// seconds here.
func TestLinear(t *testing.T) {
	const slack = 20 * time.Millisecond
	r := standard(t)
	for _, unit := range []string{"=", ":", "password=,", " -p", "mysql -p ", "://", "a://b:c", "<token>", "\"", "password={", "password=\"", "a=\\", " ", "password", "token : ", ";a", "pass=a,b", ": basic {", ": basic \"", "a: digest ", "<pass>"} {
		run := func(n int) time.Duration {
			s := strings.Repeat(unit, n/len(unit))
			best := time.Hour
			dst := make([]byte, 0, 4*n)
			for range 5 {
				at := time.Now()
				dst = r.AppendValue(dst[:0], s)
				best = min(best, time.Since(at))
			}
			return best
		}
		var one, two time.Duration
		linear := false
		for try := 0; try < 4 && !linear; try++ { // what is quadratic is so each time; what a busy machine does is not
			one, two = run(1<<18), run(1<<19)
			linear = two <= 3*one+slack && one <= 10*slack
		}
		if !linear {
			t.Errorf("%q: %v for 256 KiB, %v for 512 KiB", unit, one, two)
		}
	}
}

// FuzzWords holds that looking at eight bytes in one step finds what looking at each byte does, from any place on.
func FuzzWords(f *testing.F) {
	r := standard(f)
	for _, s := range []string{`a --token x`, `7 bytes`, `pwd=1`, `x -p`, `net user bob P@ss`, `mysql -px`, `<pwd>x`, `12345678/token:x`, ` /c net user a b`} {
		f.Add(s, 0)
		f.Add("0123456"+s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, from int) {
		if from < 0 || from > len(s) {
			return
		}
		a, b, ok := r.find(s, from)
		if x, y, is := r.plainFind(s, from); a != x || b != y || ok != is {
			t.Fatalf("%q from %d: %d to %d %v, want %d to %d %v", s, from, a, b, ok, x, y, is)
		}
	})
}

// plainFind is find a byte at a time, with no byte left out.
func (r *Redactor) plainFind(s string, from int) (start, end int, ok bool) {
	if from == 0 {
		if start, end, ok = netUser(s, 0); ok {
			return start, end, true
		}
	}
	for i := from; i < len(s); i++ {
		if start, end, ok = r.at(s, i, from); ok {
			return start, end, true
		}
	}
	return 0, 0, false
}

// TestFindLeavesNothingOut: find, which passes over bytes that no secret can follow, finds what looking at each finds, in random texts
// of what secrets and the text around them are made of.
func TestFindLeavesNothingOut(t *testing.T) {
	r := standard(t)
	parts := []string{"password", "pwd", "token", "a", "ab", "C", "x y", " ", " ", "  ", "=", ":", ":", ">", "<", "://", "-p", "--", "-", "/", "\"", "'",
		"bearer ", "Basic ", "Digest ", "AWS4-HMAC-SHA256 ", "dXNlcjpwYXNz", "mysql", "login", "user:pw@host", "net user bob ", "8", "9;", "?", "{", "]", ",", "\t", "\xff", "ключ"}
	rng := rand.New(rand.NewPCG(11, 12))
	var b []byte
	found := 0
	for range 300_000 {
		b = b[:0]
		for range 1 + rng.IntN(9) {
			b = append(b, parts[rng.IntN(len(parts))]...)
		}
		s, from := string(b), 0
		if rng.IntN(3) == 0 {
			from = rng.IntN(len(s))
		}
		start, end, ok := r.find(s, from)
		if wantStart, wantEnd, want := r.plainFind(s, from); ok != want || start != wantStart || end != wantEnd {
			t.Fatalf("%q from %d: got %d to %d, %v, want %d to %d, %v", s, from, start, end, ok, wantStart, wantEnd, want)
		}
		if ok {
			found++
		}
	}
	if found < 10_000 {
		t.Errorf("only %d of the texts had a secret", found)
	}
}
