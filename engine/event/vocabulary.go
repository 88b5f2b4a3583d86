package event

// Key is one field of the canonical vocabulary.
type Key uint16

// The canonical vocabulary, in the order in which a view is written. Spec of a key says its type, meaning and other names.
const (
	_ Key = iota

	// Record
	KeyTime
	KeyStartTime
	KeyEndTime
	KeyDuration
	KeyMessage
	KeyEventID
	KeyEventCode
	KeyAction
	KeyOutcome
	KeyReason
	KeyStatusCode
	KeyDisposition
	KeyVendor
	KeyProduct
	KeyProductVersion
	KeyLogName
	KeyLogProvider
	KeyLogLevel
	KeyFacility
	KeyPriority
	KeySequence
	KeyVendorSeverity
	KeyCorrelationUID

	// Host
	KeyHost
	KeyHostIP
	KeyHostID
	KeyHostMAC
	KeyHostOS
	KeyHostOSVersion
	KeyObserver
	KeyObserverIP
	KeyObserverSerial

	// Who
	KeyUser
	KeyUserID
	KeyUserDomain
	KeyUserEmail
	KeyUserFullName
	KeyUserType
	KeyUserGroup
	KeyUserRole
	KeyUserARN
	KeyTargetUser
	KeyTargetUserID
	KeyTargetUserDomain
	KeyTargetUserEmail
	KeyEffectiveUser
	KeyEffectiveUserID
	KeyGroup
	KeyGroupID
	KeySessionID
	KeyLogonType
	KeyLogonID
	KeyAuthMethod
	KeyMFA
	KeyAccessKey

	// Network
	KeySrcIP
	KeySrcPort
	KeySrcHost
	KeySrcMAC
	KeySrcNATIP
	KeySrcNATPort
	KeySrcZone
	KeySrcCountry
	KeySrcUser
	KeyDstIP
	KeyDstPort
	KeyDstHost
	KeyDstMAC
	KeyDstNATIP
	KeyDstNATPort
	KeyDstZone
	KeyDstCountry
	KeyDstUser
	KeyTransport
	KeyProtocolNum
	KeyProtocol
	KeyDirection
	KeyNetworkType
	KeyCommunityID
	KeyFlowID
	KeyConnState
	KeyTCPFlags
	KeyVLAN
	KeyInterfaceIn
	KeyInterfaceOut
	KeyBytes
	KeyBytesOut
	KeyBytesIn
	KeyPackets
	KeyPacketsOut
	KeyPacketsIn

	// Names and the web
	KeyDomain
	KeyDNSQuery
	KeyDNSType
	KeyDNSClass
	KeyDNSRcode
	KeyDNSAnswer
	KeyDNSID
	KeyURL
	KeyURLScheme
	KeyURLDomain
	KeyURLPort
	KeyURLPath
	KeyURLQuery
	KeyHTTPMethod
	KeyHTTPVersion
	KeyHTTPReferrer
	KeyHTTPStatus
	KeyHTTPRequestBytes
	KeyHTTPResponseBytes
	KeyHTTPContentType
	KeyUserAgent
	KeyTLSVersion
	KeyTLSCipher
	KeyTLSSNI
	KeyTLSJA3
	KeyTLSJA3S
	KeyTLSSubject
	KeyTLSIssuer
	KeyTLSSerial
	KeyEmailFrom
	KeyEmailTo
	KeyEmailSubject
	KeyEmailID

	// Process
	KeyProcess
	KeyProcessPath
	KeyProcessCmdline
	KeyProcessArgs
	KeyProcessPID
	KeyProcessGUID
	KeyProcessTID
	KeyProcessCWD
	KeyProcessIntegrity
	KeyProcessExitCode
	KeyProcessOriginalName
	KeyProcessCompany
	KeyProcessDescription
	KeyProcessProduct
	KeyProcessVersion
	KeyProcessMD5
	KeyProcessSHA1
	KeyProcessSHA256
	KeyProcessImphash
	KeyProcessUser
	KeyProcessTerminal
	KeyParent
	KeyParentPath
	KeyParentCmdline
	KeyParentPID
	KeyParentGUID
	KeyParentUser
	KeyTargetProcess
	KeyTargetProcessPath
	KeyTargetProcessPID
	KeyTargetProcessGUID
	KeyGrantedAccess
	KeySyscall
	KeyCapability

	// Files and modules
	KeyFile
	KeyFilePath
	KeyFileDir
	KeyFileExt
	KeyFileSize
	KeyFileType
	KeyFileOwner
	KeyFileMode
	KeyFileInode
	KeyFileTarget
	KeyFileMD5
	KeyFileSHA1
	KeyFileSHA256
	KeyModulePath
	KeyModule
	KeySigned
	KeySigner
	KeySignatureStatus
	KeyPipe
	KeyScript

	// Windows
	KeyRegistryPath
	KeyRegistryKey
	KeyRegistryValue
	KeyRegistryData
	KeyService
	KeyServicePath
	KeyServiceType
	KeyServiceStart
	KeyServiceAccount
	KeyTask
	KeyTaskCommand
	KeyShare
	KeyObject
	KeyObjectType

	// Cloud and containers
	KeyCloudProvider
	KeyCloudAccount
	KeyCloudAccountName
	KeyCloudRegion
	KeyCloudZone
	KeyCloudProject
	KeyCloudOrg
	KeyCloudOrgName
	KeyCloudInstance
	KeyCloudVPC
	KeyAPIService
	KeyAPI
	KeyAPIVersion
	KeyAPIRequestID
	KeyAPIError
	KeyAPIErrorMessage
	KeyReadOnly
	KeyResource
	KeyResourceID
	KeyResourceType
	KeyK8sNamespace
	KeyK8sCluster
	KeyContainerID
	KeyContainer
	KeyContainerImage
	KeyPod

	// The vendor's own judgement
	KeyRuleID
	KeyRule
	KeyRuleCategory
	KeyRuleDescription
	KeyRuleset
	KeyFinding
	KeyFindingID
	KeyThreat
	KeyTechnique
	KeyTactic
	KeyVendorRisk
	KeyVendorConfidence

	// Context a record may bring itself
	KeyBaseline
	KeyAssetCriticality
	KeyIdentityRisk
	KeyConfidence

	// NumKeys is the number of keys plus one: keys are below it.
	NumKeys
)

