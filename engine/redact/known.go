package redact

import (
	"strings"
	"sync/atomic"
)

// Bounds of the names of which is remembered whether they are secrets'.
const (
	knownNames = 256 // places: the fields that rules and the view name
	minKnown   = 8   // bytes; shorter names are looked at as quickly
	maxKnown   = 128
)

// known remembers, for all threads, of names whether they are secrets'. A place is taken once: names made up to be always new take the
// free ones, and cost as much as without it from then on.
type known [knownNames]atomic.Pointer[knownName]

type knownName struct {
	name   string
	secret bool
}

// nameIsSecret is KeyIsSecret for names that come again and again.
func (r *Redactor) nameIsSecret(name string) bool {
	n := len(name)
	if n < minKnown || n > maxKnown {
		return r.KeyIsSecret(name)
	}
	at := &r.known[(n*11+int(name[0])+int(name[n/2])*5+int(name[n-1])*7)%knownNames]
	k := at.Load()
	if k != nil && k.name == name {
		return k.secret
	}
	secret := r.KeyIsSecret(name)
	if k == nil {
		at.CompareAndSwap(nil, &knownName{strings.Clone(name), secret})
	}
	return secret
}
