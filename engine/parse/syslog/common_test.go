package syslog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"prescore/engine/event"
)

// TestCommonChangesNothing: a header that is read as nearly all are written is what the ways for every other one make of it.
func TestCommonChangesNothing(t *testing.T) {
	stamps := []string{"2026-03-17T07:40:01.290553+00:00 ", "Oct 11 22:14:15 ", "2003 Oct 11 22:14:15 ", "2003-10-11 22:14:15,003 +0200 ", "1563249630.774 ", "<13>Feb  5 17:32:18 ",
		"<13>2026-03-17T07:40:01Z ", "<189>29: ", "Oct 11 22:14:15: "}
	parts := []string{"host", "bastion-01", "host", "fw.example", "user.info", "last", "message", "Message forwarded from ", "CEF", "LEEF", "CRON", "sshd", "sudo", "postfix/smtpd", "app", " ", " ",
		" ", ":", ":", ": ", ": ", "[", "]", "[12]", "[12]: ", "[12]: ", "[-]:", "[]: ", "-", "- - ", "%ASA-6-1", "10.1.2.3", "é", "a=b", "[a@1 b=\"c\"]", "\t", "{", "text of the message"}
	rng := rand.New(rand.NewPCG(5, 6))
	names := event.NewNames()
	a, b := event.New(names), event.New(names)
	full := func(ev *event.Event) (out string) {
		for i := range ev.Fields {
			out += fmt.Sprintf("%q %v %d|", ev.Fields[i].Name, ev.Fields[i].Value, ev.Fields[i].Layer)
		}
		return out + fmt.Sprint(ev.Problems)
	}
	took := 0
	for range 100_000 {
		s := ""
		if rng.IntN(2) == 0 {
			s = "host " // most parts alone make no header
		}
		for range 1 + rng.IntN(7) {
			s += parts[rng.IntN(len(parts))]
		}
		if _, next := common(s); next > 0 {
			took++
		}
		s = stamps[rng.IntN(len(stamps))] + s
		if got, want := is3164(s, true), is3164(s, false); got != want {
			t.Fatalf("%q is RFC 3164: %v, want %v", s, got, want)
		}
		a.Reset()
		b.Reset()
		got, want := parse3164(a, s, 1, true), parse3164(b, s, 1, false)
		if got != want || full(a) != full(b) {
			t.Fatalf("%q\n got %q %s\nwant %q %s", s, got, full(a), want, full(b))
		}
	}
	if took < 2_500 {
		t.Errorf("only %d headers are common", took)
	}
}

func TestCiscoMark(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100_000 {
		b := make([]byte, rng.IntN(10))
		for i := range b {
			b[i] = ": %a"[rng.IntN(4)]
		}
		if got, want := ciscoMark(string(b)), strings.Index(string(b), ": %"); got != want {
			t.Fatalf("%q: %d, want %d", b, got, want)
		}
	}
}
