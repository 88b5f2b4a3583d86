package event

// Class is the OCSF class_uid of an event; 0 is base_event: not classified.
type Class uint32

// The OCSF 1.8 classes that mappings use. Their names are ClassName's.
const (
	BaseEvent             Class = 0
	FileActivity          Class = 1001
	KernelExtension       Class = 1002
	KernelActivity        Class = 1003
	MemoryActivity        Class = 1004
	ModuleActivity        Class = 1005
	ScheduledJobActivity  Class = 1006
	ProcessActivity       Class = 1007
	EventLogActivity      Class = 1008
	ScriptActivity        Class = 1009
	RegistryKeyActivity   Class = 201001
	RegistryValueActivity Class = 201002
	WindowsService        Class = 201004
	SecurityFinding       Class = 2001
	VulnerabilityFinding  Class = 2002
	ComplianceFinding     Class = 2003
	DetectionFinding      Class = 2004
	IncidentFinding       Class = 2005
	DataSecurityFinding   Class = 2006
	AccountChange         Class = 3001
	Authentication        Class = 3002
	AuthorizeSession      Class = 3003
	EntityManagement      Class = 3004
	UserAccess            Class = 3005
	GroupManagement       Class = 3006
	NetworkActivity       Class = 4001
	HTTPActivity          Class = 4002
	DNSActivity           Class = 4003
	DHCPActivity          Class = 4004
	RDPActivity           Class = 4005
	SMBActivity           Class = 4006
	SSHActivity           Class = 4007
	FTPActivity           Class = 4008
	EmailActivity         Class = 4009
	NetworkFileActivity   Class = 4010
	NTPActivity           Class = 4013
	TunnelActivity        Class = 4014
	DeviceInventory       Class = 5001
	DeviceConfigState     Class = 5002
	SoftwareInventory     Class = 5020
	OSINTInventory        Class = 5021
	WebResourcesActivity  Class = 6001
	ApplicationLifecycle  Class = 6002
	APIActivity           Class = 6003
	WebResourceAccess     Class = 6004
	DatastoreActivity     Class = 6005
	FileHosting           Class = 6006
	ScanActivity          Class = 6007
	ApplicationError      Class = 6008
)

// classInfo is one class: its caption in snake_case and what its activity_id values mean, from 1 on ("" where one is not used).
type classInfo struct {
	name       string
	activities []string
}

var (
	crud   = []string{"create", "read", "update", "delete"}
	flow   = []string{"open", "close", "reset", "fail", "refuse", "traffic", "listen"}
	record = []string{"create", "update", "close"}
)

