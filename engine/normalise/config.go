package normalise

import (
	"time"

	"prescore/engine/option"
)

// Baselines lie between these, as the severity formula wants them.
const (
	minBaseline = 1
	maxBaseline = 10
)

// Config is the room's options.
type Config struct {
	// Folder of the user's own mappings. A file whose name = is that of a built-in mapping replaces it.
	Sources string `toml:"sources"`
	// Zone of times that are written without one: "UTC", "Local" or a name of the IANA database ("Europe/Berlin").
	Timezone string `toml:"timezone"`
	// 03/04/2024 is the third of April.
	DayFirst bool `toml:"day_first"`
	// An event time further ahead of the arrival than this is said as a problem; the time itself is kept.
	MaxAhead option.Duration `toml:"max_ahead"`
	// The same for one that lies behind; "0s" never says it: logs that are replayed are late by nature.
	MaxBehind option.Duration `toml:"max_behind"`
	// Baseline by the vendor's severity: scale -> value -> 1 to 10. Mappings name the scale. "*" is any other value; a scale whose
	// keys are all numbers is interpolated between them.
	Scales map[string]map[string]float64 `toml:"scales"`
	// Baseline where the source says no severity: "class", "class/activity" or "class:outcome" -> 1 to 10, the most exact wins.
	ClassBaseline map[string]float64 `toml:"class_baseline"`
	// What an event of a class must have: one key of each entry ("user|user_id"). What lacks one goes to quarantine.
	Required map[string][]string `toml:"required"`
	// Problems of the parsers that make a record one for quarantine.
	QuarantineProblems []string `toml:"quarantine_problems"`
}

// Defaults gives the built-in options.
func Defaults() Config {
	return Config{
		Timezone:           "UTC",
		MaxAhead:           option.Duration(24 * time.Hour),
		Scales:             defaultScales(),
		ClassBaseline:      defaultClassBaseline(),
		Required:           defaultRequired(),
		QuarantineProblems: []string{"bad_json", "json_cut", "bad_xml", "xml_cut"},
	}
}

// defaultScales are the vendor scales. Log levels (syslog, windows, words) say how the program fares; the others how grave the event
// is. Sources: RFC 5424 table 2, ArcSight CEF 0-10, LEEF 1-10, Sigma levels, OCSF severity_id, GuardDuty's and Wazuh's documentation.
func defaultScales() map[string]map[string]float64 {
	return map[string]map[string]float64{
		"syslog":    {"0": 9, "1": 8, "2": 7, "3": 4, "4": 3, "5": 2, "6": 1, "7": 1},
		"windows":   {"0": 1, "1": 6, "2": 4, "3": 3, "4": 1, "5": 1},
		"cef":       {"0": 1, "3": 3, "4": 4, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10, "Unknown": 2, "Low": 3, "Medium": 5, "High": 8, "Very-High": 10},
		"leef":      {"0": 1, "1": 1, "10": 10},
		"sigma":     {"informational": 1, "low": 3, "medium": 5, "high": 8, "critical": 10},
		"ocsf":      {"0": 1, "1": 1, "2": 3, "3": 5, "4": 7, "5": 9, "6": 10},
		"guardduty": {"0": 1, "1": 2, "4": 5, "7": 8, "8.9": 9, "10": 10},
		"suricata":  {"1": 8, "2": 6, "3": 4, "4": 3, "255": 1},
		"wazuh":     {"0": 1, "3": 2, "5": 3, "7": 5, "10": 7, "12": 8, "15": 10, "16": 10},
		"percent":   {"0": 1, "100": 10},
		"ten":       {"0": 1, "1": 1, "10": 10},
		"ms_level":  {"informational": 2, "low": 4, "medium": 6, "high": 8, "critical": 10},
		"words": {"trace": 1, "debug": 1, "info": 1, "informational": 1, "information": 1, "verbose": 1, "default": 1, "normal": 1, "none": 1, "unknown": 1,
			"notice": 2, "low": 3, "warn": 3, "warning": 3, "minor": 3, "medium": 5, "moderate": 5, "error": 4, "err": 4, "major": 6, "high": 8, "severe": 8,
			"crit": 7, "critical": 9, "alert": 8, "emerg": 9, "emergency": 9, "fatal": 8, "panic": 9},
		"alert_words": {"info": 2, "informational": 2, "information": 2, "none": 1, "unknown": 3, "low": 3, "minor": 3, "warning": 4, "warn": 4, "medium": 5, "moderate": 5,
			"major": 6, "important": 7, "high": 8, "severe": 9, "critical": 10, "very-high": 10},
		"panos":  {"informational": 1, "low": 3, "medium": 5, "high": 8, "critical": 10},
		"falco":  {"emergency": 10, "alert": 9, "critical": 9, "error": 7, "warning": 6, "notice": 4, "informational": 2, "info": 2, "debug": 1},
		"kernel": {"0": 9, "1": 8, "2": 7, "3": 4, "4": 3, "5": 2, "6": 1, "7": 1},
	}
}

