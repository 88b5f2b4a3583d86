package attack

import (
	"strings"
	"sync/atomic"
)

// recentNames is how many names of processes, and of APIs, are remembered with what the mapping says of them: a host has some hundred.
const recentNames = 256

// recent remembers, for all threads, what a map says of names as sources write them, so that the same name is not folded and looked up
// for every record. A place is taken once: names made up to be always new take the free ones, and cost as much as without it from then on.
type recent [recentNames]atomic.Pointer[recentName]

type recentName struct {
	name string
	list []entry
}

// of gives what a map of folded names says of a name, which is not empty and has maxMapKey bytes at most.
func (t *recent) of(from map[string][]entry, name string) []entry {
	n := len(name)
	at := &t[(n*11+int(name[0])+int(name[n/2])*5+int(name[n-1])*7)%recentNames]
	k := at.Load()
	if k != nil && k.name == name {
		return k.list
	}
	var buf [maxMapKey]byte
	list := from[string(fold(name, buf[:]))]
	if k == nil {
		at.CompareAndSwap(nil, &recentName{strings.Clone(name), list})
	}
	return list
}
