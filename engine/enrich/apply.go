package enrich

import (
	"net/netip"
	"strings"

	"prescore/engine/event"
)

const room = "enrich"

// Where an event names its assets; of several found the one of the highest criticality counts, of equals the first.
var (
	assetNames     = [...]event.Key{event.KeyHost, event.KeyHostID, event.KeyDstHost, event.KeySrcHost, event.KeyCloudInstance, event.KeyCloudAccount, event.KeyResource, event.KeyResourceID}
	assetAddresses = [...]event.Key{event.KeyHostIP, event.KeyDstIP, event.KeySrcIP, event.KeyDstNATIP, event.KeySrcNATIP}
)

// Where an event names who acted, and on whom; the target counts where the actor is unknown.
var (
	actorKeys  = [...]event.Key{event.KeyUser, event.KeyUserEmail, event.KeyUserARN, event.KeyUserID, event.KeyAccessKey, event.KeySrcUser, event.KeyProcessUser}
	targetKeys = [...]event.Key{event.KeyEffectiveUser, event.KeyTargetUser, event.KeyTargetUserEmail, event.KeyTargetUserID, event.KeyDstUser}
)

// Where indicators are looked for, by their type.
var (
	intelAddresses = [...]event.Key{event.KeySrcIP, event.KeyDstIP, event.KeySrcNATIP, event.KeyDstNATIP, event.KeyHostIP}
	intelDomains   = [...]event.Key{event.KeyDNSQuery, event.KeyDomain, event.KeyURLDomain, event.KeyTLSSNI, event.KeyDstHost, event.KeySrcHost}
	intelURLs      = [...]event.Key{event.KeyURL, event.KeyHTTPReferrer}
	intelHashes    = [...]event.Key{event.KeyProcessSHA256, event.KeyProcessSHA1, event.KeyProcessMD5, event.KeyProcessImphash, event.KeyFileSHA256, event.KeyFileSHA1, event.KeyFileMD5, event.KeyTLSJA3, event.KeyTLSJA3S}
	intelEmails    = [...]event.Key{event.KeyEmailFrom, event.KeyEmailTo, event.KeyUserEmail, event.KeyTargetUserEmail}
	intelNames     = [...]event.Key{event.KeyUser, event.KeyTargetUser, event.KeyHost, event.KeyProcess, event.KeyFile, event.KeyUserAgent, event.KeyAccessKey, event.KeyThreat}
)

// maxLabels bounds the parent domains looked up: names of more labels are generated, and their ends decide.
const maxLabels = 24

// Apply adds what the tables know to the event.
func (r *Room) Apply(ev *event.Event) {
	r.applyAsset(ev)
	r.applyIdentity(ev)
	if len(r.intel) > 0 {
		r.applyIntel(ev)
	}
}

func (r *Room) applyAsset(ev *event.Event) {
	own := ev.Criticality
	if own == event.CriticalityNone {
		if s := ev.Str(event.KeyAssetCriticality); s != "" && len(s) <= 16 {
			var buf keyBuf
			own = criticalities[string(fold(s, &buf))]
			ev.Criticality = own
		}
	}
	if len(r.assets) == 0 {
		return
	}
	var best *Asset
	consider := func(n int32, ok bool) {
		if ok && (best == nil || r.assets[n].Criticality > best.Criticality) {
			best = &r.assets[n]
		}
	}
	var buf keyBuf
	for _, k := range assetNames {
		if s := ev.Str(k); s != "" && len(s) <= maxKey {
			if a, ok := address(s); ok {
				consider(r.assetNets.find(a))
			} else {
				consider(r.host(s, &buf))
			}
		}
	}
	if !r.assetNets.empty() {
		for _, k := range assetAddresses {
			if a, ok := address(ev.Str(k)); ok {
				consider(r.assetNets.find(a))
			}
		}
	}
	if s := ev.Entities[event.Host]; best == nil && s != "" {
		consider(r.host(s, &buf))
	}
	if best == nil {
		return
	}
	ev.AssetRole, ev.AssetWeight = best.Role, best.Weight
	if best.Criticality == event.CriticalityNone {
		return
	}
	if own != event.CriticalityNone && own != best.Criticality {
		ev.Problem(room, "asset_criticality_differs", "asset_criticality")
	}
	ev.Criticality = best.Criticality
}

func (r *Room) applyIdentity(ev *event.Event) {
	if id := r.who(ev); id != nil {
		ev.Identity, ev.Tier = id.Risk, id.Tier
		return
	}
	if !ev.Has(event.KeyIdentityRisk) {
		return
	}
	f, ok := ev.Get(event.KeyIdentityRisk).Float64()
	if !ok || f < 0 || f > 1 {
		ev.Problem(room, "identity_risk_out_of_range", "identity_risk")
		if !ok {
			return
		}
		f = min(1, max(0, f))
	}
	ev.Identity = f
}

