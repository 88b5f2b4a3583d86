// Package columns reads lines whose columns are fixed by their maker and not named in the text: PAN-OS logs, flow logs of AWS VPCs,
// access logs of S3. Names are those of the maker's documentation.
package columns

import (
	"strings"

	"prescore/engine/event"
	"prescore/engine/parse/csv"
)

// panos are the columns of PAN-OS logs of version 8.1 and up, by the log's type in the fourth column (PAN-OS Administrator's Guide,
// "Syslog Field Descriptions"). What newer versions append beyond them is column<n>.
var panos = map[string][]string{
	"TRAFFIC":       fields(panosHead + "src dst natsrc natdst rule srcuser dstuser app vsys from to inbound_if outbound_if logset future_use3 sessionid repeatcnt sport dport natsport natdport flags proto action bytes bytes_sent bytes_received packets start elapsed category future_use4 seqno actionflags srcloc dstloc future_use5 pkts_sent pkts_received session_end_reason " + panosGroup + "vsys_name device_name action_source src_uuid dst_uuid tunnelid monitortag parent_session_id parent_start_time tunnel assoc_id chunks chunks_sent chunks_received rule_uuid http2_connection"),
	"THREAT":        fields(panosHead + "src dst natsrc natdst rule srcuser dstuser app vsys from to inbound_if outbound_if logset future_use3 sessionid repeatcnt sport dport natsport natdport flags proto action misc threatid category severity direction seqno actionflags srcloc dstloc future_use4 contenttype pcap_id filedigest cloud url_idx user_agent filetype xff referer sender subject recipient reportid " + panosGroup + "vsys_name device_name file_url src_uuid dst_uuid http_method tunnelid monitortag parent_session_id parent_start_time tunnel thr_category contentver future_use5 assoc_id ppid http_headers url_category_list rule_uuid http2_connection"),
	"SYSTEM":        fields(panosHead + "vsys eventid object future_use3 future_use4 module severity opaque seqno actionflags " + panosGroup + "vsys_name device_name"),
	"CONFIG":        fields(panosHead + "host vsys cmd admin client result path before_change_detail after_change_detail seqno actionflags " + panosGroup + "vsys_name device_name"),
	"USERID":        fields(panosHead + "vsys ip user datasourcename eventid repeatcnt timeout beginport endport datasource datasourcetype seqno actionflags " + panosGroup + "vsys_name device_name vsys_id factortype factorcompletiontime factorno"),
	"HIPMATCH":      fields(panosHead + "srcuser vsys machinename os src matchname repeatcnt matchtype future_use3 future_use4 seqno actionflags " + panosGroup + "vsys_name device_name vsys_id srcipv6 hostid"),
	"GLOBALPROTECT": fields(panosHead + "vsys eventid stage auth_method tunnel_type srcuser srcregion machinename public_ip public_ipv6 private_ip private_ipv6 hostid serialnumber client_ver client_os client_os_ver repeatcnt reason error opaque status location login_duration connect_method error_code portal seqno actionflags"),
	"AUTHENTICATION": fields(panosHead + "vsys ip user normalize_user object authpolicy repeatcnt authid vendor logset serverprofile desc clienttype event factorno seqno actionflags " +
		panosGroup + "vsys_name device_name vsys_id authproto"),
}

const (
	panosHead  = "future_use1 receive_time serial type subtype future_use2 time_generated "
	panosGroup = "dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 "
)

// vpcFlow are the columns of version 2, AWS's default format; exports with others have a header.
var vpcFlow = fields("version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status")

// s3 are the columns of S3's server access logs.
var s3 = fields("bucket_owner bucket time remote_ip requester request_id operation key request_uri http_status error_code bytes_sent object_size total_time turn_around_time referer user_agent version_id host_id signature_version cipher_suite authentication_type host_header tls_version access_point_arn acl_required")

func fields(s string) []string { return strings.Fields(s) }

// panosType gives the type of a PAN-OS log and the columns it has; nil where a text is none.
func panosType(s string) []string {
	for n := 0; n < 3; n++ {
		i := strings.IndexByte(s[:min(len(s), 64)], ',')
		if i < 0 || n == 1 && !(i == 19 && s[4] == '/' && s[7] == '/') {
			return nil
		}
		s = s[i+1:]
	}
	if i := strings.IndexByte(s[:min(len(s), 24)], ','); i > 0 {
		return panos[s[:i]]
	}
	return nil
}

// IsPANOS reports whether a text is a log of PAN-OS in its default format.
func IsPANOS(s string) bool { return panosType(s) != nil }

// PANOS reads a log of PAN-OS; false where it is none.
func PANOS(ev *event.Event, s string, layer uint8) bool {
	names := panosType(s)
	if names == nil {
		return false
	}
	end := byte(',')
	for n := 0; end == ','; n++ {
		var v string
		v, s, end = csv.Next(&ev.Arena, s, ',')
		if v == "" {
			continue
		}
		name := csv.Column(n)
		if n < len(names) {
			name = names[n]
		}
		if !ev.Add(name, event.Str(v), layer) {
			break
		}
	}
	return true
}

// IsVPCFlow reports whether a text is a flow log record in AWS's default format.
func IsVPCFlow(s string) bool {
	if len(s) < 40 || s[0] != '2' || s[1] != ' ' || strings.Count(s, " ") != len(vpcFlow)-1 {
		return false
	}
	_, s = word(s)
	account, s := word(s)
	itf, _ := word(s)
	return len(account) == 12 && strings.HasPrefix(itf, "eni-")
}

// VPCFlow reads a flow log record in AWS's default format; "-" is absent.
func VPCFlow(ev *event.Event, s string, layer uint8) bool {
	if !IsVPCFlow(s) {
		return false
	}
	for _, name := range vpcFlow {
		var w string
		w, s = word(s)
		set(ev, name, w, layer)
	}
	return true
}

// IsS3 reports whether a text is a line of S3's server access log: the owner's id of 64 hexadecimal digits, a bucket, a time in
// brackets.
func IsS3(s string) bool {
	if len(s) < 100 || s[64] != ' ' {
		return false
	}
	for i := range 64 {
		if c := s[i]; c-'0' > 9 && c-'a' > 5 {
			return false
		}
	}
	_, rest := word(s[65:])
	return len(rest) > 28 && rest[0] == '[' && rest[27] == ']'
}

// S3 reads a line of S3's server access log; "-" is absent. The request's method and path are added as well.
func S3(ev *event.Event, s string, layer uint8) bool {
	if !IsS3(s) {
		return false
	}
	for _, name := range s3 {
		var w string
		if s == "" {
			break
		}
		switch s[0] {
		case '[':
			w, s = until(s[1:], ']')
		case '"':
			w, s = until(s[1:], '"')
		default:
			w, s = word(s)
		}
		set(ev, name, w, layer)
		if name == "request_uri" {
			if method, rest := word(w); rest != "" {
				set(ev, "method", method, layer)
				path, _ := word(rest)
				set(ev, "path", path, layer)
			}
		}
	}
	return true
}

func until(s string, c byte) (w, rest string) {
	i := strings.IndexByte(s, c)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimPrefix(s[i+1:], " ")
}

func word(s string) (w, rest string) {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:]
	}
	return strings.TrimRight(s, "\r\n"), ""
}

func set(ev *event.Event, name, v string, layer uint8) {
	if v != "" && v != "-" {
		ev.Add(name, event.Str(v), layer)
	}
}
