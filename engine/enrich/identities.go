package enrich

import (
	"fmt"
	"strconv"
	"strings"
)

// Identity is one row of an identity table.
type Identity struct {
	Principal  string  // what all its names stand for
	Risk       float64 // 0 to 1
	Tier       string  // "domain admin", "tier0"
	Department string
}

var identityColumns = columns{
	"user": "user", "username": "user", "account": "user", "principal": "principal", "identity": "principal", "key": "user", "name": "user",
	"samaccountname": "user", "email": "email", "mail": "email", "upn": "email", "userprincipalname": "email", "sid": "sid", "user_id": "sid",
	"uid": "sid", "arn": "arn", "aliases": "aliases", "alias": "aliases", "risk": "risk", "risk_score": "risk", "identity_risk": "risk",
	"tier": "tier", "role": "tier", "privilege": "tier", "department": "department", "dept": "department",
	"full_name": "", "display_name": "", "displayname": "", "description": "", "comment": "", "manager": "", "title": "",
}

// Aliases says which names are one principal. It does not change and is safe for several threads.
type Aliases struct {
	of         map[string]int32
	identities []Identity
}

// Principal gives the principal that a user name, DOMAIN\name, mail address, SID or ARN stands for, in any case; false where no
// table knows it. The string lives as long as the tables. Nothing is allocated.
func (a *Aliases) Principal(name string) (string, bool) {
	if n, ok := a.find(name); ok {
		return a.identities[n].Principal, true
	}
	return "", false
}

// Len is how many names there are.
func (a *Aliases) Len() int { return len(a.of) }

// Map gives every name with its principal, both as the tables fold them.
func (a *Aliases) Map() map[string]string {
	out := make(map[string]string, len(a.of))
	for name, n := range a.of {
		out[name] = a.identities[n].Principal
	}
	return out
}

// find looks a name up as it is, and DOMAIN\name also without its domain.
func (a *Aliases) find(name string) (int32, bool) {
	if len(a.of) == 0 || name == "" {
		return 0, false
	}
	var buf keyBuf
	k := fold(name, &buf)
	if n, ok := a.of[string(k)]; ok {
		return n, true
	}
	for i, c := range k {
		if c == '\\' {
			n, ok := a.of[string(k[i+1:])]
			return n, ok
		}
	}
	return 0, false
}

func (b *builder) identity(path string, r row) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", path, r.line, fmt.Sprintf(format, args...))
	}
	id := Identity{Principal: strings.Clone(r.cells["principal"]), Tier: b.keep(r.cells["tier"]), Department: b.keep(r.cells["department"])}
	if v := r.cells["risk"]; v != "" {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return refuse("risk %q: must be between 0 and 1", v)
		}
		id.Risk = f
	}
	n := int32(len(b.aliases.identities))
	b.identityAt = append(b.identityAt, where{path, r.line})
	for _, col := range []string{"principal", "user", "email", "sid", "arn", "aliases"} {
		for _, k := range several(r.cells[col]) {
			if id.Principal == "" {
				id.Principal = strings.Clone(k)
			}
			if !hostLike(k) {
				return refuse("%s %q: is no name of a user", col, k)
			}
			key := foldKey(k)
			if old, twice := b.aliases.of[key]; twice && old != n {
				return refuse("%q stands in %s as well", k, b.identityAt[old])
			}
			b.aliases.of[key] = n
			if at := strings.LastIndexByte(key, '\\'); at >= 0 && at+1 < len(key) {
				b.bare[key[at+1:]] = append(b.bare[key[at+1:]], n)
			}
		}
	}
	if id.Principal == "" {
		return refuse("a row needs a user, an email, a sid or an arn")
	}
	b.aliases.identities = append(b.aliases.identities, id)
	return nil
}

// bareNames lets the name after DOMAIN\ stand for it where only one identity has it.
func (b *builder) bareNames() {
	for name, of := range b.bare {
		if _, taken := b.aliases.of[name]; taken {
			continue
		}
		one := true
		for _, n := range of {
			one = one && n == of[0]
		}
		if one {
			b.aliases.of[name] = of[0]
		}
	}
}