// Type is the canonical type of a key; normalise coerces to it.
type Type uint8

// The types of canonical values.
const (
	TypeString Type = iota // text as it came
	TypeInt                // Int
	TypeFloat              // Float
	TypeBool               // Bool
	TypeTime               // Time: nanoseconds since 1970 UTC
	TypeIP                 // text of an address: IPv4-mapped IPv6 as IPv4, IPv6 in RFC 5952 form
	TypePort               // Int, 0 to 65535
	TypeMAC                // six bytes in hexadecimal, lower case, colons between
	TypeDomain             // a host or domain name: lower case for projections and entity keys, no trailing dot
	TypeHash               // hexadecimal digits, lower case
	TypePath               // a path as the system spells it
	TypeURL                // an address of the web as it came
	TypeUser               // an account name without its domain
	TypeEmail              // an address of mail, lower case
)

// Spec describes a key: its name in prescore's own vocabulary, its type, its names in ECS 9 and OCSF 1.8 (dots between levels,
// empty where the schema has none), and what it means.
type Spec struct {
	Name string
	Type Type
	ECS  string
	OCSF string
	Doc  string
}

// Vocabulary gives the Spec of each key; index 0 is empty.
var Vocabulary = [NumKeys]Spec{
	KeyTime:                {"time", TypeTime, "@timestamp", "time", "when the event happened"},
	KeyStartTime:           {"start_time", TypeTime, "event.start", "start_time", "when what it reports began"},
	KeyEndTime:             {"end_time", TypeTime, "event.end", "end_time", "when what it reports ended"},
	KeyDuration:            {"duration", TypeInt, "event.duration", "duration", "how long it took, nanoseconds"},
	KeyMessage:             {"message", TypeString, "message", "message", "the text for people"},
	KeyEventID:             {"event_id", TypeString, "event.id", "metadata.original_event_uid", "the source's own id of the record"},
	KeyEventCode:           {"event_code", TypeString, "event.code", "metadata.event_code", "the source's number of the kind of event (Windows EventID)"},
	KeyAction:              {"action", TypeString, "event.action", "activity_name", "what was done, in the source's words"},
	KeyOutcome:             {"outcome", TypeString, "event.outcome", "status", "success, failure or unknown"},
	KeyReason:              {"reason", TypeString, "event.reason", "status_detail", "why, in the source's words"},
	KeyStatusCode:          {"status_code", TypeString, "error.code", "status_code", "the source's result code"},
	KeyDisposition:         {"disposition", TypeString, "labels.disposition", "disposition", "what a control did: allowed, blocked, dropped, ..."},
	KeyVendor:              {"vendor", TypeString, "observer.vendor", "metadata.product.vendor_name", "who made the product that wrote the record"},
	KeyProduct:             {"product", TypeString, "observer.product", "metadata.product.name", "the product that wrote the record"},
	KeyProductVersion:      {"product_version", TypeString, "observer.version", "metadata.product.version", "its version"},
	KeyLogName:             {"log_name", TypeString, "log.logger", "metadata.log_name", "the log or channel the record was in"},
	KeyLogProvider:         {"log_provider", TypeString, "event.provider", "metadata.log_provider", "the part of the product that wrote it"},
	KeyLogLevel:            {"log_level", TypeString, "log.level", "metadata.log_level", "level in words"},
	KeyFacility:            {"facility", TypeString, "log.syslog.facility.name", "unmapped.facility", "syslog facility"},
	KeyPriority:            {"priority", TypeInt, "log.syslog.priority", "unmapped.priority", "syslog priority"},
	KeySequence:            {"sequence", TypeInt, "event.sequence", "metadata.sequence", "the source's running number"},
	KeyVendorSeverity:      {"vendor_severity", TypeString, "event.severity", "severity", "severity in the source's own scale"},
	KeyCorrelationUID:      {"correlation_uid", TypeString, "trace.id", "metadata.correlation_uid", "id that links records of one operation"},
	KeyHost:                {"host", TypeDomain, "host.name", "device.hostname", "the host the event is about"},
	KeyHostIP:              {"host_ip", TypeIP, "host.ip", "device.ip", "its address"},
	KeyHostID:              {"host_id", TypeString, "host.id", "device.uid", "its id"},
	KeyHostMAC:             {"host_mac", TypeMAC, "host.mac", "device.mac", "its hardware address"},
	KeyHostOS:              {"host_os", TypeString, "host.os.name", "device.os.name", "its operating system"},
	KeyHostOSVersion:       {"host_os_version", TypeString, "host.os.version", "device.os.version", "version of that"},
	KeyObserver:            {"observer", TypeString, "observer.hostname", "metadata.loggers.name", "the device that saw the event, where it is not the host itself"},
	KeyObserverIP:          {"observer_ip", TypeIP, "observer.ip", "unmapped.observer_ip", "its address"},
	KeyObserverSerial:      {"observer_serial", TypeString, "observer.serial_number", "metadata.loggers.uid", "its serial number"},
	KeyUser:                {"user", TypeUser, "user.name", "actor.user.name", "who did it"},
	KeyUserID:              {"user_id", TypeString, "user.id", "actor.user.uid", "SID, uid or principal id of that"},
	KeyUserDomain:          {"user_domain", TypeString, "user.domain", "actor.user.domain", "its domain"},
	KeyUserEmail:           {"user_email", TypeEmail, "user.email", "actor.user.email_addr", "its address"},
	KeyUserFullName:        {"user_full_name", TypeString, "user.full_name", "actor.user.full_name", "its name for people"},
	KeyUserType:            {"user_type", TypeString, "labels.user_type", "actor.user.type", "kind of account"},
	KeyUserGroup:           {"user_group", TypeString, "user.group.name", "actor.user.groups.name", "its group"},
	KeyUserRole:            {"user_role", TypeString, "user.roles", "unmapped.user_role", "its role"},
	KeyUserARN:             {"user_arn", TypeString, "labels.user_arn", "actor.user.uid_alt", "its resource name in a cloud"},
	KeyTargetUser:          {"target_user", TypeUser, "user.target.name", "user.name", "the account acted on"},
	KeyTargetUserID:        {"target_user_id", TypeString, "user.target.id", "user.uid", "its SID, uid or principal id"},
	KeyTargetUserDomain:    {"target_user_domain", TypeString, "user.target.domain", "user.domain", "its domain"},
	KeyTargetUserEmail:     {"target_user_email", TypeEmail, "user.target.email", "user.email_addr", "its address"},
	KeyEffectiveUser:       {"effective_user", TypeUser, "user.effective.name", "unmapped.effective_user", "who it acted as"},
	KeyEffectiveUserID:     {"effective_user_id", TypeString, "user.effective.id", "unmapped.effective_user_id", "id of that"},
	KeyGroup:               {"group", TypeString, "group.name", "group.name", "the group acted on"},
	KeyGroupID:             {"group_id", TypeString, "group.id", "group.uid", "its id"},
	KeySessionID:           {"session_id", TypeString, "labels.session_id", "session.uid", "session or terminal"},
	KeyLogonType:           {"logon_type", TypeString, "labels.logon_type", "logon_type", "how it logged on"},
	KeyLogonID:             {"logon_id", TypeString, "labels.logon_id", "session.uid_alt", "Windows logon id"},
	KeyAuthMethod:          {"auth_method", TypeString, "labels.auth_method", "auth_protocol", "method or protocol of the authentication"},
	KeyMFA:                 {"mfa", TypeBool, "labels.mfa", "is_mfa", "more than one factor was used"},
	KeyAccessKey:           {"access_key", TypeString, "labels.access_key", "actor.session.credential_uid", "access key used"},
	KeySrcIP:               {"src_ip", TypeIP, "source.ip", "src_endpoint.ip", "where it came from"},
	KeySrcPort:             {"src_port", TypePort, "source.port", "src_endpoint.port", "its port"},
	KeySrcHost:             {"src_host", TypeDomain, "source.domain", "src_endpoint.hostname", "its name"},
	KeySrcMAC:              {"src_mac", TypeMAC, "source.mac", "src_endpoint.mac", "its hardware address"},
	KeySrcNATIP:            {"src_nat_ip", TypeIP, "source.nat.ip", "src_endpoint.proxy_endpoint.ip", "address after translation"},
	KeySrcNATPort:          {"src_nat_port", TypePort, "source.nat.port", "src_endpoint.proxy_endpoint.port", "port after translation"},
	KeySrcZone:             {"src_zone", TypeString, "observer.ingress.zone", "src_endpoint.zone", "zone of a firewall"},
	KeySrcCountry:          {"src_country", TypeString, "source.geo.country_name", "src_endpoint.location.country", "country"},
	KeySrcUser:             {"src_user", TypeUser, "source.user.name", "src_endpoint.owner.name", "user at that end"},
	KeyDstIP:               {"dst_ip", TypeIP, "destination.ip", "dst_endpoint.ip", "where it went"},
	KeyDstPort:             {"dst_port", TypePort, "destination.port", "dst_endpoint.port", "its port"},
	KeyDstHost:             {"dst_host", TypeDomain, "destination.domain", "dst_endpoint.hostname", "its name"},
	KeyDstMAC:              {"dst_mac", TypeMAC, "destination.mac", "dst_endpoint.mac", "its hardware address"},
	KeyDstNATIP:            {"dst_nat_ip", TypeIP, "destination.nat.ip", "dst_endpoint.proxy_endpoint.ip", "address after translation"},
	KeyDstNATPort:          {"dst_nat_port", TypePort, "destination.nat.port", "dst_endpoint.proxy_endpoint.port", "port after translation"},
	KeyDstZone:             {"dst_zone", TypeString, "observer.egress.zone", "dst_endpoint.zone", "zone of a firewall"},
	KeyDstCountry:          {"dst_country", TypeString, "destination.geo.country_name", "dst_endpoint.location.country", "country"},
	KeyDstUser:             {"dst_user", TypeUser, "destination.user.name", "dst_endpoint.owner.name", "user at that end"},
	KeyTransport:           {"transport", TypeString, "network.transport", "connection_info.protocol_name", "tcp, udp, icmp, ..."},
	KeyProtocolNum:         {"protocol_num", TypeInt, "network.iana_number", "connection_info.protocol_num", "IANA protocol number"},
	KeyProtocol:            {"protocol", TypeString, "network.protocol", "app_name", "application protocol"},
	KeyDirection:           {"direction", TypeString, "network.direction", "connection_info.direction", "inbound, outbound, internal, external"},
	KeyNetworkType:         {"network_type", TypeString, "network.type", "connection_info.protocol_ver", "ipv4 or ipv6"},
	KeyCommunityID:         {"community_id", TypeString, "network.community_id", "connection_info.community_uid", "flow id common to tools"},
	KeyFlowID:              {"flow_id", TypeString, "labels.flow_id", "connection_info.uid", "the source's flow or session id"},
	KeyConnState:           {"conn_state", TypeString, "labels.conn_state", "unmapped.conn_state", "state of the connection"},
	KeyTCPFlags:            {"tcp_flags", TypeInt, "labels.tcp_flags", "connection_info.tcp_flags", "TCP flags"},
	KeyVLAN:                {"vlan", TypeString, "network.vlan.id", "src_endpoint.vlan_uid", "VLAN"},
	KeyInterfaceIn:         {"interface_in", TypeString, "observer.ingress.interface.name", "src_endpoint.interface_name", "interface it came in by"},
	KeyInterfaceOut:        {"interface_out", TypeString, "observer.egress.interface.name", "dst_endpoint.interface_name", "interface it left by"},
	KeyBytes:               {"bytes", TypeInt, "network.bytes", "traffic.bytes", "bytes both ways"},
	KeyBytesOut:            {"bytes_out", TypeInt, "source.bytes", "traffic.bytes_out", "bytes sent by the source"},
	KeyBytesIn:             {"bytes_in", TypeInt, "destination.bytes", "traffic.bytes_in", "bytes sent by the destination"},
	KeyPackets:             {"packets", TypeInt, "network.packets", "traffic.packets", "packets both ways"},
	KeyPacketsOut:          {"packets_out", TypeInt, "source.packets", "traffic.packets_out", "packets sent by the source"},
	KeyPacketsIn:           {"packets_in", TypeInt, "destination.packets", "traffic.packets_in", "packets sent by the destination"},
	KeyDomain:              {"domain", TypeDomain, "url.registered_domain", "unmapped.domain", "a domain the event is about"},
	KeyDNSQuery:            {"dns_query", TypeDomain, "dns.question.name", "query.hostname", "name asked for"},
	KeyDNSType:             {"dns_type", TypeString, "dns.question.type", "query.type", "record type asked for"},
	KeyDNSClass:            {"dns_class", TypeString, "dns.question.class", "query.class", "record class asked for"},
	KeyDNSRcode:            {"dns_rcode", TypeString, "dns.response_code", "rcode", "answer code"},
	KeyDNSAnswer:           {"dns_answer", TypeString, "dns.answers.data", "answers.rdata", "first answer"},
	KeyDNSID:               {"dns_id", TypeString, "dns.id", "query.packet_uid", "transaction"},
	KeyURL:                 {"url", TypeURL, "url.original", "http_request.url.url_string", "the address asked for"},
	KeyURLScheme:           {"url_scheme", TypeString, "url.scheme", "http_request.url.scheme", "its scheme"},
	KeyURLDomain:           {"url_domain", TypeDomain, "url.domain", "http_request.url.hostname", "its host"},
	KeyURLPort:             {"url_port", TypePort, "url.port", "http_request.url.port", "its port"},
	KeyURLPath:             {"url_path", TypeString, "url.path", "http_request.url.path", "its path"},
	KeyURLQuery:            {"url_query", TypeString, "url.query", "http_request.url.query_string", "its query"},
	KeyHTTPMethod:          {"http_method", TypeString, "http.request.method", "http_request.http_method", "method"},
	KeyHTTPVersion:         {"http_version", TypeString, "http.version", "http_request.version", "version"},
	KeyHTTPReferrer:        {"http_referrer", TypeURL, "http.request.referrer", "http_request.referrer", "where it came from"},
	KeyHTTPStatus:          {"http_status", TypeInt, "http.response.status_code", "http_response.code", "status of the answer"},
	KeyHTTPRequestBytes:    {"http_request_bytes", TypeInt, "http.request.body.bytes", "http_request.length", "bytes of the request"},
	KeyHTTPResponseBytes:   {"http_response_bytes", TypeInt, "http.response.body.bytes", "http_response.length", "bytes of the answer"},
	KeyHTTPContentType:     {"http_content_type", TypeString, "http.response.mime_type", "http_response.content_type", "type of the answer"},
	KeyUserAgent:           {"user_agent", TypeString, "user_agent.original", "http_request.user_agent", "client software"},
	KeyTLSVersion:          {"tls_version", TypeString, "tls.version", "tls.version", "version"},
	KeyTLSCipher:           {"tls_cipher", TypeString, "tls.cipher", "tls.cipher", "cipher suite"},
	KeyTLSSNI:              {"tls_sni", TypeDomain, "tls.client.server_name", "tls.sni", "name asked for"},
	KeyTLSJA3:              {"tls_ja3", TypeString, "tls.client.ja3", "tls.ja3_hash.value", "fingerprint of the client"},
	KeyTLSJA3S:             {"tls_ja3s", TypeString, "tls.server.ja3s", "tls.ja3s_hash.value", "fingerprint of the server"},
	KeyTLSSubject:          {"tls_subject", TypeString, "tls.server.subject", "tls.certificate.subject", "subject of the server's certificate"},
	KeyTLSIssuer:           {"tls_issuer", TypeString, "tls.server.issuer", "tls.certificate.issuer", "its issuer"},
	KeyTLSSerial:           {"tls_serial", TypeString, "tls.server.x509.serial_number", "tls.certificate.serial_number", "its serial number"},
	KeyEmailFrom:           {"email_from", TypeEmail, "email.from.address", "email.from", "sender"},
	KeyEmailTo:             {"email_to", TypeEmail, "email.to.address", "email.to", "recipient"},
	KeyEmailSubject:        {"email_subject", TypeString, "email.subject", "email.subject", "subject"},
	KeyEmailID:             {"email_id", TypeString, "email.message_id", "email.message_uid", "message id"},
	KeyProcess:             {"process", TypeString, "process.name", "process.name", "name of the program, without its path"},
	KeyProcessPath:         {"process_path", TypePath, "process.executable", "process.file.path", "its file"},
	KeyProcessCmdline:      {"process_cmdline", TypeString, "process.command_line", "process.cmd_line", "its command line"},
	KeyProcessArgs:         {"process_args", TypeString, "process.args", "unmapped.process_args", "its arguments"},
	KeyProcessPID:          {"process_pid", TypeInt, "process.pid", "process.pid", "its id"},
	KeyProcessGUID:         {"process_guid", TypeString, "process.entity_id", "process.uid", "its unique id"},
	KeyProcessTID:          {"process_tid", TypeInt, "process.thread.id", "process.tid", "thread"},
	KeyProcessCWD:          {"process_cwd", TypePath, "process.working_directory", "process.working_directory", "directory it runs in"},
	KeyProcessIntegrity:    {"process_integrity", TypeString, "labels.process_integrity", "process.integrity", "Windows integrity level"},
	KeyProcessExitCode:     {"process_exit_code", TypeInt, "process.exit_code", "exit_code", "exit status"},
	KeyProcessOriginalName: {"process_original_name", TypeString, "process.pe.original_file_name", "process.file.internal_name", "name in its version resource"},
	KeyProcessCompany:      {"process_company", TypeString, "process.pe.company", "process.file.company_name", "company in its version resource"},
	KeyProcessDescription:  {"process_description", TypeString, "process.pe.description", "process.file.desc", "description in its version resource"},
	KeyProcessProduct:      {"process_product", TypeString, "process.pe.product", "process.file.product.name", "product in its version resource"},
	KeyProcessVersion:      {"process_version", TypeString, "process.pe.file_version", "process.file.version", "version in its version resource"},
	KeyProcessMD5:          {"process_md5", TypeHash, "process.hash.md5", "process.file.hashes.md5", "MD5 of its file"},
	KeyProcessSHA1:         {"process_sha1", TypeHash, "process.hash.sha1", "process.file.hashes.sha1", "SHA-1 of its file"},
	KeyProcessSHA256:       {"process_sha256", TypeHash, "process.hash.sha256", "process.file.hashes.sha256", "SHA-256 of its file"},
	KeyProcessImphash:      {"process_imphash", TypeHash, "process.pe.imphash", "process.file.hashes.imphash", "hash of its import table"},
	KeyProcessUser:         {"process_user", TypeUser, "process.user.name", "process.user.name", "account it runs as"},
	KeyProcessTerminal:     {"process_terminal", TypeString, "labels.process_terminal", "actor.session.terminal", "terminal"},
	KeyParent:              {"parent", TypeString, "process.parent.name", "process.parent_process.name", "name of the parent"},
	KeyParentPath:          {"parent_path", TypePath, "process.parent.executable", "process.parent_process.file.path", "its file"},
	KeyParentCmdline:       {"parent_cmdline", TypeString, "process.parent.command_line", "process.parent_process.cmd_line", "its command line"},
	KeyParentPID:           {"parent_pid", TypeInt, "process.parent.pid", "process.parent_process.pid", "its id"},
	KeyParentGUID:          {"parent_guid", TypeString, "process.parent.entity_id", "process.parent_process.uid", "its unique id"},
	KeyParentUser:          {"parent_user", TypeUser, "process.parent.user.name", "actor.process.parent_process.user.name", "account it runs as"},
	KeyTargetProcess:       {"target_process", TypeString, "labels.target_process", "unmapped.target_process", "the process acted on"},
	KeyTargetProcessPath:   {"target_process_path", TypePath, "labels.target_process_path", "unmapped.target_process_path", "its file"},
	KeyTargetProcessPID:    {"target_process_pid", TypeInt, "labels.target_process_pid", "unmapped.target_process_pid", "its id"},
	KeyTargetProcessGUID:   {"target_process_guid", TypeString, "labels.target_process_guid", "unmapped.target_process_guid", "its unique id"},
	KeyGrantedAccess:       {"granted_access", TypeString, "labels.granted_access", "unmapped.granted_access", "rights to the process"},
	KeySyscall:             {"syscall", TypeString, "labels.syscall", "unmapped.syscall", "system call"},
	KeyCapability:          {"capability", TypeString, "labels.capability", "privileges", "privilege used or given"},
	KeyFile:                {"file", TypeString, "file.name", "file.name", "name of the file"},
	KeyFilePath:            {"file_path", TypePath, "file.path", "file.path", "its path"},
	KeyFileDir:             {"file_dir", TypePath, "file.directory", "file.parent_folder", "its directory"},
	KeyFileExt:             {"file_ext", TypeString, "file.extension", "file.ext", "its extension"},
	KeyFileSize:            {"file_size", TypeInt, "file.size", "file.size", "bytes"},
	KeyFileType:            {"file_type", TypeString, "file.mime_type", "file.mime_type", "media type"},
	KeyFileOwner:           {"file_owner", TypeUser, "file.owner", "file.owner.name", "owner"},
	KeyFileMode:            {"file_mode", TypeString, "file.mode", "unmapped.file_mode", "mode"},
	KeyFileInode:           {"file_inode", TypeString, "file.inode", "file.uid", "inode"},
	KeyFileTarget:          {"file_target", TypePath, "file.target_path", "file_result.path", "path after a rename, or what a link points to"},
	KeyFileMD5:             {"file_md5", TypeHash, "file.hash.md5", "file.hashes.md5", "MD5"},
	KeyFileSHA1:            {"file_sha1", TypeHash, "file.hash.sha1", "file.hashes.sha1", "SHA-1"},
	KeyFileSHA256:          {"file_sha256", TypeHash, "file.hash.sha256", "file.hashes.sha256", "SHA-256"},
	KeyModulePath:          {"module_path", TypePath, "dll.path", "module.file.path", "library or driver loaded"},
	KeyModule:              {"module", TypeString, "dll.name", "module.file.name", "its name"},
	KeySigned:              {"signed", TypeBool, "dll.code_signature.exists", "unmapped.signed", "it carries a signature"},
	KeySigner:              {"signer", TypeString, "dll.code_signature.subject_name", "unmapped.signer", "who signed"},
	KeySignatureStatus:     {"signature_status", TypeString, "dll.code_signature.status", "unmapped.signature_status", "state of the signature"},
	KeyPipe:                {"pipe", TypeString, "labels.pipe", "unmapped.pipe", "named pipe"},
	KeyScript:              {"script", TypeString, "labels.script", "script.script_content.value", "text of a script"},
	KeyRegistryPath:        {"registry_path", TypePath, "registry.path", "reg_key.path", "path of key and value"},
	KeyRegistryKey:         {"registry_key", TypePath, "registry.key", "reg_key.path", "key"},
	KeyRegistryValue:       {"registry_value", TypeString, "registry.value", "reg_value.name", "value"},
	KeyRegistryData:        {"registry_data", TypeString, "registry.data.strings", "reg_value.reg_string_data", "data"},
	KeyService:             {"service", TypeString, "service.name", "win_service.name", "service"},
	KeyServicePath:         {"service_path", TypePath, "labels.service_path", "win_service.cmd_line", "its command line"},
	KeyServiceType:         {"service_type", TypeString, "service.type", "win_service.service_type", "its type"},
	KeyServiceStart:        {"service_start", TypeString, "labels.service_start", "win_service.service_start_type", "how it starts"},
	KeyServiceAccount:      {"service_account", TypeUser, "labels.service_account", "win_service.service_start_name", "account it runs as"},
	KeyTask:                {"task", TypeString, "labels.task", "job.name", "scheduled task or cron job"},
	KeyTaskCommand:         {"task_command", TypeString, "labels.task_command", "job.cmd_line", "what it runs"},
	KeyShare:               {"share", TypeString, "labels.share", "share", "network share"},
	KeyObject:              {"object", TypeString, "labels.object", "entity.name", "object acted on, where it is none of the others"},
	KeyObjectType:          {"object_type", TypeString, "labels.object_type", "entity.type", "kind of it"},
	KeyCloudProvider:       {"cloud_provider", TypeString, "cloud.provider", "cloud.provider", "aws, azure, gcp, ..."},
	KeyCloudAccount:        {"cloud_account", TypeString, "cloud.account.id", "cloud.account.uid", "account, subscription or tenant"},
	KeyCloudAccountName:    {"cloud_account_name", TypeString, "cloud.account.name", "cloud.account.name", "its name"},
	KeyCloudRegion:         {"cloud_region", TypeString, "cloud.region", "cloud.region", "region"},
	KeyCloudZone:           {"cloud_zone", TypeString, "cloud.availability_zone", "cloud.zone", "zone"},
	KeyCloudProject:        {"cloud_project", TypeString, "cloud.project.id", "cloud.project_uid", "project"},
	KeyCloudOrg:            {"cloud_org", TypeString, "organization.id", "cloud.org.uid", "organisation"},
	KeyCloudOrgName:        {"cloud_org_name", TypeString, "organization.name", "cloud.org.name", "its name"},
	KeyCloudInstance:       {"cloud_instance", TypeString, "cloud.instance.id", "device.instance_uid", "machine"},
	KeyCloudVPC:            {"cloud_vpc", TypeString, "network.name", "src_endpoint.vpc_uid", "virtual network"},
	KeyAPIService:          {"api_service", TypeString, "cloud.service.name", "api.service.name", "service called"},
	KeyAPI:                 {"api", TypeString, "labels.api", "api.operation", "operation called"},
	KeyAPIVersion:          {"api_version", TypeString, "labels.api_version", "api.version", "version of it"},
	KeyAPIRequestID:        {"api_request_id", TypeString, "http.request.id", "api.request.uid", "request"},
	KeyAPIError:            {"api_error", TypeString, "error.type", "api.response.error", "error code of the answer"},
	KeyAPIErrorMessage:     {"api_error_message", TypeString, "error.message", "api.response.error_message", "its text"},
	KeyReadOnly:            {"read_only", TypeBool, "labels.read_only", "unmapped.read_only", "the call changes nothing"},
	KeyResource:            {"resource", TypeString, "labels.resource", "resources.name", "resource acted on"},
	KeyResourceID:          {"resource_id", TypeString, "labels.resource_id", "resources.uid", "its id"},
	KeyResourceType:        {"resource_type", TypeString, "labels.resource_type", "resources.type", "its type"},
	KeyK8sNamespace:        {"k8s_namespace", TypeString, "orchestrator.namespace", "unmapped.k8s_namespace", "namespace"},
	KeyK8sCluster:          {"k8s_cluster", TypeString, "orchestrator.cluster.name", "unmapped.k8s_cluster", "cluster"},
	KeyContainerID:         {"container_id", TypeString, "container.id", "device.container.uid", "container"},
	KeyContainer:           {"container", TypeString, "container.name", "device.container.name", "its name"},
	KeyContainerImage:      {"container_image", TypeString, "container.image.name", "unmapped.container_image", "its image"},
	KeyPod:                 {"pod", TypeString, "orchestrator.resource.name", "unmapped.pod", "pod"},
	KeyRuleID:              {"rule_id", TypeString, "rule.id", "finding_info.analytic.uid", "rule of the product that fired"},
	KeyRule:                {"rule", TypeString, "rule.name", "finding_info.analytic.name", "its name"},
	KeyRuleCategory:        {"rule_category", TypeString, "rule.category", "finding_info.analytic.category", "its category"},
	KeyRuleDescription:     {"rule_description", TypeString, "rule.description", "finding_info.desc", "its description"},
	KeyRuleset:             {"ruleset", TypeString, "rule.ruleset", "policy.name", "policy or rule set"},
	KeyFinding:             {"finding", TypeString, "labels.finding", "finding_info.title", "title of a finding"},
	KeyFindingID:           {"finding_id", TypeString, "labels.finding_id", "finding_info.uid", "id of it"},
	KeyThreat:              {"threat", TypeString, "threat.indicator.name", "malware.name", "malware or threat named"},
	KeyTechnique:           {"technique", TypeString, "threat.technique.id", "attacks.technique.uid", "ATT&CK technique the source names"},
	KeyTactic:              {"tactic", TypeString, "threat.tactic.name", "attacks.tactic.name", "ATT&CK tactic the source names"},
	KeyVendorRisk:          {"vendor_risk", TypeFloat, "labels.vendor_risk", "unmapped.vendor_risk", "risk in the source's own scale"},
	KeyVendorConfidence:    {"vendor_confidence", TypeFloat, "labels.vendor_confidence", "unmapped.vendor_confidence", "confidence in the source's own scale"},
	KeyBaseline:            {"baseline", TypeFloat, "", "", "baseline severity, 1 to 10"},
	KeyAssetCriticality:    {"asset_criticality", TypeString, "labels.asset_criticality", "unmapped.asset_criticality", "low, medium, high or critical"},
	KeyIdentityRisk:        {"identity_risk", TypeFloat, "user.risk.calculated_score_norm", "actor.user.risk_score", "0 to 1"},
	KeyConfidence:          {"confidence", TypeFloat, "labels.confidence", "confidence_score", "0 to 1"},
}

var keyByName = func() map[string]Key {
	m := make(map[string]Key, NumKeys)
	for k := Key(1); k < NumKeys; k++ {
		m[Vocabulary[k].Name] = k
	}
	return m
}()

// KeyNamed gives the key of a name in prescore's own vocabulary; 0, false where there is none. For use when the engine opens.
func KeyNamed(name string) (Key, bool) {
	k, ok := keyByName[name]
	return k, ok
}

// String gives the key's name.
func (k Key) String() string { return Vocabulary[k].Name }
