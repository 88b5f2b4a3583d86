package enrich

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prescore/engine/event"
)

// indicator is one row of an intel table.
type indicator struct {
	key     string
	source  string
	score   float64
	expires int64 // nanoseconds since 1970 UTC; 0 never
}

var intelColumns = columns{
	"key": "key", "indicator": "key", "ioc": "key", "value": "key", "entity": "key", "score": "score", "risk.score": "score",
	"risk_score": "score", "risk": "score", "type": "type", "kind": "type", "source": "source", "feed": "source", "provider": "source",
	"expires": "expires", "expiry": "expires", "expiration": "expires", "valid_until": "expires", "expires_at": "expires",
	"description": "", "comment": "", "tags": "", "tag": "", "first_seen": "", "last_seen": "", "confidence": "", "threat": "", "malware": "",
}

// The types of an indicator; the type column may name them, or it is read off the key.
const (
	typeIP     = "ip"
	typeCIDR   = "cidr"
	typeDomain = "domain"
	typeURL    = "url"
	typeHash   = "hash"
	typeEmail  = "email"
	typeName   = "name"
)

var intelTypes = map[string]string{
	"": "", "ip": typeIP, "ipv4": typeIP, "ipv6": typeIP, "ip-src": typeIP, "ip-dst": typeIP, "address": typeIP, "ipv4-addr": typeIP, "ipv6-addr": typeIP,
	"cidr": typeCIDR, "network": typeCIDR, "subnet": typeCIDR, "domain": typeDomain, "hostname": typeDomain, "fqdn": typeDomain,
	"domain-name": typeDomain, "url": typeURL, "uri": typeURL, "hash": typeHash, "md5": typeHash, "sha1": typeHash, "sha256": typeHash,
	"sha512": typeHash, "imphash": typeHash, "ja3": typeHash, "file": typeHash, "email": typeEmail, "email-addr": typeEmail, "name": typeName, "user": typeName,
}

// refang undoes what feeds do so that nobody clicks: hxxp://, [.], (.), [:], [@].
var refang = strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "[://]", "://", "[@]", "@", "hxxp://", "http://", "hxxps://", "https://", "hXXp://", "http://", "hXXps://", "https://")

func (b *builder) indicator(path string, r row) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", path, r.line, fmt.Sprintf(format, args...))
	}
	in := indicator{key: strings.Clone(r.cells["key"]), source: b.keep(r.cells["source"]), score: b.cfg.IntelScore}
	if in.key == "" {
		return refuse("a row needs a key")
	}
	if in.source == "" {
		base := filepath.Base(path)
		in.source = b.keep(strings.TrimSuffix(base, filepath.Ext(base)))
	}
	if v := r.cells["score"]; v != "" {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f <= 100) {
			return refuse("score %q: must be between 0 and 100", v)
		}
		in.score = f
	}
	if v := r.cells["expires"]; v != "" {
		ns, ok := day(v)
		if !ok {
			return refuse("expires %q: must be a date like 2026-12-31 or a time like 2026-12-31T12:00:00Z", v)
		}
		in.expires = ns
	}
	typ, ok := intelTypes[strings.ToLower(r.cells["type"])]
	if !ok {
		return refuse("type %q: must be ip, cidr, domain, url, hash, email or name", r.cells["type"])
	}
	key := refang.Replace(in.key)
	if typ == "" {
		typ = detect(key)
	}
	n := int32(len(b.room.intel))
	reason, taken := b.indicate(key, typ, n, in.score)
	if reason != "" {
		return refuse("%s", reason)
	}
	if taken {
		b.room.intel = append(b.room.intel, in)
	}
	return nil
}

// day reads a date (the indicator is good through it) or a time.
func day(s string) (int64, bool) {
	if t, err := time.Parse("2006-01-02", s); err == nil {
		return t.Add(24 * time.Hour).UnixNano(), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixNano(), true
		}
	}
	return 0, false
}

// detect says what type of indicator a key is.
func detect(k string) string {
	if _, err := netip.ParseAddr(k); err == nil {
		return typeIP
	}
	if _, err := netip.ParsePrefix(k); err == nil {
		return typeCIDR
	}
	switch {
	case strings.Contains(k, "://"):
		return typeURL
	case strings.Contains(k, "@") && !strings.ContainsAny(k, "/ "):
		return typeEmail
	case isHash(k):
		return typeHash
	case isDomain(strings.TrimPrefix(k, "*.")):
		return typeDomain
	}
	if host, _, ok := strings.Cut(k, "/"); ok && isDomain(host) {
		return typeURL
	}
	return typeName
}

