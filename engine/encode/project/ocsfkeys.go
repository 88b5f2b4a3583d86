package project

import (
	"strings"

	"prescore/engine/event"
)

// ocsfKeyText says where the keys stand: a path, the key, and perhaps how it is written and for which events. Of several lines
// with one key the first whose top-level attribute the class has is taken; a key without one goes to unmapped.
const ocsfKeyText = `
message                             message
start_time                          start_time millis
end_time                            end_time millis
duration                            duration ns
status_code                         status_code
status_detail                       reason
metadata.product.vendor_name        vendor
metadata.product.version            product_version
metadata.original_event_uid         event_id
metadata.event_code                 event_code
metadata.log_name                   log_name
metadata.log_provider               log_provider
metadata.log_level                  log_level
metadata.sequence                   sequence
metadata.correlation_uid            correlation_uid
device.hostname                     host
device.ip                           host_ip
device.uid                          host_id
device.mac                          host_mac
device.os.name                      host_os
device.os.version                   host_os_version
device.instance_uid                 cloud_instance
device.container.uid                container_id
device.container.name               container
user.name                           user logon
user.uid                            user_id logon
user.domain                         user_domain logon
user.email_addr                     user_email logon
user.full_name                      user_full_name logon
user.uid_alt                        user_arn logon
user.name                           target_user nologon
user.uid                            target_user_id nologon
user.domain                         target_user_domain nologon
user.email_addr                     target_user_email nologon
actor.user.name                     user
actor.user.uid                      user_id
actor.user.domain                   user_domain
actor.user.email_addr               user_email
actor.user.full_name                user_full_name
actor.user.uid_alt                  user_arn
actor.user.risk_score               identity_risk score
session.uid                         session_id
session.uid_alt                     logon_id
session.credential_uid              access_key
session.terminal                    process_terminal
actor.session.uid                   session_id
actor.session.uid_alt               logon_id
actor.session.credential_uid        access_key
actor.session.terminal              process_terminal
group.name                          group
group.uid                           group_id
is_mfa                              mfa
src_endpoint.ip                     src_ip
src_endpoint.port                   src_port
src_endpoint.hostname               src_host
src_endpoint.mac                    src_mac
src_endpoint.proxy_endpoint.ip      src_nat_ip
src_endpoint.proxy_endpoint.port    src_nat_port
src_endpoint.zone                   src_zone
src_endpoint.location.country       src_country
src_endpoint.owner.name             src_user
src_endpoint.vlan_uid               vlan
src_endpoint.vpc_uid                cloud_vpc
src_endpoint.interface_name         interface_in
dst_endpoint.ip                     dst_ip
dst_endpoint.port                   dst_port
dst_endpoint.hostname               dst_host
dst_endpoint.mac                    dst_mac
dst_endpoint.proxy_endpoint.ip      dst_nat_ip
dst_endpoint.proxy_endpoint.port    dst_nat_port
dst_endpoint.zone                   dst_zone
dst_endpoint.location.country       dst_country
dst_endpoint.owner.name             dst_user
dst_endpoint.interface_name         interface_out
connection_info.protocol_name       transport
connection_info.protocol_num        protocol_num
connection_info.uid                 flow_id
connection_info.community_uid       community_id
connection_info.tcp_flags           tcp_flags
app_name                            protocol
traffic.bytes                       bytes
traffic.bytes_out                   bytes_out
traffic.bytes_in                    bytes_in
traffic.packets                     packets
traffic.packets_out                 packets_out
traffic.packets_in                  packets_in
query.hostname                      dns_query
query.type                          dns_type
query.class                         dns_class
query.packet_uid                    dns_id number
http_request.url.url_string         url
http_request.url.scheme             url_scheme
http_request.url.hostname           url_domain
http_request.url.port               url_port
http_request.url.path               url_path
http_request.url.query_string       url_query
url.url_string                      url
url.scheme                          url_scheme
url.hostname                        url_domain
url.port                            url_port
url.path                            url_path
url.query_string                    url_query
http_request.http_method            http_method
http_request.version                http_version
http_request.referrer               http_referrer
http_request.user_agent             user_agent
http_request.length                 http_request_bytes
http_response.code                  http_status
http_response.length                http_response_bytes
http_response.content_type          http_content_type
tls.version                         tls_version
tls.cipher                          tls_cipher
tls.sni                             tls_sni
tls.ja3_hash.value                  tls_ja3
tls.ja3s_hash.value                 tls_ja3s
tls.certificate.subject             tls_subject
tls.certificate.issuer              tls_issuer
tls.certificate.serial_number       tls_serial
email.from                          email_from
email.to                            email_to list
email.subject                       email_subject
email.message_uid                   email_id
process.name                        target_process target
process.file.path                   target_process_path target
process.pid                         target_process_pid target
process.uid                         target_process_guid target
@                                   process
@.file.path                         process_path
@.cmd_line                          process_cmdline
@.pid                               process_pid
@.uid                               process_guid
process.tid                         process_tid own
@.working_directory                 process_cwd
@.integrity                         process_integrity
@.file.internal_name                process_original_name
@.file.company_name                 process_company
@.file.desc                         process_description
@.file.product.name                 process_product
@.file.version                      process_version
@.user.name                         process_user
%                                   parent
%.file.path                         parent_path
%.cmd_line                          parent_cmdline
%.pid                               parent_pid
%.uid                               parent_guid
%.user.name                         parent_user
exit_code                           process_exit_code
file.path                           file_path
file.parent_folder                  file_dir
file.ext                            file_ext
file.size                           file_size
file.mime_type                      file_type
file.owner.name                     file_owner
file.uid                            file_inode
file_result.path                    file_target
module.file.path                    module_path
driver.file.path                    module_path
script.script_content.value         script
reg_value.name                      registry_value
reg_value.reg_string_data           registry_data
win_service.name                    service
win_service.cmd_line                service_path
win_service.service_start_name      service_account
service.name                        service
job.name                            task
job.cmd_line                        task_command
share                               share
entity.type                         object_type
cloud.provider                      cloud_provider
cloud.account.uid                   cloud_account
cloud.account.name                  cloud_account_name
cloud.region                        cloud_region
cloud.zone                          cloud_zone
cloud.project_uid                   cloud_project
cloud.org.uid                       cloud_org
cloud.org.name                      cloud_org_name
api.service.name                    api_service
api.operation                       api
api.version                         api_version
api.request.uid                     api_request_id
api.response.error                  api_error
api.response.error_message          api_error_message
finding_info.desc                   rule_description
finding_info.analytic.uid           rule_id
finding_info.analytic.name          rule
finding_info.analytic.category      rule_category
firewall_rule.uid                   rule_id
firewall_rule.name                  rule
firewall_rule.category              rule_category
firewall_rule.desc                  rule_description
policy.name                         ruleset
`

