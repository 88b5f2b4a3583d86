package conformance

import (
	"testing"

	"prescore/engine/event"
)

// sysmonLine is a process creation of Sysmon with the usual thirty fields.
const sysmonLine = `{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider_Name":"Microsoft-Windows-Sysmon","Computer":"WS-042.corp.example","Level":4,"Task":1,"Opcode":0,"Keywords":"0x8000000000000000","TimeCreated":"2026-03-17T08:00:00.123456Z","EventRecordID":4711,"Version":5,"RuleName":"-","UtcTime":"2026-03-17 08:00:00.123","ProcessGuid":"{0f0c6d7a-1111-6602-1a02-000000000500}","ProcessId":4242,"Image":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe","FileVersion":"10.0.19041.546","Description":"Windows PowerShell","Product":"Microsoft Windows Operating System","Company":"Microsoft Corporation","OriginalFileName":"PowerShell.EXE","CommandLine":"powershell.exe -NoProfile -File C:\\scripts\\backup.ps1","CurrentDirectory":"C:\\Windows\\system32\\","User":"CORP\\j.meyer","LogonGuid":"{0f0c6d7a-2222-6602-5f4b-0c0000000000}","LogonId":"0xc4b5f","TerminalSessionId":1,"IntegrityLevel":"High","Hashes":"SHA1=F43D9BB316E30AE1A3494AC5B0624F6BEA1BF054,MD5=04029E121A0CFA5991749937DD22A1D9,SHA256=9F914D42706FE215501044ACD85A32D58AAEF1419D404FDDFA5D3B48F66CCD9F,IMPHASH=7C955A0ABC747F57CCC4324480737EF7","ParentProcessId":1200,"ParentImage":"C:\\Windows\\explorer.exe","ParentCommandLine":"C:\\Windows\\Explorer.EXE","ParentUser":"CORP\\j.meyer"}`

var speedLines = []struct{ name, line string }{
	{"sysmon", sysmonLine},
	{"sshd", `<38>Mar 17 08:00:00 bastion01 sshd[1234]: Failed password for invalid user admin from 203.0.113.7 port 51122 ssh2`},
	{"syslog", `<30>Mar 17 08:00:00 web1 inventory-agent[77]: scanned 412 packages in 3.1 s, next run in one hour`},
	{"cloudtrail", `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/jo","accountId":"111122223333","userName":"jo"},"eventTime":"2026-03-17T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.4","userAgent":"aws-cli/2.15","requestID":"r-1","eventID":"e-1","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}`},
	{"fortigate", `<189>date=2026-03-17 time=08:00:00 devname="fw01" devid="FG100F0000000001" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=10.1.1.5 srcport=51000 srcintf="port1" dstip=198.51.100.9 dstport=443 dstintf="wan1" sessionid=1 proto=6 action="accept" policyid=7 service="HTTPS" sentbyte=1200 rcvdbyte=5300 duration=12`},
	{"zeek", `{"_path":"conn","ts":1773734400.25,"uid":"CAbc123","id.orig_h":"10.1.1.5","id.orig_p":51000,"id.resp_h":"198.51.100.9","id.resp_p":443,"proto":"tcp","service":"ssl","duration":1.5,"orig_bytes":1200,"resp_bytes":5300,"conn_state":"SF"}`},
	{"apache_access", `198.51.100.4 - jo [17/Mar/2026:08:00:00 +0000] "GET /index.html?a=b HTTP/1.1" 200 5120 "-" "curl/8.5"`},
	{"generic", `{"timestamp":"2026-03-17T08:00:00Z","hostname":"ws-042","user":"j.meyer","event_type":"login_failed","src_ip":"198.51.100.4","severity":"medium","message":"bad password"}`},
}

// only normalises: the parsed event is put back for each run.
func (r *reader) again(fields []event.Field) {
	ev := r.ev
	ev.Reset()
	ev.Arrival = arrived
	for i := range fields {
		ev.AddID(fields[i].ID, fields[i].Name, fields[i].Value, fields[i].Layer)
	}
	r.normalise.Apply(ev)
}

func parsed(r *reader, line string) []event.Field {
	ev := r.read(line, arrived)
	out := make([]event.Field, len(ev.Fields))
	copy(out, ev.Fields)
	for i := range out { // the arena is given back: keep what lies in it
		out[i].Name = string([]byte(out[i].Name))
		out[i].Value.S = string([]byte(out[i].Value.S))
	}
	return out
}

// allocsPerRecord is the budget of a warmed-up record.
const allocsPerRecord = 0

func TestNormaliseAllocates(t *testing.T) {
	for _, c := range speedLines {
		r := newReader(t)
		fields := parsed(r, c.line)
		for range 600 { // past what drift learns
			r.again(fields)
		}
		if r.ev.Source == "" && c.name != "generic" {
			t.Errorf("%s: not recognised", c.name)
		}
		if n := testing.AllocsPerRun(200, func() { r.again(fields) }); n != allocsPerRecord {
			t.Errorf("%s: %v allocations per record, want %d", c.name, n, allocsPerRecord)
		}
	}
}

func BenchmarkNormalise(b *testing.B) {
	for _, c := range speedLines {
		b.Run(c.name, func(b *testing.B) {
			r := newReader(b)
			fields := parsed(r, c.line)
			r.again(fields)
			b.SetBytes(int64(len(c.line)))
			b.ReportAllocs()
			for b.Loop() {
				r.again(fields)
			}
			if !r.ev.Has(event.KeyTime) {
				b.Fatal("no time")
			}
		})
	}
}
