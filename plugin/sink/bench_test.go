package sink

import (
	"os"
	"testing"

	"prescore/engine/wire"
)

// scored is a record as it leaves by default: an endpoint's process start with its view in ECS.
const scored = `{"event_id":"EVT-00000001","timestamp":"2024-05-10T14:32:00.037Z","event_type":"process_creation","host":"ws-042",` +
	`"user_principal":"user042@corp.example","process_name":"svchost.exe","command_line":"C:\\Windows\\System32\\svchost.exe -k netsvcs -p",` +
	`"process_id":4711,"parent_process":"services.exe","src_ip":"10.0.1.29","dest_ip":"10.0.2.10","asset_criticality":"high",` +
	`"identity_risk_score":0.17,"cross_source_confidence":0.57,"baseline_severity":2,"prescore":{"v":1,"kind":"event","id":"EVT-00000001",` +
	`"hash":"0f3a5c7e9b1d2f40","time":"2024-05-10T14:32:00.037Z","source":"edr","class":"process_activity","class_uid":1007,"activity":"launch",` +
	`"entities":{"principal":"user042@corp.example","host":"ws-042","ip":"10.0.1.29","process":"svchost.exe"},"baseline":2.0,"severity":3,` +
	`"risk":12.5,"level":"low","entity_risk":{"principal":74.2,"host":30.125,"ip":1.0625},"confidence":0.57,"factors":{"asset":2.0,` +
	`"attack":1.0,"identity":1.17,"confidence":0.57},"route":"pass","recurrence":1,"fields":{"@timestamp":"2024-05-10T14:32:00.037Z",` +
	`"ecs":{"version":"9.4.0"},"event":{"kind":"event","category":["process"],"type":["start"],"risk_score":12.5,"action":"process_creation"},` +
	`"host":{"hostname":"ws-042","name":"ws-042"},"user":{"name":"user042","email":"user042@corp.example"},"process":{"name":"svchost.exe",` +
	`"command_line":"C:\\Windows\\System32\\svchost.exe -k netsvcs -p","pid":4711,"parent":{"name":"services.exe"}},"source":{"ip":"10.0.1.29",` +
	`"address":"10.0.1.29"},"destination":{"ip":"10.0.2.10"},"related":{"ip":["10.0.1.29","10.0.2.10"],"user":["user042"],"hosts":["ws-042"]}}}}`

// BenchmarkFile writes records as lines of JSON. One operation is one record.
func BenchmarkFile(b *testing.B) {
	var chunk []byte
	const records = 30
	for range records {
		var err error
		if chunk, err = wire.FromJSON(append(wire.AppendEventTime(append(chunk, 0x92, 0x92), 1715351520e9), 0x80), []byte(scored)); err != nil {
			b.Fatal(err)
		}
	}
	s := newFile(os.DevNull)
	b.SetBytes(int64(len(chunk) / records))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += records {
		if err := s.Send("bench", chunk); err != nil {
			b.Fatal(err)
		}
	}
}
