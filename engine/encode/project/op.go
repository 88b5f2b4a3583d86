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

func (o op) list() bool { return o == opList || o == opListLong }

// takes reports whether the leaf can write the value with its type; one that it cannot is not in the view. v is not
// empty.
func (o op) takes(v event.Value) bool {
	switch o {
	case opLong, opListLong:
		if v.K == event.Int {
			return true
		}
		_, ok := v.Int64()
		return ok && v.K != event.Bool && v.K != event.Time
	case opFloat:
		_, ok := v.Float64()
		return ok && v.K != event.Bool && v.K != event.Time
	case opBool:
		return v.K == event.Bool
	case opDate, opMillis:
		return v.K == event.Time
	case ecsMAC, ecsMACs:
		return v.K == event.String && isMAC(v.S)
	case ecsOutcome:
		return v.K == event.String && (v.S == "success" || v.S == "failure" || v.S == "unknown")
	case ocsfMillis, ocsfNumber:
		_, ok := v.Int64()
		return ok
	case ecsPercent, ocsfScore:
		f, ok := v.Float64()
		return ok && f >= 0 && f <= 1
	case opAny:
		return v.K != event.Float || !math.IsNaN(float(v)) && !math.IsInf(float(v), 0)
	}
	return true
}

func float(v event.Value) float64 { return math.Float64frombits(v.N) }

// appendNumberText appends a number or a truth value as text.
func appendNumberText(dst []byte, v event.Value) []byte {
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
		dst = strconv.AppendFloat(dst, float(v), 'g', -1, 64)
	}
	dst[at] = 0xa0 | byte(len(dst)-at-1) // 24 bytes at most
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
