package parse

// format is one format that a text can be in. Its name is what stands in ev.Format.
type format uint8

const (
	fNone format = iota
	fJSON
	f5424
	f3164
	fCEF
	fLEEF
	fLogfmt
	fKV
	fAuditd
	fCSV
	fTSV
	fWinXML
	fXML
	fCLF
	fApacheError
	fNginxError
	fZeek
	fCisco
	fCRI
	fPANOS
	fVPCFlow
	fS3
	fCustom
	numFormats = fCustom
)

var formatNames = [numFormats]string{"", "json", "rfc5424", "rfc3164", "cef", "leef", "logfmt", "kv", "auditd", "csv", "tsv", "winlog_xml",
	"xml", "clf", "apache_error", "nginx_error", "zeek", "cisco", "cri", "panos", "vpc_flow", "s3_access"}

// notNames are the problems of texts that are not in the format their tag fixes.
var notNames = func() (t [numFormats]string) {
	for i, n := range formatNames {
		t[i] = "not_" + n
	}
	return t
}()

func formatNamed(name string) (format, bool) {
	for f := fJSON; f < numFormats; f++ {
		if formatNames[f] == name {
			return f, true
		}
	}
	return fNone, false
}

// joined holds the names of two layers joined with "/", so that the usual nesting costs no copy.
var joined = func() (t [numFormats][numFormats]string) {
	for i, a := range formatNames {
		for j, b := range formatNames {
			t[i][j] = a + "/" + b
		}
	}
	return t
}()
