package entity

// timer is one visit asked for with Cursor.Due.
type timer struct {
	at  int64
	who ticket
}

// timers is a heap, the earliest first. It holds at most one entry for each visit an entity's owner asked for; entries of evicted
// entities are dropped when they come up.
type timers []timer

func (h *timers) push(t timer) {
	*h = append(*h, t)
	s := *h
	for i := len(s) - 1; i > 0; {
		p := (i - 1) / 2
		if s[p].at <= s[i].at {
			return
		}
		s[p], s[i] = s[i], s[p]
		i = p
	}
}

func (h *timers) pop() timer {
	s := *h
	top, n := s[0], len(s)-1
	s[0] = s[n]
	s[n] = timer{}
	s = s[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && s[c+1].at < s[c].at {
			c++
		}
		if s[i].at <= s[c].at {
			break
		}
		s[i], s[c] = s[c], s[i]
		i = c
	}
	*h = s
	return top
}

// Tick visits the entities whose time has come (Cursor.Due), each under its shard's lock; visit must not call the store except
// through the cursor. A visit asked for during a visit waits for the next tick. Evicted entities are not visited.
func (st *Store) Tick(now int64, visit func(c *Cursor, at int64)) {
	var due []timer
	for i := range st.shards {
		due = st.shards[i].tick(now, due[:0], visit)
	}
}

// tick visits what is due in one shard. The lock is let go of whatever happens in visit.
func (sh *shard) tick(now int64, due []timer, visit func(c *Cursor, at int64)) []timer {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for len(sh.timers) > 0 && sh.timers[0].at <= now {
		due = append(due, sh.timers.pop())
	}
	for _, t := range due {
		if !sh.places.holds(t.who) {
			continue
		}
		c := Cursor{E: sh.places.at(t.who.place), sh: sh}
		visit(&c, t.at)
		if c.E != nil {
			sh.settle(c.E)
		}
	}
	return due
}
