package columns

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

func TestColumns(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		ev := event.New(event.NewNames())
		if ok := PANOS(ev, in, 1) || VPCFlow(ev, in, 1) || S3(ev, in, 1); ok != (want != "") || show(ev) != want {
			t.Errorf("%s\n got %s\nwant %s", in, show(ev), want)
		}
	}
	f(`1,2021/01/20 12:00:00,0071,SYSTEM,auth,0,2021/01/20 12:00:01,,auth-fail,,0,0,general,medium,"failed, again",7,0x0`,
		"future_use1=1|receive_time=2021/01/20 12:00:00|serial=0071|type=SYSTEM|subtype=auth|future_use2=0|time_generated=2021/01/20 12:00:01|eventid=auth-fail|future_use3=0|future_use4=0|module=general|severity=medium|opaque=failed, again|seqno=7|actionflags=0x0")
	f(`2 123456789010 eni-1235b8ca 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK`,
		"version=2|account_id=123456789010|interface_id=eni-1235b8ca|srcaddr=172.31.16.139|dstaddr=172.31.16.21|srcport=20641|dstport=22|protocol=6|packets=20|bytes=4249|start=1418530010|end=1418530070|action=ACCEPT|log_status=OK")
	owner := strings.Repeat("a", 64)
	f(owner+` b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 3E57 REST.GET.OBJECT k "GET /b/k?x HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" -`,
		"bucket_owner="+owner+"|bucket=b|time=06/Feb/2019:00:00:38 +0000|remote_ip=192.0.2.3|request_id=3E57|operation=REST.GET.OBJECT|key=k|request_uri=GET /b/k?x HTTP/1.1|method=GET|path=/b/k?x|http_status=200|bytes_sent=113|total_time=7|user_agent=S3Console/0.4")
	f(`1,2021/01/20 12:00:00,0071,UNKNOWN,auth`, "")
	f(`2 is a number, and there are many words here that follow it in a row`, "")
}
