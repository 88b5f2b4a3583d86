package project

import (
	"math"
	"strconv"

	"prescore/engine/event"
)

// op says how a leaf is written.
type op uint8

const (
	opAny      op = iota // as the value is
	opText               // text
	opList               // an array of one text
	opLong               // an integer
	opListLong           // an array of one integer
	opFloat              // a float64
	opBool               // true or false
	opDate               // RFC 3339 text
	opMillis             // milliseconds since 1970 UTC
	opConst              // the column's own bytes
	opDerived            // numbers from here on are ECS's own
	opOCSF     op = 64   // numbers from here on are OCSF's own
)

// verbatim reports whether a text is written as it is.
func (o op) verbatim() bool { return o == opAny || o == opText || o == opList }

// all reports whether a derived leaf writes each of its keys, and not the first that is set.
func (o op) all() bool {
	switch o {
	case ocsfHashes, ocsfResource, ocsfLoggers, ocsfIndicators, ocsfAttacks:
		return true
	}
	return false
}

func (o op) list() bool { return o == opList || o == opListLong }

// takes reports whether the leaf can write the value with its type; one that it cannot is not in the view. v is not
// empty.
func (o op) takes(v event.Value) bool {
	switch o {
	case opLong, opListLong:
		_, ok := integer(v)
		return ok
	case opFloat:
		if v.K == event.String && !decimal(v.S) {
			return false
		}
		_, ok := v.Float64()
		return ok && v.K != event.Bool && v.K != event.Time
	case ecsTLSVersion, ecsSerial:
		return v.K == event.String
	case ocsfOriginalTime:
		return v.S != ""
	case opBool:
		return v.K == event.Bool
	case opDate, opMillis:
		return v.K == event.Time
	case ecsMAC, ecsMACs:
		return v.K == event.String && isMAC(v.S)
	case ecsOutcome:
		return v.K == event.String && (v.S == "success" || v.S == "failure" || v.S == "unknown")
	case ocsfMillis, ocsfNumber:
		_, ok := integer(v)
		return ok
	case ecsPercent, ocsfScore:
		if v.K == event.String {
			return false
		}
		f, ok := v.Float64()
		return ok && f >= 0 && f <= 1
	case opAny:
		return v.K != event.Float || !math.IsNaN(float(v)) && !math.IsInf(float(v), 0)
	}
	return true
}

// looksAt reports whether takes looks further than at the kind of a value of that kind.
func (o op) looksAt(k event.Kind) bool {
	switch o {
	case opLong, opListLong, ocsfMillis, ocsfNumber:
		return k != event.Int
	case opFloat, ecsPercent, ocsfScore:
		return true
	case ecsMAC, ecsMACs, ecsOutcome:
		return k == event.String
	case ocsfOriginalTime:
		return true
	case opAny:
		return k == event.Float
	}
	return false
}

// integer gives a number, or text that is one in decimal. What is none costs nothing: strconv's errors are allocated.
func integer(v event.Value) (int64, bool) {
	switch v.K {
	case event.Int:
		return int64(v.N), true
	case event.Float:
		return v.Int64()
	case event.String, event.Number:
		for i := range len(v.S) {
			if c := v.S[i]; (c < '0' || c > '9') && (c != '-' || i > 0) {
				return 0, false
			}
		}
		if len(v.S) < 19 && v.S != "-" { // any 18 digits fit
			return v.Int64()
		}
	}
	return 0, false
}

// decimal reports whether a text is digits with at most one point among them.
func decimal(s string) bool {
	point := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !point:
			point = true
		default:
			return false
		}
	}
	return s != "" && s != "."
}

func float(v event.Value) float64 { return math.Float64frombits(v.N) }

// appendNumberText appends a number or a truth value as text.
func appendNumberText(dst []byte, v *event.Value) []byte {
	at := len(dst)
	dst = append(dst, 0xa0)
	switch v.K {
	case event.Bool:
		dst = strconv.AppendBool(dst, v.N != 0)
	case event.Int:
		dst = strconv.AppendInt(dst, int64(v.N), 10)
	case event.Uint:
		dst = strconv.AppendUint(dst, v.N, 10)
	case event.Float:
		dst = appendFloatText(dst, float(*v))
	}
	dst[at] = 0xa0 | byte(len(dst)-at-1) // 24 bytes at most
	return dst
}

// appendFloatText appends the shortest text that is f again, as strconv's 'g' writes it.
func appendFloatText(dst []byte, f float64) []byte {
	// What people give as shares and scores has few digits. A decimal of up to 15 digits is nobody else's double, so that where the
	// nearest one of three places is f, its digits are the shortest.
	n := int64(f*1e3 + 0.5)
	if !(f >= 1e-3 && f < 1e3) || float64(n)/1e3 != f {
		return strconv.AppendFloat(dst, f, 'g', -1, 64)
	}
	dst = strconv.AppendInt(dst, n/1e3, 10)
	if n %= 1e3; n == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// mayHoldSecrets reports whether the text of a key is prose that secrets may stand in (command lines, messages, addresses of the
// web), and not a name, a number or an address.
func mayHoldSecrets(k event.Key) bool {
	switch event.Vocabulary[k].Type {
	case event.TypeString, event.TypePath, event.TypeURL:
	default:
		return false
	}
	return !short.has(k)
}

// short are keys of type string that hold one word out of a small set or an id.
var short = keysOf(event.KeyEventCode, event.KeyOutcome, event.KeyVendor, event.KeyProduct, event.KeyLogName, event.KeyLogProvider,
	event.KeyLogLevel, event.KeyFacility, event.KeyVendorSeverity, event.KeyHostOS, event.KeyTransport, event.KeyProtocol,
	event.KeyDirection, event.KeyNetworkType, event.KeyHTTPMethod, event.KeyHTTPVersion, event.KeyDNSType, event.KeyDNSClass,
	event.KeyDNSRcode, event.KeyTLSVersion, event.KeyTLSCipher, event.KeyLogonType, event.KeyCloudProvider, event.KeyCloudRegion,
	event.KeyProcessIntegrity, event.KeySrcCountry, event.KeyDstCountry, event.KeyCommunityID)
