package parse

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"prescore/engine/event"
	"prescore/engine/parse/columns"
	"prescore/engine/parse/syslog"
)

// TestCommonIsWhatDetectSays: what is read at once as syslog is syslog for detect too, and read as Parse3164 reads it.
func TestCommonIsWhatDetectSays(t *testing.T) {
	parts := []string{"2026-03-17T07:40:01.290553+00:00 ", "2026-03-17T07:40:01Z ", "2026-03-17T07:40:01.669794202Z ", "Oct 11 22:14:15 ", "Sat Oct 11 22:14:15 2003 ",
		"Oct 11 22:14:15 2003 ", "2003 Oct 11 22:14:15 ", "2021/04/01 13:02:31 ", "2003-10-11 22:14:15 ", "1693975906.500310\t", "1,2021/01/20 12:00:00,0072,TRAFFIC,",
		"2 123456789012 eni-1 ", "LEEF:2.0|", "CEF:0|", "<13>", "11 ", "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be bucket ",
		"[06/Feb/2019:00:00:38 +0000] ", "host ", "host ", "host ", "stdout ", "stderr ", "F ", "P ", "fw.example ", "sshd[12]: ", "sshd[12]: ", "sudo: ", "CRON[1]:", "[error] 31#31: ",
		"message ", "a=1 b=2 c=3 ", "\"GET / HTTP/1.1\" 200 1", "type=SYSCALL msg=audit(1.2:3): ", "\t", ",", ":", " "}
	rng := rand.New(rand.NewPCG(31, 32))
	names := event.NewNames()
	a, b := event.New(names), event.New(names)
	full := func(ev *event.Event) (out string) {
		for i := range ev.Fields {
			out += fmt.Sprintf("%q %v %d|", ev.Fields[i].Name, ev.Fields[i].Value, ev.Fields[i].Layer)
		}
		return out + fmt.Sprint(ev.Problems)
	}
	took := 0
	for range 200_000 {
		s := ""
		if rng.IntN(2) == 0 {
			s = parts[rng.IntN(7)] + "host " // most parts alone make no header
		}
		for range 1 + rng.IntN(6) {
			s += parts[rng.IntN(len(parts))]
		}
		if s[0] <= '9' && columns.IsPANOS(s) {
			continue
		}
		a.Reset()
		got, ok := syslog.Common(a, s, 1)
		if !ok {
			if len(a.Fields)+len(a.Problems) > 0 {
				t.Fatalf("%q is not common, but left %s", s, full(a))
			}
			continue
		}
		took++
		if f, _ := detect(s); f != f3164 {
			t.Fatalf("%q is %s", s, formatNames[f])
		}
		b.Reset()
		if want := syslog.Parse3164(b, s, 1); got != want || full(a) != full(b) {
			t.Fatalf("%q\n got %q %s\nwant %q %s", s, got, full(a), want, full(b))
		}
	}
	if took < 1000 {
		t.Errorf("only %d texts are common", took)
	}
}
