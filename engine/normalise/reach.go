package normalise

import "prescore/engine/event"

// reach is what may follow from the keys of records once these are set. The script of a shape can set a few dozen of them: what hangs
// on others alone need not be asked for.
type reach struct {
	paths   bool // the name of a process may follow from its path
	rarer   bool // one of rarer may be set
	context bool // one of contextual may be set
	ladders
}

// ladders are the keys that entities are taken from; of each list the first that has text counts.
type ladders struct {
	principals, hosts, senders, addresses, observers, hashes, processes, domains, accounts []event.Key
}

// everything is of records of which nothing is known.
var everything = func() *reach {
	var all event.KeySet
	for k := range event.NumKeys {
		all.Add(k)
	}
	return reachOf(&all)
}()

// reachOf gives what may follow from records that have no other keys than those of can.
func reachOf(can *event.KeySet) *reach {
	r := &reach{paths: can.Has(event.KeyProcessPath) || can.Has(event.KeyParentPath), rarer: overlap(can, &rarer), context: overlap(can, &contextual)}
	full := *can
	for _, d := range [...]struct{ from, to event.Key }{{event.KeyProcessPath, event.KeyProcess}, {event.KeyUser, event.KeyUserEmail}} {
		if can.Has(d.from) {
			full.Add(d.to)
		}
	}
	if r.rarer { // what derive makes of them is not asked for one by one
		full.Add(event.KeyURLDomain)
	}
	of := func(list ...event.Key) (out []event.Key) {
		for _, k := range list {
			if full.Has(k) {
				out = append(out, k)
			}
		}
		return out
	}
	r.ladders = ladders{
		principals: of(event.KeyUser, event.KeyUserEmail, event.KeyUserARN, event.KeyUserID, event.KeyTargetUser, event.KeyTargetUserEmail,
			event.KeySrcUser, event.KeyProcessUser, event.KeyEffectiveUser, event.KeyAccessKey),
		hosts:     of(event.KeyHost, event.KeyHostIP),
		senders:   of(event.KeySrcHost, event.KeySrcIP),
		addresses: of(event.KeySrcIP, event.KeyHostIP),
		observers: of(event.KeyCloudInstance, event.KeyObserver, event.KeyObserverIP),
		hashes:    of(event.KeyProcessSHA256, event.KeyFileSHA256, event.KeyProcessSHA1, event.KeyFileSHA1, event.KeyProcessMD5, event.KeyFileMD5),
		processes: of(event.KeyProcess),
		domains:   of(event.KeyDNSQuery, event.KeyURLDomain, event.KeyTLSSNI, event.KeyDomain),
		accounts:  of(event.KeyCloudAccount, event.KeyCloudProject),
	}
	return r
}

func overlap(a, b *event.KeySet) bool {
	for i := range a {
		if a[i]&b[i] != 0 {
			return true
		}
	}
	return false
}

// reachOf gives what may follow from what the script's moves and its source's rows and messages can set.
func (c *script) reachOf() *reach {
	can := c.source.rowKeys
	if len(c.messages) > 0 {
		for i := range can {
			can[i] |= c.source.messageKeys[i]
		}
	}
	for i := range c.moves {
		addKeys(&can, c.moves[i].key)
	}
	return reachOf(&can)
}

// addKeys adds a key and those that setting it may set beside it.
func addKeys(can *event.KeySet, k event.Key) {
	for _, k := range [...]event.Key{k, domainKey(k), hostKey(k)} {
		can.Add(k)
	}
}

// collectKeys notes which keys the rows of tables and messages can set.
func (s *source) collectKeys() {
	row := func(can *event.KeySet, w *row) {
		if w != nil {
			for i := range w.steps {
				addKeys(can, w.steps[i].key)
			}
		}
	}
	for _, list := range [][]table{s.early, s.late} {
		for i := range list {
			t := &list[i]
			row(&s.rowKeys, t.absent)
			row(&s.rowKeys, t.present)
			for _, w := range t.exact {
				row(&s.rowKeys, w)
			}
			for k := range t.globs {
				row(&s.rowKeys, t.globs[k].row)
			}
		}
	}
	for i := range s.messages {
		for k := range s.messages[i].list {
			p := &s.messages[i].list[k]
			row(&s.messageKeys, p.row)
			for _, piece := range p.pieces {
				addKeys(&s.messageKeys, piece.key)
			}
		}
	}
}