// who gives the identity that acted, or where that one is in no table, the one acted on.
func (r *Room) who(ev *event.Event) *Identity {
	a := r.aliases
	if len(a.of) == 0 {
		return nil
	}
	if dom := ev.Str(event.KeyUserDomain); dom != "" { // the one spelling that tells two of a name apart
		if u := ev.Str(event.KeyUser); u != "" && len(dom)+1+len(u) <= maxKey {
			var buf keyBuf
			n := copy(buf[:], dom)
			buf[n] = '\\'
			n += 1 + copy(buf[n+1:], u)
			if i, ok := a.of[string(fold(event.View(buf[:n]), &buf))]; ok {
				return &a.identities[i]
			}
		}
	}
	if n, ok := a.find(ev.Entities[event.Principal]); ok {
		return &a.identities[n]
	}
	for _, k := range actorKeys {
		if n, ok := a.find(ev.Str(k)); ok {
			return &a.identities[n]
		}
	}
	for _, k := range targetKeys {
		if n, ok := a.find(ev.Str(k)); ok {
			return &a.identities[n]
		}
	}
	return nil
}

func (r *Room) applyIntel(ev *event.Event) {
	if !r.intelNets.empty() {
		for _, k := range intelAddresses {
			r.intelAddress(ev, ev.Str(k), k.String())
		}
		r.intelAddress(ev, ev.Entities[event.Address], "ip")
	}
	var buf keyBuf
	if len(r.domains) > 0 || !r.intelNets.empty() {
		for _, k := range intelDomains {
			r.intelDomain(ev, ev.Str(k), k.String(), &buf)
		}
		r.intelDomain(ev, ev.Entities[event.DomainName], "domain", &buf)
		r.intelMail(ev, &buf)
		r.intelAnswers(ev, &buf)
	}
	if len(r.urls) > 0 {
		for _, k := range intelURLs {
			r.intelURL(ev, ev.Str(k), k.String(), &buf)
		}
	}
	r.look(ev, r.hashes, intelHashes[:], &buf)
	if s := ev.Entities[event.FileHash]; s != "" && len(r.hashes) > 0 {
		if n, ok := r.hashes[string(fold(s, &buf))]; ok {
			r.hit(ev, n, "hash")
		}
	}
	r.look(ev, r.emails, intelEmails[:], &buf)
	r.look(ev, r.names, intelNames[:], &buf)
}

func (r *Room) look(ev *event.Event, m map[string]int32, keys []event.Key, buf *keyBuf) {
	if len(m) == 0 {
		return
	}
	for _, k := range keys {
		if s := ev.Str(k); s != "" {
			if n, ok := m[string(fold(s, buf))]; ok {
				r.hit(ev, n, k.String())
			}
		}
	}
}

func (r *Room) intelAddress(ev *event.Event, s, field string) {
	if a, ok := address(s); ok {
		r.intelAddr(ev, a, field)
	}
}

func (r *Room) intelAddr(ev *event.Event, a netip.Addr, field string) {
	if n, ok := r.intelNets.find(a); ok {
		r.hit(ev, n, field)
	}
}

// intelDomain looks a name and its parents up, the longest first; the first that is known counts. A name that is an address is one.
func (r *Room) intelDomain(ev *event.Event, s, field string, buf *keyBuf) {
	if s == "" {
		return
	}
	if a, ok := address(s); ok {
		r.intelAddr(ev, a, field)
		return
	}
	if len(r.domains) == 0 {
		return
	}
	k := fold(strings.TrimSuffix(s, "."), buf)
	dots := 0
	for i := len(k) - 1; i >= 0; i-- { // start no further left than maxLabels from the end
		if k[i] == '.' {
			if dots++; dots == maxLabels {
				k = k[i+1:]
				break
			}
		}
	}
	for len(k) > 0 {
		if n, ok := r.domains[string(k)]; ok {
			r.hit(ev, n, field)
			return
		}
		i := 0
		for i < len(k) && k[i] != '.' {
			i++
		}
		if i >= len(k) {
			return
		}
		k = k[i+1:]
	}
}

// intelMail looks the domains of mail addresses up.
func (r *Room) intelMail(ev *event.Event, buf *keyBuf) {
	for _, k := range intelEmails[:2] {
		if _, d, ok := strings.Cut(ev.Str(k), "@"); ok {
			r.intelDomain(ev, d, k.String(), buf)
		}
	}
}

// maxAnswers bounds the answers of one DNS reply that are looked up; a reply over UDP holds some thirty.
const maxAnswers = 64

// intelAnswers looks up each answer of a DNS reply; sources join them with commas, semicolons or blanks.
func (r *Room) intelAnswers(ev *event.Event, buf *keyBuf) {
	s := ev.Str(event.KeyDNSAnswer)
	for n := 0; s != "" && n < maxAnswers; n++ {
		i := strings.IndexAny(s, ",; ")
		if i < 0 {
			i = len(s)
		}
		r.intelDomain(ev, s[:i], event.KeyDNSAnswer.String(), buf)
		s = s[min(i+1, len(s)):]
	}
}

// intelURL looks an URL up with its query and without.
func (r *Room) intelURL(ev *event.Event, s, field string, buf *keyBuf) {
	if s == "" {
		return
	}
	k := urlKey(s, buf)
	if n, ok := r.urls[string(k)]; ok {
		r.hit(ev, n, field)
		return
	}
	for i, c := range k {
		if c == '?' {
			k = k[:i]
			if i > 0 && k[i-1] == '/' {
				k = k[:i-1]
			}
			if n, ok := r.urls[string(k)]; ok {
				r.hit(ev, n, field)
			}
			return
		}
	}
}