// soft names the scales that are log levels: where the class says more, the class counts.
var soft = map[string]bool{"syslog": true, "windows": true, "words": true, "kernel": true}

func defaultClassBaseline() map[string]float64 {
	return map[string]float64{
		"base_event": 1, "file_activity": 1, "file_activity/delete": 2, "kernel_extension": 4, "kernel_activity": 2, "memory_activity": 4, "module_activity": 1,
		"scheduled_job_activity": 3, "scheduled_job_activity/start": 1, "process_activity": 2, "process_activity/terminate": 1, "process_activity/open": 2,
		"process_activity/inject": 5, "event_log_activity": 3, "event_log_activity/clear": 7, "event_log_activity/disable": 6, "event_log_activity/stop": 4,
		"script_activity": 3, "registry_key_activity": 1, "registry_value_activity": 1, "windows_service_activity": 2, "windows_service_activity/create": 4,
		"security_finding": 5, "vulnerability_finding": 4, "compliance_finding": 3, "detection_finding": 5, "incident_finding": 7, "data_security_finding": 5,
		"account_change": 4, "account_change/lock": 3, "authentication": 1, "authentication:failure": 3, "authorize_session": 2, "entity_management": 2,
		"entity_management/delete": 3, "user_access": 4, "group_management": 4, "network_activity": 1, "network_activity/refuse": 2, "network_activity:failure": 2,
		"http_activity": 1, "http_activity:failure": 2, "dns_activity": 1, "dhcp_activity": 1, "rdp_activity": 2, "smb_activity": 2, "ssh_activity": 1,
		"ftp_activity": 2, "email_activity": 1, "network_file_activity": 2, "tunnel_activity": 2, "web_resources_activity": 2, "application_lifecycle": 2,
		"api_activity": 2, "api_activity/read": 1, "api_activity/delete": 3, "api_activity:failure": 3, "datastore_activity": 2, "datastore_activity:failure": 3,
		"web_resource_access_activity:failure": 2, "scan_activity": 3, "file_hosting": 2, "application_error": 2, "device_config_state": 2,
	}
}

// defaultRequired asks for little: what is left without it tells nobody anything.
func defaultRequired() map[string][]string {
	who := "user|user_id|user_email|user_arn|target_user|target_user_id|target_user_email|src_ip|src_host|src_user|access_key|session_id|logon_id|host"
	ends := "src_ip|dst_ip|src_host|dst_host|src_mac|dst_mac|flow_id|host|interface_in|process|observer|cloud_account"
	return map[string][]string{
		"process_activity":  {"process|process_path|process_cmdline|process_pid|process_guid|target_process|message"},
		"authentication":    {who},
		"account_change":    {who + "|group|resource"},
		"group_management":  {who + "|group|group_id|resource"},
		"network_activity":  {ends},
		"dns_activity":      {"dns_query|dns_answer|dns_id|src_ip|dst_ip|host|message"},
		"http_activity":     {"url|url_path|url_domain|http_method|http_status|src_ip|dst_ip|message"},
		"file_activity":     {"file|file_path|file_target|share|object|process|message"},
		"detection_finding": {"rule|rule_id|finding|finding_id|threat|message|rule_description"},
	}
}