// isHash reports whether k has the length of MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal digits.
func isHash(k string) bool {
	switch len(k) {
	case 32, 40, 64, 128:
	default:
		return false
	}
	for i := range len(k) {
		if c := k[i] | 0x20; !(k[i] >= '0' && k[i] <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// isDomain reports whether k is a name of two labels and more, the last one not a number.
func isDomain(k string) bool {
	k = strings.TrimSuffix(k, ".")
	labels := strings.Split(k, ".")
	if len(k) > 253 || len(labels) < 2 {
		return false
	}
	for i, l := range labels {
		if l == "" || len(l) > 63 {
			return false
		}
		letters := false
		for j := range len(l) {
			c := l[j]
			digit := c >= '0' && c <= '9'
			if !digit && !(c|0x20 >= 'a' && c|0x20 <= 'z') && c != '-' && c != '_' && c < 0x80 {
				return false
			}
			letters = letters || !digit
		}
		if i == len(labels)-1 && !letters {
			return false
		}
	}
	return true
}

// indicate puts an indicator where Apply looks for it. Of several rows for one indicator the highest score stays; taken says whether
// this one does.
func (b *builder) indicate(key, typ string, n int32, score float64) (reason string, taken bool) {
	better := func(old int32, known bool) bool { return !known || b.room.intel[old].score < score }
	switch typ {
	case typeIP, typeCIDR:
		if a, err := netip.ParseAddr(key); err == nil {
			a = a.WithZone("").Unmap()
			old, known := b.room.intelNets.single[a]
			if taken = better(old, known); taken {
				b.room.intelNets.single[a] = n
			}
			return "", taken
		}
		p, err := netip.ParsePrefix(key)
		if err != nil {
			return fmt.Sprintf("%q: is no address and no network", key), false
		}
		p, ok := plainPrefix(p)
		if !ok {
			return fmt.Sprintf("%q: an IPv6 network that holds IPv4 addresses is not supported", key), false
		}
		old, known := b.intelPrefixes[p]
		if taken = better(old, known); taken {
			b.intelPrefixes[p] = n
		}
		return "", taken
	}
	k := foldKey(key)
	switch typ {
	case typeDomain:
		k = strings.TrimSuffix(strings.TrimPrefix(k, "*."), ".")
		if !isDomain(k) {
			return fmt.Sprintf("%q: is no domain", key), false
		}
	case typeURL:
		k = foldURL(key)
	case typeHash:
		if !isHash(k) {
			return fmt.Sprintf("%q: is no MD5, SHA-1, SHA-256 or SHA-512", key), false
		}
	}
	if k == "" || len(k) > maxKey {
		return fmt.Sprintf("%q: must have 1 to %d bytes", key, maxKey), false
	}
	m := b.room.names
	switch typ {
	case typeDomain:
		m = b.room.domains
	case typeURL:
		m = b.room.urls
	case typeHash:
		m = b.room.hashes
	case typeEmail:
		m = b.room.emails
	}
	old, known := m[k]
	if taken = better(old, known); taken {
		m[k] = n
	}
	return "", taken
}

// foldURL gives what an URL is looked up by: host in lower case, path and query as they are; without scheme, user, fragment and a
// slash at the end.
func foldURL(u string) string {
	var buf keyBuf
	return string(urlKey(u, &buf))
}

// urlKey is foldURL into buf; nil where the URL is too long.
func urlKey(u string, buf *keyBuf) []byte {
	if i := strings.Index(u, "://"); i >= 0 {
		u = u[i+3:]
	}
	if i := strings.IndexByte(u, '#'); i >= 0 {
		u = u[:i]
	}
	host := strings.IndexAny(u, "/?")
	if host < 0 {
		host = len(u)
	}
	if i := strings.LastIndexByte(u[:host], '@'); i >= 0 {
		u, host = u[i+1:], host-i-1
	}
	u = strings.TrimSuffix(u, "/")
	if len(u) > maxKey {
		return nil
	}
	n := copy(buf[:], u)
	for i := range min(host, n) {
		if c := buf[i]; c >= 'A' && c <= 'Z' {
			buf[i] = c | 0x20
		}
	}
	return buf[:n]
}

// hit notes an indicator on the event, once, unless it has expired.
func (r *Room) hit(ev *event.Event, n int32, field string) {
	in := &r.intel[n]
	if in.expires != 0 && ev.Arrival >= in.expires {
		return
	}
	for i := range ev.Intel {
		if ev.Intel[i].Indicator == in.key {
			return
		}
	}
	ev.Intel = append(ev.Intel, event.IntelHit{Indicator: in.key, Field: field, Source: in.source, Score: in.score})
}
