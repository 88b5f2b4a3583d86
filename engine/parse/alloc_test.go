package parse

import (
	"testing"
)

// maxAllocs is what reading a record may allocate once the event is warm.
const maxAllocs = 0

func TestAllocations(t *testing.T) {
	r, ev := open(t, Defaults(), "EventID", "Image", "userIdentity.arn")
	nested := map[string]string{
		"docker":   `{"log":"<86>Dec 10 06:55:46 LabSZ sshd[24200]: {\"a\":{\"b\":\"c\\n\"}}\n","stream":"stdout","time":"T"}`,
		"evtx":     `{"Event":{"System":{"EventID":1,"Channel":"S"},"EventData":{"Image":"x","Data":["a","b"]}}}`,
		"relay":    `<134>Oct 11 22:14:15 h <134>Oct 11 22:14:15 h2 app: CEF:0|a|b|c|d|e|5|a=b cs1=x cs1Label=y`,
		"prose":    "no format at all, just words",
		"damaged":  `<34>1 2003-10-11T22:14:15.003Z mymachine \xff`,
		"bad json": `{"a":1,"b":[1,2,}`,
		"sd":       `<165>1 2003-10-11T22:14:15.003Z h a 1 ID47 [a@1 b="c\]d" e="f"][g] m`,
		"s3":       `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 r 3E57427F3EXAMPLE REST.GET.VERSIONING - "GET /b?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" -`,
		"apache":   `[Mon Dec 26 16:22:00 2016] [core:error] [pid 1:tid 2] [client 192.168.33.1:7] File does not exist: /x, referer: http://h/`,
		"hex":      `type=PROCTITLE msg=audit(1604994496.155:92733): proctitle=617270002D61`,
	}
	for name, text := range samples {
		nested[name] = text
	}
	line(r, ev, "aa,bb,cc,dd") // the header of the rows after it
	nested["csv"] = `1,"x""y",3,4`
	fixed, fev := open(t, Config{MessageFields: []string{"log"}, Tag: []Tag{{Match: "*", Format: "json"}}})
	line(fixed, fev, "words")
	if n := testing.AllocsPerRun(50, func() { line(fixed, fev, "words") }); n > maxAllocs {
		t.Errorf("a text that is not in its tag's format: %v allocations", n)
	}
	for name, text := range nested {
		for range 3 {
			line(r, ev, text)
		}
		if n := testing.AllocsPerRun(50, func() { line(r, ev, text) }); n > maxAllocs {
			t.Errorf("%s: %v allocations, at most %d are allowed (format %q)", name, n, maxAllocs, ev.Formats)
		}
	}
}
