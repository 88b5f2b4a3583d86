package zeek

import "strings"

// known are layouts of the logs of current Zeek (5 to 7) as their default scripts write them, for rows whose header was missed. A
// row is read by one only where its columns and the types of all of them fit, and no other fits.
var known = func() []*Layout {
	const id = "ts=time uid id.orig_h=addr id.orig_p=port id.resp_h=addr id.resp_p=port "
	table := []string{
		"conn " + id + "proto service duration=interval orig_bytes=count resp_bytes=count conn_state local_orig=bool local_resp=bool missed_bytes=count history orig_pkts=count orig_ip_bytes=count resp_pkts=count resp_ip_bytes=count tunnel_parents=set[string]",
		"dns " + id + "proto trans_id=count rtt=interval query qclass=count qclass_name qtype=count qtype_name rcode=count rcode_name AA=bool TC=bool RD=bool RA=bool Z=count answers=vector[string] TTLs=vector[interval] rejected=bool",
		"http " + id + "trans_depth=count method host uri referrer version user_agent origin request_body_len=count response_body_len=count status_code=count status_msg info_code=count info_msg tags=set[enum] username password proxied=set[string] orig_fuids=vector[string] orig_filenames=vector[string] orig_mime_types=vector[string] resp_fuids=vector[string] resp_filenames=vector[string] resp_mime_types=vector[string]",
		"ssl " + id + "version cipher curve server_name resumed=bool last_alert next_protocol established=bool ssl_history cert_chain_fps=vector[string] client_cert_chain_fps=vector[string] sni_matches_cert=bool",
		"kerberos " + id + "request_type client service success=bool error_msg from=time till=time cipher forwardable=bool renewable=bool client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid",
		"smb_files " + id + "fuid action path name size=count prev_name times.modified=time times.accessed=time times.created=time times.changed=time",
		"smb_mapping " + id + "path service native_file_system share_type",
		"dce_rpc " + id + "rtt=interval named_pipe endpoint operation",
		"ntlm " + id + "username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name success=bool",
		"ssh " + id + "version=count auth_success=bool auth_attempts=count direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key",
		"rdp " + id + "cookie result security_protocol client_channels=vector[string] keyboard_layout client_build client_name client_dig_product_id desktop_width=count desktop_height=count requested_color_depth cert_type cert_count=count cert_permanent=bool encryption_level encryption_method",
		"files ts=time fuid uid id.orig_h=addr id.orig_p=port id.resp_h=addr id.resp_p=port source depth=count analyzers=set[string] mime_type filename duration=interval local_orig=bool is_orig=bool seen_bytes=count total_bytes=count missing_bytes=count overflow_bytes=count timedout=bool parent_fuid md5 sha1 sha256 extracted extracted_cutoff=bool extracted_size=count",
		"notice " + id + "fuid file_mime_type file_desc proto note msg sub src=addr dst=addr p=port n=count peer_descr actions=set[enum] email_dest=set[string] suppress_for=interval remote_location.country_code remote_location.region remote_location.city remote_location.latitude=double remote_location.longitude=double",
		"weird " + id + "name addl notice=bool peer source",
	}
	layouts := make([]*Layout, len(table))
	for i, line := range table {
		columns := strings.Fields(line)
		names, types := make([]string, 0, len(columns)), make([]string, 0, len(columns))
		for _, c := range columns[1:] {
			n, t, _ := strings.Cut(c, "=")
			names, types = append(names, n), append(types, t)
		}
		layouts[i] = New(columns[0], strings.Join(names, "\t"), strings.Join(types, "\t"))
	}
	return layouts
}()

// IsRow reports whether a text begins as a row does: seconds since 1970 with six digits of a fraction, and a tab.
func IsRow(s string) bool {
	if len(s) < 20 || s[10] != '.' || s[17] != '\t' {
		return false
	}
	return digits(s[:10], false) && digits(s[11:17], false)
}

// Known gives the only layout of Zeek's own logs that fits a row; nil where none or several do.
func Known(row string) *Layout {
	n := strings.Count(row, "\t") + 1
	var found *Layout
	for _, l := range known {
		if len(l.Names) != n || !l.Fits(row) {
			continue
		}
		if found != nil {
			return nil
		}
		found = l
	}
	return found
}