var ocsfKeyOps = map[string]op{"millis": opMillis, "ns": ocsfMillis, "list": opList, "score": ocsfScore, "number": ocsfNumber}

// ocsfKeyColumns reads the table. "@" is the process of the event: process where the class has one and nothing was done to another
// process, else actor.process. "%" is its parent: actor.process or actor.process.parent_process.
func ocsfKeyColumns() []column {
	var cols []column
	for line := range strings.Lines(strings.TrimSpace(ocsfKeyText)) {
		f := strings.Fields(line)
		k, ok := event.KeyNamed(f[1])
		if !ok {
			panic("project: " + line)
		}
		c := column{path: f[0], key: k, op: opFor(event.Vocabulary[k], opAny)}
		for _, word := range f[2:] {
			switch word {
			case "logon":
				c.cond = logon
			case "nologon":
				c.cond = noLogon
			case "target":
				c.cond = target
			case "own":
				c.cond = own
			default:
				c.op = ocsfKeyOps[word]
			}
		}
		rest := c.path[1:]
		if rest == "" {
			rest = ".name"
		}
		d := c
		switch c.path[0] {
		case '@':
			c.path, c.cond = "process"+rest, own
			d.path, d.cond = "actor.process"+rest, other
			cols = append(cols, c, d)
		case '%':
			c.path, c.cond = "actor.process"+rest, own
			d.path, d.cond = "actor.process.parent_process"+rest, other
			cols = append(cols, c, d)
		default:
			cols = append(cols, c)
		}
	}
	return cols
}