var classes = map[Class]classInfo{
	BaseEvent:       {"base_event", nil},
	FileActivity:    {"file_activity", []string{"create", "read", "update", "delete", "rename", "set_attributes", "set_security", "get_attributes", "get_security", "encrypt", "decrypt", "mount", "unmount", "open"}},
	KernelExtension: {"kernel_extension", []string{"load", "unload"}}, KernelActivity: {"kernel_activity", []string{"create", "read", "delete", "invoke"}},
	MemoryActivity:       {"memory_activity", []string{"allocate_page", "modify_page", "delete_page", "buffer_overflow", "disable_dep", "enable_dep", "read", "write", "map_view"}},
	ModuleActivity:       {"module_activity", []string{"load", "unload", "invoke"}},
	ScheduledJobActivity: {"scheduled_job_activity", []string{"create", "update", "delete", "enable", "disable", "start"}},
	ProcessActivity:      {"process_activity", []string{"launch", "terminate", "open", "inject", "set_user_id"}},
	EventLogActivity:     {"event_log_activity", []string{"clear", "delete", "export", "archive", "rotate", "start", "stop", "restart", "enable", "disable"}},
	ScriptActivity:       {"script_activity", []string{"execute"}},
	RegistryKeyActivity:  {"registry_key_activity", []string{"create", "read", "modify", "delete", "rename", "set_security", "restore", "import", "export"}}, RegistryValueActivity: {"registry_value_activity", []string{"get", "set", "modify", "delete"}},
	WindowsService:  {"windows_service_activity", []string{"create", "reconfigure", "start", "stop", "pause", "continue", "delete"}},
	SecurityFinding: {"security_finding", []string{"create", "update", "close"}}, VulnerabilityFinding: {"vulnerability_finding", record}, ComplianceFinding: {"compliance_finding", record},
	DetectionFinding: {"detection_finding", record}, IncidentFinding: {"incident_finding", record}, DataSecurityFinding: {"data_security_finding", []string{"create", "update", "close", "suppressed"}},
	AccountChange:    {"account_change", []string{"create", "enable", "password_change", "password_reset", "disable", "delete", "attach_policy", "detach_policy", "lock", "mfa_factor_enable", "mfa_factor_disable", "unlock"}},
	Authentication:   {"authentication", []string{"logon", "logoff", "authentication_ticket", "service_ticket_request", "service_ticket_renew", "preauth", "account_switch"}},
	AuthorizeSession: {"authorize_session", []string{"assign_privileges", "assign_groups"}}, EntityManagement: {"entity_management", []string{"create", "read", "update", "delete", "move", "enroll", "unenroll", "enable", "disable", "activate", "deactivate", "suspend", "resume"}},
	UserAccess: {"user_access", []string{"assign_privileges", "revoke_privileges"}}, GroupManagement: {"group_management", []string{"assign_privileges", "revoke_privileges", "add_user", "remove_user", "delete", "create", "add_subgroup", "remove_subgroup"}},
	NetworkActivity: {"network_activity", flow}, HTTPActivity: {"http_activity", []string{"connect", "delete", "get", "head", "options", "post", "put", "trace", "patch"}},
	DNSActivity: {"dns_activity", []string{"query", "response", "", "", "", "traffic"}}, DHCPActivity: {"dhcp_activity", []string{"discover", "offer", "request", "decline", "ack", "nak", "release", "inform", "expire"}},
	RDPActivity: {"rdp_activity", []string{"initial_request", "initial_response", "connect_request", "connect_response", "tls_handshake", "traffic", "disconnect", "reconnect"}},
	SMBActivity: {"smb_activity", []string{"file_supersede", "file_open", "file_create", "file_open_if", "file_overwrite", "file_overwrite_if"}}, SSHActivity: {"ssh_activity", flow},
	FTPActivity: {"ftp_activity", []string{"put", "get", "poll", "delete", "rename", "list"}}, EmailActivity: {"email_activity", []string{"send", "receive", "scan", "trace"}},
	NetworkFileActivity: {"network_file_activity", []string{"upload", "download", "update", "delete", "rename", "copy", "move", "restore", "preview", "lock", "unlock", "share", "unshare", "open", "sync", "unsync"}},
	NTPActivity:         {"ntp_activity", []string{"symmetric_active_exchange", "symmetric_passive_response", "client_synchronization", "server_response", "broadcast", "control", "private_use_case"}}, TunnelActivity: {"tunnel_activity", []string{"open", "close", "renew"}},
	DeviceInventory: {"device_inventory_info", []string{"log", "collect"}}, DeviceConfigState: {"device_config_state", []string{"log", "collect"}},
	SoftwareInventory: {"software_inventory_info", []string{"log", "collect"}}, OSINTInventory: {"osint_inventory_info", []string{"log", "collect"}},
	WebResourcesActivity: {"web_resources_activity", []string{"create", "read", "update", "delete", "search", "import", "export", "share"}}, ApplicationLifecycle: {"application_lifecycle", []string{"install", "remove", "start", "stop", "restart", "enable", "disable", "update"}},
	APIActivity: {"api_activity", crud}, WebResourceAccess: {"web_resource_access_activity", []string{"access_grant", "access_deny", "access_revoke", "access_error"}},
	DatastoreActivity: {"datastore_activity", []string{"read", "update", "connect", "query", "write", "create", "delete", "list", "encrypt", "decrypt"}}, FileHosting: {"file_hosting", []string{"upload", "download", "update", "delete", "rename", "copy", "move", "restore", "preview", "lock", "unlock", "share", "unshare", "open", "sync", "unsync", "access_check"}},
	ScanActivity: {"scan_activity", []string{"started", "completed", "cancelled", "duration_violation", "pause_violation", "error", "paused", "resumed", "restarted", "delayed"}}, ApplicationError: {"application_error", []string{"general_error", "translation_error"}},
}

// The classes of a category are numbered from 1; those of the Windows extension have 201 before the number. slots lays them out so
// that a class costs an index on the record path and not a search.
const (
	categories  = 10
	perCategory = 32
	windows     = 201000
)

// slot gives a class's place in classTable; 0, that of base_event, for whatever is none.
func (c Class) slot() int {
	n := uint32(c)
	if n-windows < perCategory {
		return categories*perCategory + int(n-windows)
	}
	if n/1000 < categories && n%1000 < perCategory {
		return int(n/1000*perCategory + n%1000)
	}
	return 0
}

var classTable = func() (t [ClassSlots]classInfo) {
	for c, i := range classes {
		t[c.slot()] = i
	}
	return t
}()

func (c Class) info() *classInfo {
	n := c.slot()
	if n == 0 && c != BaseEvent {
		return &noClass
	}
	return &classTable[n]
}

var noClass classInfo

// ActivityOther is the activity_id of an activity that the class has no number for; ActivityUnknown where none is known.
const (
	ActivityUnknown = 0
	ActivityOther   = 99
)

// ClassSlots bounds Slot.
const ClassSlots = (categories + 1) * perCategory

// Slot gives a place for the class in an array of ClassSlots: its own where it is one of the vocabulary, else that of base_event.
func (c Class) Slot() int { return c.slot() }

// Name gives the class's OCSF name in snake_case ("process_activity"), "" where it is not one of the vocabulary.
func (c Class) Name() string { return c.info().name }

// ClassNamed gives the class of an OCSF name, false where there is none. For use when the engine opens.
func ClassNamed(name string) (Class, bool) {
	for c, i := range classes {
		if i.name == name {
			return c, true
		}
	}
	return 0, false
}

// Activity gives the name of an activity_id of the class ("launch"), "" where it has none.
func (c Class) Activity(id uint8) string {
	if id == ActivityOther {
		return "other"
	}
	if a := c.info().activities; id > 0 && int(id) <= len(a) {
		return a[id-1]
	}
	return ""
}

// ActivityNamed gives the activity_id of a name within the class, false where it has none. For use when the engine opens.
func (c Class) ActivityNamed(name string) (uint8, bool) {
	if name == "other" {
		return ActivityOther, true
	}
	for i, a := range classes[c].activities {
		if a == name && a != "" {
			return uint8(i + 1), true
		}
	}
	return 0, false
}

// Category gives the OCSF category_uid: the thousands of the class, without the number of an extension.
func (c Class) Category() uint32 { return uint32(c) % 100000 / 1000 }
