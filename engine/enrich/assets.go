package enrich

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"prescore/engine/event"
)

// Asset is one row of an asset table.
type Asset struct {
	Name        string // as the table has it
	Criticality event.Criticality
	Role        string // "domain controller"
	Owner       string
	Tags        []string
	Weight      float64 // what its state leaves of its weight, above 0 to 1; 1 for an active asset
}

var assetColumns = columns{
	"host": "host", "hostname": "host", "name": "host", "asset": "host", "fqdn": "fqdn", "key": "host", "host_id": "host", "instance": "host",
	"ip": "ip", "address": "ip", "ip_address": "ip", "addresses": "ip", "ips": "ip",
	"cidr": "cidr", "network": "cidr", "subnet": "cidr", "aliases": "aliases", "alias": "aliases",
	"criticality": "criticality", "asset_criticality": "criticality", "importance": "criticality",
	"role": "role", "type": "role", "function": "role", "owner": "owner", "tags": "tags", "tag": "tags",
	"state": "state", "status": "state", "decommissioned": "decommissioned", "sandbox": "sandbox", "weight": "weight",
	"description": "", "comment": "", "note": "", "notes": "", "location": "", "os": "",
}

// criticalities are the words a table may use.
var criticalities = map[string]event.Criticality{
	"low": event.AssetLow, "medium": event.AssetMedium, "moderate": event.AssetMedium, "high": event.AssetHigh,
	"critical": event.AssetCritical, "mission_critical": event.AssetCritical,
}

func (b *builder) asset(path string, r row) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", path, r.line, fmt.Sprintf(format, args...))
	}
	a := Asset{Role: b.keep(r.cells["role"]), Owner: b.keep(r.cells["owner"]), Weight: 1}
	for _, t := range several(r.cells["tags"]) {
		a.Tags = append(a.Tags, b.keep(t))
	}
	if c := r.cells["criticality"]; c != "" {
		v, ok := criticalities[strings.ReplaceAll(strings.ToLower(c), " ", "_")]
		if !ok {
			return refuse("criticality %q: must be low, medium, high or critical", c)
		}
		a.Criticality = v
	}
	if err := b.state(&a, r.cells); err != "" {
		return refuse("%s", err)
	}
	keys := 0
	n := int32(len(b.room.assets))
	b.assetAt = append(b.assetAt, where{path, r.line})
	for _, col := range []string{"host", "fqdn", "ip", "cidr", "aliases"} {
		for _, k := range several(r.cells[col]) {
			if a.Name == "" {
				a.Name = strings.Clone(k)
			}
			keys++
			if reason := b.assetKey(k, n, col); reason != "" {
				return refuse("%s", reason)
			}
		}
	}
	if keys == 0 {
		return refuse("a row needs a host, an ip or a cidr")
	}
	b.room.assets = append(b.room.assets, a)
	return nil
}

// state sets the weight from state, decommissioned, sandbox or weight.
func (b *builder) state(a *Asset, cells map[string]string) string {
	for _, col := range []string{"decommissioned", "sandbox"} {
		v := cells[col]
		if v == "" {
			continue
		}
		on, ok := yes(v)
		if !ok {
			return fmt.Sprintf("%s %q: must be true or false", col, v)
		}
		if on {
			cells["state"] = col
		}
	}
	switch s := strings.ToLower(cells["state"]); s {
	case "", "active", "in_service", "production":
	case "decommissioned", "retired":
		a.Weight = b.cfg.Decommission
	case "sandbox", "test", "lab":
		a.Weight = b.cfg.Sandbox
	default:
		return fmt.Sprintf("state %q: must be active, decommissioned or sandbox", cells["state"])
	}
	if w := cells["weight"]; w != "" {
		f, err := strconv.ParseFloat(w, 64)
		if err != nil || !(f > 0 && f <= 1) {
			return fmt.Sprintf("weight %q: must be above 0 and at most 1", w)
		}
		a.Weight = f
	}
	return ""
}

func yes(s string) (on, ok bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "1", "y":
		return true, true
	case "false", "no", "0", "n":
		return false, true
	}
	return false, false
}

// assetKey notes one name of an asset: an address, a network, or a host name, whatever column it stands in.
func (b *builder) assetKey(k string, n int32, col string) string {
	taken := func(old int32) string {
		if old < 0 {
			return ""
		}
		return fmt.Sprintf("%q stands in %s as well", k, b.assetAt[old])
	}
	if a, err := netip.ParseAddr(k); err == nil {
		return taken(b.addresses.addr(a.WithZone("").Unmap(), n))
	}
	if p, err := netip.ParsePrefix(k); err == nil {
		if p, ok := plainPrefix(p); ok {
			return taken(b.addresses.prefix(p, n))
		}
		return fmt.Sprintf("%q: an IPv6 network that holds IPv4 addresses is not supported", k)
	}
	if col == "ip" || col == "cidr" {
		return fmt.Sprintf("%s %q: is no address and no network", col, k)
	}
	if !hostLike(k) {
		return fmt.Sprintf("%s %q: is no name of a host", col, k)
	}
	key := foldKey(strings.TrimSuffix(k, "."))
	if old, twice := b.room.hosts[key]; twice && old != n {
		return taken(old)
	}
	b.room.hosts[key] = n
	if short, _, full := strings.Cut(key, "."); full && short != "" {
		b.short[short] = append(b.short[short], n)
	}
	return ""
}

// shortNames lets the first label of a full name stand for it where only one asset has that label.
func (b *builder) shortNames() {
	for short, of := range b.short {
		if _, taken := b.room.hosts[short]; taken {
			continue
		}
		one := true
		for _, n := range of {
			one = one && n == of[0]
		}
		if one {
			b.room.hosts[short] = of[0]
		} else {
			b.ambiguous++
		}
	}
	if b.ambiguous > 0 {
		b.warn("assets: %d first labels stand for several full names each; they are found by their full names only", b.ambiguous)
	}
}
