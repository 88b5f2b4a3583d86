package project

import "prescore/engine/event"

// of makes a derived column that is written from the first of its keys that is set, or from all of them, as its op says.
func of(path string, o op, keys ...event.Key) column {
	return column{path: path, op: o, any: keysOf(keys...), keys: keys}
}

// when restricts a column.
func (c column) when(is cond) column {
	c.cond = is
	return c
}

// in restricts a column to one class.
func (c column) in(class event.Class) column {
	c.class = class
	return c
}

// also makes a column an echo: its keys stand at another place too, or go to unmapped where there is none.
func (c column) also() column {
	c.echo = true
	return c
}

// ocsfFills are the columns that more than one key makes, and those that keep classes and objects legal: what OCSF requires and
// the event does not say is OCSF's own unknown.
func ocsfFills() []column {
	hashes := []event.Key{event.KeyProcessMD5, event.KeyProcessSHA1, event.KeyProcessSHA256, event.KeyProcessImphash}
	cols := []column{
		of("connection_info.direction_id", ocsfDirectionID, event.KeyDirection),
		of("connection_info.direction", ocsfDirection, event.KeyDirection),
		zero("connection_info", "direction_id"),
		of("connection_info.protocol_ver_id", ocsfIPVersionID, event.KeyNetworkType),
		of("connection_info.protocol_ver", ocsfIPVersion, event.KeyNetworkType),
		fill("connection_info.protocol_ver_id", ocsfAddressVersionID, "", "connection_info", ""),
		fill("connection_info.protocol_ver", ocsfAddressVersion, "", "connection_info", ""),
		fill("connection_info.protocol_num", ocsfProtocolOf, "", "connection_info.protocol_name", ""),
		of("logon_type_id", ocsfLogonTypeID, event.KeyLogonType),
		of("logon_type", ocsfLogonType, event.KeyLogonType),
		of("auth_protocol_id", ocsfAuthProtocolID, event.KeyAuthMethod),
		of("auth_protocol", ocsfAuthProtocol, event.KeyAuthMethod),
		of("rcode_id", ocsfRcodeID, event.KeyDNSRcode),
		of("rcode", ocsfRcode, event.KeyDNSRcode),
		of("answers", ocsfData, event.KeyDNSAnswer),
		of("device.os.type_id", ocsfOSType, event.KeyHostOS),
		of("actor.user.type", ocsfText, event.KeyUserType),
		fill("actor.user.type_id", opConst, "\x63", "actor.user.type", ""),
		of("actor.user.groups", ocsfNamed, event.KeyUserGroup),
		of("resources", ocsfResource, event.KeyResource, event.KeyResourceID, event.KeyResourceType),
		of("web_resources", ocsfResource, event.KeyResource, event.KeyResourceID, event.KeyResourceType),
		of("entity.name", ocsfText, event.KeyObject, event.KeyResource, event.KeyTargetUser, event.KeyGroup),
		of("entity.uid", ocsfText, event.KeyResourceID),
		of("database.name", ocsfText, event.KeyResource, event.KeyObject),
		of("reg_key.path", ocsfText, event.KeyRegistryKey, event.KeyRegistryPath),
		of("reg_value.path", ocsfText, event.KeyRegistryKey, event.KeyRegistryPath),
		of("win_service.service_start_type", ocsfText, event.KeyServiceStart),
		fill("win_service.service_start_type_id", opConst, "\x63", "win_service.service_start_type", ""),
		of("win_service.service_type", ocsfText, event.KeyServiceType),
		fill("win_service.service_type_id", opConst, "\x63", "win_service.service_type", ""),
		of("privileges", ocsfList, event.KeyCapability),
		of("finding_info.title", ocsfText, event.KeyFinding, event.KeyRule),
		of("finding_info.uid", ocsfText, event.KeyFindingID, event.KeyRuleID),
		of("finding.title", ocsfText, event.KeyFinding, event.KeyRule),
		of("finding.uid", ocsfText, event.KeyFindingID, event.KeyRuleID),
		of("osint", ocsfIndicators, event.KeyFileSHA256, event.KeyFileSHA1, event.KeyFileMD5, event.KeyURL, event.KeyDomain, event.KeyEmailFrom,
			event.KeySrcIP).in(event.OSINTInventory),
		of("log_name", ocsfText, event.KeyLogName).also(),

		// A process that was started has its parent at both places.
		of("process.parent_process.name", ocsfText, event.KeyParent).when(own).also(),
		of("process.parent_process.pid", ocsfLong, event.KeyParentPID).when(own).also(),
		of("process.parent_process.uid", ocsfText, event.KeyParentGUID).when(own).also(),
		of("process.parent_process.cmd_line", ocsfText, event.KeyParentCmdline).when(own).also(),
		of("process.parent_process.file.path", ocsfText, event.KeyParentPath).when(own).also(),

		of("process.path", ocsfText, event.KeyProcessPath).when(own).also(),
		of("process.path", ocsfText, event.KeyTargetProcessPath).when(target).also(),
		of("actor.process.path", ocsfText, event.KeyParentPath).when(own).also(),
		of("actor.process.path", ocsfText, event.KeyProcessPath).when(other).also(),
		of("process.parent_process.path", ocsfText, event.KeyParentPath).when(own).also(),
		of("actor.process.parent_process.path", ocsfText, event.KeyParentPath).when(other).also(),

		// A file has a name.
		of("process.file.name", ocsfBase, event.KeyTargetProcessPath).when(target).also(),
		of("process.file.name", ocsfBase, event.KeyProcessPath).when(own).also(),
		of("process.parent_process.file.name", ocsfBase, event.KeyParentPath).when(own).also(),
		of("actor.process.file.name", ocsfBase, event.KeyParentPath).when(own).also(),
		of("actor.process.file.name", ocsfBase, event.KeyProcessPath).when(other).also(),
		of("actor.process.parent_process.file.name", ocsfBase, event.KeyParentPath).when(other).also(),
		of("file.name", ocsfBase, event.KeyFile, event.KeyFilePath),
		of("file_result.name", ocsfBase, event.KeyFileTarget).also(),
		of("module.file.name", ocsfBase, event.KeyModule, event.KeyModulePath),
		of("driver.file.name", ocsfBase, event.KeyModule, event.KeyModulePath),
		of("process.file.hashes", ocsfHashes, hashes...).when(own),
		of("actor.process.file.hashes", ocsfHashes, hashes...).when(other),
		of("file.hashes", ocsfHashes, event.KeyFileMD5, event.KeyFileSHA1, event.KeyFileSHA256),

		// What classes require.
		fill("actor.app_name", ocsfSource, "", "actor", "user process session"),
		fill("service.name", ocsfSource, "", "=service", ""),
		fill("driver.file.name", opConst, unknown, "=driver", ""),
		fill("log_name", ocsfSource, "", "log_name", ""),
		fill("app.name", ocsfProduct, "", "app", ""),
		fill("state_id", opConst, "\x01", "state_id", ""),
		fill("vulnerabilities", ocsfVulnerability, "", "vulnerabilities", ""),
		fill("compliance.control", ocsfControl, "", "compliance", ""),
		fill("finding_info_list", ocsfFindingList, "", "finding_info_list", ""),
		fill("assignee.name", opConst, unknown, "assignee", ""),
		fill("status_id", opConst, "\x00", "status_id", "").in(event.IncidentFinding),
		fill("osint", ocsfIndicators, "", "osint", ""),
		fill("direction_id", ocsfDirectionID, "", "direction_id", ""),
		fill("version", opConst, unknown, "version", ""),
		fill("tunnel_type_id", opConst, "\x00", "tunnel_type_id", ""),
		fill("web_resources", opConst, "\x91\x81\xa4name"+unknown, "web_resources", ""),
		fill("privileges", opConst, "\x91"+unknown, "privileges", ""),
		fill("finding_info.uid", ocsfUID, "", "finding_info", ""),
		fill("finding_info.analytic.type_id", opConst, "\x01", "finding_info.analytic", ""),
		fill("finding.uid", ocsfUID, "", "finding", ""),
		fill("finding.title", opConst, unknown, "finding", ""),
		fill("process.uid", opConst, unknown, "process", "pid"),
		fill("actor.process.uid", opConst, unknown, "actor.process", "pid"),
		fill("process.parent_process.uid", opConst, unknown, "process.parent_process", "pid"),
		fill("actor.process.parent_process.uid", opConst, unknown, "actor.process.parent_process", "pid"),
		fill("reg_value.name", opConst, unknown, "reg_value", ""),
		fill("reg_value.path", opConst, unknown, "reg_value", ""),
		fill("reg_key.path", opConst, unknown, "reg_key", ""),
		fill("script.script_content.value", opConst, unknown, "script", "script_content"),
		fill("api.operation", ocsfOperation, "", "api", ""),
		fill("api.request.uid", opConst, unknown, "api.request", ""),
		fill("http_request.http_method", opConst, unknown, "=http_request", ""),
		fill("http_response.code", opConst, "\x00", "http_response", ""),
		fill("query.hostname", opConst, unknown, "query", ""),
		fill("tls.version", opConst, unknown, "tls", ""),
		fill("tls.certificate.issuer", opConst, unknown, "tls.certificate", ""),
		fill("tls.certificate.serial_number", opConst, unknown, "tls.certificate", ""),
		fill("cloud.provider", opConst, unknown, "cloud", ""),
		fill("email.from", opConst, unknown, "email", "to"),
		fill("win_service.service_type_id", opConst, "\x00", "win_service", "cmd_line service_start_name service_start_type service_type"),
		fill("url.url_string", opConst, unknown, "url", "path"),
		fill("http_request.url.url_string", opConst, unknown, "http_request.url", "path"),
	}
	// Objects that only need one name.
	for _, o := range []string{"kernel", "job", "win_service", "group", "database", "scan", "device.os", "firewall_rule",
		"finding_info.analytic", "api.service", "device.container", "process.file.product", "actor.process.file.product"} {
		unless := ""
		switch o {
		case "group", "firewall_rule", "finding_info.analytic", "device.container":
			unless = "uid"
		}
		cols = append(cols, fill(o+".name", opConst, unknown, o, unless))
	}
	for _, o := range []string{"user", "actor.user", "entity"} {
		cols = append(cols, fill(o+".name", opConst, unknown, o, "uid"))
	}
	for _, o := range []string{"device", "src_endpoint", "dst_endpoint", "src_endpoint.proxy_endpoint", "dst_endpoint.proxy_endpoint"} {
		cols = append(cols, fill(o+".name", opConst, unknown, o, "hostname ip uid instance_uid interface_name"))
	}
	for _, o := range []string{"file", "file_result", "module.file", "driver.file"} {
		cols = append(cols, fill(o+".name", opConst, unknown, o, ""), zero(o, "type_id"))
	}
	for _, o := range []string{"process.file", "actor.process.file", "process.parent_process.file", "actor.process.parent_process.file"} {
		cols = append(cols, fill(o+".name", opConst, unknown, o, ""), fill(o+".type_id", opConst, "\x08", o, ""),
			fill(o+".type", opConst, "\xafExecutable File", o, ""))
	}
	for _, o := range []string{"device", "device.os", "kernel", "script", "database", "scan"} {
		cols = append(cols, zero(o, "type_id"))
	}
	for _, o := range []string{"tls.ja3_hash", "tls.ja3s_hash"} { // both are MD5 by definition
		cols = append(cols, fill(o+".algorithm_id", opConst, "\x01", o, ""), fill(o+".algorithm", opConst, "\xa3MD5", o, ""))
	}
	return append(cols, zero("module", "load_type_id"))
}
