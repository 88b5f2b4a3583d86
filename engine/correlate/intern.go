package correlate

import (
	"strings"
	"sync"
	"sync/atomic"
)

// interned numbers the names of sources and techniques, so that a window keeps two bytes of each. Read without a lock; a new name
// copies the table, which happens a few hundred times in the life of an engine. Number 0 is "", and every name past maxInterned.
type interned struct {
	list  []string
	index map[string]uint16
}

type names16 struct {
	atomic.Pointer[interned]
	mu sync.Mutex
}

func (n *names16) init() { n.Store(&interned{list: []string{""}, index: map[string]uint16{"": 0}}) }

func (n *names16) number(name string) uint16 {
	if i, ok := n.Load().index[name]; ok {
		return i
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	old := n.Load()
	if i, ok := old.index[name]; ok || len(old.list) > maxInterned || len(name) > 255 {
		return i
	}
	name = strings.Clone(name)
	next := &interned{list: append(old.list[:len(old.list):len(old.list)], name), index: make(map[string]uint16, len(old.index)+1)}
	for k, v := range old.index {
		next.index[k] = v
	}
	i := uint16(len(old.list))
	next.index[name] = i
	n.Store(next)
	return i
}

// lastName is the name asked for last and its number: records come in rows of one source.
type lastName struct {
	name string // the table's own
	n    uint16
}

func (l *lastName) number(names *names16, name string) uint16 {
	if name == l.name { // "" has number 0
		return l.n
	}
	n := names.number(name)
	if n != 0 { // what does not fit the table has 0 too, and is not kept
		l.name, l.n = names.Load().list[n], n
	}
	return n
}
