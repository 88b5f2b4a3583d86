package match

import "prescore/engine/event"

// windowsNames are the other names under which Windows itself writes what a rule asks for: process creation as the Security log
// has it (4688), and Defender's names for what rules on antivirus products call otherwise.
var windowsNames = map[string][]string{
	"Image":       {"NewProcessName"},
	"ParentImage": {"ParentProcessName"},
	"Signature":   {"ThreatName"},
	"Filename":    {"Path"},
}

// otherNames are the names under which other sources write what a rule of Sigma's taxonomy asks for.
var otherNames = map[string][]string{
	"Image":             {"process.executable", "exe"},
	"CommandLine":       {"process.command_line", "cmdline"},
	"ParentImage":       {"process.parent.executable"},
	"ParentCommandLine": {"process.parent.command_line"},
	"OriginalFileName":  {"process.pe.original_file_name"},
	"CurrentDirectory":  {"process.working_directory", "cwd"},
	"TargetFilename":    {"file.path"},
	"TargetObject":      {"registry.path"},
	"Details":           {"registry.data.strings"},
	"QueryName":         {"dns.question.name"},
	"ImageLoaded":       {"dll.path"},
	"User":              {"user.name"},
	"src_ip":            {"source.ip"},
	"dst_ip":            {"destination.ip"},
	"src_port":          {"source.port"},
	"dst_port":          {"destination.port"},
}

// taxonomy says which canonical key holds what a name of Sigma's taxonomy asks for.
var taxonomy = map[string][]event.Key{
	"Image": {event.KeyProcessPath, event.KeyProcess}, "CommandLine": {event.KeyProcessCmdline}, "ParentImage": {event.KeyParentPath, event.KeyParent},
	"ParentCommandLine": {event.KeyParentCmdline}, "ProcessId": {event.KeyProcessPID}, "ProcessGuid": {event.KeyProcessGUID},
	"ParentProcessId": {event.KeyParentPID}, "ParentProcessGuid": {event.KeyParentGUID}, "OriginalFileName": {event.KeyProcessOriginalName},
	"Description": {event.KeyProcessDescription}, "Product": {event.KeyProcessProduct}, "Company": {event.KeyProcessCompany},
	"FileVersion": {event.KeyProcessVersion}, "CurrentDirectory": {event.KeyProcessCWD}, "IntegrityLevel": {event.KeyProcessIntegrity},
	"User": {event.KeyProcessUser, event.KeyUser}, "ParentUser": {event.KeyParentUser}, "LogonId": {event.KeyLogonID},
	"md5": {event.KeyProcessMD5, event.KeyFileMD5}, "sha1": {event.KeyProcessSHA1, event.KeyFileSHA1},
	"sha256": {event.KeyProcessSHA256, event.KeyFileSHA256}, "imphash": {event.KeyProcessImphash}, "Imphash": {event.KeyProcessImphash},
	"TargetFilename": {event.KeyFilePath}, "SourceImage": {event.KeyProcessPath}, "TargetImage": {event.KeyTargetProcessPath},
	"GrantedAccess": {event.KeyGrantedAccess}, "ImageLoaded": {event.KeyModulePath}, "Signed": {event.KeySigned}, "Signature": {event.KeySigner},
	"SignatureStatus": {event.KeySignatureStatus}, "PipeName": {event.KeyPipe}, "ScriptBlockText": {event.KeyScript},
	"TargetObject": {event.KeyRegistryPath}, "Details": {event.KeyRegistryData}, "ServiceName": {event.KeyService},
	"ImagePath": {event.KeyServicePath}, "ServiceFileName": {event.KeyServicePath}, "TaskName": {event.KeyTask},
	"QueryName": {event.KeyDNSQuery}, "QueryResults": {event.KeyDNSAnswer}, "record_type": {event.KeyDNSType}, "answer": {event.KeyDNSAnswer},
	"SourceIp": {event.KeySrcIP}, "SourcePort": {event.KeySrcPort}, "SourceHostname": {event.KeySrcHost}, "DestinationIp": {event.KeyDstIP},
	"DestinationPort": {event.KeyDstPort}, "DestinationHostname": {event.KeyDstHost}, "Protocol": {event.KeyTransport},
	"src_ip": {event.KeySrcIP}, "dst_ip": {event.KeyDstIP}, "src_port": {event.KeySrcPort}, "dst_port": {event.KeyDstPort},
	"IpAddress": {event.KeySrcIP}, "IpPort": {event.KeySrcPort}, "WorkstationName": {event.KeySrcHost}, "LogonType": {event.KeyLogonType},
	"TargetUserName": {event.KeyTargetUser}, "SubjectUserName": {event.KeyUser}, "ComputerName": {event.KeyHost}, "Computer": {event.KeyHost},
	"EventID": {event.KeyEventCode}, "query": {event.KeyDNSQuery},
	// proxy and webserver
	"c-uri": {event.KeyURL, event.KeyURLPath}, "cs-uri": {event.KeyURL, event.KeyURLPath}, "c-uri-query": {event.KeyURLQuery, event.KeyURL}, "cs-uri-query": {event.KeyURLQuery, event.KeyURL},
	"c-uri-stem": {event.KeyURLPath, event.KeyURL}, "cs-uri-stem": {event.KeyURLPath, event.KeyURL}, "cs-method": {event.KeyHTTPMethod}, "sc-status": {event.KeyHTTPStatus},
	"c-useragent": {event.KeyUserAgent}, "cs-user-agent": {event.KeyUserAgent}, "cs-referer": {event.KeyHTTPReferrer}, "cs-referrer": {event.KeyHTTPReferrer},
	"cs-host": {event.KeyURLDomain}, "r-dns": {event.KeyURLDomain}, "c-ip": {event.KeySrcIP}, "cs-username": {event.KeyUser}, "cs-version": {event.KeyHTTPVersion},
	"sc-bytes": {event.KeyHTTPResponseBytes}, "cs-bytes": {event.KeyHTTPRequestBytes}, "s-ip": {event.KeyDstIP}, "s-port": {event.KeyDstPort}, "resource.URL": {event.KeyURL},
	// auditd
	"exe": {event.KeyProcessPath}, "comm": {event.KeyProcess}, "cwd": {event.KeyProcessCWD}, "syscall": {event.KeySyscall},
}

var byECS, byOCSF = schemaNames()

func schemaNames() (ecs, ocsf map[string]event.Key) {
	ecs, ocsf = map[string]event.Key{}, map[string]event.Key{}
	for k := event.Key(1); k < event.NumKeys; k++ {
		s := &event.Vocabulary[k]
		if _, taken := ecs[s.ECS]; !taken && s.ECS != "" {
			ecs[s.ECS] = k
		}
		if _, taken := ocsf[s.OCSF]; !taken && s.OCSF != "" {
			ocsf[s.OCSF] = k
		}
	}
	return ecs, ocsf
}

// canonical gives the canonical keys for a name: Sigma's taxonomy, the vocabulary's own name, ECS, OCSF. A plain word of OCSF or
// ECS ("status", "message") is also a usual name of vendors' fields with another meaning, so these two count with a dot only.
func canonical(name string) []event.Key {
	if k, ok := taxonomy[name]; ok {
		return k
	}
	if k, ok := event.KeyNamed(name); ok {
		return []event.Key{k}
	}
	for i := range name {
		if name[i] == '.' {
			if k, ok := byECS[name]; ok {
				return []event.Key{k}
			}
			if k, ok := byOCSF[name]; ok {
				return []event.Key{k}
			}
			break
		}
	}
	return nil
}
