package cisco

import (
	"strings"
	"testing"

	"prescore/engine/event"
)

// show writes the fields as "name=value|...".
func show(ev *event.Event) string {
	var b strings.Builder
	for i, f := range ev.Fields {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.Name + "=" + f.Value.Text(&ev.Arena))
	}
	for _, p := range ev.Problems {
		b.WriteString("!" + p.Code)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if _, ok := Parse(ev, in, 1); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	f(`%ASA-6-302015: Built outbound`, "cisco.facility=ASA|cisco.severity=6|cisco.mnemonic=302015|cisco.message=Built outbound")
	f(`%SEC_LOGIN-SP-4-LOGIN_FAILED: x: y`, "cisco.facility=SEC_LOGIN-SP|cisco.severity=4|cisco.mnemonic=LOGIN_FAILED|cisco.message=x: y")
	f(`%ACLLOG-5-ACLLOG_PKTLOG unable`, "cisco.facility=ACLLOG|cisco.severity=5|cisco.mnemonic=ACLLOG_PKTLOG|cisco.message=unable")
	f(`%d items: x`, "")
	f(`%A-9-B: x`, "")
	f(`%`, "")
}
