package conformance

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"prescore/engine/event"
	"prescore/engine/parse/syslog"
)

// newEvent makes an event for parsers used by themselves.
func newEvent() *event.Event { return event.New(event.NewNames()) }

// raw gives the bytes of a case, which has them as text or in base64.
func raw(t testing.TB, s *string, b64 string) string {
	t.Helper()
	if s != nil {
		return *s
	}
	b, err := base64.StdEncoding.DecodeString(b64)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type syslogFields struct {
	Facility, Severity, Priority, Version                *int64
	Timestamp, Hostname, Appname, ProcID, MsgID, Message *string
	StructuredData                                       map[string]map[string]string
}

type syslogCase struct {
	Idx                int
	Format             string
	Raw                *string
	RawB64             string `json:"raw_b64"`
	Valid              bool
	Expected           *syslogFields
	BestEffortExpected *syslogFields `json:"best_effort_expected"`
}

// flat gives the fields as the parser names them.
func (s *syslogFields) flat() map[string]any {
	m := map[string]any{}
	if s == nil {
		return m
	}
	for n, v := range map[string]*int64{"facility": s.Facility, "severity": s.Severity, "priority": s.Priority, "version": s.Version} {
		if v != nil {
			m["syslog."+n] = fmt.Sprint(*v)
		}
	}
	for n, v := range map[string]*string{"timestamp": s.Timestamp, "hostname": s.Hostname, "appname": s.Appname, "procid": s.ProcID, "msgid": s.MsgID, "message": s.Message} {
		if v != nil {
			m["syslog."+n] = *v
		}
	}
	for id, params := range s.StructuredData {
		if len(params) == 0 {
			m["syslog.sd."+id] = ""
		}
		for n, v := range params {
			m["syslog.sd."+id+"."+n] = v
		}
	}
	return m
}

// sameTime reports whether a timestamp as the message has it says what the corpus expects: the corpus writes it in RFC 3339, with
// "Z" for "+00:00" and year 0000 where the message has no year.
func sameTime(got, want string) bool {
	if len(got) == len("Jan _2 15:04:05") && strings.HasPrefix(want, "0000-") {
		at, err := time.Parse(time.Stamp, got)
		return err == nil && at.Format(time.RFC3339) == want
	}
	if g, ok := strings.CutSuffix(got, "+00:00"); ok {
		got = g + "Z"
	}
	return got == want
}

// replaced writes U+FFFD for each byte that is not UTF-8, as the corpus does.
func replaced(s string) string { return strings.Map(func(r rune) rune { return r }, s) }

func TestParseSyslog(t *testing.T) {
	const file = "parsers/syslog_cases.ndjson"
	cases, wrong := 0, 0
	eachLine(t, file, func(n int, c syslogCase) {
		cases++
		ev := newEvent()
		in := raw(t, c.Raw, c.RawB64)
		problem := ""
		if c.Format == "rfc5424" {
			_, problem = syslog.Parse5424(ev, in, 1)
		} else {
			syslog.Parse3164(ev, in, 1)
		}
		want := c.Expected.flat()
		if !c.Valid {
			want = c.BestEffortExpected.flat()
		}
		got := map[string]any{}
		for _, f := range ev.Fields {
			if f.Name != "syslog.unparsed" && f.Name != "syslog.timestamp_raw" { // what the corpus has no place for
				got[f.Name] = replaced(f.Value.Text(&ev.Arena))
			}
		}
		if g, ok := got["syslog.timestamp"].(string); ok {
			if w, ok := want["syslog.timestamp"].(string); ok && sameTime(g, w) {
				got["syslog.timestamp"] = w
			}
		}
		if c.Valid != (problem == "" && len(ev.Problems) == 0) || !reflect.DeepEqual(got, want) {
			wrong++
			t.Errorf("%s:%d %q\n got %v, problem %q\nwant %v, valid %v", file, n+1, in, got, problem, want, c.Valid)
		}
	})
	report(t, file, cases, wrong, 0, "")
}
